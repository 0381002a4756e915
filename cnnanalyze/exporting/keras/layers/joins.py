"""Layers of several inputs: sums, products, concatenation, contractions."""

from __future__ import annotations

from cnnanalyze.exporting.axes import named_axis
from cnnanalyze.exporting.contraction import equation
from cnnanalyze.exporting.keras.registry import TARGET, expression, made, writes
from cnnanalyze.exporting.part import Step, Steps
from cnnanalyze.graph.node import Node

_JOINS = {
    "add": "Add",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "average": "Average",
    "subtract": "Subtract",
}


def _places(node: Node) -> str:
    return ", ".join(f"{{{place}}}" for place in range(len(node.inputs)))


@writes(*_JOINS)
def _join(node: Node) -> Steps:
    return (Step(made(f"layers.{_JOINS[node.kind]}"), f"{{module}}([{_places(node)}])"),)


@writes("concat")
def _concat(node: Node) -> Steps:
    number = named_axis(node)
    axis = -1 if number == node.output.rank else number + 1
    joined = made("layers.Concatenate").with_options(axis=(axis, -1))
    return (Step(joined, f"{{module}}([{_places(node)}])"),)


@writes("divide")
def _divide(node: Node) -> Steps:
    del node
    return (expression("ops.divide({0}, {1})"),)


@writes("einsum")
def _einsum(node: Node) -> Steps:
    text = equation(node, TARGET, channels_last=True)
    return (expression(f'ops.einsum("{text}", {_places(node)})'),)


@writes("matmul")
def _matmul(node: Node) -> Steps:
    a = node.attributes
    sides = (
        f"ops.swapaxes({{{place}}}, -1, -2)" if a[f"transpose_{word}"] else f"{{{place}}}"
        for place, word in enumerate(("first", "second"))
    )
    return (expression(f"ops.matmul({', '.join(sides)})"),)
