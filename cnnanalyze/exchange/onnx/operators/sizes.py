"""Sizes: what a graph takes of its own shapes, and constants that it makes."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS, Tensor
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.axes import LARGEST, extents_of, tensor_read


@operator("Shape")
def shape(call: Call) -> Value:
    """Return the extents of a tensor."""
    extents = extents_of(tensor_read(call))
    end = call.op.attributes.get("end")
    return Known.of(extents[call.whole("start") : end if isinstance(end, int) else None])


@operator("Size")
def size(call: Call) -> Value:
    """Return how many numbers a tensor has."""
    return Known.of([prod(extents_of(tensor_read(call)))], ())


@operator("Constant")
def constant(call: Call) -> Value:
    """Return what the operation holds."""
    for name, value in call.op.attributes.items():
        if isinstance(value, Tensor):
            named = replace(value, name=value.name or call.op.outputs[0])
            return constants.known(named, is_stored=False)
        if name == "value_float" and isinstance(value, int | float):
            return Known.of([float(value)], (), "float32")
        if name == "value_int" and isinstance(value, int):
            return Known.of([value], ())
        if name in {"value_floats", "value_ints"} and isinstance(value, tuple):
            numbers = [n for n in value if isinstance(n, int | float)]
            return Known.of(numbers, kind="int64" if name.endswith("ints") else "float32")
        if name.startswith("value_string"):
            return Known((), "string")
    raise Unsupported("the constant has no numbers")


@operator("ConstantOfShape")
def constant_of_shape(call: Call) -> Value:
    """Return a constant of one number; as weights, if it is large."""
    extents = call.integers(0)
    if extents is None or any(n < 0 for n in extents) or prod(extents) > LARGEST:
        raise call.to.refuse(call.op, f"no tensor has the extents {list(extents or ())}")
    value = call.op.attributes.get("value")
    kind, number = "float32", 0.0
    if isinstance(value, Tensor):
        kind = value.type
        found = constants.numbers(value)
        number = float(found[0]) if found and not isinstance(found[0], str) else 0.0
    count = prod(extents)
    fill = number if "float" in kind else int(number)
    numbers = (fill,) * count if count <= MOST_NUMBERS else None
    made = constants.known(Tensor(call.op.outputs[0], extents, kind))
    return Known(extents, kind, numbers, made.source, made.view, is_stored=True)


@operator("Range")
def range_(call: Call) -> Value:
    """Count."""
    given = [call.known(place) for place in range(3)]
    numbers = [one.numbers[0] for one in given if one and one.numbers and len(one.numbers) == 1]
    if len(numbers) != len(given) or given[0] is None:
        raise Unsupported("its bounds are not known")
    start, stop, step = numbers
    found = constants.counted(start, stop, step, given[0].type)
    if found is None:
        raise call.to.refuse(call.op, "it counts by 0")
    return found


@operator("EyeLike", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike")
def made_up(call: Call) -> Value:
    """Return a constant that is not a weight, of these extents."""
    extents = call.wholes("shape")
    if extents is None:
        extents = extents_of(tensor_read(call))
    return Known(extents)


@operator(
    "Mod", "Pow", "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Where"
)
def folded(call: Call) -> Value:
    """Compute with constants; powers of what is computed are a layer."""
    name = call.op.operator
    if name == "Pow" and call.computed:
        exponent = call.known(1)
        if exponent is None or exponent.scalar is None:
            raise Unsupported("its exponents differ from place to place")
        if exponent.scalar == 0.5:  # noqa: PLR2004 - a root
            return call.elementwise("sqrt", call.viewed())
        if exponent.scalar == 1:
            return call.viewed()
        return call.elementwise("power", call.viewed(), exponent=float(f"{exponent.scalar:.7g}"))
    if call.computed:
        raise Unsupported("it compares what is computed")
    found = constants.by_number(name, [call.known(k) for k in range(len(call.read))])
    if found is None:
        raise call.to.refuse(call.op, "its constants do not fit together")
    return found
