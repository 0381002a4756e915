"""A network as a PyTorch model of modules, as its libraries would write it, for running tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch", reason="the tools' counting: torch is not installed")

import torch
from torch import nn

from cnnanalyze.graph.network import Network
from cnnanalyze.spec.node import Node


def convolution(node: Node) -> nn.Module:
    layer: Any = node.layer
    x, y = node.input_shapes[0].channels, node.output.channels
    groups = x if node.kind == "depthwise" else layer.groups
    return nn.Conv2d(
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


def transposed(node: Node) -> nn.Module:
    layer: Any = node.layer
    x, y = node.input_shapes[0].channels, node.output.channels
    return nn.ConvTranspose2d(x, y, layer.kernel, layer.stride, bias=layer.bias)


def pool(kind: type[nn.Module]) -> Callable[[Node], nn.Module]:
    def make(node: Node) -> nn.Module:
        layer: Any = node.layer
        return kind(layer.kernel, layer.step, padding(node), ceil_mode=layer.ceil_mode)

    return make


def norm(node: Node) -> nn.Module:
    layer: Any = node.layer
    return nn.BatchNorm2d(node.output.channels, affine=layer.scale)


def dense(node: Node) -> nn.Module:
    layer: Any = node.layer
    linear = nn.Linear(node.input_shapes[0].count, layer.units, bias=layer.bias)
    return linear if node.input_shapes[0].is_vector else nn.Sequential(nn.Flatten(), linear)


MODULES: dict[str, Callable[[Node], nn.Module]] = {
    "conv": convolution,
    "depthwise": convolution,
    "transposed_conv": transposed,
    "dense": dense,
    "batchnorm": norm,
    "maxpool": pool(nn.MaxPool2d),
    "avgpool": pool(nn.AvgPool2d),
    "global_avgpool": lambda _: nn.AdaptiveAvgPool2d(1),
    "global_maxpool": lambda _: nn.AdaptiveMaxPool2d(1),
    "adaptive_avgpool": lambda node: nn.AdaptiveAvgPool2d(node.output.size),
    "relu": lambda _: nn.ReLU(),
    "relu6": lambda _: nn.ReLU6(),
    "leaky_relu": lambda _: nn.LeakyReLU(),
    "sigmoid": lambda _: nn.Sigmoid(),
    "silu": lambda _: nn.SiLU(),
    "hard_swish": lambda _: nn.Hardswish(),
    "gelu": lambda _: nn.GELU(),
    "tanh": lambda _: nn.Tanh(),
    "softmax": lambda _: nn.Softmax(1),
    "lrn": lambda node: nn.LocalResponseNorm(node.attributes["size"]),
    "resize": lambda node: nn.Upsample(scale_factor=node.attributes["scale"]),
    "dropout": lambda _: nn.Dropout(),
    "flatten": lambda _: nn.Flatten(),
}
JOINS: dict[str, Callable[[list[Any]], Any]] = {
    "add": lambda parts: sum(parts[1:], start=parts[0]),
    "concat": lambda parts: torch.cat(parts, 1),
}


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
            seen[node.id] = join(inputs) if join else self.parts[name(node)](inputs[0])
        return seen[self.steps[-1].id]


def name(node: Node) -> str:
    """Return the id without what PyTorch does not allow in a name."""
    return node.id.replace("/", "_").replace(".", "_")


def model_of(network: Network) -> tuple[Model, Any]:
    """Return a network as a model that is to be evaluated, and one image for it."""
    shape = network.input
    return Model(network).eval(), torch.zeros(1, shape.channels, *shape.size)
