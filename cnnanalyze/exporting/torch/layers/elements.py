"""Activations, arithmetic and what is dropped: number by number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnanalyze.exporting.code import Argument, call
from cnnanalyze.exporting.part import Held, Step, Steps
from cnnanalyze.exporting.torch.registry import function, module, own, writes
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

_PLAIN = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "selu": "SELU",
    "silu": "SiLU",
    "hard_sigmoid": "Hardsigmoid",
    "hard_swish": "Hardswish",
    "softplus": "Softplus",
    "mish": "Mish",
    "identity": "Identity",
}


@writes(*_PLAIN)
def _plain(node: Node, _: Network) -> Steps:
    return module(call(f"nn.{_PLAIN[node.kind]}"))


@writes("softmax", "log_softmax")
def _softmax(node: Node, _: Network) -> Steps:
    name = "Softmax" if node.kind == "softmax" else "LogSoftmax"
    return module(call(f"nn.{name}").with_options(dim=(1, None)))


@writes("leaky_relu")
def _leaky_relu(node: Node, _: Network) -> Steps:
    return module(
        call("nn.LeakyReLU").with_options(negative_slope=(node.attributes["slope"], 0.01))
    )


@writes("elu", "celu")
def _elu(node: Node, _: Network) -> Steps:
    return module(
        call(f"nn.{node.kind.upper()}").with_options(alpha=(node.attributes["alpha"], 1.0))
    )


@writes("gelu")
def _gelu(node: Node, _: Network) -> Steps:
    word = "tanh" if node.attributes["approximate"] else "none"
    return module(call("nn.GELU").with_options(approximate=(word, "none")))


@writes("prelu")
def _prelu(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    count = 1 if a["shared"] else x.channels
    if not a["per_position"]:
        made = call("nn.PReLU").with_options(num_parameters=(count, 1))
        return module(made, slope=Held("weight", lambda slope: slope.reshape(-1)))
    name = own(
        "PositionPReLU",
        '''
class PositionPReLU(nn.Module):
    """A slope for what is negative, learned for each position."""

    def __init__(self, *size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(size, 0.25))

    def forward(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.weight * x)
''',
    )
    sizes = {f"size{k}": n for k, n in enumerate((count, *x.size))}
    last = x.rank
    return module(
        call(name, **sizes),
        slope=Held("weight", lambda slope: slope.transpose(last, *range(last))),
    )


@writes("clip", "hard_tanh")
def _clip(node: Node, _: Network) -> Steps:
    limits = tuple(
        Argument(name, node.attributes[name])
        for name in ("min", "max")
        if node.attributes[name] is not None
    )
    if not limits:
        return module(call("nn.Identity"))
    inner = ", ".join(f"{limit.name}={{{limit.name}}}" for limit in limits)
    return function(f"{{0}}.clamp({inner})", values=limits)


@writes("power")
def _power(node: Node, _: Network) -> Steps:
    return function(
        "{0} ** {exponent}", values=(Argument("exponent", node.attributes["exponent"]),)
    )


@writes("abs", "sqrt", "exp", "log")
def _method(node: Node, _: Network) -> Steps:
    return function(f"{{0}}.{node.kind}()")


@writes("scale")
def _scale(node: Node, _: Network) -> Steps:
    a = node.attributes
    factor, offset = (Argument(name, a[name]) for name in ("factor", "offset"))
    if not a["offset"]:
        return function("{factor} * {0}", values=(factor,))
    return function("{factor} * {0} + {offset}", values=(factor, offset))


@writes("layer_scale")
def _layer_scale(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    count = 1 if a["shared"] else x.channels
    return scaled(x.rank, count, "gamma", float(a["initial"]))


@writes("affine")
def _affine(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    count = 1 if a["shared"] else x.channels
    steps: list[Step] = []
    if a["scale"]:
        steps += scaled(x.rank, count, "gamma")
    if a["center"]:
        steps += shifted(x.rank, count, "beta")
    if not steps:
        return module(call("nn.Identity"))
    *first, last = steps
    return (*(replace(step, suffix="scale") for step in first), last)


def scaled(rank: int, count: int, role: str, start: float = 1.0) -> Steps:
    """Return a learned factor for each channel."""
    name = own(
        "ChannelScale",
        '''
class ChannelScale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, channels: int, axes: int = 2, initial: float = 1.0) -> None:
        super().__init__()
        shape = (channels, *(1 for _ in range(axes)))
        self.weight = nn.Parameter(torch.full(shape, initial))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x
''',
    )
    made = call(name, channels=count).with_options(axes=(rank, 2), initial=(start, 1.0))
    return (Step(made, tensors={role: Held("weight", column(rank))}),)


def shifted(rank: int, count: int, role: str) -> Steps:
    """Return a learned summand for each channel."""
    name = own(
        "ChannelBias",
        '''
class ChannelBias(nn.Module):
    """A learned summand for each channel."""

    def __init__(self, channels: int, axes: int = 2) -> None:
        super().__init__()
        shape = (channels, *(1 for _ in range(axes)))
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias
''',
    )
    made = call(name, channels=count).with_options(axes=(rank, 2))
    return (Step(made, tensors={role: Held("bias", column(rank))}),)


@writes("constant_map")
def _constant_map(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    name = own(
        "ConstantMap",
        '''
class ConstantMap(nn.Module):
    """Numbers that are joined with every element: fixed, or looked up in a learned table."""

    def __init__(self, *shape: int, table: int | None = None, multiply: bool = False) -> None:
        super().__init__()
        self.shape, self.multiply = shape, multiply
        numbers = torch.randn(table or torch.Size(shape).numel()) * 0.02
        if table is None:
            self.register_buffer("numbers", numbers)
        else:
            self.numbers = nn.Parameter(numbers)

    def forward(self, x: Tensor) -> Tensor:
        count = torch.Size(self.shape).numel()
        places = torch.arange(count, device=x.device) % len(self.numbers)
        numbers = self.numbers[places].reshape(self.shape).movedim(-1, 0)
        return x * numbers if self.multiply else x + numbers
''',
    )
    size = x.size if a["along"] == "all" else (1,) * x.rank
    sizes = {f"size{k}": n for k, n in enumerate((*size, x.channels))}
    made = call(name, **sizes).with_options(
        table=(a["table"], None), multiply=(a["operation"] == "multiply", False)
    )
    role = "constants" if a["table"] is None else "table"
    return (Step(made, tensors={role: Held("numbers", lambda array: array.reshape(-1))}),)


def column(rank: int) -> Any:  # noqa: ANN401 - a function of arrays
    """Return what puts numbers of channels along the channels of a map."""
    return lambda array: array.reshape(-1, *(1,) * rank)


@writes("glu")
def _glu(node: Node, _: Network) -> Steps:
    del node
    return module(call("nn.GLU").with_options(dim=(1, -1)))


_GATED = '''
class {name}(nn.Module):
    """Half of the channels, weighed by the {what} of the others."""

    def forward(self, x: Tensor) -> Tensor:
        x, gate = x.chunk(2, dim=1)
        return x * F.{function}(gate)
'''


@writes("geglu", "swiglu")
def _gated(node: Node, _: Network) -> Steps:
    name, what = ("GEGLU", "gelu") if node.kind == "geglu" else ("SwiGLU", "silu")
    own(name, _GATED.format(name=name, what=what.upper(), function=what))
    return (Step(call(name)),)


@writes("dropout")
def _dropout(node: Node, _: Network) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    name = f"nn.Dropout{rank}d" if a["per_channel"] and rank else "nn.Dropout"
    return module(call(name).with_options(p=(a["rate"], 0.5)))


@writes("drop_path")
def _drop_path(node: Node, _: Network) -> Steps:
    name = own(
        "DropPath",
        '''
class DropPath(nn.Module):
    """While it is trained, leaves out the whole branch of some images."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.rate:
            return x
        kept = torch.rand(len(x), *(1 for _ in x.shape[1:]), device=x.device) >= self.rate
        return x * kept / (1 - self.rate)
''',
    )
    return (Step(call(name, rate=node.attributes["rate"])),)
