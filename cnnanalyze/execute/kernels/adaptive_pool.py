"""Adaptive pooling: maximum and average over bins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from cnnanalyze.execute.kernels._base import Extents, feature_map, mean, per_axis, run
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("adaptive_maxpool")
def adaptive_maxpool(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, size: Extents, **_: object
) -> Array:
    """Take the maximum of every bin."""
    return _binned(feature_map(inputs), size, tally.largest)


@run("adaptive_avgpool")
def adaptive_avgpool(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, size: Extents, **_: object
) -> Array:
    """Take the mean of every bin."""
    return _binned(feature_map(inputs), size, partial(mean, tally))


def _binned(x: Array, size: Extents, reduce: Callable[[Array, Sequence[int]], Array]) -> Array:
    axes = range(1, x.ndim - 1)
    bins = [
        _bins(n, m) for n, m in zip(x.shape[1:-1], per_axis(size, x.ndim - 2, "size"), strict=True)
    ]
    out = np.empty((len(x), *map(len, bins), x.shape[-1]), x.dtype)
    for place in np.ndindex(out.shape[1:-1]):
        read = [b[p] for b, p in zip(bins, place, strict=True)]
        mixed = reduce(x[(slice(None), *read)], axes)
        out[(slice(None), *place)] = mixed.reshape(len(x), -1)
    return out


def _bins(pixels: int, parts: int) -> list[slice]:
    """Return which pixels each part overlaps, when both cover the same length."""
    found = []
    for part in range(parts):
        inside = [
            i
            for i in range(pixels)
            if i * parts < (part + 1) * pixels and (i + 1) * parts > part * pixels
        ]
        found.append(slice(inside[0], inside[-1] + 1))
    return found
