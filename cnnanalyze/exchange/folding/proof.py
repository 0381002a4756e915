"""Proof: whether a text that was folded is the network that it was folded from."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from cnnanalyze.exchange.folding.step import NONE
from cnnanalyze.graph.isomorphism import isomorphism
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.traits import Trait


def is_same_graph(one: Network, other: Network) -> bool:
    """Whether two networks are the same but for the names of their layers.

    The kinds, attributes, given numbers, what each layer reads and in which order, what is shared,
    frozen and given out: all is the same. Concatenations in each other are as one, and a padding
    of 0 is none.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> flat = cnn.loads(
    ...     "{cnn: 1, input: 5x5x2, layers: [relu, {tanh: , as: t}, {add: , from: [t, relu1]}]}"
    ... )
    >>> folded = cnn.loads("{cnn: 1, input: 5x5x2, layers: [relu, {add: [tanh, []]}]}")
    >>> is_same_graph(flat, folded)
    True
    """
    if list(one.inputs.values()) != list(other.inputs.values()) or len(one) != len(other):
        return False
    ours, theirs = spread_concats(one), spread_concats(other)
    partner = isomorphism(ours, theirs, (_labels(ours), _labels(theirs)), lambda _: False)
    if partner is None:
        return False
    partner |= dict(zip(one.inputs, other.inputs, strict=True))
    return [partner[o] for o in one.outputs] == list(other.outputs) and all(
        (None if node.share is None else partner[node.share]) == other[partner[node.id]].share
        for node in one
    )


def _labels(network: Network) -> dict[str, Hashable]:
    return {
        node.id: (unpadded(node.layer), node.frozen, node.given, node.share is None, node.output)
        for node in network
    }


def unpadded(layer: Layer) -> Layer:
    """Return a layer with the word for no padding in the place of the number 0.

    Examples
    --------
    >>> from cnnanalyze.layers.conv import Conv
    >>> unpadded(Conv(filters=5, kernel=1, padding=0)).padding
    'valid'
    """
    info = type(layer).model_fields.get("padding")
    if info is None or info.default != NONE or getattr(layer, "padding", None) != 0:
        return layer
    return layer.model_copy(update={"padding": NONE})


def spread_concats(network: Network) -> Network:
    """Return a network in which concatenations read what those before them read."""
    parts: dict[NodeId, tuple[Layer, tuple[NodeId, ...]]] = {}
    nodes = []
    for node in network:
        if Trait.CONCATENATION in node.layer.traits:
            inputs: list[NodeId] = []
            for source in node.inputs:
                layer, own = parts.get(source, (None, ()))
                inputs += own if layer == node.layer else (source,)
            parts[node.id] = (node.layer, tuple(inputs))
            nodes.append(replace(node, inputs=tuple(inputs)))
        else:
            nodes.append(node)
    return replace(network, nodes=tuple(nodes))


def nest_concats(network: Network) -> Network:
    """Return a network in which a concatenation reads an earlier one that has its first parts.

    In a dense block each layer reads all before it: that is one more part behind those that the
    layer before read.
    """
    made: dict[tuple[Layer, tuple[NodeId, ...]], Node] = {}
    nodes = []
    for node in network:
        if Trait.CONCATENATION in node.layer.traits:
            made.setdefault((node.layer, node.inputs), node)
            for length in range(len(node.inputs) - 1, 1, -1):
                first = made.get((node.layer, node.inputs[:length]))
                if first is not None:
                    rest = slice(length, None)
                    nodes.append(
                        replace(
                            node,
                            inputs=(first.id, *node.inputs[rest]),
                            input_shapes=(first.output, *node.input_shapes[rest]),
                        )
                    )
                    break
            else:
                nodes.append(node)
        else:
            nodes.append(node)
    return replace(network, nodes=tuple(nodes))
