"""Operators that take some places along an axis, or add some around it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import Any

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known, sliced
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Several,
    Unsupported,
    Value,
    Viewed,
    giving,
    images_of,
    without_images,
)
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.axes import extents_of, tensor_read
from cnnanalyze.exchange.views import IMAGES, REPEATED, Axis, Digit, View, extent, joined
from cnnanalyze.graph.builder import Tensor as Made

MOST_PLACES = 100_000
"""Places along an axis that are named one by one."""


@operator("Slice")
def slice_(call: Call) -> Value:
    """Take a stretch of some axes."""
    value = tensor_read(call)
    own = extents_of(value)
    starts, ends = call.integers(1, "starts"), call.integers(2, "ends")
    axes, steps = call.integers(3, "axes"), call.integers(4)
    if starts is None or ends is None:
        raise call.to.refuse(call.op, "its starts or its ends are missing")
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = (1,) * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise call.to.refuse(call.op, "its starts, ends, axes and steps do not belong together")
    chosen: dict[int, range] = {}
    for start, end, number, step in zip(starts, ends, axes, steps, strict=True):
        axis = call.axis(number, len(own))
        places = sliced(own[axis], start, end, step)
        if places != range(own[axis]):
            chosen[axis] = places
    return chosen_along(call, value, chosen)


def chosen_along(call: Call, value: Known | Viewed, chosen: dict[int, range]) -> Known | Viewed:
    """Take places along axes."""
    if isinstance(value, Known):
        for axis, places in chosen.items():
            value = (
                constants.taken(value, axis, places, (len(places),))
                if len(places) <= MOST_NUMBERS
                else value.taken(_replaced(value.shape, axis, len(places)))
            )
        return value
    if any(not places for places in chosen.values()):
        # Nothing is left, which is no layer: whoever puts it before something adds nothing.
        left = [len(chosen.get(axis, range(n))) for axis, n in enumerate(value.extents)]
        return Known(tuple(left), value.type, (), is_fixed=True)
    value, chosen = _cropped(call, value, chosen)
    for axis, places in chosen.items():
        value = taken(call, value, axis, places)
    return value


def _replaced(shape: Sequence[int], axis: int, n: int) -> tuple[int, ...]:
    return (*shape[:axis], n, *shape[axis + 1 :])


def _role(value: Viewed, axis: int) -> int | None:
    """Return the axis of the layer that an axis of the tensor is, if it is one."""
    digits = without_images(value.view.axes[axis])
    if len(digits) != 1 or images_of(value.view.axes[axis]):
        return None
    (digit,) = digits
    shape = value.layer.shape.extents
    is_whole = digit.role >= 0 and digit.stride == 1 and digit.extent == shape[digit.role]
    return digit.role if is_whole else None


def _cropped(
    call: Call, value: Viewed, chosen: dict[int, range]
) -> tuple[Viewed, dict[int, range]]:
    """Crop several spatial axes at once."""
    roles = {axis: _role(value, axis) for axis in chosen}
    rank = value.layer.shape.rank
    spatial = [
        axis
        for axis, places in chosen.items()
        if places.step == 1 and roles[axis] is not None and roles[axis] != rank
    ]
    if len(spatial) < 2:  # noqa: PLR2004 - one is a slice
        return value, chosen
    amounts = [(0, 0)] * rank
    for axis in spatial:
        n = value.extents[axis]
        amounts[roles[axis] or 0] = (chosen[axis].start, n - chosen[axis].stop)
    made = call.add("crop", value.layer, amount=tuple(amounts))
    axes = list(value.view.axes)
    for axis in spatial:
        axes[axis] = joined([Digit(roles[axis] or 0, 1, len(chosen[axis]))])
    left = {axis: places for axis, places in chosen.items() if axis not in spatial}
    return replace(value, layer=made, view=View(tuple(axes))), left


def taken(call: Call, value: Viewed, axis: int, places: Sequence[int]) -> Viewed:
    """Take places along an axis: of the layer, wherever the axis lies in it."""
    axes = list(value.view.axes)
    digits = axes[axis]
    if any(digit.role == IMAGES for digit in digits):
        raise MixedImages
    if not digits:
        if tuple(places) == (0,):
            return value
        return replace(value, view=value.view.expand(_replaced(value.extents, axis, len(places))))
    if all(digit.role == REPEATED for digit in digits):
        axes[axis] = joined([Digit(REPEATED, 0, len(places))])
        return replace(value, view=View(tuple(axes)))
    if len(digits) > 1:
        value = separated(call, value)
        axes = list(value.view.axes)
        digits = axes[axis]
    (digit,) = digits
    made = _taken(call, value, digit, places)
    ratio = len(places)
    found = []
    for number, own in enumerate(axes):
        if number == axis:
            found.append(joined([Digit(digit.role, digit.stride, ratio)]))
        else:
            found.append(tuple(_moved(one, digit, ratio) for one in own))
    return replace(value, layer=made, view=View(tuple(found)))


def _moved(one: Digit, gone: Digit, places: int) -> Digit:
    """Return a digit of an axis of which another digit has fewer places now."""
    if one.role == gone.role and one.stride > gone.stride:
        return Digit(one.role, one.stride // gone.extent * places, one.extent)
    return one


def _taken(call: Call, value: Viewed, digit: Digit, places: Sequence[int]) -> Made:
    """Add the layer that keeps the places where a digit has these values."""
    shape = value.layer.shape
    n = shape.extents[digit.role]
    outer = n // (digit.stride * digit.extent)
    if outer == digit.stride == 1 and (even := _evenly(places)) is not None and len(places) > 1:
        return _stretch(call, value, digit.role, even)
    if outer * len(places) * digit.stride > MOST_PLACES and not _is_stretch(places, outer):
        raise Unsupported(f"it takes more than {MOST_PLACES:,} places one by one")
    if _is_stretch(places, outer):
        start, stop = places[0] * digit.stride, (places[-1] + 1) * digit.stride
        return _stretch(call, value, digit.role, range(start, stop))
    positions = tuple(
        (block * digit.extent + place) * digit.stride + inner
        for block in range(outer)
        for place in places
        for inner in range(digit.stride)
    )
    if (even := _evenly(positions)) is not None:
        return _stretch(call, value, digit.role, even)
    axis: Any = "channels" if digit.role == shape.rank else digit.role + 1
    attributes = {} if axis == "channels" else {"axis": axis}
    return call.add("gather", value.layer, positions=positions, **attributes)


def _is_stretch(places: Sequence[int], outer: int) -> bool:
    return outer == 1 and (len(places) == 1 or all(b - a == 1 for a, b in pairwise(places)))


def _evenly(places: Sequence[int]) -> range | None:
    """Return places as a range, forwards or backwards; nothing if they are not evenly apart."""
    if isinstance(places, range):
        return places
    steps = {b - a for a, b in pairwise(places)}
    if len(steps) != 1 or 0 in steps:
        return None
    step = steps.pop()
    return range(places[0], places[-1] + (1 if step > 0 else -1), step)


def _stretch(call: Call, value: Viewed, role: int, taken: range) -> Made:
    shape = value.layer.shape
    n = shape.extents[role]
    if role == shape.rank and taken.step == 1:
        return call.add("slice", value.layer, channels=(taken.start, taken.stop))
    attributes: dict[str, Any] = {"axis": "channels" if role == shape.rank else role + 1}
    first, last = (0, n) if taken.step > 0 else (n - 1, 0)
    if taken.start != first:
        attributes["start"] = taken.start
    if (taken.stop < last) if taken.step > 0 else (taken.stop >= last):
        attributes["stop"] = taken.stop
    if taken.step != 1:
        attributes["step"] = taken.step
    return call.add("slice", value.layer, **attributes)


def separated(call: Call, value: Viewed, grown: Container[int] = ()) -> Viewed:
    """Return a tensor whose axes are ones of its layer; those that grow even from extent 1."""
    view = value.view
    own = [
        a
        for a in range(view.rank)
        if without_images(view.axes[a]) or (a in grown and not images_of(view.axes[a]))
    ]
    # The channels stay last, if an axis of the tensor is made of them alone.
    rank = value.layer.shape.rank
    last = [
        a
        for a in own
        if (inner := without_images(view.axes[a])) and all(d.role == rank for d in inner)
    ]
    if last:
        own.append(own.pop(own.index(last[-1])))
    made = call.to.arranged(call.op, value, [[axis] for axis in own])
    axes: list[Axis] = []
    for axis in range(view.rank):
        first = images_of(view.axes[axis])
        if axis in own:
            whole = Digit(own.index(axis), 1, extent(without_images(view.axes[axis])))
            # An axis of extent 1 has no digit, but it is one of the layer.
            axes.append((*first, whole))
        else:
            axes.append(first)
    return replace(value, layer=made, view=View(tuple(axes)))


@operator("Split")
def split(call: Call) -> tuple[Value | None, ...]:
    """Cut a tensor along an axis."""
    value = tensor_read(call)
    own = extents_of(value)
    axis = call.axis(call.whole("axis"), len(own))
    sizes = call.integers(1, "split")
    count = len(call.op.outputs)
    n = own[axis]
    if sizes is None:
        each = -(-n // count)
        sizes = tuple(min(each, n - each * k) for k in range(count))
    if sum(sizes) != n or len(sizes) != count or any(size < 0 for size in sizes):
        raise call.to.refuse(
            call.op, f"the parts {list(sizes)} are not the {n} of axis {axis}: {sum(sizes)} ≠ {n}"
        )
    return tuple(_parts(call, value, axis, sizes))


def _parts(
    call: Call, value: Known | Viewed, axis: int, sizes: Sequence[int]
) -> list[Known | Viewed | None]:
    found: list[Known | Viewed | None] = []
    start = 0
    for number, size in enumerate(sizes):
        name = call.op.outputs[number] if number < len(call.op.outputs) else "part"
        is_read = name in call.to.readers or name in call.to.given or name == "part"
        places = range(start, start + size)
        whole = places == range(extents_of(value)[axis])
        found.append(
            chosen_along(call, value, {} if whole else {axis: places}) if is_read else None
        )
        start += size
    return found


@operator("SplitToSequence")
def split_to_sequence(call: Call) -> Value:
    """Cut a tensor into a sequence."""
    value = tensor_read(call)
    own = extents_of(value)
    axis = call.axis(call.whole("axis"), len(own))
    given = call.known(1)
    sizes: tuple[int, ...]
    if given is None:
        sizes = (1,) * own[axis]
    elif given.whole is None:
        raise Unsupported("the sizes of its parts are not known")
    elif given.shape:
        sizes = given.whole
    else:
        each = max(1, given.whole[0])
        sizes = tuple(min(each, own[axis] - k) for k in range(0, own[axis], each))
    if len(sizes) > 1000 or sum(sizes) != own[axis]:  # noqa: PLR2004 - a bound
        raise Unsupported(f"it makes {len(sizes)} parts")
    single = replace(call.op, outputs=())
    parts = _parts(Call(call.to, single, call.read), value, axis, sizes)
    if given is None and not call.whole("keepdims", 1):
        parts = [_dropped(part, axis) for part in parts]
    return Several(tuple(parts))


def _dropped(value: Known | Viewed | None, axis: int) -> Known | Viewed | None:
    if isinstance(value, Known):
        return constants.reshaped(value, value.shape[:axis] + value.shape[axis + 1 :])
    return None if value is None else replace(value, view=value.view.remove([axis]))


@operator("Gather")
def gather(call: Call) -> Value:
    """Take places along an axis, or rows of a table that the network looks up."""
    data, indices = call.given(0), call.given(1)
    axis = call.whole("axis")
    if not isinstance(data, Known | Viewed) or not isinstance(indices, Known | Viewed):
        raise Unsupported("it reads a sequence")
    own = extents_of(data)
    axis = call.axis(axis, len(own))
    cut = (*own[:axis], *extents_of(indices), *own[axis + 1 :])
    if isinstance(indices, Viewed):
        with giving(cut):
            return _looked_up(call, data, indices, axis)
    if indices.whole is None and isinstance(data, Known):
        return data.taken(cut)
    if indices.whole is None:
        raise Unsupported("the places that it takes are not known", cut)
    n = own[axis]
    if wrong := [place for place in indices.whole if not -n <= place < n]:
        raise call.to.refuse(call.op, f"place {wrong[0]} is not within the {n} of axis {axis}")
    places = [place % n for place in indices.whole]
    if isinstance(data, Known):
        return constants.taken(data, axis, places, indices.shape)
    found = data if places == list(range(n)) else taken(call, data, axis, places)
    if len(indices.shape) == 1:
        return found
    view = found.view
    reshaped = view.reshape(cut) if indices.shape else view.remove([axis])
    if reshaped is None:
        raise Unsupported("the batch is mixed with what lies in an image")
    return replace(found, view=reshaped)


def _looked_up(call: Call, table: Known | Viewed, indices: Viewed, axis: int) -> Value:
    """Add an embedding."""
    if isinstance(table, Viewed) or axis != 0 or len(table.shape) != 2:  # noqa: PLR2004 - a table
        raise Unsupported("the places that it takes are computed")
    words, size = table.shape
    layer, view = indices.layer, indices.view
    rank = layer.shape.rank
    if rank and layer.shape.channels != 1:
        raise Unsupported("the words lie along several axes")
    made = call.add("embedding", layer, words=words, size=size, holds={"table": table})
    role = made.shape.rank
    return Viewed(made, View((*view.axes, joined([Digit(role, 1, size)]))))


@operator("Pad")
def pad(call: Call) -> Value:
    """Add places around the axes, or take some off."""
    value = tensor_read(call)
    own = extents_of(value)
    rank = len(own)
    amounts = call.integers(1, "pads")
    if amounts is None:
        amounts = call.wholes("paddings")
    axes = call.integers(3)
    numbers = list(range(rank)) if axes is None else [call.axis(axis, rank) for axis in axes]
    if amounts is None or len(amounts) != 2 * len(numbers):
        raise call.to.refuse(call.op, f"its pads must be {2 * len(numbers)} numbers")
    pairs = {
        axis: (amounts[k], amounts[k + len(numbers)])
        for k, axis in enumerate(numbers)
        if amounts[k] or amounts[k + len(numbers)]
    }
    given = call.known(2)
    fill = call.real("value", 0.0) if given is None or not given.count else given.scalar
    mode = call.word("mode", "constant")
    if isinstance(value, Known):
        shape = [n + sum(pairs.get(axis, (0, 0))) for axis, n in enumerate(own)]
        if not value.numbers or len(shape) != 1 or mode != "constant" or fill is None:
            return value.computed(shape)
        before, after = pairs.get(0, (0, 0))
        filled = int(fill) if "int" in value.type else fill
        if prod(shape) > MOST_NUMBERS or min(before, after) < 0:
            return value.computed(shape)
        held = ((filled,) * before, value.numbers, (filled,) * after)
        return Known.of([n for part in held for n in part], shape, value.type)
    crops = {
        axis: range(max(0, -before), own[axis] - max(0, -after))
        for axis, (before, after) in pairs.items()
        if before < 0 or after < 0
    }
    if crops:
        found = chosen_along(call, value, crops)
        assert isinstance(found, Viewed)
        value = found
    grown = {axis: (max(0, a), max(0, b)) for axis, (a, b) in pairs.items()}
    grown = {axis: pair for axis, pair in grown.items() if any(pair)}
    if not grown:
        return value
    if fill is None:
        raise Unsupported("the number that it adds is not known")
    return _padded(call, value, grown, mode, fill)


_MODES = {"reflect": "reflectpad", "edge": "replicatepad", "wrap": "circularpad"}


def _padded(
    call: Call, value: Viewed, grown: dict[int, tuple[int, int]], mode: str, fill: float
) -> Viewed:
    """Add places around axes."""
    if any(_role(value, axis) is None and value.view.axes[axis] for axis in grown) or any(
        not value.view.axes[axis] for axis in grown
    ):
        value = separated(call, value, grown)
    rank = value.layer.shape.rank
    roles = {axis: _role(value, axis) for axis in grown}
    borders = [(0, 0)] * rank
    channels = (0, 0)
    for axis, role in roles.items():
        if role is None:
            raise MixedImages
        if role == rank:
            channels = grown[axis]
        else:
            borders[role] = grown[axis]
    made = _surrounded(call, value.layer, tuple(borders), channels, mode, fill)
    axes = list(value.view.axes)
    for axis, role in roles.items():
        axes[axis] = joined([Digit(role or 0, 1, made.shape.extents[role or 0])])
    return replace(value, layer=made, view=View(tuple(axes)))


def _surrounded(
    call: Call,
    made: Made,
    pairs: tuple[tuple[int, int], ...],
    channels: tuple[int, int],
    mode: str,
    fill: float,
) -> Made:
    """Add the layer that puts something around a map, or around its channels."""
    if mode != "constant" and mode not in _MODES:
        raise call.to.refuse(call.op, f"mode cannot be '{mode}'")
    is_even = all(a == b for a, b in pairs)
    padding: Any = tuple(a for a, _ in pairs) if is_even else pairs
    padding = padding[0] if is_even and len(set(padding)) == 1 else padding
    around = {"padding": padding} if any(map(any, pairs)) else {}
    kind = "zeropad" if mode == "constant" else _MODES[mode]
    if mode == "constant" and not fill:
        made = call.add(kind, made, **around) if around else made
        before, after = channels
        return call.add("pad_channels", made, before=before, after=after) if any(channels) else made
    if not any(channels) and mode != "constant":
        return call.add(kind, made, **around) if around else made
    more: dict[str, Any] = {"channels": channels} if any(channels) else {}
    more |= {"fill": fill} if mode == "constant" else {"mode": kind.removesuffix("pad")}
    return call.add("pad", made, **around, **more) if around or any(channels) else made
