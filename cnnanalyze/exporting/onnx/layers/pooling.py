"""Pools over windows, over everything, over bins, and along axes."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import axis_numbers, per_axis
from cnnanalyze.layers.window import stride_of


def window(node: Node, *, hangs_over: bool = False) -> dict[str, Any]:
    """Return the window of a pool; where it hangs over the border, that is padded as well."""
    a, rank = node.attributes, node.input_shapes[0].rank
    fits = node.layer.fit(*node.input_shapes)
    after = [max(f.after, f.covered - f.before - f.size) if hangs_over else f.after for f in fits]
    dilation = per_axis(a.get("dilation", 1), rank, "dilation")
    return {
        "kernel_shape": per_axis(a["kernel"], rank, "kernel"),
        "strides": per_axis(stride_of(a), rank, "stride"),
        "pads": [*(f.before for f in fits), *after],
        **({"dilations": dilation} if max(dilation) > 1 else {}),
    }


@writes("maxpool")
def _maxpool(g: Graph, node: Node, xs: list[str]) -> str:
    rank = node.input_shapes[0].rank
    options = window(node, hangs_over=True)
    if any(p >= k for p, k in zip(options["pads"], options["kernel_shape"] * 2, strict=True)):
        pads = options.pop("pads")
        before, after = pads[:rank], pads[rank:]
        lowest = g.constant(float("-inf"))
        sides = g.shape(0, 0, *before, 0, 0, *after)
        xs = [g.operation("Pad", xs[0], sides, lowest, mode="constant")]
    return g.operation("MaxPool", xs[0], **options)


def _narrow(node: Node, *, hangs_over: bool = False) -> dict[str, Any]:
    """Return the window of a mean; ONNX pads none by as much as its elements are."""
    options = window(node, hangs_over=hangs_over)
    if any(p >= k for p, k in zip(options["pads"], options["kernel_shape"] * 2, strict=True)):
        raise refuse(node, TARGET, " with a padding as wide as its kernel")
    return options


@writes("avgpool")
def _avgpool(g: Graph, node: Node, xs: list[str]) -> str:
    if not node.attributes["count_padding"]:
        return _mean(g, xs[0], _narrow(node, hangs_over=True), counted=0)
    plain, wide = _narrow(node), window(node, hangs_over=True)
    if plain != wide:
        raise refuse(node, TARGET, " with a padding that counts, and ceil_mode")
    return _mean(g, xs[0], plain, counted=1)


def _mean(g: Graph, x: str, options: dict[str, Any], *, counted: int) -> str:
    return g.operation("AveragePool", x, count_include_pad=counted, **options)


@writes("lppool")
def _lppool(g: Graph, node: Node, xs: list[str]) -> str:
    options, norm = _narrow(node, hangs_over=True), node.attributes["norm"]
    powers = g.operation("Pow", g.operation("Abs", xs[0]), g.constant(norm))
    taps = g.constant(float(prod(options["kernel_shape"])))
    sums = g.operation("Mul", _mean(g, powers, options, counted=1), taps)
    return g.operation("Pow", sums, g.constant(1 / norm))


@writes("subsample")
def _subsample(g: Graph, node: Node, xs: list[str]) -> str:
    x, options = node.input_shapes[0], window(node)
    taps = g.constant(float(prod(options["kernel_shape"])))
    sums = g.operation("Mul", _mean(g, xs[0], options, counted=1), taps)
    shape = (x.channels, *(1,) * x.rank)
    factor, summand = (
        g.weight(node, role, shape, lambda array: array.reshape(shape))
        for role in ("coefficient", "bias")
    )
    return g.operation("Add", g.operation("Mul", sums, factor), summand)


@writes("global_avgpool")
def _global_avgpool(g: Graph, node: Node, xs: list[str]) -> str:
    del node
    return g.operation("GlobalAveragePool", xs[0])


@writes("global_maxpool")
def _global_maxpool(g: Graph, node: Node, xs: list[str]) -> str:
    del node
    return g.operation("GlobalMaxPool", xs[0])


@writes("adaptive_avgpool", "adaptive_maxpool")
def _adaptive(g: Graph, node: Node, xs: list[str]) -> str:
    """Reduce bin by bin and axis by axis, or by a pool where all bins are alike."""
    x, size = node.input_shapes[0], node.output.size
    is_mean = node.kind == "adaptive_avgpool"
    if not any(n % m for n, m in zip(x.size, size, strict=True)):
        kernel = tuple(n // m for n, m in zip(x.size, size, strict=True))
        name = "AveragePool" if is_mean else "MaxPool"
        return g.operation(name, xs[0], kernel_shape=kernel, strides=kernel)
    y = xs[0]
    for axis, (n, m) in enumerate(zip(x.size, size, strict=True), 2):
        bins = [(o * n // m, -(-(o + 1) * n // m)) for o in range(m)]
        parts = []
        for first, last in bins:
            part = g.operation("Slice", y, g.shape(first), g.shape(last), g.shape(axis))
            name = "ReduceMean" if is_mean else "ReduceMax"
            parts.append(g.operation(name, part, g.shape(axis), keepdims=1))
        y = g.operation("Concat", *parts, axis=axis) if len(parts) > 1 else parts[0]
    return y


_REDUCTIONS = {"mean": "Mean", "sum": "Sum", "max": "Max", "min": "Min", "l2": "L2"}


@writes("reduce")
def _reduce(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    numbers = axis_numbers(a["axes"], x, node.kind)
    axes = g.shape(*sorted(1 if n == x.rank else n + 2 for n in numbers))
    if a["method"] != "var":
        name = f"Reduce{_REDUCTIONS[a['method']]}"
        return g.operation(name, xs[0], axes, keepdims=int(a["keep"]))
    away = g.operation("Sub", xs[0], g.operation("ReduceMean", xs[0], axes, keepdims=1))
    squares = g.operation("Mul", away, away)
    return g.operation("ReduceMean", squares, axes, keepdims=int(a["keep"]))


@writes("unpool")
def _unpool(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[1]
    kernel = per_axis(node.attributes["kernel"], x.rank, "kernel")
    # Which places a pool of the second input reads; the numbers of the first are put there.
    pooled = g.operation("MaxPool", xs[1], outputs=2, kernel_shape=kernel, strides=kernel)
    size = g.operation("Shape", xs[1])
    return g.operation("MaxUnpool", xs[0], f"{pooled}:1", size, kernel_shape=kernel, strides=kernel)
