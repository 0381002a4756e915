"""Resizing: the nearest pixel, or the sum of the pixels around, weighed by their nearness."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

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
    scale: float | Sequence[float] | None = None,
    size: Extents | None = None,
    method: str = "nearest",
    align_corners: bool = False,
    coordinates: str | None = None,
    coefficient: float = -0.75,
    exclude_outside: bool = False,
    **_: object,
) -> Array:
    """Give the map another size."""
    x = feature_map(inputs)
    if align_corners and method not in {"bilinear", "bicubic"}:
        raise ExecutionError("align_corners is known to the methods 'bilinear' and 'bicubic' only")
    lines = _lines(x.shape[1:-1], scale, size)
    if method in _NEAREST:
        return x[np.ix_(range(len(x)), *map(_NEAREST[method], lines))]
    placed = [_positions(line, "align_corners" if align_corners else coordinates) for line in lines]
    if method == "bilinear":
        axes = [_neighbours(*each) for each in zip(lines, placed, strict=True)]
    elif method == "bicubic":
        axes = [
            _cubic(line, where, coefficient, leave_out=exclude_outside)
            for line, where in zip(lines, placed, strict=True)
        ]
    else:
        raise ExecutionError(f"there is no method '{method}' of resizing")
    return _interpolated(tally, x, axes)


class Line(NamedTuple):
    """One axis: its pixels, how many are wanted, and how far each of these is from the next."""

    pixels: int
    wanted: int
    over: int
    under: int


def _lines(
    pixels: Sequence[int], scale: float | Sequence[float] | None, size: Extents | None
) -> list[Line]:
    rank = len(pixels)
    if size is not None and scale is None:
        sizes = per_axis(size, rank, "size")
        return [Line(n, m, n, m) for n, m in zip(pixels, sizes, strict=True)]
    if scale is None or size is not None:
        raise ExecutionError("either scale or size must be given, and not both")
    factors = [scale] * rank if isinstance(scale, int | float) else list(scale)
    found = []
    for n, factor in zip(pixels, per_axis(factors, rank, "scale"), strict=True):
        up, down = Fraction(str(factor)).as_integer_ratio()
        # As many as there are whole output pixels on the enlarged axis.
        wanted = len(range(down, n * up + 1, down))
        if not wanted:
            raise ExecutionError(f"a scale of {factor} leaves nothing of {n} pixels")
        found.append(Line(n, wanted, down, up))
    return found


def _nearest(line: Line) -> list[int]:
    """Return which pixel each output pixel reads: the one that it begins in."""
    return [o * line.over // line.under for o in range(line.wanted)]


def _nearest_exact(line: Line) -> list[int]:
    """Return which pixel each output pixel reads: the one whose centre is nearest."""
    # The border between two pixels is as far from both centres; there the later one is read.
    borders = range(1, line.pixels)
    centres = (Fraction((2 * o + 1) * line.over, 2 * line.under) for o in range(line.wanted))
    return [bisect_right(borders, centre) for centre in centres]


_NEAREST = {"nearest": _nearest, "nearest_exact": _nearest_exact}


def _positions(line: Line, coordinates: str | None) -> list[tuple[int, int]]:
    """Return where each output pixel lies on the input, as a ratio."""
    n, m, over, under = line
    if coordinates == "align_corners":
        return [(o * (n - 1), max(m - 1, 1)) for o in range(m)]
    if coordinates == "asymmetric":
        return [(o * over, under) for o in range(m)]
    return [((2 * o + 1) * over - under, 2 * under) for o in range(m)]


Weights = list[list[tuple[int, float]]]
"""Per output pixel: the pixels that it is made of, and the share of each."""


def _neighbours(line: Line, positions: list[tuple[int, int]]) -> Weights:
    found = []
    for place, under in positions:
        low, rest = divmod(min(max(place, 0), (line.pixels - 1) * under), under)
        share = rest / under
        # Where the share is nothing, the pixel after is not read, whatever it holds.
        found.append([(low, 1 - share), (low + 1 if rest else low, share)])
    return found


def _cubic(line: Line, positions: list[tuple[int, int]], a: float, *, leave_out: bool) -> Weights:
    """Weigh four pixels by Keys' cubic function of their distance."""
    found = []
    for place, under in positions:
        low, rest = divmod(place, under)
        if not rest:
            found.append([(low, 1.0), (low, 0.0), (low, 0.0), (low, 0.0)])
            continue
        around = [low - 1, low, low + 1, low + 2]
        weights = [_keys(abs(i - place / under), a) for i in around]
        if leave_out:
            weights = [
                w if 0 <= i < line.pixels else 0.0 for i, w in zip(around, weights, strict=True)
            ]
            weights = [w / sum(weights) for w in weights]
        inside = [min(max(i, 0), line.pixels - 1) for i in around]
        found.append(list(zip(inside, weights, strict=True)))
    return found


def _keys(d: float, a: float) -> float:
    if d <= 1:
        return ((a + 2) * d - (a + 3)) * d * d + 1
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a


def _interpolated(tally: Tally, x: Array, axes: list[Weights]) -> Array:
    out: Array | None = None
    for corner in product(*(range(len(axis[0])) for axis in axes)):
        nearness = np.ones((), x.dtype)
        for side, axis in zip(corner, axes, strict=True):
            shares = [pixels[side][1] for pixels in axis]
            nearness = nearness[..., None] * np.array(shares, x.dtype)
        places = [
            [pixels[side][0] for pixels in axis] for side, axis in zip(corner, axes, strict=True)
        ]
        read = x[np.ix_(range(len(x)), *places)]
        part = tally.multiply(read, nearness[..., None], out=read)
        out = part if out is None else tally.add(out, part, out=out)
    assert out is not None
    return out
