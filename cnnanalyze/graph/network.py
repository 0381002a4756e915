"""The network: nodes in execution order, with what every question needs to know about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import UsageError
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.document import Document
from cnnanalyze.language.node import INPUT, Node, NodeId
from cnnanalyze.language.tree import Mapping, Tree, scalars

if TYPE_CHECKING:
    import networkx as nx


Settings = tuple[tuple[str, Any], ...]
"""Values for parameters of a spec."""
_WORD = re.compile(r"\w+")


def key_of(settings: Settings) -> str:
    """Return one text for equal settings, in whatever order.

    Examples
    --------
    >>> key_of((("width", 0.5), ("depths", (2, 3)))), key_of((("bias", True),))
    ('depths=[2, 3], width=0.5', 'bias=true')
    """
    return ", ".join(sorted(f"{name}={_plain(value)}" for name, value in settings))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(_plain, value))}]" if isinstance(value, list | tuple) else str(value)


@dataclass(frozen=True)
class Network:
    """One network: immutable; made by ``load`` and ``loads``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}]}")
    >>> net.input, net["conv1"].output
    (Shape(size=(32, 32), channels=3), Shape(size=(28, 28), channels=6))
    """

    name: str
    """What the spec calls it."""
    input: Shape
    """The shape of the image."""
    nodes: tuple[Node, ...]
    """The layers in the order of execution, each with its shapes and its place in the spec."""
    outputs: tuple[NodeId, ...]
    """The layers whose output is the network's."""
    document: Document = field(repr=False)
    """The spec as it was read."""
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    """The figures that others printed for it."""
    settings: Settings = ()
    """The parameters that were set from outside."""
    parameters: tuple[tuple[str, object], ...] = field(default=(), repr=False)
    """All parameters of the spec with their values."""
    values: tuple[Any, ...] | None = field(default=None, repr=False)
    """The numbers of the input, if the spec gives them."""

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that the spec says, but for its claims and the names of its parameters."""
        found: set[str] = set()
        for key, value in self.document.tree.entries:
            if key.text == "params" and isinstance(value, Mapping):
                trees: tuple[Tree, ...] = tuple(given for _, given in value.entries)
            else:
                trees = () if key.text == "expect" else (value,)
            for tree in trees:
                for scalar in scalars(tree):
                    found.update(_WORD.findall(scalar.text))
        return frozenset(found)

    def effective(self, settings: Settings) -> Settings:
        """Return the settings without those of parameters that the spec never reads.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads(
        ...     "{cnn: 1, input: 5x5x1, params: {rate: 0.1, width: 2}, layers: [{dropout: $rate}]}"
        ... )
        >>> net.effective((("width", 3), ("rate", 0.5)))
        (('rate', 0.5),)
        """
        own = dict(self.parameters)
        return tuple((n, value) for n, value in settings if n in self.words or n not in own)

    @cached_property
    def claims_about(self) -> dict[str, tuple[Claim, ...]]:
        """The claims by the settings that they speak of, written as one text."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            found.setdefault(key_of(claim.settings), []).append(claim)
        return {key: tuple(claims) for key, claims in found.items()}

    @cached_property
    def consumers(self) -> dict[NodeId, tuple[NodeId, ...]]:
        """For the input and every node, the nodes that read it."""
        readers: dict[NodeId, list[NodeId]] = {INPUT: [], **{n.id: [] for n in self.nodes}}
        for node in self.nodes:
            for source in dict.fromkeys(node.inputs):
                readers[source].append(node.id)
        return {source: tuple(found) for source, found in readers.items()}

    @cached_property
    def shared(self) -> frozenset[NodeId]:
        """The nodes whose tensors others use, too."""
        return frozenset(node.share for node in self.nodes if node.share is not None)

    def shape_of(self, id: str) -> Shape:  # noqa: A002 - the word of the language
        """Return the shape of a node's output, or of the network's input."""
        return self.input if id == INPUT else self[id].output

    def __getitem__(self, layer: str | int) -> Node:
        """Return the node of an id, or the one at a place in the order of execution."""
        if isinstance(layer, str):
            if layer in self.by_id:
                return self.by_id[layer]
            raise UsageError(
                f"{self.name} has no layer '{layer}'{nearest(layer, list(self.by_id))}"
            )
        place: object = layer
        if not isinstance(place, int) or isinstance(place, bool):
            raise UsageError(
                f"a layer is found by its id or by its place, a whole number, not by {place!r}",
                help="the ids are those of the table; list(network) has all layers",
            )
        if not -len(self.nodes) <= layer < len(self.nodes):
            raise UsageError(
                f"{self.name} has {len(self.nodes)} layers, so there is none at place {layer}",
                help="places begin at 0; -1 is the last layer",
            )
        return self.nodes[layer]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, layer: object) -> bool:
        if isinstance(layer, str):
            return layer in self.by_id
        return any(layer is node for node in self.nodes)

    def group(self, path: str) -> tuple[Node, ...]:
        """Return the nodes of a block or a stage, or the one node of that id."""
        if path in self.by_id:
            return (self.by_id[path],)
        return self.groups.get(path, ())

    @cached_property
    def groups(self) -> dict[str, tuple[Node, ...]]:
        """The nodes below every path that some of them stand under."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            end = node.id.find("/")
            while end >= 0:
                found.setdefault(node.id[:end], []).append(node)
                end = node.id.find("/", end + 1)
        return {path: tuple(nodes) for path, nodes in found.items()}

    def digraph(self) -> nx.DiGraph[str]:
        """Return the network as a networkx graph, for questions about paths and cuts.

        Examples
        --------
        >>> import cnnanalyze as cnn, networkx as nx
        >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{add: [relu, tanh]}, softmax]}")
        >>> nx.immediate_dominators(net.digraph(), "input")["softmax1"]
        'add1'
        """
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_node(INPUT, shape=self.input)
        for node in self.nodes:
            graph.add_node(node.id, node=node, shape=node.output)
            graph.add_edges_from((source, node.id) for source in node.inputs)
        return graph
