"""Operators that only give a tensor other axes: they make no layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known, broadcast
from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.views import IMAGES, REPEATED, Digit, View, joined

LARGEST = 10**12
"""No tensor may have more numbers."""


@operator("Reshape")
def reshape(call: Call) -> Value:
    """Give a tensor axes of other extents."""
    extents = call.integers(1, "shape")
    if extents is None:
        raise call.to.refuse(call.op, "its shape is missing")
    return reshaped(call, tensor_read(call), extents)


def tensor_read(call: Call) -> Known | Viewed:
    """Return the first input, which is a tensor."""
    found = call.given(0)
    if isinstance(found, Known | Viewed):
        return found
    raise Unsupported("it reads a sequence")


def extents_of(value: Known | Viewed) -> tuple[int, ...]:
    """Return the extents of a tensor."""
    return value.shape if isinstance(value, Known) else value.extents


def reshaped(call: Call, value: Known | Viewed, wanted: Sequence[int]) -> Value:
    """Return a tensor with other extents: 0 keeps one, -1 is what is left."""
    own = extents_of(value)
    keeps = not call.whole("allowzero")
    try:
        extents = [own[axis] if n == 0 and keeps else n for axis, n in enumerate(wanted)]
    except IndexError:
        raise call.to.refuse(call.op, f"it keeps an axis that {_x(own)} does not have") from None
    rest = prod(n for n in extents if n != -1)
    count = prod(own)
    if extents.count(-1) == 1 and rest and count % rest == 0:
        extents[extents.index(-1)] = count // rest
    if any(n < 0 for n in extents) or prod(extents) != count:
        raise call.to.refuse(
            call.op,
            f"it makes {_x(wanted)} of {_x(own)}: {abs(prod(extents))} ≠ {count}",
        )
    if isinstance(value, Known):
        return constants.reshaped(value, extents)
    view = value.view.reshape(extents)
    if view is None:
        value = unwound(call, value)
        view = value.view.reshape(extents)
    if view is None:
        raise Unsupported(f"the batch is mixed with what lies in {_x(own)}")
    return replace(value, view=view)


def unwound(call: Call, value: Viewed) -> Viewed:
    """Return a tensor whose numbers lie in its layer one after the other."""
    digits = value.view.digits
    images = tuple(digit for digit in digits if digit.role == IMAGES)
    if images and digits[: len(images)] != images:
        raise Unsupported("the batch is mixed with what lies in an image")
    made = call.to.laid(call.op, value.layer, [digits[len(images) :]])
    whole = joined([*images, Digit(0, 1, made.shape.channels)])
    return replace(value, layer=made, view=View((whole,)))


def _x(extents: Sequence[int]) -> str:
    return "x".join(map(str, extents)) or "a number"


@operator("Flatten")
def flatten(call: Call) -> Value:
    """Make a matrix of a tensor."""
    value = tensor_read(call)
    own = extents_of(value)
    axis = call.whole("axis", 1)
    axis = axis + len(own) if axis < 0 else axis
    return reshaped(call, value, (prod(own[:axis]), prod(own[axis:])))


@operator("Transpose")
def transpose(call: Call) -> Value:
    """Put the axes in another order."""
    value = tensor_read(call)
    rank = len(extents_of(value))
    order = call.wholes("perm") or tuple(reversed(range(rank)))
    if sorted(order) != list(range(rank)):
        raise call.to.refuse(call.op, f"perm {list(order)} is not an order of {rank} axes")
    if isinstance(value, Known):
        return constants.transposed(value, order)
    return replace(value, view=value.view.transpose(order))


@operator("Squeeze")
def squeeze(call: Call) -> Value:
    """Drop axes of extent 1."""
    value = tensor_read(call)
    own = extents_of(value)
    axes = call.integers(1, "axes")
    if axes is None:
        axes = tuple(axis for axis, n in enumerate(own) if n == 1)
    gone = {call.axis(axis, len(own)) for axis in axes}
    if wide := [axis for axis in gone if own[axis] != 1]:
        raise call.to.refuse(
            call.op, f"axis {wide[0]} of {_x(own)} cannot be dropped: {own[wide[0]]} ≠ 1"
        )
    if isinstance(value, Known):
        return constants.reshaped(value, [n for axis, n in enumerate(own) if axis not in gone])
    return replace(value, view=value.view.remove(gone))


@operator("Unsqueeze")
def unsqueeze(call: Call) -> Value:
    """Add axes of extent 1."""
    value = tensor_read(call)
    axes = call.integers(1, "axes")
    if axes is None:
        raise call.to.refuse(call.op, "its axes are missing")
    rank = len(extents_of(value)) + len(axes)
    places = sorted(call.axis(axis, rank) for axis in axes)
    if isinstance(value, Known):
        shape = list(value.shape)
        for place in places:
            shape.insert(place, 1)
        return constants.reshaped(value, shape)
    return replace(value, view=value.view.insert(places))


@operator("Expand")
def expand(call: Call) -> Value:
    """Repeat a tensor along axes of extent 1."""
    value = tensor_read(call)
    wanted = call.integers(1)
    shape = None if wanted is None else broadcast(extents_of(value), wanted)
    if shape is None or prod(shape) > LARGEST:
        raise call.to.refuse(call.op, f"{_x(extents_of(value))} cannot be made {_x(wanted or ())}")
    if isinstance(value, Known):
        return constants.expanded(value, shape)
    return replace(value, view=value.view.expand(shape))


@operator("Tile")
def tile(call: Call) -> Value:
    """Repeat a tensor along its axes."""
    value = tensor_read(call)
    times = call.integers(1)
    own = extents_of(value)
    if times is None or len(times) != len(own) or prod(times) * prod(own) > LARGEST:
        raise call.to.refuse(call.op, f"{_x(own)} cannot be repeated {_x(times or ())} times")
    if isinstance(value, Known):
        found = value
        for axis, n in enumerate(times):
            positions = [k % own[axis] for k in range(min(own[axis] * n, MOST_NUMBERS + 1))]
            if len(positions) > MOST_NUMBERS:
                return value.taken([a * b for a, b in zip(own, times, strict=True)])
            found = constants.taken(found, axis, positions, (len(positions),))
        return found
    axes = [
        (*(() if n == 1 else (Digit(REPEATED, 0, n),)), *axis)
        for axis, n in zip(value.view.axes, times, strict=True)
    ]
    return replace(value, view=View(tuple(axes)))


@operator("DepthToSpace")
def depth_to_space(call: Call) -> Value:
    """Lay channels out in blocks, in the order that the mode says."""
    value, block = call.viewed(), call.whole("blocksize", 1)
    n, c, *size = value.extents
    places = block ** len(size)
    if block < 1 or c % places:
        raise call.to.refuse(
            call.op, f"blocks of {places} places do not divide {c} channels: {c} mod {places}"
        )
    rank = len(size)
    first = call.word("mode", "DCR") == "CRD"
    depth = [c // places]
    cut = (n, *(depth if first else []), *(block,) * rank, *([] if first else depth), *size)
    split = value.view.reshape(cut)
    if split is None:
        raise Unsupported("its channels are no axis of a layer")
    blocks = range(2, 2 + rank) if first else range(1, 1 + rank)
    order = [0, 1 if first else 1 + rank]
    for place, at in enumerate(blocks):
        order += [2 + rank + place, at]
    view = split.transpose(order).reshape((n, c // places, *(m * block for m in size)))
    if view is None:
        raise Unsupported("its channels are no axis of a layer")
    return replace(value, view=view)


@operator("SpaceToDepth")
def space_to_depth(call: Call) -> Value:
    """Put blocks into channels, in the order that the mode says."""
    value, block = call.viewed(), call.whole("blocksize", 1)
    n, c, *size = value.extents
    if block < 1 or any(m % block for m in size):
        raise call.to.refuse(call.op, f"blocks of {block} do not divide {_x(size)}")
    rank = len(size)
    cut: list[int] = [n, c]
    for m in size:
        cut += [m // block, block]
    split = value.view.reshape(cut)
    if split is None:
        raise Unsupported("its axes are none of a layer")
    places = [3 + 2 * k for k in range(rank)]
    inner = [1, *places] if call.word("mode", "DCR") == "CRD" else [*places, 1]
    order = [0, *inner, *(2 + 2 * k for k in range(rank))]
    view = split.transpose(order).reshape((n, c * block**rank, *(m // block for m in size)))
    if view is None:
        raise Unsupported("its axes are none of a layer")
    return replace(value, view=view)
