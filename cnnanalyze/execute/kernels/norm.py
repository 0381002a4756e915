"""Normalisation: with stored statistics, and across neighbouring channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.execute.kernels._base import (
    Draw,
    along_rows,
    as_rows,
    init,
    pieces,
    run,
    single,
)
from cnnanalyze.execute.tally import Array, Tally, Tensors


@run("batchnorm")
def batchnorm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    epsilon: float = 1e-5,
    **_: object,
) -> Array:
    """Scale and shift every channel by what training has left behind."""
    x = single(inputs)
    # Folded once per channel, however large the map is; hence not an operation of the map.
    factor = weights.get("gamma", 1.0) / np.sqrt(weights["moving variance"] + epsilon)
    shift = weights.get("beta", 0.0) - weights["moving mean"] * factor
    factor, shift = (along_rows(v.astype(x.dtype), x) for v in (factor, shift))
    out = tally.room(x)
    source, target = as_rows(x), as_rows(out)
    for some in pieces(source):
        tally.multiply(source[some], factor, out=target[some])
        tally.add(target[some], shift, out=target[some])
    return out


@init("batchnorm")
def init_batchnorm(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    scale: bool = True,
    center: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make the learned and the stored numbers of every channel."""
    shape = (shapes[0][-1],)
    made = {"gamma": draw(shape)} if scale else {}
    made |= {"beta": draw(shape)} if center else {}
    return made | {"moving mean": draw(shape), "moving variance": draw(shape)}


@run("lrn")
def lrn(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    offset: float = 1.0,
    **_: object,
) -> Array:
    """Divide by a power of the squares of the neighbouring channels."""
    x = single(inputs)
    squares = tally.multiply(x, x)
    sums = squares.copy()
    channels = x.shape[-1]
    before, after = 0, 0
    while before + 1 + after < size:
        # Neighbours are taken in turn, the one before first: an even window leans that way.
        if before == after:
            before += 1
            near, far = slice(before, None), slice(None, max(channels - before, 0))
        else:
            after += 1
            near, far = slice(None, max(channels - after, 0)), slice(after, None)
        tally.add(sums[..., near], squares[..., far], out=sums[..., near])
    tally.multiply(sums, alpha / size, out=sums)
    tally.add(sums, offset, out=sums)
    tally.power(sums, beta, out=sums)
    return tally.divide(x, sums, out=sums)
