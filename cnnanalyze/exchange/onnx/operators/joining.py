"""Joins: of computed tensors, and of one with constants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import isqrt, prod
from typing import Any

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known, broadcast, by_number
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    images_of,
    is_same,
    without_images,
)
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.activation import clipped
from cnnanalyze.exchange.onnx.operators.axes import extents_of
from cnnanalyze.exchange.views import (
    IMAGES,
    REPEATED,
    Axis,
    Digit,
    View,
    divided,
    extent,
    joined,
)
from cnnanalyze.graph.builder import Tensor as Made
from cnnanalyze.layers.attributes import axis_word

_KINDS = {
    "Add": "add",
    "Sum": "add",
    "QLinearAdd": "add",
    "Mul": "multiply",
    "QLinearMul": "multiply",
    "Sub": "subtract",
    "Div": "divide",
    "Max": "maximum",
    "Min": "minimum",
    "Mean": "average",
}


@operator("Add", "Sum", "Mul", "Sub", "Div", "Max", "Min", "Mean")
def join(call: Call) -> Value:
    """Join tensors number by number."""
    return joint(call, [value for value in call.read if value is not None])


def joint(call: Call, read: Sequence[Value]) -> Value:
    """Join computed tensors and constants."""
    name = call.op.operator
    read = _aligned(call, read)
    values = [value for value in read if isinstance(value, Viewed)]
    given = [value for value in read if isinstance(value, Known)]
    if not values:
        found = by_number(name, given) if name in _KINDS and name != "Mean" else None
        return Known(given[0].shape) if found is None else found
    shapes = [*(value.extents for value in values), *(value.shape for value in given)]
    if broadcast(*shapes) is None:
        words = " and ".join("x".join(map(str, shape)) or "a number" for shape in shapes)
        raise call.to.refuse(call.op, f"{words} do not fit together")
    if given and name == "Mean":
        raise Unsupported("it averages with constants")
    kind = _KINDS[name]
    if kind == "divide" and not any("float" in value.type for value in values):
        raise Unsupported("whole numbers are divided")
    is_reversed = isinstance(read[0], Known) and kind in {"subtract", "divide"}
    if len(values) == 1:
        found_ = values[0]
        for constant in given:
            found_ = with_constant(call, kind, found_, constant, is_reversed=is_reversed)
        return found_
    found_ = summed(call, kind, values)
    for constant in given:
        found_ = with_constant(call, kind, found_, constant)
    return found_


def _aligned(call: Call, read: Sequence[Value]) -> Sequence[Value]:
    """Return tensors with their axes under one another, as versions before 7 could say."""
    if call.opset >= 7 or "axis" not in call.op.attributes or len(read) != 2:  # noqa: PLR2004
        return read
    first, second = read
    if not isinstance(first, Known | Viewed) or not isinstance(second, Known | Viewed):
        return read
    rank, own = (len(extents_of(one)) for one in (first, second))
    behind = rank - call.axis(call.whole("axis"), rank) - own
    if behind <= 0:
        return read
    if isinstance(second, Known):
        return first, constants.reshaped(second, (*second.shape, *(1,) * behind))
    return first, replace(second, view=second.view.insert(range(own, own + behind)))


_MADE_UP = re.compile(r"val_\d+")
"""What PyTorch's exporter calls numbers of the code."""


def with_constant(
    call: Call, kind: str, value: Viewed, constant: Known, *, is_reversed: bool = False
) -> Viewed:
    """Join a computed tensor with a constant."""
    if kind == "add" and constant.is_float and not constant.is_fixed:
        constant = _before_softmax(call, constant)
    number = constant.scalar
    # A number of the code stands in the file without a name, or with one that a program made up.
    is_stored = constant.is_stored and not constant.is_fixed
    is_made_up = _MADE_UP.fullmatch(constant.source) is not None
    is_learned = is_stored and ((constant.shape and not is_made_up) or "." in constant.source)
    if number is not None and not (is_learned and kind in {"add", "multiply"}):
        found = _with_number(call, kind, value, number, is_reversed=is_reversed)
    elif kind in {"add", "subtract"}:
        if is_reversed:
            value = call.elementwise("scale", value, factor=-1.0)
            found = added(call, value, constant)
        else:
            found = added(call, value, constant, factor=-1.0 if kind == "subtract" else 1.0)
    elif kind in {"multiply", "divide"}:
        if is_reversed:
            value = call.elementwise("power", value, exponent=-1.0)
        is_divisor = kind == "divide" and not is_reversed
        found = _along(call, value, constant, "layer_scale", "gamma", is_divisor=is_divisor)
    else:
        raise Unsupported("it compares with constants that differ from place to place")
    shape = broadcast(value.extents, constant.shape) or found.extents
    return replace(found, view=found.view.expand(shape)) if shape != found.extents else found


_SCORES = 4
"""The axes that scores of attention have at least: images, heads, places and places."""
_PASSING = frozenset({"Add", "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze"})
MASKS = "masks of attention are numbers that no training changes"


def _before_softmax(call: Call, constant: Known) -> Known:
    """Return what is added to scores of attention: a mask is fixed, a bias may come from a table.

    A mask is other numbers in each window, and the same for all heads; a bias is other numbers for
    each head.
    """
    *outer, heads, rows, columns = (1,) * (_SCORES - len(constant.shape)) + constant.shape
    if rows != columns or rows == 1 or not _is_softmaxed(call):
        return constant
    if heads == 1 and max(outer) > 1:
        call.to.notes[MASKS] += 1
        return replace(constant, is_fixed=True)
    side = isqrt(rows)
    if heads > 1 == max(outer) and side**2 == rows:
        call.to.spread += heads * (rows**2 - (2 * side - 1) ** 2)
    return constant


def _is_softmaxed(call: Call) -> bool:
    """Whether the result of an operation goes through a softmax, as scores do."""
    names = call.op.outputs
    for _ in range(_FARTHEST):
        readers = call.to.readers.get(names[0], []) if names else []
        if len(readers) != 1:
            return False
        if readers[0].operator == "Softmax":
            return True
        if readers[0].operator not in _PASSING:
            return False
        names = readers[0].outputs
    return False


_FARTHEST = 6
"""Operations between a sum and its softmax."""


def _with_number(
    call: Call, kind: str, value: Viewed, number: float, *, is_reversed: bool
) -> Viewed:
    match kind:
        case "add":
            return _shifted(call, value, 1.0, number)
        case "subtract":
            return _shifted(call, value, *((-1.0, number) if is_reversed else (1.0, -number)))
        case "multiply":
            return _shifted(call, value, number, 0.0)
        case "divide":
            if is_reversed:
                found = call.elementwise("power", value, exponent=-1.0)
                return _shifted(call, found, number, 0.0)
            if not number:
                raise call.to.refuse(call.op, "it divides by 0")
            return _shifted(call, value, 1 / number, 0.0)
        case "maximum":
            return clipped(call, value, number, None)
        case _:
            return clipped(call, value, None, number)


def _shifted(call: Call, value: Viewed, factor: float, offset: float) -> Viewed:
    if (factor, offset) == (1.0, 0.0):
        return value
    attributes = {"factor": _short(factor)} | ({"offset": _short(offset)} if offset else {})
    return call.elementwise("scale", value, **attributes)


def _short(number: float) -> float:
    """Return the shortest number that is the same in 32 bits, or near."""
    return float(f"{number:.7g}")


def added(call: Call, value: Viewed, constant: Known, factor: float = 1.0) -> Viewed:
    """Add a constant, times a factor."""
    number = constant.scalar
    if number is not None and not constant.shape and "." not in constant.source:
        return _shifted(call, value, 1.0, number * factor)
    return _along(call, value, constant, "affine", "beta", factor)


def _along(
    call: Call,
    value: Viewed,
    constant: Known,
    kind: str,
    role: str,
    factor: float = 1.0,
    *,
    is_divisor: bool = False,
) -> Viewed:
    """Add a layer that holds numbers along those axes that a constant has."""
    rank = max(value.view.rank, len(constant.shape))
    shape = (1,) * (rank - len(constant.shape)) + constant.shape
    value = replace(value, view=value.view.insert(range(rank - value.view.rank)))
    own = [axis for axis, n in enumerate(shape) if n > 1]
    extra = {"scale": False} if kind == "affine" else {}
    changed: dict[str, Any] = {"times": factor, "is_divisor": is_divisor}
    if not own and not constant.is_fixed:
        held: dict[str, Any] = {role: constant}
        return call.elementwise(kind, value, shared=True, holds=held, **changed, **extra)
    wide = [shape[axis] if axis in own else n for axis, n in enumerate(value.extents)]
    if tuple(wide) != value.extents:
        value = replace(value, view=value.view.expand(wide))
    if any(d.role == REPEATED for axis in own for d in value.view.axes[axis]):
        groups = [axis for axis in range(rank) if value.view.axes[axis]]
        value = _written_out(call, value, groups, own)
    layer = value.layer
    digits = [d for axis in own for d in without_images(value.view.axes[axis])]
    everything = prod(d.extent for d in digits) == layer.shape.count
    if _is_looked_up(call, constant):
        return _with_map(call, value, constant, kind, own, everything=everything, **changed)
    if kind == "affine" and everything and layer.shape.positions > 1 and factor == 1:
        # A number for every place: positions that are learned.
        axes = in_order(constant, shape, value, own)
        found = call.add(
            "position_embedding", layer, holds={"positions": (constant, axes) if axes else constant}
        )
        return Viewed(found, value.view, value.type)
    made, view = call.along(value, own)
    axes = in_order(constant, shape, Viewed(made, view), own)
    holds: dict[str, Any] = {role: (constant, axes) if axes else constant}
    found = call.add(kind, made, holds=holds, **changed, **extra)
    return Viewed(found, view, value.type)


def _is_looked_up(call: Call, constant: Known) -> bool:
    """Whether numbers are fixed, or looked up in a table of other numbers than they are."""
    if constant.is_fixed:
        return True
    held = call.to.graph.constants.get(constant.table)
    return not constant.source and held is not None and "float" in held.type


def _with_map(
    call: Call,
    value: Viewed,
    constant: Known,
    kind: str,
    own: Sequence[int],
    *,
    everything: bool,
    **changed: Any,  # noqa: ANN401 - a factor, and whether it divides
) -> Viewed:
    """Add a layer of numbers that are fixed or looked up, for all elements or for channels."""
    made, view = (value.layer, value.view) if everything else call.along(value, own)
    attributes: dict[str, Any] = {} if everything else {"along": "channels"}
    if kind != "affine":
        attributes["operation"] = "multiply"
    if constant.is_fixed:
        shape = (1,) * (view.rank - len(constant.shape)) + constant.shape
        axes = in_order(constant, shape, Viewed(made, view), own)
        held = (constant, axes) if axes else constant
        found = call.add("constant_map", made, holds={"constants": held}, **changed, **attributes)
        return Viewed(found, view, value.type)
    count = prod(call.to.graph.constants[constant.table].shape)
    call.to.counted.add(constant.table)
    key = (constant.table, tuple(attributes.items()))
    found = call.add("constant_map", made, share=call.to.tables.get(key), table=count, **attributes)
    call.to.tables.setdefault(key, found)
    return Viewed(found, view, value.type)


def _written_out(call: Call, value: Viewed, groups: Sequence[int], own: Sequence[int]) -> Viewed:
    """Return a tensor in a layer that has its repetitions, the axes of its own last."""
    inner = [a for a in groups if without_images(value.view.axes[a])]
    order = [a for a in inner if a not in own] + [a for a in inner if a in own]
    made = call.to.arranged(call.op, value, [[axis] for axis in order])
    axes = list(value.view.axes)
    for place, axis in enumerate(order):
        n = extent(without_images(value.view.axes[axis]))
        axes[axis] = (*images_of(value.view.axes[axis]), *joined([Digit(place, 1, n)]))
    return Viewed(made, View(tuple(axes)), value.type)


def in_order(
    constant: Known, shape: Sequence[int], value: Viewed, own: Sequence[int]
) -> tuple[Axis, ...]:
    """Return the digits of a constant in the order in which a layer has them, by its axes."""
    if constant.view is None:
        return ()
    view = constant.view.insert(range(len(shape) - len(constant.shape)))
    parts: list[tuple[Digit, Axis]] = []
    for axis in own:
        digits = without_images(value.view.axes[axis])
        cut = divided(view.axes[axis], [d.extent for d in digits])
        if cut is None:
            return ()
        parts += zip(digits, cut, strict=True)
    parts.sort(key=lambda pair: (pair[0].role, -pair[0].stride))
    roles = sorted({digit.role for digit, _ in parts})
    return tuple(
        tuple(d for digit, axis in parts if digit.role == role for d in axis) for role in roles
    )


# --- of what is computed --------------------------------------------------------------------------


def summed(call: Call, kind: str, values: Sequence[Viewed]) -> Viewed:
    """Join computed tensors number by number, with their axes brought together."""
    first = values[0]
    if len(values) == 1:
        return first
    if all(is_same(value, first) for value in values):
        made = call.add(kind, *(value.layer for value in values))
        return Viewed(made, first.view, first.type)
    shape = broadcast(*(value.extents for value in values))
    assert shape is not None
    wide = [
        replace(value, view=value.view.insert(range(len(shape) - value.view.rank)))
        for value in values
    ]
    for frame in (v for v in wide if v.extents == shape):
        layers = [_fitted(call, frame, value) for value in wide]
        if all(layer is not None for layer in layers):
            found = [
                call.to.laid(call.op, value.layer, axes or ())
                for value, axes in zip(wide, layers, strict=True)
            ]
            made = call.add(kind, *found)
            return Viewed(made, frame.view, first.type)
    return _plain(call, kind, wide, shape)


def _fitted(call: Call, frame: Viewed, value: Viewed) -> list[Axis] | None:
    """Return the digits of a tensor as axes of another one's layer; nothing if that is too much."""
    del call
    roles: dict[int, list[tuple[int, Axis, int]]] = {}
    for own, other in zip(frame.view.axes, value.view.axes, strict=True):
        if any(d.role == REPEATED for d in own):
            return None
        is_one = extent(other) == 1
        cut = divided(joined(other), [d.extent for d in own]) if not is_one else None
        if not is_one and cut is None:
            return None
        for place, digit in enumerate(own):
            part: Axis = () if cut is None else cut[place]
            if digit.role == IMAGES:
                if part and (len(part) != 1 or part[0].role != IMAGES):
                    return None
                continue
            if any(d.role == IMAGES for d in part):
                raise MixedImages
            roles.setdefault(digit.role, []).append((digit.stride, part, digit.extent))
    axes: list[Axis] = []
    for role, n in enumerate(frame.layer.shape.extents):
        parts = sorted(roles.get(role, []), key=lambda p: -p[0])
        if prod(size for _, _, size in parts) != n:
            return None
        empty = [not part and size > 1 for _, part, size in parts]
        if any(empty) and not all(empty):
            # Repeated within an axis of the layer: written out.
            axes.append(
                tuple(
                    d
                    for _, part, size in parts
                    for d in (part or ((Digit(REPEATED, 0, size),) if size > 1 else ()))
                )
            )
        else:
            axes.append(tuple(d for _, part, _ in parts for d in part))
    repeated = [all(d.role == REPEATED for d in axis) for axis in axes]
    return [() if only else axis for only, axis in zip(repeated, axes, strict=True)]


def _plain(call: Call, kind: str, values: Sequence[Viewed], shape: Sequence[int]) -> Viewed:
    """Join tensors in a layer each of whose axes is one of theirs."""
    own = [
        axis
        for axis in range(len(shape))
        if any(without_images(value.view.axes[axis]) for value in values)
    ] or [len(shape) - 1]
    images: list[Axis] = []
    for axis in range(len(shape)):
        found = [images_of(value.view.axes[axis]) for value in values]
        images.append(next((one for one in found if one), ()))
        if images[-1] and axis in own and not all(found):
            raise MixedImages
    layers: list[Made] = []
    for value in values:
        axes = [
            tuple(d for d in without_images(value.view.axes[axis]) if d.role != REPEATED)
            if all(d.role == REPEATED for d in without_images(value.view.axes[axis]))
            else without_images(value.view.axes[axis])
            for axis in own
        ]
        layers.append(call.to.laid(call.op, value.layer, axes))
    made = call.add(kind, *layers)
    axes = [
        (
            *images[axis],
            *(
                joined([Digit(own.index(axis), 1, made.shape.extents[own.index(axis)])])
                if axis in own
                else ()
            ),
        )
        for axis in range(len(shape))
    ]
    view = View(tuple(axes))
    return Viewed(
        made, view.expand(shape) if view.extents != tuple(shape) else view, values[0].type
    )


# --- one behind the other -------------------------------------------------------------------------


@operator("Concat", "ConcatFromSequence")
def concat(call: Call) -> Value:
    """Put tensors one behind the other along an axis."""
    read = [value for value in call.read if value is not None]
    if call.op.operator == "ConcatFromSequence" and read:
        read = list(getattr(read[0], "values", ()))
        if call.whole("new_axis"):
            raise Unsupported("it stacks a sequence")
    return stacked(call, read)


def stacked(call: Call, read: Sequence[Value]) -> Value:
    """Put computed tensors and constants one behind the other."""
    parts = [value for value in read if isinstance(value, Known | Viewed)]
    if not parts or len(parts) < len(read):
        raise Unsupported("it joins a sequence")
    rank = len(parts[0].shape if isinstance(parts[0], Known) else parts[0].extents)
    axis = call.axis(call.whole("axis", 1 if rank > 1 else 0), rank)
    if all(isinstance(value, Known) for value in parts):
        return constants.joined([value for value in parts if isinstance(value, Known)], axis)
    parts = [p for p in parts if prod(p.shape if isinstance(p, Known) else p.extents)]
    values = [value for value in parts if isinstance(value, Viewed)]
    _refuse_unlike(call, parts, axis)
    if any(isinstance(value, Known) for value in parts):
        return _with_tokens(call, parts, axis)
    if len(values) == 1:
        return values[0]
    if any(any(d.role == IMAGES for d in value.view.axes[axis]) for value in values):
        raise MixedImages
    return _concatenated(call, values, axis)


def _refuse_unlike(call: Call, parts: Sequence[Known | Viewed], axis: int) -> None:
    shapes = [value.shape if isinstance(value, Known) else value.extents for value in parts]
    rests = [(*shape[:axis], *shape[axis + 1 :]) for shape in shapes]
    for (one, other), (left, right) in zip(pairwise(shapes), pairwise(rests), strict=True):
        if left != right:
            words = " and ".join("x".join(map(str, shape)) for shape in (one, other))
            n, m = next((a, b) for a, b in zip(left, right, strict=False) if a != b)
            raise call.to.refuse(
                call.op, f"{words} cannot be put one behind the other along axis {axis}: {n} ≠ {m}"
            )


def _concatenated(call: Call, values: Sequence[Viewed], axis: int) -> Viewed:
    first = values[0]
    order = min(_orders(values, axis), key=lambda one: _moves(call, values, one))
    layers = [call.to.arranged(call.op, value, [[a] for a in order]) for value in values]
    place, rank = order.index(axis), len(order) - 1
    along = {} if place == rank else {"axis": axis_word(place, rank)}
    made = call.add("concat", *layers, **along)
    axes: list[Axis] = []
    for a in range(first.view.rank):
        own = (
            joined([Digit(order.index(a), 1, made.shape.extents[order.index(a)])])
            if a in order
            else ()
        )
        axes.append((*images_of(first.view.axes[a]), *own))
    return Viewed(made, View(tuple(axes)), first.type)


def _orders(values: Sequence[Viewed], axis: int) -> Iterator[list[int]]:
    """Yield orders in which all may lie: as one of them does, or with the axis as the channels."""
    rank = values[0].view.rank
    kept = [
        a
        for a in range(rank)
        if a != axis and any(without_images(value.view.axes[a]) for value in values)
    ]
    options = [kept]
    if all(len(value.layer.shape.extents) == rank - 1 for value in values):
        # Axes of extent 1 that the layers have stay.
        options.insert(0, [a for a in range(1, rank) if a != axis])
    for others in options:
        for value in values:
            yield sorted([*others, axis], key=partial(_place, value))
        yield [*sorted(others, key=partial(_place, values[0])), axis]


def _place(value: Viewed, a: int) -> tuple[int, int]:
    """Return what tells where an axis of a tensor lies in its layer: as its outermost digit."""
    roles = [d.role for d in without_images(value.view.axes[a]) if d.role >= 0]
    return (roles[0] if roles else value.layer.shape.rank, a)


def _moves(call: Call, values: Sequence[Viewed], order: Sequence[int]) -> int:
    """Return how many layers are needed to put all axes into an order."""
    return sum(
        call.to.moves(value.layer, [without_images(value.view.axes[a]) for a in order])
        for value in values
    )


def _with_tokens(call: Call, parts: Sequence[Known | Viewed], axis: int) -> Value:
    """Put constants before or behind: tokens that are learned, channels of zeros."""
    values = [value for value in parts if isinstance(value, Viewed)]
    before = []
    for value in parts:
        if isinstance(value, Viewed):
            break
        before.append(value)
    if len(values) != 1 or len(before) != len(parts) - 1 or not before:
        raise Unsupported("constants stand between or behind what is computed")
    (value,) = values
    view = value.view
    rank = view.rank
    others = [a for a in range(rank) if a != axis and without_images(view.axes[a])]
    if len(others) != 1:
        raise Unsupported("it adds learned places to a map")
    made = call.to.arranged(call.op, value, [[axis], others])
    tokens = sum(one.shape[axis] for one in before)
    holds = {"tokens": before[0]} if len(before) == 1 else {}
    found = call.add("class_token", made, tokens=tokens, holds=holds)
    axes = list(view.axes)
    axes[axis] = joined([Digit(0, 1, found.shape.size[0])])
    axes[others[0]] = joined([Digit(1, 1, found.shape.channels)])
    return Viewed(found, View(tuple(axes)), value.type)
