"""Reduction along axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import axis_of, mean, mixed, need_map, run, single, thin_run
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

AxisWord = str | int


@run("reduce")
def reduce(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    axes: AxisWord | Sequence[AxisWord],
    method: str = "mean",
    keep: bool = True,
    **_: Any,  # noqa: ANN401
) -> Array:
    """Bring all numbers along some axes together."""
    x = single(inputs)
    along = _along(axes, x)
    out = _reduced(tally, x, along, method)
    if keep:
        return out
    if x.ndim - 1 in along:
        raise ExecutionError("the channels cannot be dropped")
    return np.squeeze(out, along)


def _along(axes: AxisWord | Sequence[AxisWord], x: Array) -> tuple[int, ...]:
    if axes == "positions":
        need_map(x.shape)
        return tuple(range(1, x.ndim - 1))
    if axes == "all":
        return tuple(range(1, x.ndim))
    named = [axes] if isinstance(axes, str | int) else axes
    return tuple({axis_of(axis, x.shape) for axis in named})


def _reduced(tally: Tally, x: Array, along: tuple[int, ...], method: str) -> Array:
    match method:
        case "sum":
            return tally.total(x, along)
        case "mean":
            return mean(tally, x, along)
        case "max":
            return tally.largest(x, along)
        case "min":
            return tally.smallest(x, along)
        case "var":
            apart = tally.subtract(x, mean(tally, x, along))
            return mean(tally, tally.multiply(apart, apart, out=apart), along)
        case _:
            return tally.power(tally.total(tally.multiply(x, x), along), 0.5)


@thin_run("reduce")
def thin_reduce(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    keep: bool = True,
    **attributes: Any,  # noqa: ANN401 - those of the kernel
) -> Array:
    """Mix what is left where axes go: which is which of them is not followed."""
    out = reduce(tally, inputs, weights, keep=keep, **attributes)
    return out if keep else mixed(single(inputs), out.shape[1:-1])
