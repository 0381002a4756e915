"""Readings: networks as somebody has them who read one thing wrongly; the rules are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.conv import Conv, Depthwise
from cnnanalyze.spec.node import INPUT, Node

HELD = ("parameters", "trainable", "weights", "biases", "stored")
SIZED = (
    "output",
    "activations",
    "macs",
    "flops",
    "doubled_macs",
    "exact_operations",
    "receptive_field",
)


class Reading(NamedTuple):
    """A network with one mistake in it."""

    name: str
    words: str
    quantities: tuple[str, ...]
    make: Callable[[], Network]
    weight: float = 1.5


Change = Callable[[Node], Layer | None]
"""Returns the layer that is put in a node's place; nothing to leave the node out."""


def changed(network: Network, change: Change) -> Network:
    """Return a network with other layers in some places; all shapes are worked out anew.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.load("zoo:lecture_000_lenet")
    >>> without = changed(net, lambda node: None if node.id == "pool2" else node.layer)
    >>> str(net["fc3"].input_shapes[0]), str(without["fc3"].input_shapes[0])
    ('5x5x16', '10x10x16')
    """
    shapes: dict[str, Shape] = {INPUT: network.input}
    standing: dict[str, Any] = {INPUT: INPUT}
    nodes = []
    for node in network:
        inputs = tuple(standing[i] for i in node.inputs)
        found = tuple(shapes[i] for i in inputs)
        layer = change(node)
        if layer is None:
            standing[node.id] = inputs[0]
            continue
        standing[node.id] = node.id
        shapes[node.id] = layer.shape(*found)
        nodes.append(
            node._replace(layer=layer, inputs=inputs, input_shapes=found, output=shapes[node.id])
        )
    outputs = tuple(dict.fromkeys(standing[o] for o in network.outputs))
    return replace(network, nodes=tuple(nodes), outputs=outputs)


def readings(network: Network, chosen: Sequence[NodeFacts]) -> Iterator[Reading]:
    """Yield everything that one might read wrongly in a network, one thing at a time."""
    asked = {f.node.id for f in chosen}
    for node in network:
        yield from _about(network, node, alone=asked == {node.id})
    yield from _biases(network)


def _about(network: Network, node: Node, *, alone: bool) -> Iterator[Reading]:
    attributes = node.attributes
    where = "" if len(network) == 1 else f" in {node.id}"

    def with_(**update: Any) -> Callable[[], Network]:  # noqa: ANN401 - attributes of layers
        layer = node.layer.model_copy(update=update)
        return lambda: changed(network, lambda n: layer if n.id == node.id else n.layer)

    stride = attributes.get("stride")
    if node.layer.fit(*node.input_shapes):
        kernel = attributes.get("kernel", 1)
        steps = kernel if stride is None else stride
        if steps == 1:
            yield Reading(
                "stride of 2", f"took a stride of 2{where}", (*SIZED, *HELD), with_(stride=2), 1.6
            )
        else:
            yield Reading(
                "stride forgotten", f"forgot the stride{where}", (*SIZED, *HELD), with_(stride=1)
            )
        if attributes.get("padding", "valid") not in {"valid", 0}:
            yield Reading(
                "padding forgotten",
                f"forgot the padding{where}",
                (*SIZED, *HELD),
                with_(padding="valid"),
            )
        elif "padding" in attributes:
            yield Reading(
                "padding 'same' assumed",
                f"assumed padding that keeps the size{where}",
                (*SIZED, *HELD),
                with_(padding="same"),
            )
    if "pool" in node.kind or node.kind == "gap":
        yield from _pool(network, node, alone=alone)


def _pool(network: Network, node: Node, *, alone: bool) -> Iterator[Reading]:
    if not alone:
        yield Reading(
            "pool forgotten",
            f"forgot the pooling layer {node.id}",
            (*SIZED, *HELD),
            lambda: changed(network, lambda n: None if n.id == node.id else n.layer),
            1.4,
        )
    shape = node.input_shapes[0]
    kernel = node.attributes.get("kernel", shape.size)
    for words, bias in (("weights", False), ("weights and biases", True)):
        flat = Depthwise(kernel=kernel, bias=bias)
        full = Conv(filters=shape.channels, kernel=kernel, bias=bias)
        for layer, depth in ((flat, ""), (full, " through all channels")):
            held: Layer = layer.model_copy(update={"stride": node.attributes.get("stride") or 1})
            yield Reading(
                "pooling given parameters",
                f"gave the pooling layer {node.id} {words}{depth}, but it learns nothing",
                HELD,
                lambda held=held: changed(  # type: ignore[misc]  # bound here
                    network, lambda n: held if n.id == node.id else n.layer
                ),
                1.0 if not bias and not depth else 1.3,
            )


def _biases(network: Network) -> Iterator[Reading]:
    """Yield the network with biases where it has none, as libraries have them by default."""
    bare = [n for n in network if n.attributes.get("bias") is False]
    if not bare:
        return
    ids = {n.id for n in bare}

    def biased(node: Node) -> Layer:
        return node.layer.model_copy(update={"bias": True}) if node.id in ids else node.layer

    yield Reading(
        "bias kept before a norm",
        "counted biases for layers that have none",
        (*HELD, "flops", "exact_operations"),
        lambda: changed(network, biased),
        1.2,
    )


def freezings(network: Network) -> Iterator[tuple[str, str, Callable[[], Network]]]:
    """Yield the network with other layers frozen than the question says."""
    if not any(n.frozen for n in network):
        return
    heads = [n.id for n in network if n.kind == "dense" and not n.frozen]

    def frozen(ids: Sequence[str]) -> Network:
        nodes = tuple(n._replace(frozen=n.frozen or n.id in ids) for n in network)
        return replace(network, nodes=nodes)

    def thawed() -> Network:
        return replace(network, nodes=tuple(n._replace(frozen=False) for n in network))

    if heads:
        yield "head frozen too", "froze the new head, too", lambda: frozen(heads[-1:])
    yield "nothing frozen", "counted the frozen layers, too", thawed
