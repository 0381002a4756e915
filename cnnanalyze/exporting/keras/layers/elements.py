"""Activations, arithmetic and what is dropped: number by number."""

from __future__ import annotations

from cnnanalyze.exporting.keras.registry import expression, layer, made, own, writes
from cnnanalyze.exporting.part import Step, Steps
from cnnanalyze.graph.node import Node

_WORDS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "selu": "selu",
    "silu": "silu",
    "softplus": "softplus",
    "mish": "mish",
    "hard_sigmoid": "hard_sigmoid",
    "hard_swish": "hard_silu",
    "log_softmax": "log_softmax",
}


@writes(*_WORDS)
def _activation(node: Node) -> Steps:
    return (Step(made("layers.Activation", activation=_WORDS[node.kind])),)


_LAYERS = {"relu": "ReLU", "softmax": "Softmax", "identity": "Identity"}


@writes(*_LAYERS)
def _plain(node: Node) -> Steps:
    return (Step(made(f"layers.{_LAYERS[node.kind]}")),)


@writes("relu6")
def _relu6(node: Node) -> Steps:
    del node
    return (Step(made("layers.ReLU").with_options(max_value=(6.0, None))),)


@writes("leaky_relu")
def _leaky_relu(node: Node) -> Steps:
    slope = node.attributes["slope"]
    return (Step(made("layers.LeakyReLU").with_options(negative_slope=(slope, 0.3))),)


@writes("elu")
def _elu(node: Node) -> Steps:
    return (Step(made("layers.ELU").with_options(alpha=(node.attributes["alpha"], 1.0))),)


@writes("celu")
def _celu(node: Node) -> Steps:
    return (expression("ops.celu({0}, {alpha})", alpha=float(node.attributes["alpha"])),)


@writes("gelu")
def _gelu(node: Node) -> Steps:
    word = "True" if node.attributes["approximate"] else "False"
    return (expression(f"ops.gelu({{0}}, approximate={word})"),)


@writes("prelu")
def _prelu(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    axes = [] if a["per_position"] else list(range(1, x.rank + 1))
    axes += [x.rank + 1] if a["shared"] else []
    prelu = made("layers.PReLU").with_options(shared_axes=(axes or None, None))
    size = x.size if a["per_position"] else (1,) * x.rank
    count = 1 if a["shared"] else x.channels
    return (layer(prelu, ("slope", lambda slope: slope.reshape(*size, count))),)


@writes("clip", "hard_tanh")
def _clip(node: Node) -> Steps:
    low, high = node.attributes["min"], node.attributes["max"]
    if low is None and high is None:
        return (Step(made("layers.Identity")),)
    if high is None:
        return (expression("ops.maximum({0}, {low})", low=low),)
    if low is None:
        return (expression("ops.minimum({0}, {high})", high=high),)
    return (expression("ops.clip({0}, {low}, {high})", low=low, high=high),)


@writes("power")
def _power(node: Node) -> Steps:
    return (expression("ops.power({0}, {exponent})", exponent=node.attributes["exponent"]),)


@writes("abs", "sqrt", "exp", "log")
def _function(node: Node) -> Steps:
    return (expression(f"ops.{node.kind}({{0}})"),)


@writes("scale")
def _scale(node: Node) -> Steps:
    a = node.attributes
    scale = made("layers.Rescaling", scale=a["factor"])
    return (Step(scale.with_options(offset=(float(a["offset"]), 0.0))),)


_SCALE = '''
class ChannelScale(layers.Layer):
    """A learned factor for each channel, or one for all."""

    def __init__(self, shared=False, initial=1.0, name=None):
        super().__init__(name=name)
        self.shared = shared
        self.initial = initial

    def build(self, shape):
        count = 1 if self.shared else shape[-1]
        start = initializers.Constant(self.initial)
        self.factor = self.add_weight(shape=(count,), initializer=start)

    def call(self, x):
        return x * self.factor
'''

_BIAS = '''
class ChannelBias(layers.Layer):
    """A learned summand for each channel, or one for all."""

    def __init__(self, shared=False, name=None):
        super().__init__(name=name)
        self.shared = shared

    def build(self, shape):
        count = 1 if self.shared else shape[-1]
        self.bias = self.add_weight(shape=(count,), initializer="zeros")

    def call(self, x):
        return x + self.bias
'''


@writes("layer_scale", "affine")
def _learned(node: Node) -> Steps:
    a = node.attributes
    shared = {"shared": (a["shared"], False)}
    steps = []
    if a.get("scale", True):
        start = {"initial": (float(a.get("initial", 1.0)), 1.0)}
        factor = made(own("ChannelScale", _SCALE)).with_options(**shared, **start)
        steps.append(layer(factor, "gamma", suffix="scale" if a.get("center") else ""))
    if a.get("center"):
        steps.append(layer(made(own("ChannelBias", _BIAS)).with_options(**shared), "beta"))
    return tuple(steps)


_CONSTANT_MAP = '''
class ConstantMap(layers.Layer):
    """Numbers that are joined with every element: fixed, or looked up in a learned table."""

    def __init__(self, along="all", table=None, multiply=False, name=None):
        super().__init__(name=name)
        self.along, self.table, self.multiply = along, table, multiply

    def build(self, shape):
        self.extents = shape[1:] if self.along == "all" else shape[-1:]
        held = self.extents if self.table is None else (self.table,)
        self.numbers = self.add_weight(shape=held, trainable=self.table is not None)

    def call(self, x):
        numbers = self.numbers
        if self.table is not None:
            places = ops.arange(math.prod(self.extents)) % self.table
            numbers = ops.reshape(ops.take(numbers, places), self.extents)
        return x * numbers if self.multiply else x + numbers
'''


@writes("constant_map")
def _constant_map(node: Node) -> Steps:
    a = node.attributes
    options = {
        "along": (a["along"], "all"),
        "table": (a["table"], None),
        "multiply": (a["operation"] == "multiply", False),
    }
    role = "constants" if a["table"] is None else "table"
    return (layer(made(own("ConstantMap", _CONSTANT_MAP)).with_options(**options), role),)


@writes("glu", "geglu", "swiglu")
def _gated(node: Node) -> Steps:
    half = node.input_shapes[0].channels // 2
    gate = {"glu": "sigmoid", "geglu": "gelu", "swiglu": "silu"}[node.kind]
    more = ", approximate=False" if gate == "gelu" else ""
    text = f"{{0}}[..., :{{half}}] * ops.{gate}({{0}}[..., {{half}}:]{more})"
    return (expression(text, half=half),)


@writes("dropout")
def _dropout(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    name = f"layers.SpatialDropout{rank}D" if a["per_channel"] and rank else "layers.Dropout"
    return (Step(made(name, rate=a["rate"])),)


@writes("drop_path")
def _drop_path(node: Node) -> Steps:
    ones = (None, *(1,) * (node.input_shapes[0].rank + 1))
    drop = made("layers.Dropout", rate=node.attributes["rate"])
    return (Step(drop.with_options(noise_shape=(ones, None))),)
