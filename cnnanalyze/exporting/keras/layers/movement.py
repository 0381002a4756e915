"""Numbers moved to other places: reshaped, padded, cut and permuted."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exporting.axes import named_axis
from cnnanalyze.exporting.keras.layers.sliding import amount, continued
from cnnanalyze.exporting.keras.registry import expression, made, own, writes
from cnnanalyze.exporting.part import Step, Steps
from cnnanalyze.exporting.windows import single
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import CONTINUED, axis_numbers, per_axis, per_border
from cnnanalyze.layers.pattern import Pattern, lengths, parse


@writes("reshape")
def _reshape(node: Node) -> Steps:
    return (Step(made("layers.Reshape", target_shape=node.output.extents)),)


@writes("zeropad", "reflectpad", "replicatepad", "circularpad", "pad")
def _pad(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = per_border(a["padding"], rank, "padding")
    border = a["mode"] if "mode" in a else node.kind.removesuffix("pad")
    channels = a.get("channels", (0, 0))
    if border in CONTINUED:
        return (Step(continued(border, (*sides, channels) if any(channels) else sides)),)
    if any(channels) or a.get("fill"):
        text = "ops.pad({0}, {sides})"
        values: dict[str, Any] = {"sides": ((0, 0), *sides, channels)}
        if a["fill"]:
            text, values["fill"] = f"{text[:-1]}, constant_values={{fill}})", a["fill"]
        return (expression(text, **values),)
    return (Step(made(f"layers.ZeroPadding{rank}D", padding=amount(sides))),)


@writes("crop")
def _crop(node: Node) -> Steps:
    rank = node.input_shapes[0].rank
    sides = per_border(node.attributes["amount"], rank, "amount")
    return (Step(made(f"layers.Cropping{rank}D", cropping=amount(sides))),)


@writes("permute")
def _permute(node: Node) -> Steps:
    dims = (*node.attributes["order"], node.input_shapes[0].rank + 1)
    return (Step(made("layers.Permute", dims=dims)),)


@writes("slice")
def _slice(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if a["channels"] is not None:
        start, stop = a["channels"]
        number, places = x.rank, range(start, stop)
    else:
        number = named_axis(node)
        places = range(x.extents[number])[a["start"] : a["stop"] : a["step"]]
    if places.step == -1 and len(places) == x.extents[number]:
        return (expression("ops.flip({0}, axis={axis})", axis=number + 1),)
    if places.step != 1:
        return (_taken(number, list(places)),)
    before, n = ":, " * (number + 1), x.extents[number]
    values: dict[str, Any] = {"start": places.start} if places.start else {}
    values |= {"stop": places.stop} if places.stop < n else {}
    inner = ("{start}" if places.start else "") + ":" + ("{stop}" if places.stop < n else "")
    return (expression(f"{{0}}[{before}{inner}]", **values),)


def _taken(number: int, places: list[int]) -> Step:
    return expression("ops.take({0}, {places}, axis={axis})", places=places, axis=number + 1)


@writes("gather")
def _gather(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    number = named_axis(node)
    return (_taken(number, [p % x.extents[number] for p in a["positions"]]),)


@writes("roll")
def _roll(node: Node) -> Steps:
    rank = node.input_shapes[0].rank
    amount = per_axis(node.attributes["amount"], rank, "amount")
    axes = tuple(range(1, rank + 1))
    return (expression("ops.roll({0}, {amount}, axis={axes})", amount=amount, axes=axes),)


@writes("pad_channels")
def _pad_channels(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = (*((0, 0),) * (rank + 1), (a["before"], a["after"]))
    return (expression("ops.pad({0}, {sides})", sides=sides),)


_SHUFFLE = '''
class ChannelShuffle(layers.Layer):
    """Channels of several groups mixed, one of each after the other (ShuffleNet)."""

    def __init__(self, groups, name=None):
        super().__init__(name=name)
        self.groups = groups

    def call(self, x):
        *size, channels = x.shape[1:]
        x = ops.reshape(x, (-1, *size, self.groups, channels // self.groups))
        return ops.reshape(ops.swapaxes(x, -1, -2), (-1, *size, channels))
'''


@writes("channel_shuffle")
def _channel_shuffle(node: Node) -> Steps:
    name = own("ChannelShuffle", _SHUFFLE)
    return (Step(made(name, groups=node.attributes["groups"])),)


_TO_DEPTH = '''
class SpaceToDepth(layers.Layer):
    """Blocks of positions as channels, as PyTorch's PixelUnshuffle has them."""

    def __init__(self, block, name=None):
        super().__init__(name=name)
        self.block = block

    def call(self, x):
        *size, channels = x.shape[1:]
        rank = len(size)
        parts = [k for n in size for k in (n // self.block, self.block)]
        x = ops.reshape(x, (-1, *parts, channels))
        outer, inner = range(1, 2 * rank, 2), range(2, 2 * rank + 1, 2)
        x = ops.transpose(x, (0, *outer, 2 * rank + 1, *inner))
        channels = channels * self.block**rank
        return ops.reshape(x, (-1, *(n // self.block for n in size), channels))
'''

_TO_SPACE = '''
class DepthToSpace(layers.Layer):
    """Channels as blocks of positions, as PyTorch's PixelShuffle has them."""

    def __init__(self, block, name=None):
        super().__init__(name=name)
        self.block = block

    def call(self, x):
        *size, channels = x.shape[1:]
        rank = len(size)
        channels = channels // self.block**rank
        x = ops.reshape(x, (-1, *size, channels, *[self.block] * rank))
        pairs = [k for axis in range(1, rank + 1) for k in (axis, axis + rank + 1)]
        x = ops.transpose(x, (0, *pairs, rank + 1))
        return ops.reshape(x, (-1, *(n * self.block for n in size), channels))
'''


@writes("space_to_depth", "depth_to_space")
def _blocks(node: Node) -> Steps:
    name = (
        own("SpaceToDepth", _TO_DEPTH)
        if node.kind == "space_to_depth"
        else own("DepthToSpace", _TO_SPACE)
    )
    return (Step(made(name, block=node.attributes["block"])),)


@writes("shift")
def _shift(node: Node) -> Steps:
    x = node.input_shapes[0]
    amounts = per_axis(node.attributes["amount"], x.rank, "amount")
    cut = tuple((max(ahead, 0), max(-ahead, 0)) for ahead in amounts)
    added = tuple((max(-ahead, 0), max(ahead, 0)) for ahead in amounts)
    return (
        Step(made(f"layers.Cropping{x.rank}D", cropping=amount(cut)), suffix="crop"),
        Step(made(f"layers.ZeroPadding{x.rank}D", padding=amount(added))),
    )


@writes("rearrange")
def _rearrange(node: Node) -> Steps:
    return rearranged(node, parse(node.attributes["pattern"]), dict(node.attributes["sizes"]))


def rearranged(node: Node, pattern: Pattern, sizes: dict[str, int]) -> Steps:
    """Return a pattern as reshaping, permuting and reshaping."""
    known = lengths(pattern, [node.input_shapes[0]], sizes)
    (before,), after = pattern.inputs, pattern.output
    read = [name for axis in before for name in axis]
    put = [name for axis in after for name in axis]
    calls = []
    if tuple((name,) for name in read) != before:
        calls.append(made("layers.Reshape", target_shape=tuple(known[n] for n in read)))
    order = tuple(read.index(name) + 1 for name in put)
    if order != tuple(range(1, len(order) + 1)):
        calls.append(made("layers.Permute", dims=order))
    if tuple((name,) for name in put) != after:
        extents = tuple(prod(known[name] for name in axis) for axis in after)
        calls.append(made("layers.Reshape", target_shape=extents))
    *first, last = calls or [made("layers.Identity")]
    words = ("split", "permuted")
    return (*(Step(c, suffix=w) for c, w in zip(first, words, strict=False)), Step(last))


_REDUCTIONS = {"mean": "mean", "sum": "sum", "max": "max", "min": "min", "var": "var"}


@writes("reduce")
def _reduce(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    axes = tuple(n + 1 for n in axis_numbers(a["axes"], x, node.kind))
    keep = ", keepdims=True" if a["keep"] else ""
    if a["method"] == "l2":
        text = f"ops.sqrt(ops.sum({{0}} * {{0}}, axis={{axes}}{keep}))"
    else:
        text = f"ops.{_REDUCTIONS[a['method']]}({{0}}, axis={{axes}}{keep})"
    return (expression(text, axes=single(axes)),)
