"""Numbers moved to other places: reshaped, padded, cut and permuted."""

from __future__ import annotations

from math import prod

from cnnanalyze.core.shape import Shape
from cnnanalyze.exporting.axes import channels_first, named_axis
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.layers.convolution import padded
from cnnanalyze.exporting.onnx.registry import writes
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis, per_border
from cnnanalyze.layers.pattern import Pattern, lengths, parse

_LAST = 2**63 - 1
"""Behind the end of any axis."""


@writes("reshape")
def _reshape(g: Graph, node: Node, xs: list[str]) -> str:
    x, y = node.input_shapes[0], node.output
    made = xs[0]
    if x.rank:
        made = g.operation("Transpose", made, perm=(0, *range(2, x.rank + 2), 1))
    made = g.operation(
        "Reshape", made, g.shape(0, *y.extents) if x.rank == y.rank else g.shape(-1, *y.extents)
    )
    if y.rank:
        made = g.operation("Transpose", made, perm=(0, y.rank + 1, *range(1, y.rank + 1)))
    return made


_PADS = {
    "zeropad": "constant",
    "reflectpad": "reflect",
    "replicatepad": "edge",
    "circularpad": "wrap",
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@writes("zeropad", "reflectpad", "replicatepad", "circularpad", "pad")
def _pad(g: Graph, node: Node, xs: list[str]) -> str:
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = per_border(a["padding"], rank, "padding")
    mode = _PADS[a["mode"] if node.kind == "pad" else node.kind]
    channels = a.get("channels", (0, 0))
    if not any(channels) and not a.get("fill"):
        return padded(g, xs[0], sides, mode)
    before, after = ([side[k] for side in (channels, *sides)] for k in (0, 1))
    fill = [g.constant(float(a["fill"]))] if a["fill"] else []
    return g.operation("Pad", xs[0], g.shape(0, *before, 0, *after), *fill, mode=mode)


def _cut(g: Graph, x: str, *parts: tuple[int, int, int, int]) -> str:
    """Keep, along each axis, from a start to a stop with a step."""
    axes, starts, stops, steps = (g.shape(*column) for column in zip(*parts, strict=True))
    return g.operation("Slice", x, starts, stops, axes, steps)


@writes("crop")
def _crop(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[0]
    sides = per_border(node.attributes["amount"], x.rank, "amount")
    parts = (
        (axis, before, n - after, 1)
        for axis, ((before, after), n) in enumerate(zip(sides, x.size, strict=True), 2)
    )
    return _cut(g, xs[0], *parts)


@writes("permute")
def _permute(g: Graph, node: Node, xs: list[str]) -> str:
    order = (0, 1, *(number + 1 for number in node.attributes["order"]))
    return g.operation("Transpose", xs[0], perm=order)


@writes("slice")
def _slice(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    if a["channels"] is not None:
        return _cut(g, xs[0], (1, *a["channels"], 1))
    number = named_axis(node)
    start, stop, step = a["start"], a["stop"], a["step"]
    if start is None:
        start = 0 if step > 0 else x.extents[number] - 1
    if stop is None:
        stop = _LAST if step > 0 else -_LAST
    return _cut(g, xs[0], (channels_first(number, x), start, stop, step))


@writes("gather")
def _gather(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    number = named_axis(node)
    return g.operation("Gather", xs[0], g.shape(*a["positions"]), axis=channels_first(number, x))


def rolled(g: Graph, x: str, axis: int, n: int, amount: int) -> str:
    """Move a map along an axis in a circle."""
    cut = -amount % n
    if not cut:
        return x
    parts = (_cut(g, x, (axis, cut, n, 1)), _cut(g, x, (axis, 0, cut, 1)))
    return g.operation("Concat", *parts, axis=axis)


@writes("roll")
def _roll(g: Graph, node: Node, xs: list[str]) -> str:
    x, y = node.input_shapes[0], xs[0]
    amounts = per_axis(node.attributes["amount"], x.rank, "amount")
    for axis, (n, amount) in enumerate(zip(x.size, amounts, strict=True), 2):
        y = rolled(g, y, axis, n, amount)
    return y


@writes("pad_channels")
def _pad_channels(g: Graph, node: Node, xs: list[str]) -> str:
    a, rest = node.attributes, (0,) * node.input_shapes[0].rank
    amounts = g.shape(0, a["before"], *rest, 0, a["after"], *rest)
    return g.operation("Pad", xs[0], amounts, mode="constant")


@writes("channel_shuffle")
def _channel_shuffle(g: Graph, node: Node, xs: list[str]) -> str:
    x, groups = node.input_shapes[0], node.attributes["groups"]
    parts = g.operation("Reshape", xs[0], g.shape(0, groups, x.channels // groups, -1))
    turned = g.operation("Transpose", parts, perm=(0, 2, 1, 3))
    return g.operation("Reshape", turned, g.shape(0, x.channels, *x.size))


@writes("space_to_depth", "depth_to_space")
def _blocks(g: Graph, node: Node, xs: list[str]) -> str:
    x, block = node.input_shapes[0], node.attributes["block"]
    if x.rank == 2 and node.kind == "depth_to_space":  # noqa: PLR2004 - images
        return g.operation("DepthToSpace", xs[0], blocksize=block, mode="CRD")
    axes, inner = ([f"{letter}{k}" for k in range(x.rank)] for letter in "xb")
    wide = " ".join(f"({axis} {b})" for axis, b in zip(axes, inner, strict=True))
    deep = f"{' '.join(axes)} (c {' '.join(inner)})"
    pattern = f"{wide} c -> {deep}" if node.kind == "space_to_depth" else f"{deep} -> {wide} c"
    return rearranged(g, xs[0], parse(pattern), x, dict.fromkeys(inner, block))


@writes("shift")
def _shift(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[0]
    amounts = per_axis(node.attributes["amount"], x.rank, "amount")
    kept = _cut(
        g,
        xs[0],
        *(
            (axis, max(ahead, 0), n + min(ahead, 0), 1)
            for axis, (n, ahead) in enumerate(zip(x.size, amounts, strict=True), 2)
        ),
    )
    return padded(g, kept, tuple((max(-ahead, 0), max(ahead, 0)) for ahead in amounts))


@writes("rearrange")
def _rearrange(g: Graph, node: Node, xs: list[str]) -> str:
    pattern, sizes = parse(node.attributes["pattern"]), dict(node.attributes["sizes"])
    return rearranged(g, xs[0], pattern, node.input_shapes[0], sizes)


def rearranged(g: Graph, x: str, pattern: Pattern, shape: Shape, sizes: dict[str, int]) -> str:
    """Write a pattern as reshaping, permuting and reshaping, channels first."""
    known = lengths(pattern, [shape], sizes)
    (given,), made = pattern.inputs, pattern.output
    before, after = (given[-1], *given[:-1]), (made[-1], *made[:-1])
    read = [name for axis in before for name in axis]
    put = [name for axis in after for name in axis]
    if tuple((name,) for name in read) != before:
        x = g.operation("Reshape", x, g.shape(-1, *(known[name] for name in read)))
    order = tuple(read.index(name) + 1 for name in put)
    if order != tuple(range(1, len(order) + 1)):
        x = g.operation("Transpose", x, perm=(0, *order))
    if tuple((name,) for name in put) != after:
        extents = (prod(known[name] for name in axis) for axis in after)
        x = g.operation("Reshape", x, g.shape(-1, *extents))
    return x
