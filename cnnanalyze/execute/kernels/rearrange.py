"""Layers that move numbers between positions and channels, and along either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Extents,
    axis_of,
    feature_map,
    per_axis,
    run,
    single,
    thin_run,
)
from cnnanalyze.execute.kernels.conv import split_channels
from cnnanalyze.execute.kernels.regularise import identity
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

thin_run("channel_shuffle")(identity)
thin_run("pad_channels")(identity)


@run("permute")
def permute(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, order: Extents, **_: object
) -> Array:
    """Put the spatial axes, which are numbered from one, into another order."""
    x = feature_map(inputs)
    axes = per_axis(order, x.ndim - 2, "order")
    if sorted(axes) != list(range(1, x.ndim - 1)):
        raise ExecutionError(f"order must name every axis from 1 to {x.ndim - 2} once")
    return np.ascontiguousarray(x.transpose(0, *axes, x.ndim - 1))


@run("slice")
def slice_axis(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    channels: Sequence[int] | None = None,
    axis: str | int | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int = 1,
    **_: object,
) -> Array:
    """Keep what lies along an axis from the first to before the last place."""
    x = single(inputs)
    if channels is not None:
        start, stop = channels
        if not 0 <= start < stop <= x.shape[-1]:
            raise ExecutionError(f"channels {start} to {stop} are not within 0 to {x.shape[-1]}")
        return np.ascontiguousarray(x[..., start:stop])
    if axis is None:
        raise ExecutionError("no axis is named")
    number = axis_of(axis, x.shape)
    places = range(x.shape[number])
    if start is not None and start not in range(-len(places), len(places)):
        raise ExecutionError(f"place {start} is not within {len(places)}")
    if stop is not None and not -len(places) <= stop <= len(places):
        raise ExecutionError(f"a stop of {stop} is not within {len(places)}")
    if not (chosen := places[start:stop:step]):
        raise ExecutionError(f"places {start} to {stop} are none")
    return np.take(x, chosen, axis=number)


@thin_run("slice")
def thin_slice(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    axis: str | int | None = None,
    **attributes: Any,  # noqa: ANN401 - those of the kernel
) -> Array:
    """Leave what keeps its positions."""
    x = single(inputs)
    if axis is None or axis_of(axis, x.shape) == x.ndim - 1:
        return x
    return slice_axis(tally, inputs, weights, axis=axis, **attributes)


@run("pad_channels")
def pad_channels(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    before: int = 0,
    after: int = 0,
    **_: object,
) -> Array:
    """Put channels of zeros around those of the input."""
    x = single(inputs)
    return np.pad(x, (*((0, 0),) * (x.ndim - 1), (before, after)))


@run("channel_shuffle")
def channel_shuffle(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, groups: int, **_: object
) -> Array:
    """Take one channel of every group in turn (ShuffleNet)."""
    x = single(inputs)
    dealt = split_channels(x.shape[-1], groups, "channels")
    return x[..., [channel for turn in zip(*dealt, strict=True) for channel in turn]]


@run("space_to_depth")
def space_to_depth(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, block: int, **_: object
) -> Array:
    """Turn every block of pixels into channels; pixels of one channel stay neighbours."""
    x = feature_map(inputs)
    for extent in x.shape[1:-1]:
        if extent % block:
            raise ExecutionError(f"{extent} pixels cannot be cut into blocks of {block}")
    pixels = np.stack([x[part] for part in _lattices(block, x.ndim - 2)], axis=-1)
    return pixels.reshape(*pixels.shape[:-2], -1)


@run("depth_to_space")
def depth_to_space(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, block: int, **_: object
) -> Array:
    """Turn neighbouring channels into blocks of pixels: the way back from space to depth."""
    x = feature_map(inputs)
    lattices = list(_lattices(block, x.ndim - 2))
    if x.shape[-1] % len(lattices):
        raise ExecutionError(f"{x.shape[-1]} channels cannot become blocks of {len(lattices)}")
    pixels = x.reshape(*x.shape[:-1], -1, len(lattices))
    out = tally.empty((len(x), *(n * block for n in x.shape[1:-1]), pixels.shape[-2]), x)
    for number, part in enumerate(lattices):
        out[part] = pixels[..., number]
    return out


@thin_run("depth_to_space")
def thin_depth_to_space(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, block: int, **_: object
) -> Array:
    """Spread every position over its block."""
    x = feature_map(inputs)
    for axis in range(1, x.ndim - 1):
        x = np.repeat(x, block, axis=axis)
    return x


@run("shift")
def shift(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, amount: Extents, **_: object
) -> Array:
    """Let every position read the one that lies so far ahead; zeros come in."""
    x = feature_map(inputs)
    read, written = [slice(None)], [slice(None)]
    for extent, ahead in zip(x.shape[1:-1], per_axis(amount, x.ndim - 2, "amount"), strict=True):
        if abs(ahead) >= extent:
            raise ExecutionError(f"a shift by {ahead} leaves nothing of {extent} pixels")
        read.append(slice(max(ahead, 0), extent + min(ahead, 0)))
        written.append(slice(max(-ahead, 0), extent - max(ahead, 0)))
    out = np.zeros_like(x)
    out[tuple(written)] = x[tuple(read)]
    return out


def _lattices(block: int, rank: int) -> Iterator[tuple[slice, ...]]:
    """Yield the first pixels of all blocks, the second pixels, and so on."""
    for pixel in product(range(block), repeat=rank):
        yield (slice(None), *(slice(first, None, block) for first in pixel))
