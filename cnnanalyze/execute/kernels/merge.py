"""Joins of two or more inputs: elementwise with broadcasting, or one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import axis_of, run
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("add")
def add(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Add all inputs."""
    return folded(tally, inputs, tally.add)


@run("multiply")
def multiply(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Multiply all inputs."""
    return folded(tally, inputs, tally.multiply)


def folded(tally: Tally, inputs: Sequence[Array], join: Callable[..., Array]) -> Array:
    """Join all inputs, one after the other, each with what the ones before gave."""
    first, second, *others = _broadcast(inputs)
    free = (
        x
        for x in inputs[:2]
        if x.shape == first.shape and tally.may_overwrite(x) and all(x is not o for o in inputs[2:])
    )
    out = next(free, None)
    out = join(first, second, out=tally.empty(first.shape, first) if out is None else out)
    for other in others:
        join(out, other, out=out)
    return out


def _broadcast(inputs: Sequence[Array]) -> Sequence[Array]:
    several(inputs)
    if len({x.ndim for x in inputs}) > 1:
        raise ExecutionError(f"{_listed(inputs)} do not have the same number of axes")
    try:
        return np.broadcast_arrays(*inputs)
    except ValueError:
        raise ExecutionError(f"{_listed(inputs)} do not fit together") from None


def several(inputs: Sequence[Array]) -> None:
    """Refuse a join of nothing or of one input."""
    if len(inputs) < 2:  # noqa: PLR2004 - a join joins
        raise ExecutionError(f"two or more inputs are joined, but {len(inputs)} is given")


def _listed(inputs: Sequence[Array]) -> str:
    return " and ".join("x".join(map(str, x.shape[1:])) for x in inputs)


@run("concat")
def concat(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    axis: str | int = "channels",
    **_: object,
) -> Array:
    """Put all inputs behind each other along an axis."""
    several(inputs)
    along = axis_of(axis, inputs[0].shape)
    if len({(*x.shape[1:along], 0, *x.shape[along + 1 :]) for x in inputs}) > 1:
        raise ExecutionError(f"{_listed(inputs)} differ along another axis")
    extents = list(inputs[0].shape)
    extents[along] = sum(x.shape[along] for x in inputs)
    out = tally.empty(tuple(extents), inputs[0])
    return np.concatenate(inputs, axis=along, out=out)
