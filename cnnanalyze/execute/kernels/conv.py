"""Convolutions, dense and grouped, and what all that slide a kernel share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Axis,
    Draw,
    Extents,
    Padding,
    add_bias,
    blocks,
    counts_of,
    feature_map,
    init,
    need_map,
    patches,
    per_axis,
    place_windows,
    run,
    thin,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

COLUMNS = 1 << 20
"""Numbers in a block of gathered windows: 4 MiB, the fastest of the sizes tried."""

_TAPS = 1 << 16
"""Numbers in a block of a depthwise convolution: it stays in the cache between taps."""

_FEW = 4
"""With one input channel and so few filters per group, taps are faster than a matrix product."""


@run("conv")
def conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    groups: int = 1,
    weight_standardized: bool = False,
    **_: object,
) -> Array:
    """Compute a convolution (the field's word for a correlation)."""
    w = _standardized(weights) if weight_standardized else weights["kernel"]
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    return add_bias(tally, correlate(tally, x, w, axes, groups), weights)


@init("conv")
def init_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    groups: int = 1,
    bias: bool = True,
    gain: bool = False,
    **_: object,
) -> dict[str, Array]:
    """Make kernel, bias and gain."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    read = len(split_channels(shape[-1], groups, "input channels")[0])
    split_channels(filters, groups, "filters")
    made = {"kernel": draw((*taps, read, filters), fan=prod(taps) * read)}
    made |= {"bias": draw((filters,))} if bias else {}
    return made | ({"gain": draw((filters,))} if gain else {})


def _standardized(weights: Tensors) -> Array:
    # Once for all images, however large their maps; hence not an operation of the map.
    kernel = weights["kernel"]
    filters = kernel.reshape(-1, kernel.shape[-1])
    deviation = np.sqrt(filters.var(axis=0) + _NO_DEVIATION)
    factor = 1 / deviation
    if "gain" in weights:
        factor = factor * weights["gain"] / np.sqrt(len(filters))
    found: Array = ((kernel - filters.mean(axis=0)) * factor).astype(kernel.dtype)
    return found


_NO_DEVIATION = 1e-6
"""What is added to a variance, as in timm, so that equal weights become zeros."""


@thin("conv")
def thin_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1, "groups": 1}


def split_channels(channels: int, groups: int, what: str) -> list[range]:
    """Deal channels out to groups, or refuse if they do not come out even."""
    if channels % groups:
        raise ExecutionError(f"{channels} {what} cannot be split into {groups} equal groups")
    each = channels // groups
    return [range(g * each, (g + 1) * each) for g in range(groups)]


def correlate(tally: Tally, x: Array, w: Array, axes: Sequence[Axis], groups: int = 1) -> Array:
    """Slide a kernel (taps, channels of a group, filters) over ``x``."""
    *_, read, filters = w.shape
    share = len(split_channels(filters, groups, "filters")[0])
    if read == 1 and share <= _FEW:
        return by_taps(tally, x, w.reshape(*w.shape[:-2], groups, share), axes)
    out = tally.empty((len(x), *counts_of(axes), filters), x)
    if groups > 1:
        _grouped(tally, x, w.reshape(-1, read, groups, share), axes, out)
        return out
    matrix = w.reshape(-1, filters)
    if all(axis.is_pointwise for axis in axes):
        tally.contract(x.reshape(-1, read), matrix, out=out.reshape(-1, filters))
        return out
    width = len(matrix)
    buffer = np.empty(0, x.dtype)
    for images, rows, frame in blocks(x, axes, prod(counts_of(axes)[1:]) * width, COLUMNS):
        windows = patches(frame, axes, rows.stop - rows.start)
        if windows.size > buffer.size:
            buffer = tally.empty((windows.size,), x)
        columns = buffer[: windows.size].reshape(windows.shape)
        np.copyto(columns, windows)
        target = out[images, rows].reshape(-1, filters)
        tally.contract(columns.reshape(-1, width), matrix, out=target)
    return out


def _grouped(tally: Tally, x: Array, w: Array, axes: Sequence[Axis], out: Array) -> None:
    _, read, groups, share = w.shape
    stack = np.ascontiguousarray(w.transpose(2, 0, 1, 3)).reshape(groups, -1, share)
    width = stack.shape[1] * groups
    for images, rows, frame in blocks(x, axes, prod(counts_of(axes)[1:]) * width, COLUMNS):
        windows = patches(frame, axes, rows.stop - rows.start)
        # (groups, images, windows, taps, channels of a group), still a view.
        split = np.lib.stride_tricks.as_strided(
            windows,
            (groups, *windows.shape[:-1], read),
            (read * windows.strides[-1], *windows.strides),
            writeable=False,
        )
        columns = tally.empty(split.shape, x)
        np.copyto(columns, split)
        columns = columns.reshape(groups, -1, stack.shape[1])
        target = out[images, rows].reshape(-1, groups, share).transpose(1, 0, 2)
        target[...] = tally.contract(columns, stack)


def by_taps(tally: Tally, x: Array, w: Array, axes: Sequence[Axis]) -> Array:
    """Slide one kernel per channel (taps, channels, multiplier) over ``x``, tap by tap."""
    *_, channels, multiplier = w.shape
    counts = counts_of(axes)
    out = tally.empty((len(x), *counts, channels, multiplier), x)
    # One weight per channel, repeated along the last axis: long rows are fast.
    along = np.ascontiguousarray(
        np.broadcast_to(
            np.moveaxis(w, -1, 0)[..., None, :],
            (multiplier, *w.shape[:-2], counts[-1], channels),
        )
    )
    for images, rows, frame in blocks(x, axes, prod(counts[1:]) * channels, _TAPS):
        windows = (rows.stop - rows.start, *counts[1:])
        for m in range(multiplier):
            total = out[images, rows, ..., m]
            room: Array | None = None
            for tap in product(*(range(len(axis.offsets)) for axis in axes)):
                read = tuple(
                    axis.tap(axis.offsets[t], n)
                    for axis, t, n in zip(axes, tap, windows, strict=True)
                )
                tally.taps(frame[(slice(None), *read)], along[(m, *tap)], total, room)
                room = tally.empty(total.shape, x) if room is None else room
    return out.reshape(len(x), *counts, channels * multiplier)
