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
from cnnanalyze.execute.tally import Array, Tally, Tensors


@run("transposed_conv")
def transposed_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    groups: int = 1,
    output_padding: Extents = 0,
    **_: object,
) -> Array:
    """Paint the kernel at every input pixel, and crop the canvas."""
    x, w = feature_map(inputs), weights["kernel"]
    rank = x.ndim - 2
    taps = per_axis(kernel, rank, "kernel")
    steps = per_axis(stride, rank, "stride")
    spread = per_axis(dilation, rank, "dilation")
    extra = per_axis(output_padding, rank, "output_padding")
    _check_extra(extra, steps, spread, padding)
    corners = [
        [pixel * step for pixel in range(n)] for n, step in zip(x.shape[1:-1], steps, strict=True)
    ]
    reach = [max(tap * d for tap in range(k)) for k, d in zip(taps, spread, strict=True)]
    full = [max(c) + r + 1 for c, r in zip(corners, reach, strict=True)]
    seen = [
        _visible(n, step, end, more, side)
        for n, step, end, more, side in zip(
            x.shape[1:-1], steps, full, extra, _sides(padding, rank), strict=True
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
    extra: Sequence[int], steps: Sequence[int], spread: Sequence[int], padding: Padding
) -> None:
    if padding == "same" and any(extra):
        raise ExecutionError("output_padding has no place beside padding 'same'")
    for more, step, d in zip(extra, steps, spread, strict=True):
        if more and more >= max(step, d):
            raise ExecutionError(
                f"output_padding {more} must be smaller than the stride {step} or the dilation {d}"
            )


def _sides(padding: Padding, rank: int) -> tuple[Side, ...]:
    if padding == "same":
        return ("same",) * rank
    return both_sides(0 if padding == "valid" else padding, rank, "padding")


def _visible(pixels: int, step: int, end: int, more: int, side: Side) -> slice:
    """Return the part of an axis of the canvas that is the output."""
    if side == "same":
        # One stride per input pixel is left; of an odd surplus, the end loses more.
        first, last = 0, end
        while last - first > pixels * step:
            if first == end - last:
                last -= 1
            else:
                first += 1
        return slice(first, first + pixels * step)
    before, after = (0, 0) if isinstance(side, str) else side
    if before + after >= end + more:
        raise ExecutionError(f"cropping {before} + {after} of {end + more} pixels leaves nothing")
    return slice(before, end + more - after)


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
