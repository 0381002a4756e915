"""Joins that take the largest, the smallest, the mean, a difference or a quotient of branches."""

from __future__ import annotations

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import run
from cnnanalyze.execute.kernels.merge import folded
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("maximum")
def maximum(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the largest of all inputs."""
    return folded(tally, inputs, tally.maximum)


@run("minimum")
def minimum(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the smallest of all inputs."""
    return folded(tally, inputs, tally.minimum)


@run("subtract")
def subtract(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the second input from the first."""
    return folded(tally, _two(inputs), tally.subtract)


@run("divide")
def divide(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Divide the first input by the second."""
    return folded(tally, _two(inputs), tally.divide)


@run("average")
def average(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the mean of all inputs."""
    out = folded(tally, inputs, tally.add)
    return tally.divide(out, len(inputs), out=out)


def _two(inputs: list[Array]) -> list[Array]:
    if len(inputs) != 2:  # noqa: PLR2004 - a pair
        raise ExecutionError(f"two inputs are read here, but {len(inputs)} are given")
    return inputs
