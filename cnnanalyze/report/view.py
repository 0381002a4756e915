"""The view: which rows a table of a network has. No markup, no text of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from types import MappingProxyType

from cnnanalyze.analysis.result import Analysis, NodeFacts, Total, total_of
from cnnanalyze.core.quantities import Terms
from cnnanalyze.graph.blocks import wire
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.report.options import Options

SCREEN = 40
"""A network of no more layers than this is shown whole."""
GROUPS = 30
"""A larger one is shown in no more rows than this, unless somebody asks for more."""


@dataclass(frozen=True)
class LayerRow:
    """One row: a layer, a group of layers under one path, or several equal groups in succession."""

    path: str
    facts: tuple[NodeFacts, ...]
    last_path: str = ""
    """The path of the last of several equal groups."""
    times: int = 1
    main: NodeFacts | None = None
    """The layer that the row is called by, if it holds that and cheap ones around it at most."""

    @property
    def only(self) -> NodeFacts | None:
        """The layer, if the row is just one."""
        return self.facts[0] if len(self.facts) == 1 else None

    @property
    def last(self) -> NodeFacts:
        """The layer whose output is the output of the row."""
        return self.facts[-1]

    @cached_property
    def total(self) -> Total:
        """The sums over the row's layers."""
        return total_of(self.facts)

    @property
    def name(self) -> str:
        """The path; of equal groups in succession the first and the last.

        Examples
        --------
        >>> LayerRow("stage1/bottleneck2", (), "stage1/bottleneck3", 2).name
        'stage1/bottleneck2…3'
        """
        if self.times == 1:
            return self.path
        common = 0
        while self.path[common : common + 1] == self.last_path[common : common + 1]:
            common += 1
        while common and self.path[common - 1].isdigit():
            common -= 1
        return f"{self.path}…{self.last_path[common:]}"

    @property
    def kind(self) -> str:
        """The layer kind, with those beside it; or the number of layers in the row."""
        if self.main is not None:
            words = (f.node.kind if f is self.main else f.node.word for f in self.facts)
            return " · ".join(words)
        each = len(self.facts) // self.times
        if self.times == 1:
            return f"{each} layers"
        return f"{self.times} × {self.facts[0].node.kind if each == 1 else f'{each} layers'}"


@dataclass(frozen=True)
class View:
    """The rows of one network, and what belongs to them all."""

    analysis: Analysis
    options: Options
    rows: tuple[LayerRow, ...]
    depth: int
    """How many path components are kept apart."""

    @property
    def total(self) -> Total:
        """The sums over the whole network."""
        return self.analysis.total

    @property
    def terms(self) -> Terms:
        """The conditions under which quantities are measured."""
        return self.options.terms

    @cached_property
    def most_operations(self) -> int:
        """The operations of the row that has most of them, under the chosen convention."""
        name = self.options.convention
        return max((row.total.operations(name) for row in self.rows), default=0)

    def bytes(self, numbers: int) -> int:
        """Return the bytes of that many numbers of the chosen type."""
        return numbers * self.options.bytes_per_number

    @property
    def collapsed(self) -> int:
        """How many layers are in groups."""
        return sum(len(row.facts) for row in self.rows if row.main is None)

    @property
    def beside(self) -> int:
        """How many layers are in the row of another."""
        return sum(len(row.facts) - 1 for row in self.rows if row.main is not None)


def view(
    analysis: Analysis,
    options: Options | None = None,
    *,
    fitting: bool = True,
    folding: bool = False,
) -> View:
    """Which rows shall be shown?

    Parameters
    ----------
    analysis
        What the rules say.
    options
        Whose ``depth`` decides, if it is given.
    fitting
        Whether, without a depth, the rows shall fit a screen: the deepest view that does, with
        equal groups in succession folded into one row where that allows a deeper one. Otherwise
        every layer has its row.
    folding
        Whether norms, activations and what else costs little are in the row of their layer, as
        they are in its box of a drawing; not if the options ask for all layers.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> blocks = "blocks: {b: [relu, tanh]}, layers: [softmax, {b: , repeat: 90}]"
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, " + blocks + "}")
    >>> [row.name for row in view(cnn.analyze(net).analysis).rows]
    ['softmax1', 'b1…90']
    """
    options = options or Options()
    fitting = fitting and not options.all
    homes = _homes(analysis.network) if folding and not options.all else {}
    deepest = max((path.count("/") + 1 for path in analysis.facts), default=1)
    if options.depth is not None:
        depth = min(options.depth, deepest)
        return View(analysis, options, _rows(gather(analysis, depth, homes), homes), depth)
    if not fitting:
        return View(analysis, options, _rows(gather(analysis, deepest, homes), homes), deepest)
    depth, groups = deepest, gather(analysis, deepest, homes)
    if len(groups) <= SCREEN:
        return View(analysis, options, _rows(groups, homes), depth)
    while depth > 1 and not _fits(groups, analysis.network):
        depth -= 1
        groups = gather(analysis, depth, homes)
    is_short = len(groups) <= GROUPS
    rows = _rows(groups, homes) if is_short else fold(groups, analysis.network, homes)
    return View(analysis, options, rows, depth)


Homes = Mapping[str, str]
"""For each layer in the row of another, that other."""


def _homes(network: Network) -> Homes:
    """Return for each layer the one in whose box a drawing shows it."""
    from cnnanalyze.graph.box_grouping import group_boxes  # noqa: PLC0415 - not every table asks

    return {n.id: box.main.id for box in group_boxes(network) for n in box.nodes}


def collapse(analysis: Analysis, depth: int) -> tuple[LayerRow, ...]:
    """Return one row for everything under each path of at most so many components.

    A join is under the path of its branches, so it collapses with them.
    """
    return _rows(gather(analysis, depth), {})


def gather(
    analysis: Analysis, depth: int, homes: Homes = MappingProxyType({})
) -> dict[str, list[NodeFacts]]:
    """Return the layers under each path of at most so many components."""
    groups: dict[str, list[NodeFacts]] = {}
    for name, facts in analysis.facts.items():
        id = homes.get(name, name)  # noqa: A001 - the word of the language
        path = id if id.count("/") < depth else "/".join(id.split("/", depth)[:depth])
        groups.setdefault(path, []).append(facts)
    return groups


def fold(
    groups: Mapping[str, Sequence[NodeFacts]],
    network: Network,
    homes: Homes = MappingProxyType({}),
) -> tuple[LayerRow, ...]:
    """Return a row for each group, and only one for equal siblings in succession.

    Equal are groups whose layers have the same names below the group, kinds, shapes and costs, and
    are wired alike.
    """
    return tuple(
        LayerRow(
            same[0],
            tuple(chain.from_iterable(groups[path] for path in same)),
            same[-1] if len(same) > 1 else "",
            len(same),
            _main(groups[same[0]], homes) if len(same) == 1 else None,
        )
        for same in _alike(groups, network)
    )


def _alike(groups: Mapping[str, Sequence[NodeFacts]], network: Network) -> Iterator[list[str]]:
    """Yield the paths of equal groups in succession."""
    found: list[str] = []
    before: object = None
    for path, facts in groups.items():
        signature = _signature(path, facts, network)
        if found and signature != before:
            yield found
            found = []
        found.append(path)
        before = signature
    if found:
        yield found


def _fits(groups: Mapping[str, Sequence[NodeFacts]], network: Network) -> bool:
    """Whether the rows are few enough, equal groups made one; stops where they are too many."""
    if len(groups) <= GROUPS:
        return True
    return next(islice(_alike(groups, network), GROUPS, None), None) is None


def _rows(groups: Mapping[str, Sequence[NodeFacts]], homes: Homes) -> tuple[LayerRow, ...]:
    return tuple(
        LayerRow(path, tuple(facts), main=_main(facts, homes)) for path, facts in groups.items()
    )


def _main(facts: Sequence[NodeFacts], homes: Homes) -> NodeFacts | None:
    """Return the layer in whose row all of these are; nothing if they are a group."""
    if len(facts) == 1:
        return facts[0]
    found = {homes.get(f.node.id) for f in facts}
    return next((f for f in facts if found == {f.node.id}), None)


def _signature(path: str, facts: Sequence[NodeFacts], network: Network) -> tuple[object, ...]:
    parent, _, name = path.rpartition("/")
    layers = tuple(
        (
            _below(f.node.id, path, parent),
            f.node.kind,
            f.node.input_shapes,
            f.node.output,
            f.cost,
            f.params,
        )
        for f in facts
    )
    wiring = _form([f.node for f in facts], network)
    return (parent, name.rstrip("0123456789"), layers, wiring)


def _below(name: str, path: str, parent: str) -> str:
    """Return the name of a layer within its row; one that is beside the row is in its parent."""
    start = len(path) if name.startswith(path) else len(parent)
    return name[start:]


def _form(nodes: Sequence[Node], network: Network) -> object:
    """Return what is equal for layers that are wired alike; of one, how much it reads."""
    if len(nodes) == 1:
        return len(set(nodes[0].inputs))
    return wire([[node] for node in nodes], network).form
