"""Misread networks: a network with one thing read wrongly, analyzed by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.core.expression import Expression, rewrite
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, Rank, kind
from cnnanalyze.course.misconceptions.misconception import SIZE_MISCONCEPTIONS, Misconception
from cnnanalyze.course.misconceptions.mistakes import SMALL, with_misconception
from cnnanalyze.course.misconceptions.solution import LayerContexts
from cnnanalyze.course.sheets.questions.changed_network import with_changes
from cnnanalyze.errors import ShapeError
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.traits import Trait

HELD = tuple(word for word, row in additive_quantities().items() if row.of_tensors)
"""What layers hold."""
SIZED = ("output", "receptive_field", *(word for word in additive_quantities() if word not in HELD))
"""What depends on the sizes of maps."""
ALL = (*SIZED, *HELD)


class MisreadNetwork(NamedTuple):
    """A network with one misreading."""

    kind: MistakeKind
    where: str
    quantities: tuple[str, ...]
    make: Callable[[], Network]


class LayerMisreading(NamedTuple):
    """One way to misread a layer."""

    kind: MistakeKind
    quantities: tuple[str, ...]
    change: Callable[[Node], Iterator[Layer]]
    """The layers that somebody takes for this one."""
    has_slip: tuple[str, ...] = ()
    """Quantities for which a slip says the same, if it is made in all layers."""


def _other(layer: Layer, **update: Any) -> Layer:  # noqa: ANN401 - attributes of layers
    return layer.model_copy(update=update)


# --- windows --------------------------------------------------------------------------------------


def _stride(node: Node) -> Any:  # noqa: ANN401 - one number, or one for each axis
    stride = node.attributes.get("stride")
    return node.attributes.get("kernel", 1) if stride is None else stride


def _slides(node: Node) -> bool:
    return bool(node.layer.fit(*node.input_shapes)) and "kernel" in node.attributes


def _unstrided(node: Node) -> Iterator[Layer]:
    if _slides(node) and _stride(node) != 1:
        yield _other(node.layer, stride=1)


def _strided(node: Node) -> Iterator[Layer]:
    if _slides(node) and _stride(node) == 1 and node.attributes["kernel"] != 1:
        yield _other(node.layer, stride=2)


def _unpadded(node: Node) -> Iterator[Layer]:
    if _slides(node) and node.attributes.get("padding", 0) not in {"valid", "same", 0}:
        yield _other(node.layer, padding="valid")


def _valid(node: Node) -> Iterator[Layer]:
    if _slides(node) and node.attributes.get("padding") == "same":
        yield _other(node.layer, padding="valid")


def _same(node: Node) -> Iterator[Layer]:
    if _slides(node) and node.attributes.get("padding") in {"valid", 0}:
        yield _other(node.layer, padding="same")


def _untransposed(node: Node) -> Iterator[Layer]:
    if Trait.TRANSPOSED_CONVOLUTION in node.layer.traits:
        yield from _convolution(node, node.output.channels)


def _unseparated(node: Node) -> Iterator[Layer]:
    if node.layer.is_any({Trait.DEPTHWISE, Trait.SEPARABLE}):
        yield from _convolution(node, node.output.channels)


def _convolution(node: Node, filters: int) -> Iterator[Layer]:
    own, taken = node.attributes, ("kernel", "stride", "padding", "bias")
    if own.keys() >= set(taken):
        yield Conv(filters=filters, **{k: own[k] for k in taken})


def _turned(node: Node) -> Iterator[Layer]:
    kernel = node.attributes.get("kernel")
    if isinstance(kernel, tuple) and len(set(kernel)) > 1:
        yield _other(node.layer, kernel=kernel[::-1])


def _square(node: Node) -> Iterator[Layer]:
    for word in ("kernel", "stride"):
        sides = node.attributes.get(word)
        if isinstance(sides, tuple) and len(set(sides)) > 1:
            yield from (_other(node.layer, **{word: side}) for side in dict.fromkeys(sides))


# --- pooling --------------------------------------------------------------------------------------


def _is_pool(node: Node) -> bool:
    return Trait.POOLING in node.layer.traits


def _given_weights(node: Node) -> Iterator[Layer]:
    """Take a pooling layer for a convolution: one kernel, one for each channel, or deep ones."""
    if not _is_pool(node):
        return
    shape = node.input_shapes[0]
    kernel = node.attributes.get("kernel", shape.size)
    stride = node.attributes.get("stride") or 1
    for bias in (False, True):
        yield Depthwise(kernel=kernel, bias=bias, stride=stride)
        yield Conv(filters=shape.channels, kernel=kernel, bias=bias, stride=stride)


LAYER_MISREADINGS: tuple[LayerMisreading, ...] = (
    LayerMisreading(
        kind("stride forgotten", "forgot the stride"), ALL, _unstrided, ("receptive_field",)
    ),
    LayerMisreading(kind("padding forgotten", "forgot the padding"), ALL, _unpadded),
    LayerMisreading(
        kind("formula of 'valid'", "used the formula of 'valid', although the padding is 'same'"),
        ALL,
        _valid,
    ),
    LayerMisreading(
        kind("padding 'same' assumed", "assumed padding that keeps the size ('same')"), ALL, _same
    ),
    LayerMisreading(kind("stride of 2", "took a stride of 2"), ALL, _strided),
    LayerMisreading(
        kind("formula of the plain convolution", "used the formula of the plain convolution"),
        ALL,
        _untransposed,
    ),
    LayerMisreading(
        kind("taken for a plain convolution", "took it for a plain convolution"),
        ALL,
        _unseparated,
    ),
    LayerMisreading(kind("kernel axes swapped", "swapped the sides of the kernel"), ALL, _turned),
    LayerMisreading(kind("one side for both", "took one side for both"), ALL, _square),
    LayerMisreading(
        kind("pooling given parameters", "gave the pooling layer weights, but it learns nothing"),
        HELD,
        _given_weights,
    ),
)
"""Layers read wrongly, one at a time; of two that are as common, the first is named first."""

POOL_FORGOTTEN = kind("pool forgotten", "forgot the pooling layer")
ONE_KERNEL = kind(
    "pooling given parameters", "gave the pooling layer one kernel, but it learns nothing"
)
ONE_BLOCK = kind("repeated block counted once", "counted what is repeated once")
BIASED = kind("bias kept before a norm", "counted biases for layers that have none")
DEPTH_POOLED = kind("depth pooled too", "pooled the channels, too, but each is pooled by itself")
HEAD_FROZEN = kind("head frozen too", "froze the new head, too")
NOTHING_FROZEN = kind("nothing frozen", "counted the frozen layers, too")


def misread_networks(
    network: Network, chosen: Sequence[NodeFacts], contexts: LayerContexts
) -> Iterator[MisreadNetwork]:
    """Yield the networks with one misreading each."""
    asked: set[str] = {f.node.id for f in chosen}
    for row in LAYER_MISREADINGS:
        others: dict[str, Layer | None] = {
            n.id: layers[0] for n in network if (layers := list(row.change(n)))
        }
        if len(others) > 1:
            quantities = tuple(q for q in row.quantities if q not in row.has_slip)
            yield MisreadNetwork(row.kind, "", quantities, _with(network, others))
    for node in network:
        where = "" if len(network) == 1 else f" in {node.id}"
        for row in LAYER_MISREADINGS:
            for layer in row.change(node):
                yield MisreadNetwork(
                    row.kind, where, row.quantities, _with(network, {node.id: layer})
                )
        if _is_pool(node):
            if asked != {node.id}:
                yield MisreadNetwork(
                    POOL_FORGOTTEN, f" {node.id}", ALL, _with(network, {node.id: None})
                )
            yield MisreadNetwork(DEPTH_POOLED, where, ALL, _shallow(network, node))
            for bias in (False, True):
                yield MisreadNetwork(ONE_KERNEL, where, HELD, _one_kernel(network, node, bias=bias))
    yield from _biases(network)
    yield from _repeats(network)
    if len(network) <= SMALL:
        yield from _sizes(network, asked, contexts)


def _with(network: Network, others: Mapping[str, Layer | None]) -> Callable[[], Network]:
    return lambda: with_changes(network, lambda n: others.get(n.id, n.layer))


def _shallow(network: Network, node: Node) -> Callable[[], Network]:
    """Return the network with the depth divided by a pool as each side is."""

    def size(n: Node, inputs: tuple[Shape, ...], ruled: Shape) -> Shape:
        if n.id != node.id or not ruled.size or not ruled.size[0]:
            return ruled
        return Shape(ruled.size, max(1, ruled.channels * ruled.size[0] // inputs[0].size[0]))

    return lambda: with_changes(network, size=size)


def _one_kernel(network: Network, node: Node, *, bias: bool) -> Callable[[], Network]:
    """Return the network with one flat kernel in the place of a pool, whatever its depth."""
    shape = node.input_shapes[0]
    flat = Depthwise(kernel=node.attributes.get("kernel", shape.size), bias=bias)
    held = replace(node, layer=flat, input_shapes=(Shape(shape.size, 1),))
    return lambda: replace(network, nodes=tuple(held if n.id == node.id else n for n in network))


def _biases(network: Network) -> Iterator[MisreadNetwork]:
    """Yield the network with biases where it has none, as libraries have them by default."""
    ids = {n.id for n in network if n.attributes.get("bias") is False}
    if not ids:
        return

    def biased(node: Node) -> Layer:
        return _other(node.layer, bias=True) if node.id in ids else node.layer

    quantities = (*HELD, "flops", "exact_operations")
    yield MisreadNetwork(BIASED, "", quantities, lambda: with_changes(network, biased))


def _repeats(network: Network) -> Iterator[MisreadNetwork]:
    """Yield the network with each step that it repeats laid out once."""
    seen: set[tuple[Any, ...]] = set()
    again = set()
    for node in network:
        if node.mark is None:
            continue
        calls = tuple(call.mark.position for call in node.chain)
        key = (node.mark.position, calls, repr(node.layer), node.output)
        if key in seen:
            again.add(node.id)
        seen.add(key)
    if again:
        yield MisreadNetwork(
            ONE_BLOCK,
            "",
            ALL,
            lambda: with_changes(network, lambda n: None if n.id in again else n.layer),
        )


# --- sizes ----------------------------------------------------------------------------------------


def _sizes(network: Network, asked: set[str], contexts: LayerContexts) -> Iterator[MisreadNetwork]:
    """Yield the network with wrong sizes of one layer or of all."""
    sliding = [n for n in network if _slides(n) and contexts[n.id].sizes()]
    if not sliding or (len(sliding) == 1 and asked == {sliding[0].id}):
        return
    for misconception in SIZE_MISCONCEPTIONS:
        if misconception.kind.rank is not Rank.COMMON:
            continue
        if len(sliding) > 1:
            ids: set[str] = {n.id for n in sliding}
            yield MisreadNetwork(
                misconception.kind, "", ALL, _missized(network, ids, misconception, contexts)
            )
        for node in sliding:
            if asked != {node.id}:
                make = _missized(network, {node.id}, misconception, contexts)
                yield MisreadNetwork(misconception.kind, f" in {node.id}", ALL, make)


def _missized(
    network: Network, ids: set[str], misconception: Misconception, contexts: LayerContexts
) -> Callable[[], Network]:
    def size(node: Node, inputs: tuple[Shape, ...], ruled: Shape) -> Shape:
        if node.id not in ids:
            return ruled
        own = contexts[node.id].sizes()
        found = [
            with_misconception(_over(tree, inputs[0].size[axis]), misconception, contexts).value
            for axis, tree in enumerate(own)
        ]
        if any(n.denominator != 1 or n < 1 for n in found):
            raise ShapeError("no map has such a size")
        return Shape(tuple(map(int, found)), ruled.channels)

    return lambda: with_changes(network, size=size)


def _over(tree: Expression, extent: int) -> Expression:
    """Return a size formula for an input of another extent."""

    def put(part: Expression) -> Expression:
        is_input = part.is_given and part.name is not None and part.name.key == "input"
        return part._replace(value=extent) if is_input else part

    return rewrite(tree, put)


# --- training -------------------------------------------------------------------------------------


def misread_training(network: Network) -> Iterator[tuple[MistakeKind, Callable[[], Network]]]:
    """Yield the network with other layers frozen than the question says."""
    if not any(n.frozen for n in network):
        return
    heads = [n.id for n in network if Trait.DENSE in n.layer.traits and not n.frozen]

    def frozen(ids: Sequence[str]) -> Network:
        nodes = tuple(replace(n, frozen=n.frozen or n.id in ids) for n in network)
        return replace(network, nodes=nodes)

    def thawed() -> Network:
        return replace(network, nodes=tuple(replace(n, frozen=False) for n in network))

    if heads:
        yield HEAD_FROZEN, lambda: frozen(heads[-1:])
    yield NOTHING_FROZEN, thawed
