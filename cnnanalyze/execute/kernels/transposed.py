"""Transposed convolution: every input pixel paints a scaled kernel on a canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Draw,
    Extents,
    Padding,
    Side,
    add_bias,
    both_sides,
    feature_map,
    init,
    need_map,
    per_axis,
    run,
    thin,
)
from cnnanalyze.execute.kernels.conv import split_channels
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("transposed_conv")
def transposed_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = 0,
    dilation: Extents = 1,
    groups: int = 1,
    output_padding: Extents | None = None,
    **_: object,
) -> Array:
    """Paint the kernel at every input pixel, and crop the canvas."""
    x, w = feature_map(inputs), weights["kernel"]
    rank = x.ndim - 2
    taps = per_axis(kernel, rank, "kernel")
    steps = per_axis(stride, rank, "stride")
    spread = per_axis(dilation, rank, "dilation")
    extra: tuple[int | None, ...] = (None,) * rank
    if output_padding is not None:
        extra = per_axis(output_padding, rank, "output_padding")
    _check_extra(extra, steps, spread, padding)
    corners = [
        [pixel * step for pixel in range(n)] for n, step in zip(x.shape[1:-1], steps, strict=True)
    ]
    reach = [max(tap * d for tap in range(k)) for k, d in zip(taps, spread, strict=True)]
    full = [max(c) + r + 1 for c, r in zip(corners, reach, strict=True)]
    seen = [
        _visible(n * step, far, end, more, side)
        for n, step, far, end, more, side in zip(
            x.shape[1:-1], steps, reach, full, extra, _sides(padding, rank), strict=True
        )
    ]
    extents = [max(end, part.stop) for end, part in zip(full, seen, strict=True)]
    read, filters = w.shape[-2:]
    share = len(split_channels(filters, groups, "filters")[0])
    canvas = np.zeros((len(x), *extents, filters), x.dtype)
    pixels = x.reshape(-1, groups, read).transpose(1, 0, 2)
    for tap in product(*map(range, taps)):
        matrices = w[tap].reshape(read, groups, share).transpose(1, 0, 2)
        paint = tally.contract(pixels, matrices).transpose(1, 0, 2)
        spot = tuple(
            slice(t * d, t * d + corner[-1] + 1, step)
            for t, d, corner, step in zip(tap, spread, corners, steps, strict=True)
        )
        canvas[(slice(None), *spot)] += paint.reshape(*x.shape[:-1], filters)
    return add_bias(tally, np.ascontiguousarray(canvas[(slice(None), *seen)]), weights)


def _check_extra(
    extra: Sequence[int | None], steps: Sequence[int], spread: Sequence[int], padding: Padding
) -> None:
    for more, step, d in zip(extra, steps, spread, strict=True):
        # Dilation makes room for more only where the padding is given in numbers.
        if more and more >= step and (isinstance(padding, str) or more >= d):
            other = "" if isinstance(padding, str) else f" or the dilation {d}"
            raise ExecutionError(
                f"output_padding {more} must be smaller than the stride {step}{other}"
            )


def _sides(padding: Padding, rank: int) -> tuple[Side, ...]:
    if isinstance(padding, str):
        return (padding,) * rank
    return both_sides(padding, rank, "padding")


def _visible(strides: int, reach: int, end: int, more: int | None, side: Side) -> slice:
    """Return the part of an axis of the canvas that is the output.

    ``strides`` is what the strides of all pixels come to, ``reach`` where the last tap lies.
    """
    if side == "same":
        # A stride per pixel is left; or, if what is added is given, half of the kernel goes on both
        # sides first. Of an odd surplus, the end loses more.
        half = len(range(1, reach + 1, 2))
        wanted = strides if more is None else end - 2 * half + more
        if wanted < 1:
            raise ExecutionError(f"padding 'same' leaves nothing of {end} pixels")
        first, last = 0, end
        while last - first > wanted:
            if first == end - last:
                last -= 1
            else:
                first += 1
        return slice(first, first + wanted)
    if isinstance(side, str):
        return slice(0, max(end, strides) if more is None else end + more)
    before, after = side
    full = end + (more or 0)
    if before + after >= full:
        raise ExecutionError(f"cropping {before} + {after} of {full} pixels leaves nothing")
    return slice(before, full - after)


@init("transposed_conv")
def init_transposed_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    groups: int = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make kernel and bias."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    read = len(split_channels(shape[-1], groups, "input channels")[0])
    split_channels(filters, groups, "filters")
    made = {"kernel": draw((*taps, read, filters), fan=prod(taps) * read)}
    return made | ({"bias": draw((filters,))} if bias else {})


@thin("transposed_conv")
def thin_transposed_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1, "groups": 1}
