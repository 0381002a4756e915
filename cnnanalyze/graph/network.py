"""The network: nodes in execution order, with what every question needs to know about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of, noun_for
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.node import Node, NodeId

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> cnn.load("zoo:lenet5").inputs
    {'input': Input(shape=Shape(size=(32, 32), channels=1), values=None, names=())}
    """

    shape: Shape
    values: tuple[Any, ...] | None = None
    """Its numbers, nested as the extents are, if they are given."""
    names: tuple[str, ...] = ()
    """The symbol of each extent that is not known, and an empty text for one that is; such an
    extent of the shape is assumed."""

    @property
    def written(self) -> str:
        """The shape as it is written, with its symbols.

        Examples
        --------
        >>> Input(Shape((256, 384), 3), names=("H", "W", "")).written
        'HxWx3'
        """
        extents = zip_longest(self.names, self.shape.extents, fillvalue="")
        return "x".join(name or str(n) for name, n in extents)


def inputs_of(network: Network, said: Callable[[Shape], str] = str) -> str:
    """Return the inputs of a network for a heading.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> b = cnn.NetworkBuilder()
    >>> x = b.add(b.input(5, 7, 1, name="left"), b.input(5, 7, 1, name="right"))
    >>> inputs_of(b.build(outputs=x))
    'inputs left 5x7x1, right 5x7x1'
    """
    return f"{noun_for(len(network.inputs), 'input')} {shapes_in(network, said)}"


def shapes_in(network: Network, said: Callable[[Shape], str] = str) -> str:
    """Return the shape of the only input, or the shapes of several with their names."""
    if len(network.inputs) == 1:
        return said(network.input)
    return ", ".join(f"{name} {said(given.shape)}" for name, given in network.inputs.items())


@dataclass(frozen=True, repr=False)
class Network:
    """One network: what goes in, the layers, and what comes out. It does not change.

        ``load`` and ``loads`` read one from a text; a ``NetworkBuilder`` makes one without.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}]}")
    >>> net.input, net["conv1"].output
    (Shape(size=(32, 32), channels=3), Shape(size=(28, 28), channels=6))
    """

    name: str
    """What it is called."""
    inputs: Mapping[NodeId, Input]
    """What goes in, by id, in order."""
    nodes: tuple[Node, ...]
    """The layers in the order of execution, each with its shapes."""
    outputs: tuple[NodeId, ...]
    """The layers whose output is the network's."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """A number that equal networks share."""
        return hash((self.name, tuple(self.inputs.items()), self.nodes, self.outputs))

    def __repr__(self) -> str:
        read = ", ".join(one.written for one in self.inputs.values())
        inputs = noun_for(len(self.inputs), "input")
        layers = count_of(len(self.nodes), "layer")
        return f"<{type(self).__name__} {self.name}: {inputs} {read}, {layers}>"

    @property
    def only_input(self) -> tuple[NodeId, Input]:
        """The input, with its id, of a network that has only one.

        Raises
        ------
        UsageError
            If it has several: what asks for the only one cannot answer then.
        """
        if len(self.inputs) != 1:
            raise UsageError(
                f"{self.name} has {len(self.inputs)} inputs ({', '.join(self.inputs)}), and this "
                "is told of networks with one",
                help="of several, 'summary' tells shapes, parameters, operations, memory and what "
                "layers see of each input, 'explain' works them out, and 'verify' runs the network",
            )
        return next(iter(self.inputs.items()))

    @property
    def input(self) -> Shape:
        """The shape of the only input."""
        return self.only_input[1].shape

    @property
    def values(self) -> tuple[Any, ...] | None:
        """The numbers of the only input, if they are given."""
        return self.only_input[1].values

    @cached_property
    def assumed(self) -> dict[str, int]:
        """The sizes that are assumed for the extents of inputs that are not known, by symbol."""
        return {
            name: size
            for given in self.inputs.values()
            for name, size in zip(given.names, given.shape.extents, strict=False)
            if name
        }

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def producers(self) -> dict[NodeId, tuple[NodeId, ...]]:
        """For every node, what it reads: inputs and nodes, in its order."""
        return {node.id: node.inputs for node in self.nodes}

    @cached_property
    def consumers(self) -> dict[NodeId, tuple[NodeId, ...]]:
        """For every input and every node, the nodes that read it."""
        readers: dict[NodeId, list[NodeId]] = {i: [] for i in self.inputs}
        readers.update((n.id, []) for n in self.nodes)
        for node in self.nodes:
            for source in dict.fromkeys(node.inputs):
                readers[source].append(node.id)
        return {source: tuple(found) for source, found in readers.items()}

    @cached_property
    def shared(self) -> frozenset[NodeId]:
        """The nodes whose tensors others use, too."""
        return frozenset(node.share for node in self.nodes if node.share is not None)

    def shape_of(self, id: str) -> Shape:  # noqa: A002 - the word of the language
        """Return the shape of a node's output, or of an input of the network."""
        found = self.inputs.get(NodeId(id))
        return self[id].output if found is None else found.shape

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
                f"a layer is looked up by its id or its index, not by {place!r}",
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
        for name, given in self.inputs.items():
            graph.add_node(name, shape=given.shape)
        for node in self.nodes:
            graph.add_node(node.id, node=node, shape=node.output)
            graph.add_edges_from((source, node.id) for source in node.inputs)
        return graph
