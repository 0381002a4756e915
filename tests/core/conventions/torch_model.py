"""A network as a PyTorch model of modules, as its libraries would write it, for running tools."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any

import pytest

pytest.importorskip("torch", reason="the tools' counting: torch is not installed")

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import nn

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_border


def ranked(name: str, node: Node) -> Any:
    """Return the class of a module for as many axes as the input has."""
    return getattr(nn, f"{name}{node.input_shapes[0].rank or 1}d")


def convolution(node: Node) -> nn.Module:
    layer: Any = node.layer
    x, y = node.input_shapes[0].channels, node.output.channels
    groups = x if node.kind == "depthwise" else layer.groups
    return ranked("Conv", node)(
        x,
        y,
        layer.kernel,
        layer.stride,
        padding(node),
        layer.dilation,
        groups,
        bias=layer.bias,
    )


def padding(node: Node) -> tuple[int, ...]:
    """Return a padding per side that gives the same output; PyTorch has no 'same' with a stride."""
    fits = node.layer.fit(*node.input_shapes)
    return tuple((f.before + f.after + 1) // 2 for f in fits)


def separable(node: Node) -> nn.Module:
    layer: Any = node.layer
    x, conv = node.input_shapes[0].channels, ranked("Conv", node)
    kernels = x * layer.multiplier
    flat = conv(
        x, kernels, layer.kernel, layer.stride, padding(node), layer.dilation, x, bias=False
    )
    return nn.Sequential(flat, conv(kernels, node.output.channels, 1, bias=layer.bias))


def transposed(node: Node) -> nn.Module:
    layer: Any = node.layer
    x, y = node.input_shapes[0].channels, node.output.channels
    border = 0 if isinstance(layer.padding, str) else layer.padding
    return ranked("ConvTranspose", node)(
        x,
        y,
        layer.kernel,
        layer.stride,
        border,
        layer.output_padding or 0,
        layer.groups,
        layer.bias,
        layer.dilation,
    )


def pool(name: str) -> Callable[[Node], nn.Module]:
    def make(node: Node) -> nn.Module:
        layer: Any = node.layer
        more = {"dilation": layer.dilation} if name == "MaxPool" else {}
        kind = ranked(name, node)
        return kind(layer.kernel, layer.step, padding(node), ceil_mode=layer.ceil_mode, **more)

    return make


def power_pool(node: Node) -> nn.Module:
    layer: Any = node.layer
    return ranked("LPPool", node)(layer.norm, layer.kernel, layer.step)


def adaptive(name: str) -> Callable[[Node], nn.Module]:
    return lambda node: ranked(name, node)(node.output.size)


def batch_norm(node: Node) -> nn.Module:
    layer: Any = node.layer
    return ranked("BatchNorm", node)(node.output.channels, affine=layer.scale)


def instance_norm(node: Node) -> nn.Module:
    layer: Any = node.layer
    return ranked("InstanceNorm", node)(node.output.channels, affine=layer.scale)


class Permute(nn.Module):  # type: ignore[misc]  # torch is optional, and Any where it is absent
    def __init__(self, order: tuple[int, ...]) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: Any) -> Any:
        return x.permute(self.order)


def layer_norm(node: Node) -> nn.Module:
    """Over the channels alone they are moved to the end and back, as ConvNeXt does it."""
    layer: Any = node.layer
    x = node.input_shapes[0]
    if layer.axes == "all" or x.is_vector:
        return nn.LayerNorm((x.channels, *x.size), elementwise_affine=layer.scale)
    there = (0, *range(2, x.rank + 2), 1)
    back = (0, x.rank + 1, *range(1, x.rank + 1))
    inner = nn.LayerNorm(x.channels, elementwise_affine=layer.scale)
    return nn.Sequential(Permute(there), inner, Permute(back))


def rms_norm(node: Node) -> nn.Module:
    """Over the channels alone they are moved to the end and back."""
    layer: Any = node.layer
    x = node.input_shapes[0]
    if layer.axes == "all" or x.is_vector:
        return nn.RMSNorm((x.channels, *x.size), elementwise_affine=layer.scale)
    there = (0, *range(2, x.rank + 2), 1)
    back = (0, x.rank + 1, *range(1, x.rank + 1))
    inner = nn.RMSNorm(x.channels, elementwise_affine=layer.scale)
    return nn.Sequential(Permute(there), inner, Permute(back))


def gated(function: Callable[[Any], Any]) -> Callable[[Node, Any], Any]:
    def apply(_: Node, x: Any) -> Any:
        opened, gate = torch.chunk(x, 2, 1)
        return opened * function(gate)

    return apply


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "mean": torch.mean,
    "sum": torch.sum,
    "max": torch.amax,
    "min": torch.amin,
    "var": torch.var,
    "l2": torch.linalg.vector_norm,
}


def reduce_channels(node: Node, x: Any) -> Any:
    return REDUCTIONS[node.attributes["method"]](x, dim=1, keepdim=True)


def resize(node: Node) -> nn.Module:
    layer: Any = node.layer
    linear = {1: "linear", 2: "bilinear", 3: "trilinear"}[node.output.rank]
    mode = linear if layer.method == "bilinear" else "nearest"
    corners = {"align_corners": layer.align_corners} if mode == linear else {}
    if layer.size is not None:
        return nn.Upsample(size=node.output.size, mode=mode, **corners)
    return nn.Upsample(scale_factor=layer.scale, mode=mode, **corners)


def dense(node: Node) -> nn.Module:
    layer: Any = node.layer
    linear = nn.Linear(node.input_shapes[0].count, layer.units, bias=layer.bias)
    return linear if node.input_shapes[0].is_vector else nn.Sequential(nn.Flatten(), linear)


def pad(name: str) -> Callable[[Node], nn.Module]:
    def make(node: Node) -> nn.Module:
        layer: Any = node.layer
        (before, after), *_ = per_border(layer.padding, 1, "padding")
        return ranked(name, node)((before, after) * node.output.rank)

    return make


MODULES: dict[str, Callable[[Node], nn.Module]] = {
    "conv": convolution,
    "depthwise": convolution,
    "separable": separable,
    "transposed_conv": transposed,
    "dense": dense,
    "batchnorm": batch_norm,
    "instancenorm": instance_norm,
    "layernorm": layer_norm,
    "groupnorm": lambda node: nn.GroupNorm(
        node.attributes["groups"], node.output.channels, affine=node.attributes["scale"]
    ),
    "maxpool": pool("MaxPool"),
    "avgpool": pool("AvgPool"),
    "lppool": power_pool,
    "global_avgpool": lambda node: ranked("AdaptiveAvgPool", node)(1),
    "global_maxpool": lambda node: ranked("AdaptiveMaxPool", node)(1),
    "adaptive_avgpool": adaptive("AdaptiveAvgPool"),
    "adaptive_maxpool": adaptive("AdaptiveMaxPool"),
    "relu": lambda _: nn.ReLU(),
    "relu6": lambda _: nn.ReLU6(),
    "leaky_relu": lambda _: nn.LeakyReLU(),
    "prelu": lambda node: nn.PReLU(1 if node.attributes["shared"] else node.output.channels),
    "elu": lambda _: nn.ELU(),
    "selu": lambda _: nn.SELU(),
    "celu": lambda _: nn.CELU(),
    "hard_tanh": lambda _: nn.Hardtanh(),
    "glu": lambda _: nn.GLU(1),
    "rmsnorm": rms_norm,
    "sigmoid": lambda _: nn.Sigmoid(),
    "silu": lambda _: nn.SiLU(),
    "hard_sigmoid": lambda _: nn.Hardsigmoid(),
    "hard_swish": lambda _: nn.Hardswish(),
    "mish": lambda _: nn.Mish(),
    "softplus": lambda _: nn.Softplus(),
    "gelu": lambda node: nn.GELU("tanh" if node.attributes["approximate"] else "none"),
    "tanh": lambda _: nn.Tanh(),
    "softmax": lambda _: nn.Softmax(1),
    "log_softmax": lambda _: nn.LogSoftmax(1),
    "lrn": lambda node: nn.LocalResponseNorm(node.attributes["size"]),
    "resize": resize,
    "dropout": lambda _: nn.Dropout(),
    "identity": lambda _: nn.Identity(),
    "flatten": lambda _: nn.Flatten(),
    "zeropad": pad("ZeroPad"),
    "circularpad": pad("CircularPad"),
    "reflectpad": pad("ReflectionPad"),
    "replicatepad": pad("ReplicationPad"),
    "depth_to_space": lambda node: nn.PixelShuffle(node.attributes["block"]),
    "space_to_depth": lambda node: nn.PixelUnshuffle(node.attributes["block"]),
    "channel_shuffle": lambda node: nn.ChannelShuffle(node.attributes["groups"]),
}
JOINS: dict[str, Callable[[list[Any]], Any]] = {
    "add": lambda parts: sum(parts[1:], start=parts[0]),
    "multiply": lambda parts: prod(parts[1:], start=parts[0]),
    "maximum": lambda parts: reduce(torch.maximum, parts),
    "minimum": lambda parts: reduce(torch.minimum, parts),
    "subtract": lambda parts: parts[0] - parts[1],
    "divide": lambda parts: parts[0] / parts[1],
    "concat": lambda parts: torch.cat(parts, 1),
}


FUNCTIONS: dict[str, Callable[[Node, Any], Any]] = {
    "power": lambda node, x: torch.pow(x, node.attributes["exponent"]),
    "abs": lambda _, x: torch.abs(x),
    "sqrt": lambda _, x: torch.sqrt(x),
    "exp": lambda _, x: torch.exp(x),
    "log": lambda _, x: torch.log(x),
    "reduce": reduce_channels,
    "geglu": gated(F.gelu),
    "swiglu": gated(F.silu),
    "clip": lambda node, x: torch.clamp(x, node.attributes["min"], node.attributes["max"]),
}
"""What PyTorch has no module for."""


class Model(nn.Module):  # type: ignore[misc]  # torch is optional, and Any where it is absent
    """The layers of a network in its order; a softmax that closes it stays outside."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.steps = [n for n in network if not (n.kind == "softmax" and n.id in network.outputs)]
        self.parts = nn.ModuleDict(
            {name(n): MODULES[n.kind](n) for n in self.steps if n.kind in MODULES}
        )

    def forward(self, x: Any) -> Any:
        seen: dict[str, Any] = {"input": x}
        for node in self.steps:
            inputs = [seen[i] for i in node.inputs]
            join = JOINS.get(node.kind)
            function = FUNCTIONS.get(node.kind)
            if join:
                seen[node.id] = join(inputs)
            elif function:
                seen[node.id] = function(node, inputs[0])
            else:
                seen[node.id] = self.parts[name(node)](inputs[0])
        return seen[self.steps[-1].id]


def name(node: Node) -> str:
    """Return the id without what PyTorch does not allow in a name."""
    return node.id.replace("/", "_").replace(".", "_")


def model_of(network: Network) -> tuple[Model, Any]:
    """Return a network as a model that is to be evaluated, and one image for it."""
    shape = network.input
    return Model(network).eval(), torch.zeros(1, shape.channels, *shape.size)
