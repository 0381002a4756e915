"""Convolutions, plain, separable, transposed and others."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.exporting.arrangement import (
    channels_by_filters,
    filters_first,
    groups_of_inputs,
)
from cnnanalyze.exporting.onnx.graph import Array, Graph
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import CONTINUED, per_axis

MODES = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}


def padded(g: Graph, x: str, sides: tuple[tuple[int, int], ...], mode: str = "constant") -> str:
    """Pad the spatial axes of a map."""
    before, after = ([side[k] for side in sides] for k in (0, 1))
    return g.operation("Pad", x, g.shape(0, 0, *before, 0, 0, *after), mode=mode)


def window(g: Graph, node: Node, x: str) -> tuple[str, dict[str, Any]]:
    """Return the input, padded where an operation cannot, and the window of a convolution."""
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = tuple((fit.before, fit.after) for fit in node.layer.fit(*node.input_shapes))
    if a["padding"] in CONTINUED:
        x = padded(g, x, sides, MODES[a["padding"]])
        sides = ((0, 0),) * rank
    return x, {
        "kernel_shape": per_axis(a["kernel"], rank, "kernel"),
        "strides": per_axis(a["stride"], rank, "stride"),
        "dilations": per_axis(a["dilation"], rank, "dilation"),
        "pads": [*(before for before, _ in sides), *(after for _, after in sides)],
    }


def bias(g: Graph, node: Node, count: int) -> tuple[str, ...]:
    """Return the bias, if there is one."""
    return (g.weight(node, "bias", (count,)),) if node.attributes["bias"] else ()


def _convolved(
    g: Graph,
    node: Node,
    x: str,
    role: str,
    filters: int,
    groups: int,
    *biases: str,
    arranged: Callable[[Array], Array] = filters_first,
) -> str:
    x, options = window(g, node, x)
    read = node.input_shapes[0].channels // groups
    kernel = g.weight(node, role, (filters, read, *options["kernel_shape"]), arranged)
    if node.attributes.get("weight_standardized"):
        kernel = _standardized(g, node, kernel, read * prod(options["kernel_shape"]))
    return g.operation("Conv", x, kernel, *biases, group=groups, **options)


def _standardized(g: Graph, node: Node, kernel: str, count: int) -> str:
    """Give each filter mean 0 and variance 1."""
    rank = node.input_shapes[0].rank
    axes = g.shape(*range(1, rank + 2))
    centred = g.operation("Sub", kernel, g.operation("ReduceMean", kernel, axes))
    squares = g.operation("Mul", centred, centred)
    variance = g.operation("Add", g.operation("ReduceMean", squares, axes), g.constant(1e-6))
    even = g.operation("Div", centred, g.operation("Sqrt", variance))
    if not node.attributes["gain"]:
        return even
    filters, ones = node.attributes["filters"], (1,) * (rank + 1)
    gain = g.weight(node, "gain", (filters, *ones), lambda t: t.reshape(-1, *ones))
    return g.operation("Mul", even, g.operation("Mul", gain, g.constant(count**-0.5)))


@writes("conv")
def _conv(g: Graph, node: Node, xs: list[str]) -> str:
    a = node.attributes
    biases = bias(g, node, a["filters"])
    return _convolved(g, node, xs[0], "kernel", a["filters"], a["groups"], *biases)


@writes("depthwise")
def _depthwise(g: Graph, node: Node, xs: list[str]) -> str:
    channels = node.input_shapes[0].channels
    filters = channels * node.attributes["multiplier"]
    biases = bias(g, node, filters)
    return _convolved(
        g, node, xs[0], "kernel", filters, channels, *biases, arranged=channels_by_filters
    )


@writes("separable")
def _separable(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    between, ones = x.channels * a["multiplier"], (1,) * x.rank
    deep = _convolved(
        g, node, xs[0], "depthwise kernel", between, x.channels, arranged=channels_by_filters
    )
    mixed = g.weight(
        node,
        "pointwise kernel",
        (a["filters"], between, *ones),
        lambda kernel: kernel.T.reshape(a["filters"], between, *ones),
    )
    return g.operation("Conv", deep, mixed, *bias(g, node, a["filters"]), kernel_shape=ones)


@writes("table_conv")
def _table_conv(g: Graph, node: Node, xs: list[str]) -> str:
    a, rank = node.attributes, node.input_shapes[0].rank
    x, options = window(g, node, xs[0])
    held = g.weight(
        node,
        "kernel",
        (sum(map(len, a["table"])), *options["kernel_shape"]),
        lambda kernel: np.moveaxis(kernel, -1, 0),
    )
    biases = g.weight(node, "bias", (len(a["table"]),)) if a["bias"] else ""
    made, start = [], 0
    for number, row in enumerate(a["table"]):
        part = g.operation("Slice", held, g.shape(start), g.shape(start + len(row)), g.shape(0))
        kernel = g.operation("Unsqueeze", part, g.shape(0))
        read = g.operation("Gather", x, g.shape(*row), axis=1)
        own = (g.operation("Gather", biases, g.shape(number)),) if biases else ()
        made.append(g.operation("Conv", read, kernel, *own, **options))
        start += len(row)
    del rank
    return g.operation("Concat", *made, axis=1) if len(made) > 1 else made[0]


@writes("transposed_conv")
def _transposed_conv(g: Graph, node: Node, xs: list[str]) -> str:
    a, x, rank = node.attributes, node.input_shapes[0], node.input_shapes[0].rank
    groups, filters = a["groups"], a["filters"]
    kernel, stride, dilation = (
        per_axis(a[name], rank, name) for name in ("kernel", "stride", "dilation")
    )
    kept = node.layer.kept(x)  # type: ignore[attr-defined]  # a transposed convolution has it
    full = [
        (n - 1) * s + d * (k - 1) + 1
        for n, k, s, d in zip(x.size, kernel, stride, dilation, strict=True)
    ]
    starts = [before for before, _ in kept]
    behind = [end - stop for end, (_, stop) in zip(full, kept, strict=True)]
    weight = g.weight(
        node,
        "kernel",
        (x.channels, filters // groups, *kernel),
        groups_of_inputs(groups),
    )
    biases = bias(g, node, filters)
    is_longer = any(b < 0 for b in behind)
    made = g.operation(
        "ConvTranspose",
        xs[0],
        weight,
        kernel_shape=kernel,
        strides=stride,
        dilations=dilation,
        group=groups,
        pads=[0] * 2 * rank if is_longer else [*starts, *behind],
    )
    if is_longer:  # what lies behind the last window is zero
        made = padded(g, made, tuple((0, max(-b, 0)) for b in behind))
        ends = (g.shape(*column) for column in zip(*kept, strict=True))
        made = g.operation("Slice", made, *ends, g.shape(*range(2, rank + 2)))
    if not biases:
        return made
    column = g.operation("Unsqueeze", biases[0], g.shape(*range(1, rank + 1)))
    return g.operation("Add", made, column)


@writes("deform_conv")
def _deform_conv(g: Graph, node: Node, xs: list[str]) -> str:
    a, shapes = node.attributes, node.input_shapes
    if shapes[0].rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" on {shapes[0].rank} axes")
    x, options = window(g, node, xs[0])
    filters, groups = a["filters"], a["groups"]
    read = shapes[0].channels // groups
    kernel = g.weight(node, "kernel", (filters, read, *options["kernel_shape"]), filters_first)
    biases = bias(g, node, filters) or ("",)
    taps = prod(options["kernel_shape"])
    return g.operation(
        "DeformConv",
        x,
        kernel,
        xs[1],
        *biases,
        *xs[2:],
        group=groups,
        offset_group=shapes[1].channels // (2 * taps),
        **options,
    )
