"""Boxes: which layers are shown as one, in drawings and tables, and which groups hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Category

MOST_LAYERS = 8
"""The most layers in a box; more could not be read."""
CHEAP = frozenset({Category.NORMALISATION, Category.ACTIVATION, Category.REGULARISATION})
"""The categories of layers that share the box of a neighbour."""


def follows(node: Node) -> bool:
    """Whether a layer shares the box of its neighbour."""
    layer = node.layer
    return len(node.inputs) == 1 and (layer.category in CHEAP or layer.labels.beside)


class Box(NamedTuple):
    """A layer and the cheap ones before and after it, drawn as one box."""

    before: tuple[Node, ...]
    main: Node
    after: tuple[Node, ...]
    path: str
    """The name of the box: the group that holds nothing else, or its main layer."""
    groups: tuple[str, ...]
    """The paths of the groups around the box, outermost first."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All its layers, in the order of execution."""
        return (*self.before, self.main, *self.after)


def groups_of(network: Network) -> dict[str, tuple[str, ...]]:
    """Return, for every layer, the paths of the blocks and stages around it, outermost first.

    The paths of a join's branches begin with the path of the join, but a branch is no group:
    ``add1/2/conv1`` is in the same groups as ``add1``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 9x9x2, blocks: {unit: [tanh, {add: [relu, []]}]}, layers: [unit]}"
    ... )
    >>> groups_of(net)["unit1/add1/1/relu1"]
    ('unit1',)
    """
    known = network.by_id
    groups = {}
    parents: dict[str, tuple[str, ...]] = {"": ()}

    def paths(parent: str) -> tuple[str, ...]:
        found = parents.get(parent)
        if found is None:
            above, _, name = parent.rpartition("/")
            found = paths(above)
            if parent not in known and not (above in known and name.isdigit()):
                found = (*found, parent)
            parents[parent] = found
        return found

    for node in network.nodes:
        groups[str(node.id)] = paths(node.id.rpartition("/")[0])
    return groups


def group_boxes(network: Network, marks: Mapping[str, str] | None = None) -> list[Box]:
    """Return the boxes of a network, in the order of execution.

    A norm, an activation or a dropout shares the box of the layer before it if nothing else reads
    that layer and both are in the same group; otherwise it shares the box of the layer after it.
    Where a box begins with such a layer, the next layer of that kind begins the next box, so that
    networks written as norm, activation, convolution are drawn in that order. A box that is full
    is followed by a new one.

    Parameters
    ----------
    network
        The network.
    marks
        The mark of each marked layer. Layers with different marks share no box.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> [" ".join(n.kind for n in box.nodes) for box in group_boxes(cnn.load("zoo:resnet18"))][:3]
    ['conv batchnorm relu', 'maxpool', 'conv batchnorm relu']
    """
    builder = _BoxBuilder(network, marks or {})
    for node in network.nodes:
        builder.add(node)
    builder.merge_marks()
    return [builder.box(run) for run in builder.runs if run.nodes]


class _Run:
    """Consecutive layers that share a box."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.main: int | None = None
        """The index of the first layer that is not drawn on a neighbour's box."""

    def append(self, node: Node, *, is_mark: bool) -> None:
        """Add a layer after the others."""
        if self.main is None and not is_mark:
            self.main = len(self.nodes)
        self.nodes.append(node)

    @property
    def begins_with_mark(self) -> bool:
        """Whether the first layer is drawn on a neighbour's box."""
        return self.main != 0


class _BoxBuilder:
    """Collects the runs of layers that share a box."""

    def __init__(self, network: Network, marks: Mapping[str, str]) -> None:
        self.network = network
        self.marks = marks
        self.outputs = frozenset(network.outputs)
        self.groups = groups_of(network)
        self.sizes: dict[str, int] = {}
        for paths in self.groups.values():
            for path in paths:
                self.sizes[path] = self.sizes.get(path, 0) + 1
        self.runs: list[_Run] = []
        self.run_of: dict[str, int] = {}

    def add(self, node: Node) -> None:
        """Add a layer to the run that it continues, or start a run."""
        at, is_mark = self._before(node), follows(node)
        if at is not None:
            run = self.runs[at]
            only_marks = run.main is None
            begins_next = (
                is_mark
                and not only_marks
                and run.begins_with_mark
                and node.kind == run.nodes[0].kind
            )
            if (is_mark or only_marks) and not begins_next and len(run.nodes) < MOST_LAYERS:
                run.append(node, is_mark=is_mark)
                self.run_of[node.id] = at
                return
        self.run_of[node.id] = len(self.runs)
        self.runs.append(_Run())
        self.runs[-1].append(node, is_mark=is_mark)

    def merge_marks(self) -> None:
        """Join the runs that are marks alone to what they follow, where that is allowed."""
        for at, run in enumerate(self.runs):
            if run.main is not None:
                continue
            before = self._before(run.nodes[0])
            if before is None or before == at:
                continue
            joined = self.runs[before]
            if len(joined.nodes) + len(run.nodes) > MOST_LAYERS:
                continue
            for node in run.nodes:
                joined.append(node, is_mark=True)
                self.run_of[node.id] = before
            self.runs[at] = _Run()

    def _before(self, node: Node) -> int | None:
        """Return the run that ends where a layer begins, if they may share a box."""
        source = node.inputs[0]
        at = self.run_of.get(source)
        if at is None or len(node.inputs) > 1 or self.runs[at].nodes[-1].id != source:
            return None
        if source in self.outputs or len(self.network.consumers[source]) > 1:
            return None
        if self.marks.get(node.id) != self.marks.get(source):
            return None
        run = self.runs[at].nodes
        if not self.groups[run[0].id] and not self.groups[node.id]:
            return at  # no group is around either
        return at if self._enclosing_groups(run) == self._enclosing_groups([node]) else None

    def _enclosing_groups(self, run: list[Node]) -> tuple[str, ...]:
        """Return the groups around a run, without those that hold nothing else."""
        paths = self.groups[run[0].id]
        while paths and self.sizes[paths[-1]] == sum(paths[-1] in self.groups[n.id] for n in run):
            paths = paths[:-1]
        return paths

    def box(self, run: _Run) -> Box:
        """Return a run as a box: its weightiest layer, and what is before and after it."""
        at, nodes = run.main or 0, run.nodes
        home, paths = self._enclosing_groups(nodes), self.groups[nodes[at].id]
        path = paths[len(home)] if len(paths) > len(home) else str(nodes[at].id)
        return Box(tuple(nodes[:at]), nodes[at], tuple(nodes[at + 1 :]), path, home)
