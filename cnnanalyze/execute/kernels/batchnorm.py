"""Batch normalisation, with stored statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, along_rows, as_rows, init, pieces, run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


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
