"""Attention, over all positions or in windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod, sqrt
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Draw,
    Extents,
    axis_of,
    cut_tiles,
    init,
    mixed,
    need_map,
    paste_tiles,
    per_axis,
    run,
    thin,
    thin_run,
)
from cnnanalyze.execute.kernels.conv import split_channels
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

Placed = tuple[int, ...]
"""Sizes of windows, or their shifts, along every spatial axis."""


@run("attention")
def attention(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    heads: int,
    window: Extents | None = None,
    shift: Extents = 0,
    axis: str | int | None = None,
    relative_position: bool = False,
    causal: bool = False,
    **_: object,
) -> Array:
    """Let every position ask others, in each head, and weigh what they answer."""
    query, key, value = _roles(inputs)
    if key.shape[1:-1] != value.shape[1:-1]:
        raise ExecutionError("there are not as many keys as values")
    is_placed = _is_placed(window, axis, relative_position, causal)
    if is_placed and query.shape != (*key.shape[:-1], query.shape[-1]):
        raise ExecutionError("queries and keys do not lie in the same places")
    sizes, shifts = _windows(query.shape, window, shift, axis)
    if causal and (window is not None or (len(sizes) > 1 and axis is None)):
        raise ExecutionError("nothing is later in windows or along several axes")
    size = query.shape[1:-1]
    q, k, v = (
        _heads(_projected(tally, x, weights, role), heads)
        for role, x in (("query", query), ("key", key), ("value", value))
    )
    if q.shape[-1] != k.shape[-1]:
        raise ExecutionError(f"{q.shape[-1]} numbers cannot be compared with {k.shape[-1]}")
    q = tally.multiply(q, 1 / sqrt(q.shape[-1]))
    of_keys = (sizes, shifts) if is_placed else _windows(key.shape)
    q, k, v = _cut(q, sizes, shifts), _cut(k, *of_keys), _cut(v, *of_keys)
    added = _of_distances(weights["relative positions"], sizes) if relative_position else None
    hidden = _hidden(size, sizes, shifts)
    if causal:
        hidden = np.triu(np.ones((q.shape[-2], q.shape[-2]), bool), k=1)
    out = tally.empty((*q.shape[:-1], v.shape[-1]), q)
    for head in range(heads):  # One after the other: all their scores would take much memory.
        scores = tally.contract(q[:, :, head], np.swapaxes(k[:, :, head], -1, -2))
        if added is not None:
            tally.add(scores, added[head], out=scores)
        if hidden is not None:
            np.copyto(scores, -np.inf, where=hidden)
        tally.subtract(scores, tally.largest(scores, (-1,)), out=scores)
        tally.exp(scores, out=scores)
        tally.divide(scores, tally.total(scores, (-1,)), out=scores)
        out[:, :, head] = tally.contract(scores, np.ascontiguousarray(v[:, :, head]))
    return _projected(tally, _pasted(out, size, sizes, shifts), weights, "output")


def _is_placed(
    window: Extents | None, axis: str | int | None, relative_position: bool, causal: bool
) -> bool:
    """Whether a position asks others by where they lie, so that keys must lie as queries do."""
    return bool(window or axis or relative_position or causal)


def _roles(inputs: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Return query, key and value: of one input all, of a second key and value."""
    if not 1 <= len(inputs) <= 3:  # noqa: PLR2004 - query, key, value
        raise ExecutionError(f"one to three inputs are read here, but {len(inputs)} are given")
    for x in inputs:
        need_map(x.shape)
    first, *others = inputs
    return first, others[0] if others else first, others[-1] if others else first


def _windows(
    shape: Sequence[int],
    window: Extents | None = None,
    shift: Extents = 0,
    axis: str | int | None = None,
) -> tuple[Placed, Placed]:
    """Return sizes and shifts of the windows; an axis that one covers is not shifted."""
    size = tuple(shape[1:-1])
    each = size if window is None else per_axis(window, len(size), "window")
    sizes = [min(w, n) for w, n in zip(each, size, strict=True)]
    if axis is not None:
        only = axis_of(axis, shape) - 1
        if only == len(size):
            raise ExecutionError("channels are no positions")
        sizes = [w if place == only else 1 for place, w in enumerate(sizes)]
    shifts = []
    moved = per_axis(shift, len(size), "shift")
    for n, w, s in zip(size, sizes, moved, strict=True):
        is_moved = 1 < w < n
        if n % w or (is_moved and s >= w):
            raise ExecutionError(f"windows of {w}, moved by {s}, do not tile {n} positions")
        shifts.append(s if is_moved else 0)
    return tuple(sizes), tuple(shifts)


def _projected(tally: Tally, x: Array, weights: Tensors, role: str) -> Array:
    """Weigh all channels of a position, if that is learned."""
    kernel = weights.get(f"{role} kernel")
    if kernel is None:
        return x
    out = tally.contract(x.reshape(len(x), -1, x.shape[-1]), kernel)
    bias = weights.get(f"{role} bias")
    if bias is not None:
        tally.add(out, bias, out=out)
    return out.reshape(*x.shape[:-1], kernel.shape[1])


def _heads(x: Array, heads: int) -> Array:
    """Give every head its numbers."""
    split_channels(x.shape[-1], heads, "channels")
    return x.reshape(*x.shape[:-1], heads, -1)


def _cut(x: Array, sizes: Placed, shifts: Placed) -> Array:
    """Return images, windows, heads, positions in a window, numbers."""
    return cut_tiles(np.roll(x, [-s for s in shifts], axis=range(1, 1 + len(shifts))), sizes)


def _pasted(x: Array, size: Sequence[int], sizes: Placed, shifts: Placed) -> Array:
    """Put windows back where they were, the heads of each position side by side."""
    return np.roll(paste_tiles(x, size, sizes), shifts, axis=range(1, 1 + len(shifts)))


def _of_distances(table: Array, sizes: Placed) -> Array:
    """Return for each head what is added for a position and another of one window."""
    places = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), axis=-1)
    places = places.reshape(-1, len(sizes))
    apart = places[:, None] - places[None] + [w - 1 for w in sizes]
    number = np.zeros(apart.shape[:-1], int)
    for axis, w in enumerate(sizes):
        number = number * (2 * w - 1) + apart[..., axis]
    return np.moveaxis(table[number], -1, 0)


def _hidden(size: Sequence[int], sizes: Placed, shifts: Placed) -> Array | None:
    """Return, per window, what does not see each other: it came together by the shift."""
    if not any(shifts):
        return None
    region = np.zeros((1, *size, 1), int)
    for axis, (n, s) in enumerate(zip(size, shifts, strict=True), 1):
        # What lies before the first shifted window comes to lie behind the last one.
        side = np.arange(n) < s
        region = region * 2 + side.reshape([-1 if a == axis else 1 for a in range(len(size) + 2)])
    cut = _cut(region[..., None], sizes, shifts)[0, :, 0, :, 0]
    return np.asarray(cut[:, :, None] != cut[:, None])


@init("attention")
def init_attention(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    heads: int,
    key_size: int | None = None,
    value_size: int | None = None,
    output: int | None = None,
    bias: bool = True,
    output_bias: bool | None = None,
    projections: bool = True,
    window: Extents | None = None,
    shift: Extents = 0,
    axis: str | int | None = None,
    relative_position: bool = False,
    **_: object,
) -> dict[str, Array]:
    """Make the projections and what is added for distances."""
    query, *others = shapes
    for shape in shapes:
        need_map(shape)
    read = {"query": query, "key": [*others, query][0], "value": [query, *others][-1]}
    made: dict[str, Array] = {}
    deep = query[-1]
    if projections:
        if key_size is None:
            key_size = len(split_channels(query[-1], heads, "channels")[0])
        wide, deep = heads * key_size, heads * (value_size or key_size)
        for role, units in (("query", wide), ("key", wide), ("value", deep)):
            channels = read[role][-1]
            made[f"{role} kernel"] = draw((channels, units), fan=channels)
            if bias:
                made[f"{role} bias"] = draw((units,))
    if relative_position:
        sizes, _shifts = _windows(query, window, shift, axis)
        made["relative positions"] = draw((prod(2 * w - 1 for w in sizes), heads))
    if projections:
        units = output or query[-1]
        made["output kernel"] = draw((deep, units), fan=deep)
        if bias if output_bias is None else output_bias:
            made["output bias"] = draw((units,))
    return made


@thin("attention")
def thin_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one head of one number."""
    one = dict.fromkeys(("key_size", "value_size", "output"), None)
    return {**attributes, **one, "heads": 1}


@thin_run("attention")
def thin_attention(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    window: Extents | None = None,
    shift: Extents = 0,
    axis: str | int | None = None,
    relative_position: bool = False,
    causal: bool = False,
    **_: object,
) -> Array:
    """Add up whatever a position sees; a weight of zero would not keep poison away."""
    query, key, value = _roles(inputs)
    asked = [key] if value is key else [key, value]
    if not _is_placed(window, axis, relative_position, causal):
        seen = [mixed(x, query.shape[1:-1]) for x in asked]
        return np.asarray(query + sum(seen))
    sizes, shifts = _windows(query.shape, window, shift, axis)
    for number, (w, s) in enumerate(zip(sizes, shifts, strict=True), 1):
        asked = [_seen(x, number, w, s, causal=causal) for x in asked]
    return np.asarray(query + sum(asked))


def _seen(x: Array, number: int, window: int, shift: int, *, causal: bool) -> Array:
    """Add up what lies in a window along one axis, or before a position."""
    if window == 1:
        return x
    if causal:
        return np.cumsum(x, axis=number)
    parts = [
        np.broadcast_to(part.sum(axis=number, keepdims=True), part.shape)
        for part in _parts(x, number, window, shift)
    ]
    return np.concatenate(parts, axis=number)


def _parts(x: Array, number: int, window: int, shift: int) -> Iterator[Array]:
    n = x.shape[number]
    ends = sorted({0, *range(shift, n, window), n})
    for first, last in pairwise(ends):
        yield np.take(x, range(first, last), axis=number)
