"""Normalisations."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exporting.arrangement import channels_first
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.layers.elements import along_channels
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node


@writes("batchnorm")
def _batchnorm(g: Graph, node: Node, xs: list[str]) -> str:
    a, channels = node.attributes, node.input_shapes[0].channels
    gamma = g.weight(node, "gamma", (channels,)) if a["scale"] else g.constant([1.0] * channels)
    beta = g.weight(node, "beta", (channels,)) if a["center"] else g.constant([0.0] * channels)
    kept = (g.weight(node, role, (channels,)) for role in ("moving mean", "moving variance"))
    return g.operation("BatchNormalization", xs[0], gamma, beta, *kept, epsilon=float(a["epsilon"]))


def _learned(g: Graph, node: Node, x: str) -> str:
    """Apply what is learned for each channel."""
    a = node.attributes
    if a["scale"]:
        x = g.operation("Mul", x, along_channels(g, node, "gamma"))
    return g.operation("Add", x, along_channels(g, node, "beta")) if a.get("center") else x


@writes("groupnorm", "instancenorm")
def _groupnorm(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[0]
    groups = node.attributes.get("groups", x.channels)
    parts = g.operation("Reshape", xs[0], g.shape(0, groups, -1))
    ones, zeros = g.constant([1.0] * groups), g.constant([0.0] * groups)
    even = g.operation(
        "InstanceNormalization", parts, ones, zeros, epsilon=float(node.attributes["epsilon"])
    )
    return _learned(g, node, g.operation("Reshape", even, g.shape(0, x.channels, *x.size)))


@writes("layernorm")
def _layernorm(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    whole = a["axes"] == "all"
    shape = (x.channels, *x.size) if whole else (x.channels,)
    arranged = channels_first if whole else (lambda array: array)
    gamma = (
        g.weight(node, "gamma", shape, arranged) if a["scale"] else g.constant(_full(1.0, shape))
    )
    beta = (g.weight(node, "beta", shape, arranged),) if a["center"] else ()
    options: dict[str, Any] = {"epsilon": float(a["epsilon"])}
    if whole or not x.rank:
        return g.operation("LayerNormalization", xs[0], gamma, *beta, axis=1, **options)
    y = g.operation("Transpose", xs[0], perm=(0, *range(2, x.rank + 2), 1))
    y = g.operation("LayerNormalization", y, gamma, *beta, axis=-1, **options)
    return g.operation("Transpose", y, perm=(0, x.rank + 1, *range(1, x.rank + 1)))


def _full(value: float, shape: tuple[int, ...]) -> object:
    found: object = value
    for extent in reversed(shape):
        found = [found] * extent
    return found


@writes("rmsnorm")
def _rmsnorm(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    whole = a["axes"] == "all"
    axes = g.shape(*range(1, x.rank + 2)) if whole else g.shape(1)
    squares = g.operation("ReduceMean", g.operation("Mul", xs[0], xs[0]), axes)
    root = g.operation("Sqrt", g.operation("Add", squares, g.constant(float(a["epsilon"]))))
    y = g.operation("Div", xs[0], root)
    if not whole or not a["scale"]:
        return _learned(g, node, y)
    gamma = g.weight(node, "gamma", (x.channels, *x.size), channels_first)
    return g.operation("Mul", y, gamma)


@writes("grn")
def _grn(g: Graph, node: Node, xs: list[str]) -> str:
    x = node.input_shapes[0]
    norms = g.operation("Abs", xs[0])
    if x.rank:
        norms = g.operation("ReduceL2", xs[0], g.shape(*range(2, x.rank + 2)))
    mean = g.operation("ReduceMean", norms, g.shape(1))
    epsilon = g.constant(float(node.attributes["epsilon"]))
    shares = g.operation("Div", norms, g.operation("Add", mean, epsilon))
    y = g.operation("Mul", g.operation("Mul", xs[0], shares), along_channels(g, node, "gamma"))
    return g.operation("Add", g.operation("Add", y, along_channels(g, node, "beta")), xs[0])


@writes("lrn")
def _lrn(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    if a["size"] % 2 == 0:
        raise refuse(node, TARGET, f" over {a['size']} channels, an even number,")
    options: dict[str, Any] = {
        "alpha": float(a["alpha"]),
        "beta": float(a["beta"]),
        "bias": float(a["offset"]),
    }
    if x.rank == 2:  # noqa: PLR2004 - images, which is all that ONNX Runtime takes
        return g.operation("LRN", xs[0], size=a["size"], **options)
    flat = g.operation("Reshape", xs[0], g.shape(0, x.channels, -1, 1))
    y = g.operation("LRN", flat, size=a["size"], **options)
    return g.operation("Reshape", y, g.shape(0, x.channels, *x.size))
