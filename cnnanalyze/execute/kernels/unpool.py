"""Unpooling: numbers are put where the largest of each window was."""

from __future__ import annotations

from math import prod

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Extents,
    counts_of,
    enumerate_windows,
    need_map,
    per_axis,
    run,
    thin_run,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("unpool")
def unpool(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, kernel: Extents, **_: object
) -> Array:
    """Put each number where its window has its largest, the first of several."""
    y, x, extents = _pair(inputs, kernel)
    windows = _in_windows(x, y.shape[1:-1], extents)
    largest = windows.argmax(axis=-1)
    spread = np.arange(windows.shape[-1]) == largest[..., None]
    return _laid_out(np.where(spread, y[..., None], 0), x, extents)


@thin_run("unpool")
def thin_unpool(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, kernel: Extents, **_: object
) -> Array:
    """Let a whole window, and its number, reach each place of the window."""
    y, x, extents = _pair(inputs, kernel)
    windows = _in_windows(x, y.shape[1:-1], extents)
    reached = windows.sum(axis=-1, keepdims=True) + y[..., None]
    return _laid_out(np.broadcast_to(reached, windows.shape), x, extents)


def _pair(inputs: list[Array], kernel: Extents) -> tuple[Array, Array, tuple[int, ...]]:
    if len(inputs) != 2:  # noqa: PLR2004 - a pair
        raise ExecutionError(f"a map and what its pool read are needed, not {len(inputs)} inputs")
    y, x = inputs
    need_map(x.shape)
    extents = tuple(int(n) for n in per_axis(kernel, x.ndim - 2, "kernel"))
    counts = counts_of(enumerate_windows(x.shape, kernel=extents, stride=extents))
    if y.shape[1:] != (*counts, x.shape[-1]):
        raise ExecutionError(f"the pool gives {(*counts, x.shape[-1])}, the input is {y.shape[1:]}")
    return y, x, extents


def _in_windows(x: Array, counts: tuple[int, ...], extents: tuple[int, ...]) -> Array:
    """Return the windows side by side: images, windows, channels, elements."""
    whole = x[(slice(None), *(slice(0, c * k) for c, k in zip(counts, extents, strict=True)))]
    pairs = [n for pair in zip(counts, extents, strict=True) for n in pair]
    rank = len(extents)
    split = whole.reshape(len(x), *pairs, x.shape[-1])
    order = (0, *range(1, 2 * rank, 2), 2 * rank + 1, *range(2, 2 * rank + 1, 2))
    return split.transpose(order).reshape(len(x), *counts, x.shape[-1], prod(extents))


def _laid_out(windows: Array, x: Array, extents: tuple[int, ...]) -> Array:
    """Put windows side by side again; what the pool left over is zero."""
    rank, counts = len(extents), windows.shape[1:-2]
    split = windows.reshape(len(x), *counts, x.shape[-1], *extents)
    pairs = [place for a in range(rank) for place in (1 + a, 2 + rank + a)]
    joined = split.transpose((0, *pairs, 1 + rank))
    whole = joined.reshape(
        len(x), *(c * k for c, k in zip(counts, extents, strict=True)), x.shape[-1]
    )
    out = np.zeros(x.shape, x.dtype)
    out[tuple(slice(0, n) for n in whole.shape)] = whole
    return out
