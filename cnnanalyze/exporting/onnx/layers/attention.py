"""Attention, over everything and within windows."""

from __future__ import annotations

from math import prod

import numpy as np

from cnnanalyze.core.shape import Shape
from cnnanalyze.exporting.onnx.graph import Array, Graph
from cnnanalyze.exporting.onnx.layers.movement import rolled
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.exporting.windows import windows
from cnnanalyze.graph.node import Node


@writes("attention")
def _attention(g: Graph, node: Node, xs: list[str]) -> str:
    a, shapes = node.attributes, node.input_shapes
    query, key, value = shapes[0], shapes[min(1, len(shapes) - 1)], shapes[-1]
    is_placed = bool(a["window"] or a["axis"] or a["relative_position"])
    if is_placed and len(shapes) > 1:
        raise refuse(node, TARGET, " in windows of several inputs")
    window, shift = windows(node) if is_placed else (query.size, (0,) * query.rank)
    read = (
        (xs[0], query, "query"),
        (xs[min(1, len(xs) - 1)], key, "key"),
        (xs[-1], value, "value"),
    )
    heads, made, sizes = a["heads"], [], []
    for x, shape, role in read:
        tiles = _cut(g, x, shape, window if is_placed else shape.size, shift)
        size = shape.channels
        if a["projections"]:
            size = heads * (a["key_size"] or query.channels // heads)
            size = heads * a["value_size"] if role == "value" and a["value_size"] else size
            tiles = _projected(g, node, tiles, role, shape.channels, size, bias=a["bias"])
        sizes.append(size)
        split = g.operation("Reshape", tiles, g.shape(0, 0, 0, heads, size // heads))
        order = (0, 1, 3, 4, 2) if role == "key" else (0, 1, 3, 2, 4)
        made.append(g.operation("Transpose", split, perm=order))
    scores = g.operation("MatMul", made[0], made[1])
    scores = g.operation("Mul", scores, g.constant((sizes[0] // heads) ** -0.5))
    if a["relative_position"]:
        scores = g.operation("Add", scores, _positions(g, node, window))
    hidden = _hidden(query, window, shift, causal=a["causal"])
    if hidden is not None:
        scores = g.operation("Add", scores, g.constant(np.where(hidden, -np.inf, 0.0)))
    out = g.operation("MatMul", g.operation("Softmax", scores, axis=-1), made[2])
    out = g.operation("Transpose", out, perm=(0, 1, 3, 2, 4))
    out = g.operation("Reshape", out, g.shape(0, 0, 0, sizes[2]))
    units = sizes[2]
    if a["projections"]:
        units = a["output"] or query.channels
        bias = a["bias"] if a["output_bias"] is None else a["output_bias"]
        out = _projected(g, node, out, "output", sizes[2], units, bias=bias)
    return _paste(g, out, Shape(query.size, units), window, shift)


def _projected(
    g: Graph, node: Node, x: str, role: str, read: int, units: int, *, bias: bool
) -> str:
    made = g.operation("MatMul", x, g.weight(node, f"{role} kernel", (read, units)))
    return g.operation("Add", made, g.weight(node, f"{role} bias", (units,))) if bias else made


def _cut(g: Graph, x: str, shape: Shape, window: tuple[int, ...], shift: tuple[int, ...]) -> str:
    """Return images, windows, positions in a window, channels."""
    for axis, (n, s) in enumerate(zip(shape.size, shift, strict=False), 2):
        x = rolled(g, x, axis, n, -s)
    pairs = [k for n, w in zip(shape.size, window, strict=True) for k in (n // w, w)]
    x = g.operation("Reshape", x, g.shape(-1, shape.channels, *pairs))
    rank = shape.rank
    outer, inner = range(2, 2 * rank + 2, 2), range(3, 2 * rank + 2, 2)
    x = g.operation("Transpose", x, perm=(0, *outer, *inner, 1))
    count = prod(window)
    return g.operation("Reshape", x, g.shape(-1, shape.positions // count, count, shape.channels))


def _paste(g: Graph, x: str, shape: Shape, window: tuple[int, ...], shift: tuple[int, ...]) -> str:
    """Put windows back where they were."""
    rank = shape.rank
    counts = [n // w for n, w in zip(shape.size, window, strict=True)]
    x = g.operation("Reshape", x, g.shape(-1, *counts, *window, shape.channels))
    pairs = [axis for k in range(1, rank + 1) for axis in (k, k + rank)]
    x = g.operation("Transpose", x, perm=(0, 2 * rank + 1, *pairs))
    x = g.operation("Reshape", x, g.shape(-1, shape.channels, *shape.size))
    for axis, (n, s) in enumerate(zip(shape.size, shift, strict=True), 2):
        x = rolled(g, x, axis, n, s)
    return x


def _positions(g: Graph, node: Node, window: tuple[int, ...]) -> str:
    """Return for each head what is added for a position and another of one window."""
    places = np.stack(np.meshgrid(*map(np.arange, window), indexing="ij"), axis=-1)
    places = places.reshape(-1, len(window))
    number = np.zeros((len(places), len(places)), int)
    for axis, w in enumerate(window):
        apart = places[:, None, axis] - places[None, :, axis]
        number = number * (2 * w - 1) + apart + w - 1
    shape = (prod(2 * w - 1 for w in window), node.attributes["heads"])
    table = g.weight(node, "relative positions", shape)
    found = g.operation("Gather", table, g.constant(number, "int64"), axis=0)
    return g.operation("Transpose", found, perm=(2, 0, 1))


def _hidden(
    shape: Shape, window: tuple[int, ...], shift: tuple[int, ...], *, causal: bool
) -> Array | None:
    """Return what a place does not see: what the shift brought into its window, or is ahead."""
    count = prod(window)
    if causal:
        return np.triu(np.ones((1, 1, count, count), bool), k=1)
    if not any(shift):
        return None
    region = np.zeros(shape.size, int)
    for axis, (n, s) in enumerate(zip(shape.size, shift, strict=True)):
        side = (np.arange(n) >= n - s).reshape([-1 if k == axis else 1 for k in range(shape.rank)])
        region = region * 2 + side
    rank = shape.rank
    pairs = [k for n, w in zip(shape.size, window, strict=True) for k in (n // w, w)]
    tiles = region.reshape(pairs).transpose(*range(0, 2 * rank, 2), *range(1, 2 * rank, 2))
    tiles = tiles.reshape(-1, 1, count)
    return np.asarray(tiles[..., :, None] != tiles[..., None, :])
