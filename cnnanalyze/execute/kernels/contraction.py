"""Products of branches: named axes are multiplied, and summed where nobody needs them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import mixed, need_map, run, thin_to
from cnnanalyze.execute.kernels.axes import Side, flat, sides_of, split
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

Named = tuple[Array, list[str]]
"""An array and the names of its axes, without the batch."""


@run("einsum")
def einsum(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, pattern: str, **_: object
) -> Array:
    """Multiply the inputs one after the other, and sum what is not needed any more."""
    sides, output = sides_of(pattern)
    if len(sides) != len(inputs):
        raise ExecutionError(f"{len(sides)} inputs are named, but {len(inputs)} are given")
    return _contract(tally, inputs, sides, output)


@run("matmul")
def matmul(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    transpose_first: bool = False,
    transpose_second: bool = False,
    **_: object,
) -> Array:
    """Multiply matrices: the last axis of the map and the channels."""
    return _contract(tally, inputs, *_matrices(inputs, transpose_first, transpose_second))


def _matrices(inputs: Sequence[Array], first: bool, second: bool) -> tuple[list[Side], Side]:
    """Return names for the axes of two stacks of matrices."""
    if len(inputs) != 2 or inputs[0].ndim != inputs[1].ndim:  # noqa: PLR2004 - a pair
        raise ExecutionError("two stacks of matrices with as many axes are multiplied")
    for x in inputs:
        need_map(x.shape)
    stack = [[f"stack{number}"] for number in range(inputs[0].ndim - 3)]
    left = [["column"], ["row"]] if first else [["row"], ["column"]]
    right = [["other"], ["column"]] if second else [["column"], ["other"]]
    return [stack + left, stack + right], [*stack, ["row"], ["other"]]


def _contract(tally: Tally, inputs: Sequence[Array], sides: list[Side], output: Side) -> Array:
    known: dict[str, int] = {}
    parts: list[Named] = []
    for x, side in zip(inputs, sides, strict=True):
        parts.append((split(x, side, known), flat(side)))
    wanted = flat(output)
    found = parts[0]
    for number, following in enumerate(parts[1:], 1):
        later = {name for _, names in parts[number + 1 :] for name in names}
        found = _product(tally, found, following, {*wanted, *later})
    x, names = found
    x = x.transpose(0, *(1 + names.index(name) for name in wanted))
    extents = iter(x.shape[1:])
    return np.ascontiguousarray(x.reshape(len(x), *(next(extents) if n else 1 for n in output)))


def _product(tally: Tally, one: Named, other: Named, needed: set[str]) -> Named:
    """Multiply two arrays; what both have and nobody needs is summed."""
    (a, mine), (b, yours) = one, other
    a, mine = _summed(tally, a, mine, {*mine} - {*yours} - needed)
    b, yours = _summed(tally, b, yours, {*yours} - {*mine} - needed)
    shared = [name for name in mine if name in yours]
    stack = [name for name in shared if name in needed]
    gone = [name for name in shared if name not in needed]
    left = [name for name in mine if name not in shared]
    right = [name for name in yours if name not in shared]
    a = a.transpose(0, *(1 + mine.index(name) for name in (*stack, *left, *gone)))
    b = b.transpose(0, *(1 + yours.index(name) for name in (*stack, *gone, *right)))
    counts = a.shape[1 : 1 + len(stack)]
    rows = a.shape[1 + len(stack) : 1 + len(stack) + len(left)]
    columns = b.shape[1 + len(stack) + len(gone) :]
    terms = prod(a.shape[1 + len(stack) + len(left) :])
    a = np.ascontiguousarray(a).reshape(len(a), prod(counts), prod(rows), terms)
    b = np.ascontiguousarray(b).reshape(len(b), prod(counts), terms, prod(columns))
    out = tally.contract(a, b) if gone else tally.multiply(a, b)
    return out.reshape(len(out), *counts, *rows, *columns), [*stack, *left, *right]


def _summed(tally: Tally, x: Array, names: list[str], alone: set[str]) -> Named:
    if not alone:
        return x, names
    axes = [1 + number for number, name in enumerate(names) if name in alone]
    kept = [name for name in names if name not in alone]
    return np.squeeze(tally.total(x, axes), axis=tuple(axes)), kept


@thin_to("einsum")
def thin_einsum(extents: Sequence[int], inputs: list[Array], *, pattern: str, **_: object) -> Array:
    """Follow the axes that stay where they are; mix all others."""
    return _thin(extents, inputs, *sides_of(pattern))


@thin_to("matmul")
def thin_matmul(
    extents: Sequence[int],
    inputs: list[Array],
    *,
    transpose_first: bool = False,
    transpose_second: bool = False,
    **_: object,
) -> Array:
    """Follow the axes that stay where they are; mix all others."""
    return _thin(extents, inputs, *_matrices(inputs, transpose_first, transpose_second))


def _thin(
    extents: Sequence[int], inputs: Sequence[Array], sides: list[Side], output: Side
) -> Array:
    total = np.zeros((len(inputs[0]), *extents, 1), inputs[0].dtype)
    for x, side in zip(inputs, sides, strict=True):
        part = x
        if len(side) != len(output):
            part = mixed(x, extents)
        for number, (names, after) in enumerate(zip(side[:-1], output[:-1], strict=False), 1):
            if len(side) == len(output) and names != after:
                part = part.sum(axis=number, keepdims=True)
        total = total + part
    return total
