"""Normalisations."""

from __future__ import annotations

from cnnanalyze.exporting.keras.registry import TARGET, layer, made, own, writes
from cnnanalyze.exporting.part import Steps, refuse
from cnnanalyze.graph.node import Node


def _roles(node: Node) -> tuple[str, ...]:
    a = node.attributes
    return tuple(r for r, on in (("gamma", a["scale"]), ("beta", a["center"])) if on)


def _options(node: Node) -> dict[str, tuple[object, object]]:
    a = node.attributes
    return {
        "epsilon": (a["epsilon"], 1e-3),
        "center": (a["center"], True),
        "scale": (a["scale"], True),
    }


@writes("batchnorm")
def _batchnorm(node: Node) -> Steps:
    norm = made("layers.BatchNormalization").with_options(**_options(node))
    return (layer(norm, *_roles(node), "moving mean", "moving variance"),)


@writes("layernorm")
def _layernorm(node: Node) -> Steps:
    x = node.input_shapes[0]
    axis = list(range(1, x.rank + 2)) if node.attributes["axes"] == "all" else -1
    norm = made("layers.LayerNormalization").with_options(axis=(axis, -1), **_options(node))
    return (layer(norm, *_roles(node)),)


@writes("rmsnorm")
def _rmsnorm(node: Node) -> Steps:
    a = node.attributes
    if a["axes"] == "all" or not a["scale"]:
        raise refuse(node, TARGET, " over all axes, or without a scale,")
    norm = made("layers.RMSNormalization").with_options(epsilon=(a["epsilon"], 1e-6))
    return (layer(norm, "gamma"),)


@writes("groupnorm", "instancenorm")
def _groupnorm(node: Node) -> Steps:
    if not node.input_shapes[0].rank:
        raise refuse(node, TARGET, " of a vector")
    groups = node.attributes.get("groups", -1)
    norm = made("layers.GroupNormalization").with_options(groups=(groups, 32), **_options(node))
    return (layer(norm, *_roles(node)),)


@writes("grn")
def _grn(node: Node) -> Steps:
    name = own(
        "GlobalResponseNormalization",
        '''
class GlobalResponseNormalization(layers.Layer):
    """Channels compared by the norms of their maps (ConvNeXt V2)."""

    def __init__(self, epsilon=1e-6, name=None):
        super().__init__(name=name)
        self.epsilon = epsilon

    def build(self, shape):
        self.gamma = self.add_weight(shape=shape[-1:], initializer="zeros")
        self.beta = self.add_weight(shape=shape[-1:], initializer="zeros")

    def call(self, x):
        axes = tuple(range(1, len(x.shape) - 1))
        norms = ops.abs(x)
        if axes:
            norms = ops.sqrt(ops.sum(x * x, axis=axes, keepdims=True))
        shares = norms / (ops.mean(norms, axis=-1, keepdims=True) + self.epsilon)
        return self.gamma * (x * shares) + self.beta + x
''',
    )
    norm = made(name).with_options(epsilon=(node.attributes["epsilon"], 1e-6))
    return (layer(norm, "gamma", "beta"),)


@writes("lrn")
def _lrn(node: Node) -> Steps:
    a = node.attributes
    name = own(
        "LocalResponseNormalization",
        '''
class LocalResponseNormalization(layers.Layer):
    """Numbers divided by a power of the squares of the neighbouring channels."""

    def __init__(self, size=5, alpha=1e-4, beta=0.75, offset=1.0, name=None):
        super().__init__(name=name)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.offset = offset

    def call(self, x):
        channels = x.shape[-1]
        sides = (self.size // 2, (self.size - 1) // 2)
        squares = ops.pad(x * x, [(0, 0)] * (len(x.shape) - 1) + [sides])
        total = sum(squares[..., k : k + channels] for k in range(self.size))
        return x / (self.offset + self.alpha / self.size * total) ** self.beta
''',
    )
    norm = made(name).with_options(
        size=(a["size"], 5),
        alpha=(a["alpha"], 1e-4),
        beta=(a["beta"], 0.75),
        offset=(a["offset"], 1.0),
    )
    return (layer(norm),)
