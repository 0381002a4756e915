"""Resizing: the nearest pixel, or a mean of the neighbours weighed by their nearness."""

from __future__ import annotations

from bisect import bisect_right
from itertools import product

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import Extents, feature_map, per_axis, run
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("resize")
def resize(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    scale: Extents | None = None,
    size: Extents | None = None,
    method: str = "nearest",
    align_corners: bool = False,
    **_: object,
) -> Array:
    """Give the map another size."""
    x = feature_map(inputs)
    if align_corners and method != "bilinear":
        raise ExecutionError("align_corners is known to the method 'bilinear' only")
    rank = x.ndim - 2
    pixels = x.shape[1:-1]
    if scale is not None and size is None:
        wanted = [n * s for n, s in zip(pixels, per_axis(scale, rank, "scale"), strict=True)]
    elif size is not None and scale is None:
        wanted = list(per_axis(size, rank, "size"))
    else:
        raise ExecutionError("either scale or size must be given, and not both")
    lines = list(zip(pixels, wanted, strict=True))
    if method == "nearest":
        places = [_nearest(n, m) for n, m in lines]
        return x[np.ix_(range(len(x)), *places)]
    if method == "nearest_exact":
        # The border between two pixels is as far from both centres; there the later one is read.
        places = [
            [bisect_right(range(1, n), (o + 0.5) * n / m) for o in range(m)] for n, m in lines
        ]
        return x[np.ix_(range(len(x)), *places)]
    if method != "bilinear":
        raise ExecutionError(f"there is no method '{method}' of resizing")
    return _linear(tally, x, [_neighbours(n, m, align_corners=align_corners) for n, m in lines])


Neighbours = list[tuple[int, int, float]]
"""Per output pixel: the pixel before, the pixel after, and the share of the pixel after."""


def _nearest(pixels: int, wanted: int) -> list[int]:
    """Return which pixel each output pixel reads: the one that it begins in."""
    return [o * pixels // wanted for o in range(wanted)]


def _neighbours(pixels: int, wanted: int, *, align_corners: bool) -> Neighbours:
    found = []
    for o in range(wanted):
        if align_corners:
            over, under = o * (pixels - 1), max(wanted - 1, 1)
        else:
            over, under = (2 * o + 1) * pixels - wanted, 2 * wanted
        over = min(max(over, 0), (pixels - 1) * under)
        low, rest = divmod(over, under)
        share = rest / under
        # Where the share is nothing, the pixel after is not read, whatever it holds.
        found.append((low, low + 1 if share else low, share))
    return found


def _linear(tally: Tally, x: Array, axes: list[Neighbours]) -> Array:
    out: Array | None = None
    for corner in product((0, 1), repeat=len(axes)):
        nearness = np.ones((), x.dtype)
        for side, axis in zip(corner, axes, strict=True):
            shares = [share if side else 1 - share for *_, share in axis]
            nearness = nearness[..., None] * np.array(shares, x.dtype)
        places = [[near[side] for near in axis] for side, axis in zip(corner, axes, strict=True)]
        read = x[np.ix_(range(len(x)), *places)]
        part = tally.multiply(read, nearness[..., None], out=read)
        out = part if out is None else tally.add(out, part, out=out)
    assert out is not None
    return out
