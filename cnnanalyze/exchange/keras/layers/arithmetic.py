"""Joins of several tensors, and arithmetic with fixed numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed, items
from cnnanalyze.exchange.keras.layers.activation import applied
from cnnanalyze.exchange.keras.layers.registry import converts
from cnnanalyze.graph.builder import MOST_AXES, Tensor
from cnnanalyze.layers.attributes import axis_word

_JOINS = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Divide": "divide",
    "TrueDivide": "divide",
}


@converts(" ".join(_JOINS))
def join(call: Call) -> Viewed:
    """Element by element, of tensors or of a tensor and a number."""
    kind = _JOINS[call.layer.kind]
    if len(call.read) == 1:
        return _with_number(call, kind)
    return joined(call, kind, call.read)


def joined(call: Call, kind: str, values: Sequence[Viewed]) -> Viewed:
    """Join tensors element by element."""
    first = values[0]
    if all(value.view == first.view for value in values):
        layers = [value.layer for value in values]
        if len({layer.shape for layer in layers}) == 1:
            return Viewed(call.add(kind, *layers), first.view)
    rank = max(value.rank for value in values)
    wide = [
        Viewed(value.layer, value.view.insert(range(1, 1 + rank - value.rank))) for value in values
    ]
    extents = tuple(map(max, zip(*(value.extents for value in wide), strict=True)))
    layers = [_for_join(call, value, extents) for value in wide]
    return Viewed.whole(call.add(kind, *layers))


def _for_join(call: Call, value: Viewed, extents: Sequence[int]) -> Tensor:
    """Return a layer that can be joined with maps of these extents."""
    if any(n not in {1, m} for n, m in zip(value.extents, extents, strict=True)):
        call.refuse(
            f"{' x '.join(map(str, value.extents))} cannot be joined with "
            f"{' x '.join(map(str, extents))}"
        )
    is_gate = all(n == 1 for n in value.extents[:-1]) and value.layer.shape.is_vector
    if is_gate and value.layer.shape.channels == value.extents[-1]:
        return value.layer
    return call.arranged(value, [[axis] for axis in range(1, value.view.rank)])


def _with_number(call: Call, kind: str) -> Viewed:
    """Return a tensor joined with a plain number."""
    (value,) = call.read
    plain = [one for one in (*call.arguments, *call.named.values()) if one is not value]
    numbers = [n for n in plain if isinstance(n, int | float) and not isinstance(n, bool)]
    if not plain:
        return value  # a join of one
    if len(numbers) != 1:
        raise Unsupported("it is joined with numbers that are no single one")
    number = float(numbers[0])
    is_first = call.arguments and call.arguments[0] is not value
    match kind:
        case "add":
            return shifted(call, value, 1.0, number)
        case "subtract":
            return shifted(call, value, -1.0 if is_first else 1.0, number if is_first else -number)
        case "multiply":
            return shifted(call, value, number, 0.0)
        case "divide" if not is_first and number:
            return shifted(call, value, 1 / number, 0.0)
        case "maximum":
            return call.elementwise(value, "clip", min=number)
        case "minimum":
            return call.elementwise(value, "clip", max=number)
        case _:
            raise Unsupported(f"there is no kind for {kind} with a number")


def shifted(call: Call, value: Viewed, factor: float, offset: float) -> Viewed:
    """Return a tensor times a number, plus a number."""
    attributes: dict[str, Any] = {"factor": factor} | ({"offset": offset} if offset else {})
    return call.elementwise(value, "scale", **attributes)


@converts("Rescaling")
def rescaling(call: Call) -> Viewed:
    """Times a number, plus a number."""
    return shifted(call, call.value, call.real("scale"), call.real("offset", default=0.0))


@converts("CustomScaleLayer")
def scaled_sum(call: Call) -> Viewed:
    """The first of two, plus the other one times a number (Inception-ResNet)."""
    if len(call.read) != 2:  # noqa: PLR2004 - a branch and its shortcut
        raise Unsupported(f"it reads {len(call.read)} tensors")
    first, second = call.read
    scaled = call.elementwise(second, "scale", factor=call.real("scale"))
    return joined(call, "add", (first, scaled))


@converts("Concatenate")
def concatenate(call: Call) -> Viewed:
    """One behind the other, along an axis."""
    first, *others = call.read
    axis = call.axis(call.named.get("axis", call.get("axis", default=-1)), first.view.rank)
    for other in others:
        same = other.rank == first.rank and all(
            n == m
            for place, (n, m) in enumerate(zip(first.extents, other.extents, strict=True), 1)
            if place != axis
        )
        if not same:
            call.refuse(
                f"{' x '.join(map(str, first.extents))} and "
                f"{' x '.join(map(str, other.extents))} differ along another axis than {axis}"
            )
    if not others:
        return first
    order = list(range(1, first.view.rank))
    layers = [call.arranged(value, [[one] for one in order]) for value in call.read]
    rank = len(order) - 1
    along = {} if axis > rank else {"axis": axis_word(axis - 1, rank)}
    return call.back(call.add("concat", *layers, **along), order)


@converts("Dot")
def dot(call: Call) -> Viewed:
    """Products of two tensors, summed along an axis of each."""
    if len(call.read) != 2:  # noqa: PLR2004 - a product has two
        raise Unsupported(f"it reads {len(call.read)} tensors")
    if call.flag("normalize", default=False):
        raise Unsupported("it brings them to length 1 before")
    given = items(call.get("axes"))
    pair = given if isinstance(given, tuple) and len(given) == 2 else (given, given)  # noqa: PLR2004
    names = [
        [f"{letter}{axis}" for axis in range(value.view.rank)]
        for letter, value in zip("xy", call.read, strict=True)
    ]
    for own, value, one in zip(names, call.read, pair, strict=True):
        own[call.axis(one, value.view.rank)] = "s"
        if own[0] == "s":
            raise Unsupported("it sums over the images")
    first, second = (own[1:] for own in names)
    rest = [name for name in (*first, *second) if name != "s"] or ["1"]
    layers = [
        call.arranged(value, [[axis] for axis in range(1, value.view.rank)]) for value in call.read
    ]
    if len(rest) > MOST_AXES + 1:
        raise Unsupported(f"its output has {len(rest)} axes")
    pattern = f"{' '.join(first)}, {' '.join(second)} -> {' '.join(rest)}"
    return Viewed.whole(call.add("einsum", *layers, pattern=pattern))


_FUNCTIONS = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.truediv": "Divide",
    "math.divide": "Divide",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
}
"""Functions of TensorFlow that Keras 2 keeps as layers, by their names: the layer that they are."""


@converts("TFOpLambda")
def function(call: Call) -> Viewed:
    """A function of TensorFlow, which is told by its name and not run."""
    name = call.word("function")
    if name in _FUNCTIONS:
        return call.as_layer(_FUNCTIONS[name], call.layer.values, join, named=call.named)
    home, _, word = name.rpartition(".")
    if home in {"nn", "math", ""} and len(call.read) == 1:
        return applied(call, call.value, word)
    raise Unsupported(f"there is no layer for tf.{name}")
