"""Joins of several tensors."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.exchange.tflite.translation import Call, Name, translates

_WORDS = {
    "ADD": "Add",
    "ADD_N": "Sum",
    "DIV": "Div",
    "MAXIMUM": "Max",
    "MINIMUM": "Min",
    "MUL": "Mul",
    "POW": "Pow",
    "SUB": "Sub",
}
_COMPARISONS = {
    "EQUAL": "Equal",
    "GREATER": "Greater",
    "GREATER_EQUAL": "GreaterOrEqual",
    "LESS": "Less",
    "LESS_EQUAL": "LessOrEqual",
    "LOGICAL_AND": "And",
    "LOGICAL_OR": "Or",
    "SELECT": "Where",
    "SELECT_V2": "Where",
}


@translates(*_WORDS)
def join(call: Call) -> Name:
    """Translate what joins number by number."""
    return call.activated(call.emit(_WORDS[call.operator.word], *call.inputs))


@translates(*_COMPARISONS)
def comparison(call: Call) -> Name:
    """Translate what compares, and what is chosen by that."""
    return call.emit(_COMPARISONS[call.operator.word], *call.inputs)


@translates("SQUARED_DIFFERENCE")
def squared_difference(call: Call) -> Name:
    """Translate the square of a difference."""
    return call.emit("Pow", call.emit("Sub", *call.inputs), call.number(2.0))


@translates("CONCATENATION")
def concatenation(call: Call) -> Name:
    """Translate what puts tensors one behind the other."""
    return call.activated(call.emit("Concat", *call.inputs, axis=call.whole("Axis")))


@translates("PACK")
def pack(call: Call) -> Name:
    """Translate what puts tensors one behind the other along an axis of their own."""
    axis = call.whole("Axis")
    parts = [call.emit("Unsqueeze", name, call.constant(axis)) for name in call.inputs]
    return call.emit("Concat", *parts, axis=axis)


@translates("UNPACK")
def unpack(call: Call) -> Sequence[Name]:
    """Translate what takes tensors apart along an axis."""
    axis, count = call.whole("Axis"), len(call.operator.outputs)
    parts = call.emit_several(
        count, "Split", call.given(0), call.constant(*(1,) * count), axis=axis
    )
    return [call.emit("Squeeze", name, call.constant(axis)) for name in parts]
