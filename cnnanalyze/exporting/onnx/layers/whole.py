"""Layers that read their whole input, look numbers up, or go along a sequence."""

from __future__ import annotations

import numpy as np

from cnnanalyze.exporting.arrangement import rows_first
from cnnanalyze.exporting.flattening import flattened, is_read_flat
from cnnanalyze.exporting.onnx.graph import Array, Graph
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node


@writes("flatten")
def _flatten(g: Graph, node: Node, xs: list[str]) -> str:
    x, y = node.input_shapes[0], xs[0]
    if not (x.is_vector or is_read_flat(node, g.network) or x.positions == 1 or x.channels == 1):
        y = g.operation("Transpose", y, perm=(0, *range(2, x.rank + 2), 1))
    return g.operation("Flatten", y)


def _flat(g: Graph, node: Node, x: str) -> str:
    return x if node.input_shapes[0].is_vector else g.operation("Flatten", x)


@writes("dense")
def _dense(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    rows = rows_first(flattened(node, g.network))
    kernel = g.weight(node, "kernel", (a["units"], x.count), lambda kernel: rows(kernel).T)
    bias = (g.weight(node, "bias", (a["units"],)),) if a["bias"] else ()
    return g.operation("Gemm", _flat(g, node, xs[0]), kernel, *bias, transB=1)


@writes("maxout")
def _maxout(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    count = a["pieces"] * a["units"]
    rows = rows_first(flattened(node, g.network))
    kernel = g.weight(
        node, "kernel", (count, x.count), lambda kernel: rows(kernel).reshape(x.count, count).T
    )
    bias = (g.weight(node, "bias", (count,), lambda array: array.reshape(-1)),) if a["bias"] else ()
    sums = g.operation("Gemm", _flat(g, node, xs[0]), kernel, *bias, transB=1)
    pieces = g.operation("Reshape", sums, g.shape(0, a["pieces"], a["units"]))
    return g.operation("ReduceMax", pieces, g.shape(1), keepdims=0)


@writes("rbf")
def _rbf(g: Graph, node: Node, xs: list[str]) -> str:
    x, units = node.input_shapes[0], node.attributes["units"]
    rows = rows_first(flattened(node, g.network))
    centres = g.weight(node, "centres", (units, x.count), lambda held: rows(held.T).T)
    flat = g.operation("Unsqueeze", _flat(g, node, xs[0]), g.shape(1))
    away = g.operation("Sub", flat, centres)
    return g.operation("ReduceSumSquare", away, g.shape(2), keepdims=0)


@writes("embedding")
def _embedding(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    y = xs[0] if x.is_vector else g.operation("Squeeze", xs[0], g.shape(1))
    limits = g.constant(0.0), g.constant(a["words"] - 1.0)
    words = g.operation("Cast", g.operation("Clip", g.operation("Floor", y), *limits), to=7)
    table = g.weight(node, "table", (a["words"], a["size"]))
    rows = g.operation("Gather", table, words, axis=0)
    rank = node.output.rank
    return g.operation("Transpose", rows, perm=(0, rank + 1, *range(1, rank + 1)))


_ORDERS = {"lstm": [0, 3, 1, 2], "gru": [1, 0, 2], "rnn": [0]}
"""Where ONNX has each weighted sum of ours."""


@writes("lstm", "gru", "rnn")
def _recurrent(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    if a.get("activation") == "relu":
        raise refuse(node, TARGET, " with 'activation: relu'")
    units, ways = a["units"], ("", "backward ")[: 1 + a["bidirectional"]]
    order = _ORDERS[node.kind]
    sums = len(order) * units

    def gates(array: Array) -> Array:
        parts = np.split(array, len(order), axis=-1)
        return np.concatenate([parts[place] for place in order], axis=-1).T[None]

    def held(role: str, of: str, *shape: int) -> str:
        parts = [g.weight(node, f"{way}{role}{of}", (1, *shape), gates) for way in ways]
        return g.operation("Concat", *parts, axis=0) if len(parts) > 1 else parts[0]

    y, read = g.operation("Transpose", xs[0], perm=(2, 0, 1)), x.channels
    states = ""
    for layer in range(a["layers"]):
        of = f" of layer {layer + 1}" if layer else ""
        bias = ""
        if a["biases"]:
            first = held("bias", of, sums)
            nothing = g.constant(np.zeros((len(ways), sums)))
            second = held("recurrent bias", of, sums) if a["biases"] > 1 else nothing
            bias = g.operation("Concat", first, second, axis=1)
        more = {"linear_before_reset": int(a["reset_after"])} if node.kind == "gru" else {}
        states = g.operation(
            node.kind.upper(),
            y,
            held("kernel", of, sums, read),
            held("recurrent kernel", of, sums, units),
            bias,
            outputs=2,
            hidden_size=units,
            direction="bidirectional" if a["bidirectional"] else "forward",
            **more,
        )
        # Steps, directions, images, units: what is made in both directions lies side by side.
        side = g.operation("Transpose", states, perm=(0, 2, 1, 3))
        read = len(ways) * units
        y = g.operation("Reshape", side, g.shape(0, 0, read))
    if a["output"] == "last":
        ends = g.operation("Transpose", f"{states}:1", perm=(1, 0, 2))
        return g.operation("Reshape", ends, g.shape(0, read))
    return g.operation("Transpose", y, perm=(1, 2, 0))


@writes("class_token")
def _class_token(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    tokens = g.weight(node, "tokens", (1, x.channels, a["tokens"]), lambda array: array.T[None])
    images = g.operation("Shape", xs[0], start=0, end=1)
    size = g.operation("Concat", images, g.shape(1, 1), axis=0)
    return g.operation("Concat", g.operation("Expand", tokens, size), xs[0], axis=2)


@writes("position_embedding")
def _position_embedding(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[0]
    if node.attributes["method"] == "learned":
        shape = (x.channels, *x.size)
        positions = g.weight(node, "positions", shape, lambda array: np.moveaxis(array, -1, 0))
        return g.operation("Add", xs[0], positions)
    pairs = np.repeat(np.arange(0, x.channels, 2), 2)[: x.channels]
    turned = np.arange(x.size[0]) / (10000.0 ** (pairs / x.channels))[:, None]
    is_even = (np.arange(x.channels) % 2 == 0)[:, None]
    waves = np.where(is_even, np.sin(turned), np.cos(turned))
    return g.operation("Add", xs[0], g.constant(waves))
