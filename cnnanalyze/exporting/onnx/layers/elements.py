"""Activations, arithmetic and what is dropped: number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnanalyze.exporting.arrangement import channels_first
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.registry import writes
from cnnanalyze.graph.node import Node

Array = npt.NDArray[Any]
_SIMPLE: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    **{
        kind: (name, lambda _: {})
        for kind, name in (
            *(("relu", "Relu"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("selu", "Selu")),
            *(("hard_swish", "HardSwish"), ("softplus", "Softplus"), ("mish", "Mish")),
            *(("abs", "Abs"), ("sqrt", "Sqrt"), ("exp", "Exp"), ("log", "Log")),
            *(("identity", "Identity"), ("drop_path", "Identity")),
        )
    },
    "leaky_relu": ("LeakyRelu", lambda a: {"alpha": float(a["slope"])}),
    "elu": ("Elu", lambda a: {"alpha": float(a["alpha"])}),
    "celu": ("Celu", lambda a: {"alpha": float(a["alpha"])}),
    "softmax": ("Softmax", lambda _: {"axis": 1}),
    "log_softmax": ("LogSoftmax", lambda _: {"axis": 1}),
    "gelu": ("Gelu", lambda a: {"approximate": "tanh" if a["approximate"] else "none"}),
    "hard_sigmoid": ("HardSigmoid", lambda _: {"alpha": 1 / 6, "beta": 0.5}),
}
"""Operators of one input that keep the shape, and their attributes."""


@writes(*_SIMPLE)
def _simple(g: Graph, node: Node, xs: list[str]) -> str:
    name, attributes = _SIMPLE[node.kind]
    return g.operation(name, xs[0], **attributes(node.attributes))


@writes("dropout")
def _dropout(g: Graph, node: Node, xs: list[str]) -> str:
    rate = float(node.attributes["rate"])
    if rate >= 1:  # which ONNX Runtime refuses
        return g.operation("Identity", xs[0])
    return g.operation("Dropout", xs[0], g.constant(rate))


@writes("relu6")
def _relu6(g: Graph, node: Node, xs: list[str]) -> str:
    del node
    return g.operation("Clip", xs[0], g.constant(0.0), g.constant(6.0))


@writes("silu")
def _silu(g: Graph, node: Node, xs: list[str]) -> str:
    del node
    return g.operation("Mul", xs[0], g.operation("Sigmoid", xs[0]))


@writes("prelu")
def _prelu(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    count = 1 if a["shared"] else x.channels
    size = x.size if a["per_position"] else (1,) * x.rank
    slope = g.weight(
        node,
        "slope",
        (count, *size),
        lambda array: channels_first(array.reshape(*size, count)),
    )
    return g.operation("PRelu", xs[0], slope)


@writes("clip", "hard_tanh")
def _clip(g: Graph, node: Node, xs: list[str]) -> str:
    limits = (node.attributes[name] for name in ("min", "max"))
    given = ["" if limit is None else g.constant(float(limit)) for limit in limits]
    if not any(given):
        return g.operation("Identity", xs[0])
    return g.operation("Clip", xs[0], *given)


@writes("power")
def _power(g: Graph, node: Node, xs: list[str]) -> str:
    return g.operation("Pow", xs[0], g.constant(float(node.attributes["exponent"])))


@writes("scale")
def _scale(g: Graph, node: Node, xs: list[str]) -> str:
    a = node.attributes
    made = g.operation("Mul", xs[0], g.constant(float(a["factor"])))
    return g.operation("Add", made, g.constant(float(a["offset"]))) if a["offset"] else made


def along_channels(g: Graph, node: Node, role: str, count: int | None = None) -> str:
    """Return a tensor of one number for each channel, as it is joined with a map."""
    x = node.input_shapes[0]
    shape = (x.channels if count is None else count, *(1,) * x.rank)
    return g.weight(node, role, shape, lambda array: array.reshape(shape))


@writes("layer_scale")
def _layer_scale(g: Graph, node: Node, xs: list[str]) -> str:
    count = 1 if node.attributes["shared"] else None
    return g.operation("Mul", xs[0], along_channels(g, node, "gamma", count))


@writes("affine")
def _affine(g: Graph, node: Node, xs: list[str]) -> str:
    a, y = node.attributes, xs[0]
    count = 1 if a["shared"] else None
    if a["scale"]:
        y = g.operation("Mul", y, along_channels(g, node, "gamma", count))
    return g.operation("Add", y, along_channels(g, node, "beta", count)) if a["center"] else y


@writes("constant_map")
def _constant_map(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    size = x.size if a["along"] == "all" else (1,) * x.rank
    shape = (x.channels, *size)
    if a["table"] is None:
        held = g.weight(node, "constants", shape, lambda array: _first(array, x.rank, shape))
    else:
        places = np.resize(np.arange(a["table"]), (*size, x.channels))
        table = g.weight(node, "table", (a["table"],))
        held = g.operation("Gather", table, g.constant(np.moveaxis(places, -1, 0), "int64"))
    return g.operation("Add" if a["operation"] == "add" else "Mul", xs[0], held)


def _first(array: Array, rank: int, shape: tuple[int, ...]) -> Array:
    """Return numbers with the channels first, whether or not they have positions."""
    return np.moveaxis(array, -1, 0) if array.ndim > 1 or not rank else array.reshape(shape)


@writes("glu", "geglu", "swiglu")
def _gated(g: Graph, node: Node, xs: list[str]) -> str:
    x = g.operation("Split", xs[0], outputs=2, axis=1, num_outputs=2)
    gate = f"{x}:1"
    if node.kind == "geglu":
        return g.operation("Mul", x, g.operation("Gelu", gate))
    opened = g.operation("Sigmoid", gate)
    if node.kind == "swiglu":
        opened = g.operation("Mul", gate, opened)
    return g.operation("Mul", x, opened)
