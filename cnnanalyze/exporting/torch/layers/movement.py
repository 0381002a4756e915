"""Numbers moved to other places: reshaped, padded, cut and permuted."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from cnnanalyze.core.shape import Shape
from cnnanalyze.exporting.axes import channels_first, continued, named_axis
from cnnanalyze.exporting.code import Argument, call
from cnnanalyze.exporting.part import Step, Steps
from cnnanalyze.exporting.torch.registry import function, module, outer, writes
from cnnanalyze.exporting.windows import single
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis, per_border
from cnnanalyze.layers.pattern import Pattern, lengths, parse


@writes("reshape")
def _reshape(node: Node, _: Network) -> Steps:
    x, y = node.input_shapes[0], node.output
    before = "{0}" if x.rank == 0 or x.channels == 1 else "{0}.movedim(1, -1)"
    after = "" if y.rank == 0 else ".movedim(-1, 1)"
    values = tuple(Argument(f"size{k}", n) for k, n in enumerate(y.extents))
    sizes = ", ".join(f"{{{value.name}}}" for value in values)
    return function(f"{before}.reshape(-1, {sizes}){after}", values=values)


_PADS = {
    "zeropad": "ZeroPad",
    "reflectpad": "ReflectionPad",
    "replicatepad": "ReplicationPad",
    "circularpad": "CircularPad",
    "constant": "ConstantPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}


@writes("zeropad", "reflectpad", "replicatepad", "circularpad", "pad")
def _pad(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    before, after = a.get("channels", (0, 0))
    if before or after:
        return _wider(node, before, after)
    sides = single(outer(per_border(a["padding"], x.rank, "padding")))
    name = _PADS[a["mode"] if node.kind == "pad" else node.kind]
    if name == "ConstantPad" and not a["fill"]:
        name = "ZeroPad"
    made = call(f"nn.{name}{x.rank}d", padding=sides)
    if name == "ConstantPad":
        made = call(made.function, padding=sides, value=float(a["fill"]))
    return module(made)


def _wider(node: Node, before: int, after: int) -> Steps:
    """Return a padding of the channels, and of the map if there is one."""
    a, x = node.attributes, node.input_shapes[0]
    borders = per_border(a["padding"], x.rank, "padding")
    if a["mode"] == "constant":
        values = [Argument("sides", outer(((before, after), *borders)))]
        values += [Argument("value", float(a["fill"]))] if a["fill"] else []
        text = "F.pad({0}, {sides}, value={value})" if a["fill"] else "F.pad({0}, {sides})"
        return function(text, values=tuple(values))
    places = continued(x.channels, before, after, a["mode"])
    if not any(map(any, borders)):
        return _picked(1, tuple(places))
    values = [Argument("sides", outer(borders)), Argument("places", places)]
    text = f'F.pad({{0}}[:, {{places}}], {{sides}}, mode="{a["mode"]}")'
    return function(text, values=tuple(values))


@writes("crop")
def _crop(node: Node, _: Network) -> Steps:
    x = node.input_shapes[0]
    cut = per_border(node.attributes["amount"], x.rank, "amount")
    values, parts = [], []
    for axis, ((before, after), n) in enumerate(zip(cut, x.size, strict=True)):
        values += [Argument(f"start{axis}", before), Argument(f"stop{axis}", n - after)]
        parts.append(f"{{start{axis}}}:{{stop{axis}}}")
    return function(f"{{0}}[:, :, {', '.join(parts)}]", values=tuple(values))


@writes("permute")
def _permute(node: Node, _: Network) -> Steps:
    order = (0, 1, *(number + 1 for number in node.attributes["order"]))
    return function("{0}.permute({order})", values=(Argument("order", order),))


@writes("slice")
def _slice(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if a["channels"] is not None:
        axis, places = 1, range(*a["channels"])
        n = x.channels
    else:
        number = named_axis(node)
        axis, n = channels_first(number, x), x.extents[number]
        places = range(n)[a["start"] : a["stop"] : a["step"]]
    if places.step < 0:
        if len(places) == n:
            return function("{0}.flip({axis})", values=(Argument("axis", axis),))
        return _picked(axis, tuple(places))
    start, stop = places.start, places.stop
    values = [Argument("start", start)] if start else []
    values += [Argument("stop", stop)] if stop < n else []
    inner = ("{start}" if start else "") + ":" + ("{stop}" if stop < n else "")
    if places.step > 1:
        values.append(Argument("step", places.step))
        inner += ":{step}"
    return function(f"{{0}}[{':, ' * axis}{inner}]", values=tuple(values))


def _picked(axis: int, places: tuple[int, ...]) -> Steps:
    values = (Argument("places", list(places)),)
    return function(f"{{0}}[{':, ' * axis}{{places}}]", values=values)


@writes("gather")
def _gather(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    number = named_axis(node)
    n = x.extents[number]
    return _picked(channels_first(number, x), tuple(p % n for p in a["positions"]))


@writes("roll")
def _roll(node: Node, _: Network) -> Steps:
    rank = node.input_shapes[0].rank
    amount = per_axis(node.attributes["amount"], rank, "amount")
    values = (Argument("amount", amount), Argument("dims", tuple(range(2, rank + 2))))
    return function("{0}.roll({amount}, {dims})", values=values)


@writes("pad_channels")
def _pad_channels(node: Node, _: Network) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = (*(0,) * (2 * rank), a["before"], a["after"])
    return function("F.pad({0}, {sides})", values=(Argument("sides", sides),))


@writes("channel_shuffle")
def _channel_shuffle(node: Node, _: Network) -> Steps:
    if node.input_shapes[0].is_vector:
        groups = node.attributes["groups"]
        return function(
            "{0}.unflatten(1, ({groups}, -1)).transpose(1, 2).flatten(1)",
            values=(Argument("groups", groups),),
        )
    return module(call("nn.ChannelShuffle", groups=node.attributes["groups"]))


@writes("space_to_depth", "depth_to_space")
def _blocks(node: Node, _: Network) -> Steps:
    x, block = node.input_shapes[0], node.attributes["block"]
    if x.rank == 2:  # noqa: PLR2004 - images
        name = "PixelUnshuffle" if node.kind == "space_to_depth" else "PixelShuffle"
        return module(call(f"nn.{name}", factor=block))
    axes = [f"x{k}" for k in range(x.rank)]
    inner = [f"b{k}" for k in range(x.rank)]
    wide = " ".join(f"({axis} {b})" for axis, b in zip(axes, inner, strict=True))
    deep = f"{' '.join(axes)} (c {' '.join(inner)})"
    pattern = f"{wide} c -> {deep}" if node.kind == "space_to_depth" else f"{deep} -> {wide} c"
    return rearranged(parse(pattern), x, dict.fromkeys(inner, block))


@writes("shift")
def _shift(node: Node, _: Network) -> Steps:
    rank = node.input_shapes[0].rank
    amounts = per_axis(node.attributes["amount"], rank, "amount")
    sides = outer(tuple((-ahead, ahead) for ahead in amounts))
    return function("F.pad({0}, {sides})", values=(Argument("sides", sides),))


@writes("rearrange")
def _rearrange(node: Node, _: Network) -> Steps:
    pattern = parse(node.attributes["pattern"])
    return rearranged(pattern, node.input_shapes[0], dict(node.attributes["sizes"]))


def rearranged(pattern: Pattern, x: Shape, sizes: dict[str, int]) -> Steps:
    """Return a pattern as reshaping, permuting and reshaping, channels first."""
    known = lengths(pattern, [x], sizes)
    (before,), after = pattern.inputs, pattern.output
    before, after = (before[-1], *before[:-1]), (after[-1], *after[:-1])
    read = [name for axis in before for name in axis]
    made = [name for axis in after for name in axis]
    steps: list[Step] = []

    def add(text: str, **values: tuple[int, ...]) -> None:
        told = tuple(Argument(name, value) for name, value in values.items())
        steps.append(Step(forward=text, values=told, suffix="parts"))

    def reshape(shape: tuple[int, ...]) -> None:
        if len(shape) == 1:
            add("{0}.flatten(1)")
        else:
            add("{0}.reshape(-1, *{shape})", shape=shape)

    if tuple((name,) for name in read) != before:
        reshape(tuple(known[name] for name in read))
    order = tuple(read.index(name) + 1 for name in made)
    if order != tuple(range(1, len(order) + 1)):
        add("{0}.permute(0, *{order})", order=order)
    if tuple((name,) for name in made) != after:
        reshape(tuple(prod(known[name] for name in axis) for axis in after))
    if not steps:
        return module(call("nn.Identity"))
    return (*steps[:-1], replace(steps[-1], suffix=""))
