"""Changed networks: other layers or sizes in some places, the rest by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.base import Layer

Change = Callable[[Node], Layer | None]
"""Returns the layer that is put in a node's place; nothing to leave the node out."""
Size = Callable[[Node, tuple[Shape, ...], Shape], Shape]
"""From a node, its inputs and what the rules make of them to the output that somebody has."""


def _by_the_rules(_: Node, __: tuple[Shape, ...], shape: Shape) -> Shape:
    return shape


def with_changes(
    network: Network, change: Change = lambda node: node.layer, size: Size = _by_the_rules
) -> Network:
    """Return a network with some layers replaced; all shapes are computed again.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.load("zoo:lecture_000_lenet")
    >>> without = with_changes(net, lambda node: None if node.id == "pool2" else node.layer)
    >>> str(net["fc3"].input_shapes[0]), str(without["fc3"].input_shapes[0])
    ('5x5x16', '10x10x16')
    """
    shapes: dict[str, Shape] = {name: given.shape for name, given in network.inputs.items()}
    standing: dict[str, Any] = {name: name for name in network.inputs}
    nodes = []
    for node in network:
        inputs = tuple(standing[i] for i in node.inputs)
        found = tuple(shapes[i] for i in inputs)
        layer = change(node)
        if layer is None:
            standing[node.id] = inputs[0]
            continue
        standing[node.id] = node.id
        ruled = layer.shape(*found)
        shapes[node.id] = size(node, found, ruled)
        if shapes[node.id] != ruled:  # what the rules say is kept for each layer: this is another
            layer = layer.model_copy()
        nodes.append(
            replace(node, layer=layer, inputs=inputs, input_shapes=found, output=shapes[node.id])
        )
    outputs = tuple(dict.fromkeys(standing[o] for o in network.outputs))
    return replace(network, nodes=tuple(nodes), outputs=outputs)


def with_sizes(network: Network, sizes: Mapping[str, Shape]) -> Network:
    """Return the network of a student who computed other sizes for some of its maps.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.load("zoo:lecture_000_lenet")
    >>> str(with_sizes(net, {"conv1": Shape((30, 30), 8)})["pool1"].output)
    '15x15x8'
    """
    given = {
        name: replace(one, shape=sizes.get(name, one.shape)) for name, one in network.inputs.items()
    }
    network = replace(network, inputs=given)
    return with_changes(network, size=lambda node, _, ruled: sizes.get(node.id, ruled))
