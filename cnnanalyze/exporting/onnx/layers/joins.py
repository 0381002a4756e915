"""Layers of several inputs: sums, products, concatenation, contractions."""

from __future__ import annotations

from cnnanalyze.exporting.axes import channels_first, named_axis
from cnnanalyze.exporting.contraction import equation
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node

_PAIRS = {"add": "Add", "multiply": "Mul", "subtract": "Sub", "divide": "Div"}
_SEVERAL = {"maximum": "Max", "minimum": "Min", "average": "Mean"}


@writes(*_PAIRS)
def _folded(g: Graph, node: Node, xs: list[str]) -> str:
    made = xs[0]
    for x in xs[1:]:
        made = g.operation(_PAIRS[node.kind], made, x)
    return made


@writes(*_SEVERAL)
def _several(g: Graph, node: Node, xs: list[str]) -> str:
    return g.operation(_SEVERAL[node.kind], *xs)


@writes("concat")
def _concat(g: Graph, node: Node, xs: list[str]) -> str:
    axis = channels_first(named_axis(node), node.input_shapes[0])
    return g.operation("Concat", *xs, axis=axis)


@writes("einsum")
def _einsum(g: Graph, node: Node, xs: list[str]) -> str:
    return g.operation("Einsum", *xs, equation=equation(node, TARGET))


@writes("matmul")
def _matmul(g: Graph, node: Node, xs: list[str]) -> str:
    a, rank = node.attributes, node.input_shapes[0].rank
    if not rank:
        raise refuse(node, TARGET, " of vectors")
    last = (0, *range(2, rank + 2), 1)
    turned = (*last[:-2], 1, last[-2])
    sides = (
        g.operation("Transpose", x, perm=turned if a[f"transpose_{word}"] else last)
        for x, word in zip(xs, ("first", "second"), strict=True)
    )
    made = g.operation("MatMul", *sides)
    return g.operation("Transpose", made, perm=(0, rank + 1, *range(1, rank + 1)))
