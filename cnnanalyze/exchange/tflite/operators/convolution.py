"""Convolutions: plain, depthwise, transposed. Their weights have the filters first."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.tflite.translation import Call, Name, translates

SAME = 0
_AXES = {2: "HW", 3: "DHW"}


def strides(call: Call, rank: int) -> dict[str, Any]:
    """Return how a window goes along its axes, as ONNX says it."""
    axes = _AXES[rank]
    return {
        "strides": tuple(call.whole(f"Stride{axis}", 1) for axis in axes),
        "auto_pad": "SAME_UPPER" if call.whole("Padding") == SAME else "VALID",
    }


def dilations(call: Call, rank: int) -> tuple[int, ...]:
    """Return how far the elements of a window lie apart."""
    return tuple(call.whole(f"Dilation{axis}Factor", 1) for axis in _AXES[rank])


@translates("CONV_2D")
def conv_2d(call: Call) -> Name:
    """Translate a convolution, in as many groups as its filters are shallower than the input."""
    return _conv(call, (0, 3, 1, 2), 2)


@translates("CONV_3D")
def conv_3d(call: Call) -> Name:
    """Translate a convolution of volumes, whose weights have the filters last."""
    return _conv(call, (4, 3, 0, 1, 2), 3)


def _conv(call: Call, order: tuple[int, ...], rank: int) -> Name:
    shape, filters = call.ranked(0, rank + 2), call.ranked(1, rank + 2)
    depth = filters[order[1]]
    if not depth or shape[-1] % depth:
        raise call.refuse(
            f"its filters have {depth} channels and its input has {shape[-1]}: {shape[-1]} is no "
            f"multiple of {depth}"
        )
    return _convolved(call, order, rank, shape[-1] // depth)


@translates("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(call: Call) -> Name:
    """Translate a convolution of each channel by itself."""
    *_, channels = call.ranked(0, 4)
    call.ranked(1, 4)
    return _convolved(call, (3, 0, 1, 2), 2, channels)


def _convolved(call: Call, order: tuple[int, ...], rank: int, groups: int) -> Name:
    weight = call.emit("Transpose", call.given(1), perm=order)
    bias = call.given(2)
    found = call.emit(
        "Conv",
        call.first(call.given(0), rank + 2),
        weight,
        *([bias] if bias else []),
        group=groups,
        dilations=dilations(call, rank),
        **strides(call, rank),
    )
    return call.activated(call.last(found, rank + 2))


@translates("TRANSPOSE_CONV")
def transpose_conv(call: Call) -> Name:
    """Translate a transposed convolution: it says how large its output is."""
    rank = 2
    kernel, given = call.ranked(1, rank + 2)[1:-1], call.ranked(2, rank + 2)[1:-1]
    wanted = (call.numbers(0) or call.result.shape)[1 : rank + 1]
    if len(wanted) != rank:
        raise call.refuse(f"its output has {len(wanted)} positions of {rank}")
    how = strides(call, rank)
    before, after, more = [0] * rank, [0] * rank, [0] * rank
    for axis in range(rank):
        full = (given[axis] - 1) * how["strides"][axis] + kernel[axis]
        lost = max(full - wanted[axis], 0)
        more[axis] = max(wanted[axis] - full, 0)
        if call.whole("Padding") == SAME:
            before[axis] = lost // 2
        after[axis] = lost - before[axis]
    weight = call.emit("Transpose", call.given(1), perm=(3, 0, 1, 2))
    bias = call.given(3)
    found = call.emit(
        "ConvTranspose",
        call.first(call.given(2), rank + 2),
        weight,
        *([bias] if bias else []),
        strides=how["strides"],
        pads=(*before, *after),
        output_padding=tuple(more),
    )
    return call.activated(call.last(found, rank + 2))
