"""Operators that pass on what they read."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.exchange.onnx.constants import Known, known
from cnnanalyze.exchange.onnx.conversion import Call, Several, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.model import Graph
from cnnanalyze.exchange.onnx.operators._registry import operator

_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    16: "bfloat16",
}


@operator("Identity", "Optional", "OptionalGetElement")
def identity(call: Call) -> Value:
    """Pass everything on."""
    found = call.given(0)
    if found is None:
        raise Unsupported("it passes on what is left out")
    return found


@operator("Cast", "CastLike")
def cast(call: Call) -> Value:
    """Pass numbers on; those that are known become whole where that is asked for."""
    found = identity(call)
    like = call.given(1)
    kind = getattr(like, "type", "") if call.op.operator == "CastLike" else ""
    kind = kind or _TYPES.get(call.whole("to", 1), "float32")
    if isinstance(found, Known):
        numbers = found.numbers
        if numbers is not None and not any(isinstance(n, str) for n in numbers):
            try:
                if "int" in kind:
                    numbers = tuple(int(n) for n in numbers)
                elif kind == "bool":
                    numbers = tuple(bool(n) for n in numbers)
                else:
                    numbers = tuple(float(n) for n in numbers)
            except (OverflowError, ValueError):
                numbers = None
        return replace(found, type=kind, numbers=numbers)
    if isinstance(found, Viewed):
        is_rounded = ("int" in kind or kind == "bool") and "float" in found.type
        if is_rounded:
            raise Unsupported(f"numbers are rounded to {kind}")
        return replace(found, type=kind)
    raise Unsupported("a sequence has no type")


@operator("Dropout")
def dropout(call: Call) -> tuple[Value | None, ...]:
    """Add a layer that drops nothing at inference."""
    value = call.given(0)
    if not isinstance(value, Viewed):
        return (value,)
    kept = Known(value.extents, "bool")
    given = call.known(1)
    rate = call.real("ratio", 0.5) if given is None else given.scalar
    training = call.known(2)
    if training is not None and training.scalar != 0 and rate != 0:
        raise Unsupported("it is in training, and drops at random")
    if rate is None or not 0 <= rate <= 1:
        rate = 0.5
    return call.elementwise("dropout", value, rate=round(rate, 6)), kept


@operator("SequenceConstruct")
def sequence(call: Call) -> Value:
    """Put tensors into a sequence."""
    return Several(call.read)


@operator("SequenceAt")
def sequence_at(call: Call) -> Value:
    """Take one out of a sequence."""
    several, place = call.given(0), call.integers(1)
    if not isinstance(several, Several) or place is None:
        raise Unsupported("the sequence or the place is computed")
    if not -len(several.values) <= place[0] < len(several.values):
        raise call.to.refuse(
            call.op, f"place {place[0]} is not within a sequence of {len(several.values)}"
        )
    found: Value = several.values[place[0]]
    return found


@operator("If")
def branch(call: Call) -> tuple[Value | None, ...]:
    """Follow the branch that is taken, where that is known."""
    condition = call.known(0)
    if condition is None or condition.scalar is None:
        raise Unsupported("which branch is taken is computed")
    graph = call.op.attributes.get("then_branch" if condition.scalar else "else_branch")
    if not isinstance(graph, Graph):
        raise call.to.refuse(call.op, "a branch is missing")
    call.to.values.update({name: known(tensor) for name, tensor in graph.constants.items()})
    for op in graph.operations:
        call.to.perform(call.to, op)
    return tuple(call.to.values.get(one.name) for one in graph.outputs)
