"""Arithmetic, element by element."""

from __future__ import annotations

import numpy as np

from cnnanalyze.execute.kernels._base import run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("power")
def power(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, exponent: float, **_: object
) -> Array:
    """Raise every element."""
    x = single(inputs)
    return tally.power(x, exponent, out=tally.room(x))


@run("abs")
def absolute(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Clear the sign of every element, which takes no operation."""
    x = single(inputs)
    out: Array = np.abs(x, out=tally.room(x))
    return out


@run("sqrt")
def sqrt(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the root of every element."""
    x = single(inputs)
    return tally.power(x, 0.5, out=tally.room(x))


@run("exp")
def exp(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Raise e to every element."""
    x = single(inputs)
    return tally.exp(x, out=tally.room(x))


@run("log")
def log(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the logarithm of every element."""
    x = single(inputs)
    return tally.log(x, out=tally.room(x))


@run("clip")
def clip(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    min: float | None = None,  # noqa: A002 - as the attribute is called
    max: float | None = None,  # noqa: A002
    **_: object,
) -> Array:
    """Keep every element between the limits."""
    x = single(inputs)
    out = tally.room(x)
    if min is not None:
        x = tally.maximum(x, min, out=out)
    return x if max is None else tally.minimum(x, max, out=out)


@run("hard_tanh")
def hard_tanh(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    min: float = -1.0,  # noqa: A002 - as the attribute is called
    max: float = 1.0,  # noqa: A002
    **_: object,
) -> Array:
    """Keep every element between two limits."""
    return clip(tally, inputs, weights, min=min, max=max)
