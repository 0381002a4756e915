"""Deformable convolution: every tap is read where its offset sends it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Extents,
    Padding,
    add_bias,
    counts_of,
    enumerate_windows,
    init,
    mixed,
    need_map,
    run,
    thin,
    thin_run,
)
from cnnanalyze.execute.kernels.conv import init_conv, split_channels, thin_conv
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("deform_conv")
def deform_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    groups: int = 1,
    **_: object,
) -> Array:
    """Gather what the moved taps read, and weigh it."""
    if len(inputs) not in {2, 3}:
        raise ExecutionError(f"a map, an offset and maybe a mask are read, not {len(inputs)}")
    x, offset, *masks = inputs
    need_map(x.shape)
    axes = enumerate_windows(
        x.shape, kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    counts, rank = counts_of(axes), len(axes)
    taps = list(product(*(axis.offsets for axis in axes)))
    if any(given.shape[1:-1] != counts for given in (offset, *masks)):
        raise ExecutionError(f"offset and mask must have the size {counts} of the output")
    each = rank * len(taps)
    shares = len(range(0, offset.shape[-1], each))
    if shares * each != offset.shape[-1]:
        raise ExecutionError(f"{offset.shape[-1]} channels move no {len(taps)} taps of {rank} axes")
    together = len(split_channels(x.shape[-1], shares, "channels")[0])
    moves = offset.reshape(*offset.shape[:-1], shares, len(taps), rank)
    if masks and masks[0].shape[-1] != shares * len(taps):
        raise ExecutionError(f"{masks[0].shape[-1]} channels weigh no {shares * len(taps)} taps")
    columns = np.empty((len(x), *counts, len(taps), x.shape[-1]), x.dtype)
    split = x.reshape(*x.shape[:-1], shares, together)
    for number, tap in enumerate(taps):
        corners = [
            np.array(axis.starts, x.dtype).reshape(-1, *(1,) * (rank - a)) + (far - axis.before)
            for a, (axis, far) in enumerate(zip(axes, tap, strict=True))
        ]
        places = [
            tally.add(moves[..., number, a], np.broadcast_to(corner, moves.shape[:-2]))
            for a, corner in enumerate(corners)
        ]
        read = _between(tally, split, places)
        if masks:
            weight = masks[0].reshape(moves.shape[:-1])[..., number]
            read = tally.multiply(read, weight[..., None], out=read)
        columns[..., number, :] = read.reshape(len(x), *counts, -1)
    return add_bias(tally, _weighed(tally, columns, weights["kernel"], groups), weights)


def _between(tally: Tally, x: Array, places: Sequence[Array]) -> Array:
    """Return the mean of the pixels around places (images, windows, groups); zeros lie outside."""
    lows = [np.floor(place) for place in places]
    after = [tally.subtract(place, low) for place, low in zip(places, lows, strict=True)]
    before = [tally.subtract(1, share) for share in after]
    images = np.arange(len(x)).reshape(-1, *(1,) * len(places), 1)
    groups = np.arange(x.shape[-2])
    out: Array | None = None
    for sides in product((0, 1), repeat=len(places)):
        nearness: Array | None = None
        inside = np.ones(places[0].shape, bool)
        index = []
        for side, low, one, other, n in zip(sides, lows, before, after, x.shape[1:-2], strict=True):
            share = other if side else one
            nearness = share if nearness is None else tally.multiply(nearness, share)
            place = low + side
            inside &= (place >= 0) & (place < n)
            index.append(np.clip(place, 0, n - 1).astype(np.intp))
        assert nearness is not None
        read = np.where(inside[..., None], x[(images, *index, groups)], 0).astype(x.dtype)
        part = tally.multiply(read, nearness[..., None], out=read)
        out = part if out is None else tally.add(out, part, out=out)
    assert out is not None
    return out


def _weighed(tally: Tally, columns: Array, w: Array, groups: int) -> Array:
    """Weigh the gathered taps (images, windows, taps, channels), group by group."""
    *_, read, filters = w.shape
    share = len(split_channels(filters, groups, "filters")[0])
    counts, taps = columns.shape[:-2], columns.shape[-2]
    rows = columns.reshape(-1, taps, groups, read).transpose(2, 0, 1, 3)
    stack = w.reshape(taps, read, groups, share).transpose(2, 0, 1, 3)
    found = tally.contract(
        np.ascontiguousarray(rows).reshape(groups, -1, taps * read),
        np.ascontiguousarray(stack).reshape(groups, taps * read, share),
    )
    return np.ascontiguousarray(found.transpose(1, 0, 2)).reshape(*counts, filters)


init("deform_conv")(init_conv)
thin("deform_conv")(thin_conv)


@thin_run("deform_conv")
def thin_run_deform_conv(
    _tally: Tally, inputs: list[Array], _weights: Tensors, **_: object
) -> Array:
    """Let all of the map reach every position, as an offset may lead anywhere."""
    x, offset, *masks = inputs
    reached = mixed(x, offset.shape[1:-1]) + offset
    for mask in masks:
        reached = reached + mask
    return reached
