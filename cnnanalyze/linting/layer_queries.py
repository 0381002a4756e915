"""What rules ask of a layer: what it is, and what stands before and behind it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, NamedTuple

from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.graph.queries import cut_nodes, descendants, longest_path
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import stride_of

CONVOLUTIONS = frozenset({Trait.CONVOLUTION})
TRANSPOSED = frozenset({Trait.TRANSPOSED_CONVOLUTION})
DENSE = frozenset({Trait.DENSE})
LINEAR = CONVOLUTIONS | TRANSPOSED | DENSE
"""Weighted sums of the input, with learned weights."""
SOFTMAX = frozenset({Trait.SOFTMAX})
ACTIVATIONS = frozenset({Trait.ACTIVATION})
NORMS = frozenset({Trait.NORMALISATION})
GLOBAL_POOLS = frozenset({Trait.GLOBAL_POOLING, Trait.ADAPTIVE_POOLING})
POOLS = frozenset({Trait.SLIDING_POOLING})
MAX_POOL = frozenset({Trait.SLIDING_POOLING, Trait.MAX_POOLING})
"""Both together: windows of which the largest number is taken."""
MONOTONE = frozenset({Trait.ACTIVATION, Trait.MONOTONE})
"""Both together: an activation that never falls."""
JOINS = frozenset({Trait.JOIN})
SILENT = frozenset({Trait.IDENTITY_AT_INFERENCE})
"""Kinds that pass their input on when the network is used."""


def is_convolution(node: Node) -> bool:
    """Whether a layer is a convolution; a transposed one is none."""
    return node.layer.is_any(CONVOLUTIONS)


def is_activation(node: Node) -> bool:
    """Whether a layer is a nonlinearity; softmax, which makes probabilities, is none."""
    return node.layer.is_any(ACTIVATIONS)


def is_norm(node: Node) -> bool:
    """Whether a layer normalises with statistics; local response normalisation does not."""
    return node.layer.is_any(NORMS)


def lengthens(node: Node) -> bool:
    """Whether a layer puts maps one behind the other along an axis of positions."""
    is_one = Trait.CONCATENATION in node.layer.traits
    return is_one and node.output.size != node.input_shapes[0].size


def kernel(node: Node) -> tuple[int, ...]:
    """Return the kernel of a layer along every axis; nothing if it has none."""
    return _per_axis(node, "kernel", getattr(node.layer, "kernel", None))


def stride(node: Node) -> tuple[int, ...]:
    """Return the stride of a layer along every axis; nothing if it has no windows."""
    written = stride_of({"kernel": None, "stride": None, **vars(node.layer)})
    return _per_axis(node, "stride", written)


def dilation(node: Node) -> tuple[int, ...]:
    """Return the dilation of a layer along every axis; ones if it knows none."""
    written = getattr(node.layer, "dilation", None)
    return _per_axis(node, "dilation", written) or (1,) * len(kernel(node))


def borders(node: Node) -> tuple[tuple[int, int], ...]:
    """Return the padding before and behind along every axis of a layer with windows."""
    fits = node.layer.fit(*node.input_shapes)
    return tuple((fit.before, fit.after) for fit in fits)


def gaps(
    network: Network, traits: AbstractSet[Trait], passed: AbstractSet[Trait]
) -> Iterator[tuple[Node, int, int]]:
    """Yield what steps over pixels that nothing else reads: layer, stride, extent of the window.

    Parameters
    ----------
    network
        The network.
    traits
        The layers that are meant.
    passed
        The layers that are looked through for another reader.
    """
    for node in network:
        if node.layer.is_any(traits) and is_alone(network, node, passed):
            windows = zip(kernel(node), dilation(node), stride(node), strict=True)
            sides = ((s, d * (k - 1) + 1) for k, d, s in windows)
            found = next(((s, extent) for s, extent in sides if s > extent), None)
            if found is not None:
                yield node, *found


def _per_axis(node: Node, attribute: str, value: Any) -> tuple[int, ...]:  # noqa: ANN401
    rank = node.input_shapes[0].rank
    return () if value is None or rank == 0 else tuple(per_axis(value, rank, attribute))


def groups(node: Node) -> int:
    """Return the number of groups of a convolution; a depthwise one has as many as channels."""
    if Trait.DEPTHWISE in node.layer.traits:
        return node.input_shapes[0].channels
    return int(getattr(node.layer, "groups", 1))


def is_full(node: Node) -> bool:
    """Whether a layer is a convolution whose filters read all channels, everywhere alike."""
    return node.layer.traits >= _FULL and groups(node) == 1


_FULL = frozenset({Trait.CONVOLUTION, Trait.FULL_DEPTH})


def is_alone(network: Network, node: Node, passed: AbstractSet[Trait] = frozenset()) -> bool:
    """Whether no other layer reads what a layer reads, nor what it was made of by such layers."""
    here: Node | None = node
    while here is not None:
        if len(network.consumers[here.inputs[0]]) > 1:
            return False
        here = producer(network, here)
        if here is None or not here.layer.is_any(passed):
            return True
    return True


def is_spatial(node: Node) -> bool:
    """Whether a layer is a convolution whose kernel is larger than one position."""
    return node.layer.is_any(CONVOLUTIONS) and any(k > 1 for k in kernel(node))


def spatial_convolutions(network: Network) -> Iterator[Node]:
    """Yield the convolutions whose kernel is larger than one position, in order."""
    return filter(is_spatial, network.nodes)


def producer(network: Network, node: Node, index: int = 0) -> Node | None:
    """Return the layer that a layer reads; nothing if it reads an input of the network."""
    return network.by_id.get(node.inputs[index])


def producers(network: Network, node: Node) -> tuple[Node, ...]:
    """Return all layers that a layer reads; the network's inputs are none."""
    return tuple(network.by_id[i] for i in node.inputs if i in network.by_id)


def consumers(network: Network, node: Node | None) -> tuple[Node, ...]:
    """Return the layers that read a layer; without one, those that read the network's inputs."""
    sources = tuple(network.inputs) if node is None else (node.id,)
    readers = dict.fromkeys(i for source in sources for i in network.consumers[source])
    return tuple(network.by_id[i] for i in readers)


def only_consumer(network: Network, node: Node) -> Node | None:
    """Return the one layer that reads a layer; nothing if there are others, or it is an output."""
    readers = network.consumers[node.id]
    return (
        network.by_id[readers[0]] if len(readers) == 1 and node.id not in network.outputs else None
    )


def before(network: Network, node: Node, traits: AbstractSet[Trait]) -> tuple[Node, ...]:
    """Return what a layer reads, looking through layers like these; each once, nearest first.

    The network's inputs are none of them.
    """
    while len(node.inputs) == 1:  # on a path without joins there is nothing to keep in mind
        source = network.by_id.get(node.inputs[0])
        if source is None:
            return ()
        if not source.layer.is_any(traits):
            return (source,)
        node = source
    return through(network, node, traits, forward=False)


def ends(network: Network, head: Node, traits: AbstractSet[Trait]) -> tuple[Node, ...]:
    """Return a head, or what it reads if it is like these, looking through all that are."""
    return before(network, head, traits) if head.layer.is_any(traits) else (head,)


def after(network: Network, node: Node, traits: AbstractSet[Trait]) -> tuple[Node, ...]:
    """Return what reads a layer, looking through layers like these; each once."""
    return through(network, node, traits, forward=True)


def through(
    network: Network, node: Node, traits: AbstractSet[Trait], *, forward: bool
) -> tuple[Node, ...]:
    """Return what is met first beyond layers with such traits, before or after a layer."""
    step = consumers if forward else producers
    found: dict[str, Node] = {}
    passed: set[str] = set()
    waiting = [node]
    while waiting:
        for neighbour in step(network, waiting.pop(0)):
            if not neighbour.layer.is_any(traits):
                found.setdefault(neighbour.id, neighbour)
            elif neighbour.id not in passed:
                passed.add(neighbour.id)
                waiting.append(neighbour)
    return tuple(found.values())


def heads(network: Network) -> tuple[Node, ...]:
    """Return the layers whose outputs are the network's."""
    return tuple(network.by_id[i] for i in network.outputs if i in network.by_id)


def main_path(network: Network, image: NodeId | None = None) -> tuple[Node, ...]:
    """Return the longest path from any input, or a certain one, to the first output.

    Its first layer comes first; there is none if the output does not depend on the input.
    """
    producers = network.producers
    if image is not None:
        producers = {id_: producers[id_] for id_ in descendants(producers, [image])}
    return tuple(network[id_] for id_ in longest_path(producers, network.outputs[0]))


def all_attributes() -> frozenset[str]:
    """Return the names of all attributes that any kind of layer has."""
    return frozenset(name for cls in KINDS for name in cls.model_fields)


# --- what sort of linear layer it is --------------------------------------------------------------

RECTIFIERS = frozenset({Trait.RECTIFIER})
"""Activations that put out nothing below zero and pass on what lies above."""


def is_depthwise(node: Node) -> bool:
    """Whether a layer convolves every channel by itself."""
    if node.layer.traits >= _FULL:
        return 1 < node.input_shapes[0].channels == groups(node)
    return Trait.DEPTHWISE in node.layer.traits


def is_pointwise(node: Node) -> bool:
    """Whether a layer is a convolution that mixes the channels of single positions."""
    return is_full(node) and all(k == 1 for k in kernel(node))


def is_mixing(node: Node) -> bool:
    """Whether every output channel of a linear layer depends on every input channel."""
    return Trait.FULL_DEPTH in node.layer.traits and groups(node) == 1


def is_mergeable(first: Node, second: Node) -> bool:
    """Whether one layer of no more weights could replace two with no nonlinearity between them."""
    if not is_mixing(first) or not is_mixing(second):
        return False
    middle = first.output.channels
    narrowest = min(first.input_shapes[0].channels, second.output.channels)
    are_points = all(k == 1 for k in kernel(first)) or all(k == 1 for k in kernel(second))
    return are_points and middle >= narrowest


def is_factorised(first: Node, second: Node) -> bool:
    """Whether two layers are the parts of one convolution that was split on purpose.

    A depthwise one and the pointwise one behind it, or two whose kernels extend along different
    axes.
    """
    if is_depthwise(first) and is_pointwise(second):
        return True
    one, other = kernel(first), kernel(second)
    return (
        one != other
        and len(one) == len(other)
        and max(one) > 1 < max(other)
        and all(1 in pair for pair in zip(one, other, strict=True))
    )


def is_gate(network: Network, node: Node) -> bool:
    """Whether a layer only scales others: everything that it leads to is multiplied with more."""
    return node.id in _gates(_Same(network))


_PASSED = LINEAR | ACTIVATIONS | NORMS | SILENT | {Trait.RESHAPING}


class _Same(NamedTuple):
    """A network as a key that is equal to itself alone; comparing networks would take too long."""

    network: Network

    def __hash__(self) -> int:
        return id(self.network)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.network is self.network


@lru_cache(maxsize=4)
def _gates(same: _Same) -> frozenset[str]:
    """Return the layers that only scale others: one walk from the end tells it of all of them."""
    network = same.network
    leads: dict[str, tuple[bool, bool]] = {}  # whether to anything, whether to others alone
    for node in reversed(network.nodes):
        found = [
            leads[reader.id]
            if reader.layer.is_any(_PASSED)
            else (True, Trait.PRODUCT in reader.layer.traits)
            for reader in consumers(network, node)
        ]
        leads[node.id] = any(ends for ends, _ in found), all(scales for _, scales in found)
    return frozenset(name for name, (ends, scales) in leads.items() if ends and scales)


def is_projection(network: Network, node: Node) -> bool:
    """Whether a layer is the narrow pointwise convolution that closes an inverted bottleneck.

    It reads a depthwise convolution, maybe through normalisation, activation and a gate.
    """
    if not is_pointwise(node) or node.output.channels >= node.input_shapes[0].channels:
        return False
    sources = before(network, node, NORMS | SILENT | ACTIVATIONS | {Trait.PRODUCT})
    return any(is_depthwise(source) for source in sources)


def reads_map(network: Network, node: Node) -> Shape | None:
    """Return the map of more than one position that a dense layer reads, flattened or not."""
    if not node.layer.is_any(DENSE):
        return None
    here = node
    passed = SILENT | {Trait.RESHAPING}
    while (source := producer(network, here)) is not None and source.layer.is_any(passed):
        here = source
    shape = here.input_shapes[0]
    return shape if not shape.is_vector and shape.positions > 1 else None


def bottlenecks(network: Network) -> Iterator[tuple[Node, Node]]:
    """Yield pairs of layers in succession that every path passes, as far as maps go.

    The head is left out: from the last map of more than one position or the last activation on, a
    network may shrink.
    """
    activations = (k for k, n in reversed(list(enumerate(network.nodes))) if is_activation(n))
    end = next(activations, 0)
    body = {n.id for n in network.nodes[:end]}
    last: Node | None = None
    for node in (network.by_id[id_] for id_ in cut_nodes(network)):
        if node.id not in body or node.output.is_vector or node.output.positions == 1:
            return
        if last is not None:
            yield last, node
        last = node
