"""Unpooling: numbers are put where the largest of each window was."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Extents,
    counts_of,
    cut_tiles,
    enumerate_windows,
    need_map,
    paste_tiles,
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

    def put(numbers: Array, windows: Array) -> Array:
        largest = windows.argmax(axis=-1, keepdims=True)
        return np.where(np.arange(windows.shape[-1]) == largest, numbers, 0)

    return _put_back(inputs, kernel, put)


@thin_run("unpool")
def thin_unpool(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, kernel: Extents, **_: object
) -> Array:
    """Let a whole window, and its number, reach each place of the window."""

    def put(numbers: Array, windows: Array) -> Array:
        return np.broadcast_to(windows.sum(axis=-1, keepdims=True) + numbers, windows.shape)

    return _put_back(inputs, kernel, put)


def _put_back(inputs: list[Array], kernel: Extents, put: Callable[[Array, Array], Array]) -> Array:
    """Fill the windows that a pool had; what it left over is zero.

    ``put`` gets a number for each window and channel, and what the pool read there (images,
    windows, channels, elements).
    """
    if len(inputs) != 2:  # noqa: PLR2004 - a pair
        raise ExecutionError(f"a map and what its pool read are needed, not {len(inputs)} inputs")
    y, x = inputs
    need_map(x.shape)
    extents = tuple(int(n) for n in per_axis(kernel, x.ndim - 2, "kernel"))
    counts = counts_of(enumerate_windows(x.shape, kernel=extents, stride=extents))
    if y.shape[1:] != (*counts, x.shape[-1]):
        raise ExecutionError(f"the pool gives {(*counts, x.shape[-1])}, the input is {y.shape[1:]}")
    size = [c * k for c, k in zip(counts, extents, strict=True)]
    whole = (slice(None), *map(slice, size))
    windows = cut_tiles(x[whole][..., None], extents)[..., 0]
    filled = put(y.reshape(len(y), -1, y.shape[-1], 1), windows)
    out = np.zeros(x.shape, x.dtype)
    out[whole] = paste_tiles(filled[..., None], size, extents)
    return out
