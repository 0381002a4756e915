"""Convolutions: dense, grouped, depthwise, separable, local, and with a connection table."""

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
    enumerate_windows,
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

_COLUMNS = 1 << 20
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
    for images, rows, frame in blocks(x, axes, prod(counts_of(axes)[1:]) * width, _COLUMNS):
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
    for images, rows, frame in blocks(x, axes, prod(counts_of(axes)[1:]) * width, _COLUMNS):
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


@run("depthwise")
def depthwise(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution that leaves the channels apart."""
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    return add_bias(tally, by_taps(tally, x, weights["kernel"], axes), weights)


@init("depthwise")
def init_depthwise(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    kernel: Extents,
    multiplier: int = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make kernel and bias."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    made = {"kernel": draw((*taps, shape[-1], multiplier), fan=prod(taps))}
    return made | ({"bias": draw((shape[-1] * multiplier,))} if bias else {})


@thin("depthwise")
def thin_depthwise(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one output channel."""
    return {**attributes, "multiplier": 1}


@run("separable")
def separable(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a depthwise convolution and mix its channels."""
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    deep = by_taps(tally, x, weights["depthwise kernel"], axes)
    mixed = tally.contract(deep.reshape(-1, deep.shape[-1]), weights["pointwise kernel"])
    return add_bias(tally, mixed.reshape(*deep.shape[:-1], -1), weights)


@init("separable")
def init_separable(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    multiplier: int = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make both kernels and the bias."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    deep = shape[-1] * multiplier
    made = {
        "depthwise kernel": draw((*taps, shape[-1], multiplier), fan=prod(taps)),
        "pointwise kernel": draw((deep, filters), fan=deep),
    }
    return made | ({"bias": draw((filters,))} if bias else {})


@thin("separable")
def thin_separable(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1, "multiplier": 1}


@run("local_conv")
def local_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution whose every position has weights of its own."""
    w = weights["kernel"]
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    counts, filters = counts_of(axes), w.shape[-1]
    width = prod(w.shape[len(counts) : -1])
    out = tally.empty((len(x), *counts, filters), x)
    for images, rows, frame in blocks(x, axes, prod(counts[1:]) * width, _COLUMNS):
        windows = patches(frame, axes, rows.stop - rows.start)
        # Positions lead: the product is a stack, of images times weights at each.
        columns = windows.reshape(len(frame), -1, width).transpose(1, 0, 2)
        target = out[images, rows]
        found = tally.contract(columns, w[rows].reshape(-1, width, filters))
        target[...] = found.transpose(1, 0, 2).reshape(target.shape)
    return tally.add(out, weights["bias"], out=out) if "bias" in weights else out


@init("local_conv")
def init_local_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make a kernel and a bias for every position."""
    axes = enumerate_windows(
        shapes[0], kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    counts, taps = counts_of(axes), [len(axis.offsets) for axis in axes]
    read = shapes[0][-1]
    made = {"kernel": draw((*counts, *taps, read, filters), fan=prod(taps) * read)}
    return made | ({"bias": draw((*counts, filters))} if bias else {})


@thin("local_conv")
def thin_local_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1}


@run("table_conv")
def table_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    table: Sequence[Sequence[int]],
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution in which every output map reads only the maps of its row."""
    w = weights["kernel"]
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    out = tally.empty((len(x), *counts_of(axes), len(table)), x)
    done = 0
    for number, row in enumerate(table):
        some = w[..., done : done + len(row), None]
        out[..., number] = correlate(tally, x[..., list(row)], some, axes)[..., 0]
        done += len(row)
    return add_bias(tally, out, weights)


@init("table_conv")
def init_table_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    table: Sequence[Sequence[int]],
    kernel: Extents,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make one matrix per connection, and the bias."""
    shape = shapes[0]
    need_map(shape)
    for number, row in enumerate(table):
        if not row or len(set(row)) != len(row) or not all(0 <= c < shape[-1] for c in row):
            raise ExecutionError(
                f"row {number} of the table must name distinct channels from 0 to {shape[-1] - 1}"
            )
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    connections = [c for row in table for c in row]
    made = {"kernel": draw((*taps, len(connections)), fan=prod(taps) * shape[-1])}
    return made | ({"bias": draw((len(table),))} if bias else {})


@thin("table_conv")
def thin_table_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one output map that reads the only channel."""
    return {**attributes, "table": ((0,),)}
