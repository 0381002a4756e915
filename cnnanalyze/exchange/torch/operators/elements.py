"""Functions of each number by itself, and gates."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import (
    Arguments,
    Name,
    Translation,
    is_number,
    translates,
)

_WORDS = {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "mish": "Mish",
    "hardswish": "HardSwish",
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "neg": "Neg",
    "erf": "Erf",
    "reciprocal": "Reciprocal",
    "selu": "Selu",
    "sin": "Sin",
    "cos": "Cos",
    "floor": "Floor",
    "round": "Round",
    "sign": "Sign",
}
_SAME = (
    *("dropout", "dropout_", "feature_dropout", "feature_dropout_", "alpha_dropout"),
    *("alpha_dropout_", "feature_alpha_dropout", "contiguous", "clone", "detach", "detach_"),
    *("alias", "to", "_to_copy", "lift_fresh", "lift_fresh_copy", "type_as", "float"),
)


def _one_word(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return to.emit(word, a["self"])

    return handler


for _name, _word in _WORDS.items():
    translates(_name, f"{_name}_")(_one_word(_word))


@translates(*_SAME)
def same(to: Translation, a: Arguments) -> Name:
    """Translate what changes no number when the network is used."""
    return to.emit("Identity", a["input"] if "input" in a else a["self"])


@translates("silu", "silu_")
def silu(to: Translation, a: Arguments) -> Name:
    """Translate x · sigmoid(x)."""
    return to.emit("Mul", a["self"], to.emit("Sigmoid", a["self"]))


@translates("gelu", "gelu_")
def gelu(to: Translation, a: Arguments) -> Name:
    """Translate a GELU, exact or by a hyperbolic tangent."""
    return to.emit("Gelu", a["self"], approximate=a["approximate"])


@translates("hardsigmoid", "hardsigmoid_")
def hardsigmoid(to: Translation, a: Arguments) -> Name:
    """Translate a hard sigmoid: PyTorch's slope is 1/6."""
    return to.emit("HardSigmoid", a["self"], alpha=1 / 6, beta=0.5)


@translates("hardtanh", "hardtanh_")
def hardtanh(to: Translation, a: Arguments) -> Name:
    """Translate limits."""
    return _limited(to, a["self"], a["min_val"], a["max_val"])


@translates("relu6", "relu6_")
def relu6(to: Translation, a: Arguments) -> Name:
    """Translate a ReLU that ends at 6."""
    return _limited(to, a["self"], 0, 6)


@translates("clamp", "clamp_", "clip", "clamp_min", "clamp_max")
def clamp(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate limits of which one may be missing."""
    least, most = a.get("min"), a.get("max")
    value = a["self"]
    if isinstance(least, str) or isinstance(most, str):
        for word, limit in (("Max", least), ("Min", most)):
            if limit is not None:
                value = to.emit(word, value, to.real(limit))
        return value
    return _limited(to, value, least, most)


def _limited(to: Translation, value: Name, least: float | None, most: float | None) -> Name:
    limits = ["" if limit is None else to.real(limit) for limit in (least, most)]
    return to.emit("Clip", value, *limits)


@translates("leaky_relu", "leaky_relu_")
def leaky_relu(to: Translation, a: Arguments) -> Name:
    """Translate a leaky ReLU."""
    return to.emit("LeakyRelu", a["self"], alpha=float(a["negative_slope"]))


@translates("elu", "elu_", "celu", "celu_")
def elu(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate an exponential unit."""
    if a.get("scale", 1) != 1 or a.get("input_scale", 1) != 1:
        return NotImplemented
    word = "Elu" if "scale" in a else "Celu"
    return to.emit(word, a["self"], alpha=float(a["alpha"]))


@translates("addcmul", "addcmul_")
def addcmul(to: Translation, a: Arguments) -> Name:
    """Translate a sum with a product."""
    product = to.emit("Mul", a["tensor1"], a["tensor2"])
    if a["value"] != 1:
        product = to.emit("Mul", product, to.real(a["value"]))
    return to.emit("Add", a["self"], product)


@translates("softplus")
def softplus(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate a softplus of slope 1."""
    return to.emit("Softplus", a["self"]) if a["beta"] == 1 else NotImplemented


@translates("prelu")
def prelu(to: Translation, a: Arguments) -> Name:
    """Translate learned slopes, one for each channel or one for all."""
    rank = len(to.shape(a["self"]))
    slopes = to.shape(a["weight"])[0]
    shaped = to.emit(
        "Reshape", a["weight"], to.wholes(slopes, *(1,) * (rank - 2)) if rank > 1 else ""
    )
    return to.emit("PRelu", a["self"], shaped)


@translates("softmax", "_softmax")
def softmax(to: Translation, a: Arguments) -> Name:
    """Translate a softmax."""
    return to.emit("Softmax", a["self"], axis=a["dim"])


@translates("log_softmax", "_log_softmax")
def log_softmax(to: Translation, a: Arguments) -> Name:
    """Translate the logarithm of a softmax."""
    return to.emit("LogSoftmax", a["self"], axis=a["dim"])


@translates("glu")
def glu(to: Translation, a: Arguments) -> Name:
    """Translate a gated unit."""
    half = to.result[a["dim"]]
    one, other = to.emit_several(2, "Split", a["self"], to.wholes(half, half), axis=a["dim"])
    return to.emit("Mul", one, to.emit("Sigmoid", other))


@translates("pow")
def power(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate a power."""
    if not is_number(a["exponent"]) or not isinstance(a["self"], str):
        return NotImplemented
    return to.emit("Pow", a["self"], to.real(a["exponent"]))


@translates("rsqrt")
def rsqrt(to: Translation, a: Arguments) -> Name:
    """Translate one over a root."""
    return to.emit("Reciprocal", to.emit("Sqrt", a["self"]))
