"""Folding: a network as it runs, without the layers that converters work into others.

A batch normalisation that follows a weighted sum multiplies each filter by a factor and moves its
bias: it is part of the sum then. Where that would not be exact it stays, with the reason. What
does nothing when a network is used, such as dropout, goes; a separable convolution is written as
the two that it is, since no runtime has one kernel for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise, Separable
from cnnanalyze.layers.traits import Trait

_IDLE = frozenset({Trait.IDENTITY, Trait.IDENTITY_AT_INFERENCE})
_BY_FILTER = frozenset({Trait.FULL_DEPTH, Trait.DEPTHWISE, Trait.SEPARABLE})
"""Weighted sums whose kernel ends in the filters, so that each filter has a factor."""


@dataclass(frozen=True, slots=True)
class TensorSource:
    """Where a layer of the folded network has its tensors from.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}, bn]}")
    >>> fold(net).sources["conv1"]
    TensorSource(layer='conv1', roles=mappingproxy({}), norms=('batchnorm1',))
    """

    layer: NodeId
    """The layer of the network before folding."""
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For each tensor that is called otherwise, or goes elsewhere: its role there, and its here."""
    norms: tuple[NodeId, ...] = ()
    """The batch normalisations that are worked in, the first that ran first."""


@dataclass(frozen=True, repr=False)
class FoldedNetwork:
    """A network after folding, beside what it was.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3, bias: false}}, bn, "
    ...     "relu, dropout, {dense: 3}, bn]}"
    ... )
    >>> folded = fold(net)
    >>> [node.id for node in folded.network], dict(folded.norms)
    (['conv1', 'relu1', 'dense1'], {'batchnorm1': 'conv1', 'batchnorm2': 'dense1'})
    """

    original: Network
    network: Network
    norms: Mapping[NodeId, NodeId]
    """For each batch normalisation that is folded, the layer that takes it up."""
    kept: Mapping[NodeId, str]
    """For each that stays, why."""
    left_out: tuple[NodeId, ...]
    """Layers that do nothing when the network is used."""
    sources: Mapping[NodeId, TensorSource]
    """For each layer that holds tensors, where they come from."""
    stands_for: Mapping[NodeId, NodeId]
    """For each layer that is gone, the one that gives what it gave."""


def fold(network: Network) -> FoldedNetwork:
    """Return a network as it runs, batch normalisations folded where that is exact."""
    writer = _Writer(network)
    for node in network:
        writer.add(node)
    return writer.finish()


def why_not_by_filter(network: Network, source: NodeId) -> str:
    """Return why a layer has no factor of its own for each filter; nothing if it has one."""
    if source not in network.by_id:
        return "it reads an input of the network"
    node = network[source]
    if not node.layer.is_any(_BY_FILTER) or "bias" not in node.attributes:
        return f"it reads {source}, a {node.kind}, which is no weighted sum by filters"
    if Trait.UNSHARED_WEIGHTS in node.layer.traits:
        return f"each position of {source} has weights of its own"
    if node.attributes.get("weight_standardized"):
        return f"the weights of {source} are standardised"
    if node.share is not None or source in network.shared:
        return f"{source} shares its weights"
    return ""


class _Writer:
    """A folded network that is being written."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes: dict[NodeId, Node] = {}
        self.stands_for: dict[NodeId, NodeId] = {}
        self.norms: dict[NodeId, NodeId] = {}
        self.kept: dict[NodeId, str] = {}
        self.left_out: list[NodeId] = []
        self.sources: dict[NodeId, TensorSource] = {}
        self.seen: dict[NodeId, str] = {}
        """For each layer that is gone: who reads what it was made of, if others do."""

    def add(self, node: Node) -> None:
        """Write a layer."""
        inputs = tuple(self.stands_for.get(i, i) for i in node.inputs)
        if _is_idle(node) and (node.id not in self.network.outputs or inputs[0] in self.nodes):
            self._pass_on(node, inputs[0])
            self.left_out.append(node.id)
            return
        if Trait.BATCH_STATISTICS in node.layer.traits:
            why = self._why_not(node, inputs[0])
            if not why:
                self._fold(node, inputs[0])
                return
            self.kept[node.id] = why
        if (
            isinstance(node.layer, Separable)
            and node.share is None
            and node.id not in self.network.shared
        ):
            self._split(node, node.layer, inputs)
            return
        self.nodes[node.id] = replace(node, inputs=inputs)
        if node.share is None and node.layer.params(*node.input_shapes):
            self.sources[node.id] = TensorSource(node.id)

    def _pass_on(self, node: Node, source: NodeId) -> None:
        """Let a layer that is gone be read from what it read."""
        self.stands_for[node.id] = source
        self.seen[node.id] = self._seen(node.inputs[0])

    def _seen(self, tensor: NodeId) -> str:
        """Return who else reads a tensor, or what it was made of; nothing if nobody does."""
        if tensor in self.network.outputs:
            return f"{tensor} is an output of the network"
        if len(self.network.consumers[tensor]) > 1:
            return f"others read {tensor}, too"
        return self.seen.get(tensor, "")

    def _why_not(self, norm: Node, source: NodeId) -> str:
        """Return why a batch normalisation cannot be worked into a layer; nothing if it can be."""
        if norm.share is not None or norm.id in self.network.shared:
            return "its numbers are shared"
        return why_not_by_filter(self.network, source) or self._seen(norm.inputs[0])

    def _fold(self, norm: Node, source: NodeId) -> None:
        """Let a layer take up a batch normalisation; it has a bias then."""
        before = self.nodes[source]
        layer = before.layer.model_copy(update={"bias": True})
        self.nodes[source] = replace(before, layer=layer, given=())
        known = self.sources[source]
        self.sources[source] = replace(known, norms=(*known.norms, norm.id))
        self.norms[norm.id] = source
        self._pass_on(norm, source)

    def _split(self, node: Node, layer: Separable, inputs: tuple[NodeId, ...]) -> None:
        """Write a separable convolution as the two that it is."""
        x = node.input_shapes[0]
        first = Depthwise(
            kernel=layer.kernel,
            multiplier=layer.multiplier,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            bias=False,
        )
        between = first.shape(x)
        id_ = NodeId(f"{node.id}/depthwise")
        self.nodes[id_] = replace(
            node, id=id_, layer=first, inputs=inputs, output=between, given=()
        )
        self.sources[id_] = TensorSource(
            node.id, MappingProxyType({_FIRST: "kernel", _SECOND: "", "bias": ""})
        )
        second = Conv(filters=layer.filters, kernel=(1,) * x.rank, bias=layer.bias)
        self.nodes[node.id] = replace(
            node, layer=second, inputs=(id_,), input_shapes=(between,), given=()
        )
        self.sources[node.id] = TensorSource(
            node.id, MappingProxyType({_FIRST: "", _SECOND: "kernel"})
        )

    def finish(self) -> FoldedNetwork:
        """Return the folded network."""
        network = self.network
        outputs = tuple(dict.fromkeys(self.stands_for.get(o, o) for o in network.outputs))
        folded = Network(network.name, network.inputs, tuple(self.nodes.values()), outputs)
        return FoldedNetwork(
            network,
            folded,
            self.norms,
            self.kept,
            tuple(self.left_out),
            self.sources,
            self.stands_for,
        )


_FIRST, _SECOND = "depthwise kernel", "pointwise kernel"


def _is_idle(node: Node) -> bool:
    """Whether a layer passes on what it gets when the network is used."""
    return node.layer.is_any(_IDLE) or bool(node.layer.without_effect(*node.input_shapes))
