"""Activation functions, with their constants."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose
from typing import Any

from cnnanalyze.exchange.onnx.constants import Known, by_number
from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.patterns import DOMAIN

_PLAIN = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Mish": "mish",
    "HardSwish": "hard_swish",
    "Exp": "exp",
    "Log": "log",
    "Sqrt": "sqrt",
    "Abs": "abs",
}
_TOGETHER = {
    "Silu": ("silu", {}),
    "HardSwish": ("hard_swish", {}),
    "Mish": ("mish", {}),
    "HardSigmoid6": ("hard_sigmoid", {}),
    "Gelu": ("gelu", {}),
    "GeluTanh": ("gelu", {"approximate": True}),
}
_SELU = (1.67326319217681884765625, 1.05070102214813232421875)


def _by_name(kind: str, attributes: dict[str, Any]) -> Callable[[Call], Value]:
    def convert(call: Call) -> Value:
        value = call.given(0)
        if isinstance(value, Known):
            found = by_number(call.op.operator, [value]) if call.op.operator in _FOLDED else None
            return value.computed(value.shape) if found is None else found
        return call.elementwise(kind, call.viewed(), **attributes)

    convert.__doc__ = f"Add a layer {kind}."
    return convert


_FOLDED = frozenset({"Relu", "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Abs"})

for _name, _kind in _PLAIN.items():
    operator(_name)(_by_name(_kind, {}))
for _name, (_kind, _attributes) in _TOGETHER.items():
    operator(_name, domain=DOMAIN)(_by_name(_kind, _attributes))


@operator("LeakyRelu")
def leaky_relu(call: Call) -> Value:
    """Add a leaky rectifier."""
    alpha = _rounded(call.real("alpha", 0.01))
    return call.elementwise("leaky_relu", call.viewed(), slope=alpha)


def _rounded(number: float) -> float:
    """Return the number that was written before it became one of 32 bits."""
    return float(f"{number:.7g}")


@operator("Elu")
def elu(call: Call) -> Value:
    """Add an exponential linear unit."""
    return call.elementwise("elu", call.viewed(), alpha=_rounded(call.real("alpha", 1.0)))


@operator("Celu")
def celu(call: Call) -> Value:
    """Add one without a kink."""
    return call.elementwise("celu", call.viewed(), alpha=_rounded(call.real("alpha", 1.0)))


@operator("Selu")
def selu(call: Call) -> Value:
    """Add a scaled one, in two layers if its constants are its own."""
    value = call.viewed()
    alpha, gamma = call.real("alpha", _SELU[0]), call.real("gamma", _SELU[1])
    if isclose(alpha, _SELU[0], rel_tol=1e-3) and isclose(gamma, _SELU[1], rel_tol=1e-3):
        return call.elementwise("selu", value)
    bent = call.elementwise("elu", value, alpha=_rounded(alpha))
    return call.elementwise("scale", bent, factor=_rounded(gamma))


@operator("HardSigmoid")
def hard_sigmoid(call: Call) -> Value:
    """Add a ramp; in two layers, if it is not that of MobileNetV3."""
    value = call.viewed()
    alpha, beta = call.real("alpha", 0.2), call.real("beta", 0.5)
    if isclose(alpha, 1 / 6, rel_tol=1e-3) and isclose(beta, 0.5, rel_tol=1e-3):
        return call.elementwise("hard_sigmoid", value)
    ramp = call.elementwise("scale", value, factor=_rounded(alpha), offset=_rounded(beta))
    return call.elementwise("clip", ramp, min=0.0, max=1.0)


@operator("Gelu")
def gelu(call: Call) -> Value:
    """Add a Gaussian error linear unit."""
    is_near = call.word("approximate", "none") == "tanh"
    return call.elementwise("gelu", call.viewed(), **({"approximate": True} if is_near else {}))


@operator("Swish")
def swish(call: Call) -> Value:
    """Add a sigmoid linear unit."""
    if call.real("alpha", 1.0) != 1:
        raise Unsupported("its factor is not 1")
    return call.elementwise("silu", call.viewed())


@operator("PRelu")
def prelu(call: Call) -> Value:
    """Add a leaky rectifier whose slopes are learned."""
    value, slope = call.viewed(), call.known(1)
    if slope is None:
        raise call.to.refuse(call.op, "its slopes are missing")
    rank = value.view.rank
    shape = (1,) * (rank - len(slope.shape)) + slope.shape
    if len(slope.shape) == 1 and rank > 1 and slope.count == value.extents[1]:
        # Before version 7, and in files since: one number for each channel.
        is_old = call.opset < 7 or value.extents[-1] != slope.count  # noqa: PLR2004 - since then
        shape = (1, slope.count, *(1,) * (rank - 2)) if is_old else shape
    if slope.count == 1:
        return call.elementwise("prelu", value, shared=True, holds={"slope": slope})
    own = [axis for axis, n in enumerate(shape) if n > 1]
    made, view = call.along(value, own)
    if prod_of(value, own) != slope.count:
        raise Unsupported("its slopes are repeated")
    found = call.add("prelu", made, holds={"slope": slope})
    return Viewed(found, view, value.type)


def prod_of(value: Viewed, axes: list[int]) -> int:
    """Return how many places some axes have."""
    found = 1
    for axis in axes:
        found *= value.extents[axis]
    return found


@operator("Clip", "Relu6")
def clip(call: Call) -> Value:
    """Add limits."""
    value = call.given(0)
    bounds: list[float | None] = []
    for place, name in ((1, "min"), (2, "max")):
        said = call.op.attributes.get(name)
        given = call.known(place)
        if given is not None and given.scalar is None:
            raise Unsupported(f"its {name} is not known")
        bounds.append(
            given.scalar
            if given is not None
            else float(said)
            if isinstance(said, int | float)
            else None
        )
    low, high = bounds
    if isinstance(value, Known):
        limits = [Known.of([n], (), value.type) for n in (low, high) if n is not None]
        found: Known | None = value
        if low is not None:
            found = by_number("Max", [value, limits[0]])
        if high is not None and found is not None:
            found = by_number("Min", [found, limits[-1]])
        return value.computed(value.shape) if found is None else found
    return clipped(call, call.viewed(), low, high)


_UNBOUNDED = 3e38


def clipped(call: Call, value: Viewed, low: float | None, high: float | None) -> Viewed:
    """Add the layer of these limits."""
    low = None if low is not None and low < -_UNBOUNDED else low
    high = None if high is not None and high > _UNBOUNDED else high
    if low == 0 and high is None:
        return call.elementwise("relu", value)
    if low == 0 and high == 6:  # noqa: PLR2004 - ReLU6
        return call.elementwise("relu6", value)
    if low is None and high is None:
        return value
    if low is not None and high is not None and low > high:
        # ONNX takes the lower limit first, then the upper one.
        low = high
    bounds = {"min": low, "max": high}
    return call.elementwise(
        "clip", value, **{key: _rounded(n) for key, n in bounds.items() if n is not None}
    )


@operator("Softsign")
def softsign(call: Call) -> Value:
    """Add x/(1 + |x|) in three layers."""
    value = call.viewed()
    below = call.elementwise("scale", call.elementwise("abs", value), factor=1.0, offset=1.0)
    made = call.add("divide", value.layer, below.layer)
    return Viewed(made, value.view, value.type)


@operator("ThresholdedRelu", "Shrink", "Sign", "Floor", "Ceil", "Round", "Not")
def stepped(call: Call) -> Value:
    """Say that what jumps has no layer; constants are folded."""
    value = call.given(0)
    if isinstance(value, Known) and call.op.operator in {"Floor", "Ceil", "Round", "Not"}:
        return by_number(call.op.operator, [value]) or value.computed(value.shape)
    raise Unsupported("its function has jumps")


@operator("Erf", "Sin", "Cos", "Reciprocal", "Neg")
def simple(call: Call) -> Value:
    """Add a function of one number, as far as there is a layer."""
    value = call.given(0)
    if isinstance(value, Known):
        return by_number(call.op.operator, [value]) or value.computed(value.shape)
    if call.op.operator == "Neg":
        return call.elementwise("scale", call.viewed(), factor=-1.0)
    if call.op.operator == "Reciprocal":
        return call.elementwise("power", call.viewed(), exponent=-1.0)
    raise Unsupported("there is no layer for its function")


def softmaxed(call: Call, kind: str) -> Value:
    """Add a softmax along an axis; in older versions, along all axes from there on."""
    value = call.viewed()
    rank = value.view.rank
    is_new = call.opset >= 13  # noqa: PLR2004 - since when it is along one axis
    axis = call.axis(call.whole("axis", -1 if is_new else 1), rank)
    axes = [axis] if is_new else list(range(axis, rank))
    made, view = call.along(value, axes)
    return Viewed(call.add(kind, made), view, value.type)


@operator("Softmax")
def softmax(call: Call) -> Value:
    """Add a softmax."""
    return softmaxed(call, "softmax")


@operator("LogSoftmax")
def log_softmax(call: Call) -> Value:
    """Add the logarithm of a softmax."""
    return softmaxed(call, "log_softmax")
