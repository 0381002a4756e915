"""The order of flattened maps: ours has the channels last, frameworks have them first."""

from __future__ import annotations

from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait

_MOVES_NOTHING = frozenset({"dropout", "drop_path", "identity", "scale", "power", "clip"})
"""Kinds that leave each number in its place, besides activations, and hold none."""


def _keeps_places(node: Node) -> bool:
    if node.kind in _MOVES_NOTHING or node.kind in {"abs", "sqrt", "exp", "log"}:
        return True
    return Trait.ACTIVATION in node.layer.traits and node.kind not in {
        "softmax",
        "log_softmax",
        "prelu",
        "glu",
        "geglu",
        "swiglu",
    }


def is_read_flat(node: Node, network: Network) -> bool:
    """Whether a flattened map is read only by layers that weigh each of its numbers.

    Then it does not matter in which order they stand, and it is PyTorch's: channels first.
    """
    if node.id in network.outputs:
        return False
    for name in network.consumers[node.id]:
        reader = network[name]
        if reader.kind in {"dense", "maxout", "rbf"}:
            continue
        if not _keeps_places(reader) or not is_read_flat(reader, network):
            return False
    return True


def flattened(node: Node, network: Network) -> Shape:
    """Return the shape of the map whose numbers a layer reads, channels first, as a vector."""
    shape = node.input_shapes[0]
    while shape.is_vector and node.inputs[0] in network.by_id:
        node = network[node.inputs[0]]
        if node.kind == "flatten":
            source = node.input_shapes[0]
            return source if is_read_flat(node, network) else shape
        if not _keeps_places(node):
            break
    return shape
