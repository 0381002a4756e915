"""Parts of tensors, what is looked up in them, and borders around them."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.exchange.tflite.translation import Call, Name, translates


@translates("SLICE")
def slice_(call: Call) -> Name | None:
    """Translate a part that begins somewhere and has a size; -1 is all that is left."""
    begin, size, shape = call.numbers(1), call.numbers(2), call.shape()
    if begin is None or size is None or not len(begin) == len(size) == len(shape):
        return None
    ends = [n if s < 0 else b + s for b, s, n in zip(begin, size, shape, strict=True)]
    return _cut(call, call.given(0), begin, ends, [1] * len(shape))


def _cut(
    call: Call, value: Name, starts: Sequence[int], ends: Sequence[int], steps: Sequence[int]
) -> Name:
    shape = call.shape()
    own = [
        axis
        for axis, n in enumerate(shape)
        if (starts[axis], steps[axis]) != (0, 1) or ends[axis] < n
    ]
    if not own:
        return call.emit("Identity", value)
    lists = ([one[axis] for axis in own] for one in (starts, ends))
    return call.emit(
        "Slice",
        value,
        *(call.constant(*numbers) for numbers in lists),
        call.constant(*own),
        call.constant(*(steps[axis] for axis in own)),
    )


_FAR = 2**31 - 1


@translates("STRIDED_SLICE")
def strided_slice(call: Call) -> Name | None:
    """Translate a part with steps, whose masks say what is left open, drops an axis or adds one."""
    begin, end, step = (call.numbers(place) for place in (1, 2, 3))
    shape = call.shape()
    masks = {
        word: call.whole(f"{word}Mask")
        for word in ("Begin", "End", "Ellipsis", "NewAxis", "ShrinkAxis")
    }
    if begin is None or end is None or step is None or masks["Ellipsis"]:
        return None
    starts, ends, steps = [0] * len(shape), list(shape), [1] * len(shape)
    dropped, added = list[int](), list[int]()
    axis = 0
    for bit, (first, last, by) in enumerate(zip(begin, end, step, strict=False)):
        if masks["NewAxis"] >> bit & 1:
            added.append(bit - len(dropped))
            continue
        if axis >= len(shape) or not by:
            raise call.refuse(f"it takes parts along more axes than {len(shape)}, or in steps of 0")
        steps[axis] = by
        if masks["ShrinkAxis"] >> bit & 1:
            starts[axis], steps[axis] = first, 1
            ends[axis] = first + 1 if first != -1 else _FAR
            dropped.append(axis)
        else:
            is_open = bool(masks["Begin"] >> bit & 1), bool(masks["End"] >> bit & 1)
            starts[axis] = (0 if by > 0 else _FAR) if is_open[0] else first
            ends[axis] = (_FAR if by > 0 else -_FAR) if is_open[1] else last
        axis += 1
    found = _cut(call, call.given(0), starts, ends, steps)
    if dropped:
        found = call.emit("Squeeze", found, call.constant(*dropped))
    return call.emit("Unsqueeze", found, call.constant(*added)) if added else found


@translates("SPLIT")
def split(call: Call) -> Sequence[Name] | None:
    """Translate equal parts."""
    axes, count = call.numbers(0), len(call.operator.outputs)
    if not axes or not count:
        return None
    axis = call.axis(axes[0], 1)
    sizes = call.constant(*(call.shape(1)[axis] // count,) * count)
    return call.emit_several(count, "Split", call.given(1), sizes, axis=axis)


@translates("SPLIT_V")
def split_v(call: Call) -> Sequence[Name] | None:
    """Translate parts of given sizes, of which one may be what is left."""
    sizes, axes = call.numbers(1), call.numbers(2)
    if sizes is None or not axes:
        return None
    axis = call.axis(axes[0])
    left = call.shape()[axis] - sum(n for n in sizes if n > 0)
    parts = call.constant(*(left if n < 0 else n for n in sizes))
    return call.emit_several(len(sizes), "Split", call.given(0), parts, axis=axis)


@translates("GATHER")
def gather(call: Call) -> Name | None:
    """Translate what is taken from places along an axis."""
    if call.whole("BatchDims"):
        return None
    return call.emit("Gather", call.given(0), call.given(1), axis=call.whole("Axis"))


@translates("EMBEDDING_LOOKUP")
def embedding_lookup(call: Call) -> Name:
    """Translate rows that are looked up in a table."""
    return call.emit("Gather", call.given(1), call.given(0), axis=0)


@translates("PAD", "PADV2")
def pad(call: Call) -> Name | None:
    """Translate a border of zeros, or of a number."""
    return _padded(call, "constant", *([call.given(2)] if call.given(2) else []))


@translates("MIRROR_PAD")
def mirror_pad(call: Call) -> Name | None:
    """Translate a border that mirrors what lies within it, the edge itself only once."""
    return None if call.whole("Mode") else _padded(call, "reflect")


def _padded(call: Call, mode: str, *number: Name) -> Name | None:
    pairs = call.numbers(1)
    if pairs is None:
        return None
    widths = call.constant(*pairs[::2], *pairs[1::2])
    return call.emit("Pad", call.given(0), widths, *number, mode=mode)
