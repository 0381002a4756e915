"""Layers that give the numbers another shape: flatten, reshape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    mixed,
    run,
    single,
    thin_run,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

Target = str | int | Sequence[int]
"""Extents, channels last, as text or as numbers."""


@run("flatten")
def flatten(_tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Line all activations up."""
    x = single(inputs)
    return x.reshape(len(x), -1)


@run("reshape")
def reshape(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    to: Target,
    **_: object,
) -> Array:
    """Arrange all activations anew."""
    x = single(inputs)
    extents = extents_of(to)
    if prod(extents) != prod(x.shape[1:]):
        given = "x".join(map(str, x.shape[1:]))
        raise ExecutionError(
            f"{given} has {prod(x.shape[1:])} activations, {to} needs {prod(extents)}"
        )
    return x.reshape(len(x), *extents)


@thin_run("reshape")
def thin_reshape(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, to: Target, **_: object
) -> Array:
    """Leave positions that stay; mix all of them otherwise, as channels decide who goes where."""
    x, positions = single(inputs), extents_of(to)[:-1]
    if x.shape[1:-1] == positions:
        return x
    return mixed(x, positions)


def extents_of(to: Target) -> tuple[int, ...]:
    """Return the extents that a text such as ``"4x4x256"`` names, channels last.

    Examples
    --------
    >>> extents_of("4x4x256"), extents_of("4096")
    ((4, 4, 256), (4096,))
    """
    return tuple(map(int, str(to).split("x") if isinstance(to, str | int) else to))
