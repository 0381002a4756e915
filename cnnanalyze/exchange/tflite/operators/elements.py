"""Functions of each number by itself."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates

_WORDS = {
    "ABS": "Abs",
    "CEIL": "Ceil",
    "COS": "Cos",
    "EXP": "Exp",
    "FLOOR": "Floor",
    "HARD_SWISH": "HardSwish",
    "LOG": "Log",
    "LOGICAL_NOT": "Not",
    "LOGISTIC": "Sigmoid",
    "NEG": "Neg",
    "ROUND": "Round",
    "SIGN": "Sign",
    "SIN": "Sin",
    "SQRT": "Sqrt",
    "TANH": "Tanh",
}


@translates(*_WORDS)
def one_word(call: Call) -> Name:
    """Translate what ONNX calls by another name."""
    return call.emit(_WORDS[call.operator.word], call.given(0))


@translates("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1")
def rectifier(call: Call) -> Name:
    """Translate a rectifier with its limits."""
    return call.limited(call.given(0), call.operator.word)


@translates("LEAKY_RELU")
def leaky_relu(call: Call) -> Name:
    """Translate a leaky rectifier."""
    return call.emit("LeakyRelu", call.given(0), alpha=call.real("Alpha", 0.0))


@translates("ELU")
def elu(call: Call) -> Name:
    """Translate an exponential unit."""
    return call.emit("Elu", call.given(0), alpha=1.0)


@translates("PRELU")
def prelu(call: Call) -> Name:
    """Translate learned slopes."""
    return call.emit("PRelu", call.given(0), call.given(1))


@translates("GELU")
def gelu(call: Call) -> Name:
    """Translate a GELU, exact or by a hyperbolic tangent."""
    near = "tanh" if call.whole("Approximate") else "none"
    return call.emit("Gelu", call.given(0), approximate=near)


@translates("SOFTMAX")
def softmax(call: Call) -> Name:
    """Translate a softmax along the last axis, whose exponents have a factor."""
    factor, value = call.real("Beta", 1.0), call.given(0)
    if factor not in {0.0, 1.0}:  # no factor is written as 0
        value = call.emit("Mul", value, call.number(factor))
    return call.emit("Softmax", value, axis=-1)


@translates("LOG_SOFTMAX")
def log_softmax(call: Call) -> Name:
    """Translate the logarithm of a softmax along the last axis."""
    return call.emit("LogSoftmax", call.given(0), axis=-1)


@translates("SQUARE")
def square(call: Call) -> Name:
    """Translate a square."""
    return call.emit("Pow", call.given(0), call.number(2.0))


@translates("RSQRT")
def rsqrt(call: Call) -> Name:
    """Translate one over a root."""
    return call.emit("Reciprocal", call.emit("Sqrt", call.given(0)))


@translates("L2_NORMALIZATION")
def l2_normalization(call: Call) -> Name:
    """Translate what brings the last axis to length 1."""
    return call.activated(call.emit("LpNormalization", call.given(0), axis=-1, p=2))


@translates("LOCAL_RESPONSE_NORMALIZATION")
def lrn(call: Call) -> Name:
    """Translate a normalisation over neighbouring channels: ONNX divides by their number."""
    rank, size = len(call.shape()), 2 * call.whole("Radius") + 1
    found = call.emit(
        "LRN",
        call.first(call.given(0), rank),
        size=size,
        alpha=call.real("Alpha", 1.0) * size,
        beta=call.real("Beta", 0.5),
        bias=call.real("Bias", 1.0),
    )
    return call.last(found, rank)
