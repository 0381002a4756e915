"""Activation functions that keep something of what is negative."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, init, run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("leaky_relu")
def leaky_relu(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    slope: float = 0.01,
    **_: object,
) -> Array:
    """Flatten what is negative."""
    return _two_slopes(tally, single(inputs), slope)


@run("prelu")
def prelu(tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Flatten what is negative, by a learned slope."""
    return _two_slopes(tally, single(inputs), weights["slope"])


@init("prelu")
def init_prelu(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    shared: bool = False,
    per_position: bool = False,
    **_: object,
) -> dict[str, Array]:
    """Make one slope or one per channel, for all positions or for each."""
    *size, channels = shapes[0][1:]
    return {"slope": draw((*(size if per_position else ()), 1 if shared else channels), fan=4)}


def _two_slopes(tally: Tally, x: Array, slope: Array | float) -> Array:
    positive = tally.greater(x, 0)
    out = tally.multiply(x, slope)
    np.copyto(out, x, where=positive)
    return out


@run("elu")
def elu(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    alpha: float = 1.0,
    **_: object,
) -> Array:
    """Bend what is negative towards ``-alpha``."""
    x = single(inputs)
    positive = tally.greater(x, 0)
    out = tally.exp(x)
    tally.subtract(out, 1, out=out)
    tally.multiply(out, alpha, out=out)
    np.copyto(out, x, where=positive)
    return out
