"""Layers that take axes apart, join them and choose places along them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Extents,
    axis_of,
    feature_map,
    mixed,
    per_axis,
    run,
    single,
    thin_run,
    thin_to,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

Side = list[list[str]]
"""The names of every axis of an array, the batch left out; an axis of extent one has none."""

Sizes = Mapping[str, int] | Sequence[tuple[str, int]]


def sides_of(pattern: str) -> tuple[list[Side], Side]:
    """Return the axes of all inputs and of the output.

    Examples
    --------
    >>> sides_of("(h p) 1 c, c -> h p c")
    ([[['h', 'p'], [], ['c']], [['c']]], [['h'], ['p'], ['c']])
    """
    left, _, right = pattern.partition("->")
    return [_side(part) for part in left.split(",")], _side(right)


def _side(text: str) -> Side:
    """Read axes: words by themselves, or in brackets."""
    side: Side = []
    is_open = False
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        if word in "()":
            is_open = word == "("
        if word == "(" or (word != ")" and not is_open):
            side.append([])
        if word not in "()1":
            side[-1].append(word)
    return side


def split(x: Array, side: Side, known: dict[str, int]) -> Array:
    """Give every name an axis of its own, and note how long it is."""
    if len(side) != x.ndim - 1:
        raise ExecutionError(f"{len(side)} axes are named, but the input has {x.ndim - 1}")
    for number, names in reversed(list(enumerate(side, 1))):  # Those before keep their numbers.
        x = _split(x, number, names, known)
    return x


def _split(x: Array, number: int, names: list[str], known: dict[str, int]) -> Array:
    parts = [known.get(name, -1) for name in names]
    try:
        x = x.reshape(*x.shape[:number], *parts, *x.shape[number + 1 :])
    except ValueError:
        raise ExecutionError(
            f"{x.shape[number]} places cannot be {' times '.join(names) or 'one'}"
        ) from None
    known.update(zip(names, x.shape[number : number + len(names)], strict=True))
    return x


def joined(x: Array, side: Side) -> Array:
    """Make one axis of the names that stand together."""
    at, extents = 1, [len(x)]
    for names in side:
        extents.append(prod(x.shape[at : at + len(names)]))
        at += len(names)
    return x.reshape(extents)


def flat(side: Side) -> list[str]:
    """Return all names of an array in their order."""
    return [name for names in side for name in names]


@run("rearrange")
def rearrange(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    pattern: str,
    sizes: Sizes = (),
    **_: object,
) -> Array:
    """Take the axes apart, put them into another order and join them."""
    x = single(inputs)
    (before,), after = sides_of(pattern)
    order = flat(before)
    x = split(x, before, dict(sizes)).transpose(0, *(1 + order.index(n) for n in flat(after)))
    return joined(x, after)


@thin_to("rearrange")
def thin_rearrange(
    extents: Sequence[int],
    inputs: list[Array],
    *,
    pattern: str,
    **_: Any,  # noqa: ANN401
) -> Array:
    """Follow each axis that stays one; mix the others, as channels decide who goes where."""
    x = single(inputs)
    (before,), after = sides_of(pattern)
    *old, channels_before = before
    *new, channels_after = after
    if len(old) != len(new):
        return mixed(x, extents)
    source = {names[0]: number for number, names in enumerate(old) if names}
    followed = [source.get(names[0]) if names else None for names in new]
    left = [number for number in range(len(old)) if number not in followed]
    origin = [left.pop(0) if number is None else number for number in followed]
    x = x.transpose(0, *(1 + number for number in origin), x.ndim - 1)
    for axis, (number, extent) in enumerate(zip(origin, extents, strict=True), 1):
        one, other = old[number], new[axis - 1]
        if one == other:
            continue
        if other and one[: len(other)] == other and _inside(one[len(other) :], channels_after):
            x = x.reshape(*x.shape[:axis], extent, -1, *x.shape[axis + 1 :]).sum(axis=axis + 1)
        elif one and other[: len(one)] == one and _inside(other[len(one) :], channels_before):
            block = len(range(0, extent, x.shape[axis]))
            x = np.repeat(x, block, axis=axis)
        else:
            total = x.sum(axis=axis, keepdims=True)
            x = np.broadcast_to(total, (*x.shape[:axis], extent, *x.shape[axis + 1 :]))
    return x


def _inside(names: Iterable[str], axis: list[str]) -> bool:
    return all(name in axis for name in names)


@run("gather")
def gather(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    positions: Sequence[int],
    axis: str | int = "channels",
    **_: object,
) -> Array:
    """Take the named places, one after the other."""
    x = single(inputs)
    try:
        return np.take(x, positions, axis=axis_of(axis, x.shape))
    except IndexError:
        raise ExecutionError(f"not all of the places {positions} are there") from None


@thin_run("gather")
def thin_gather(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    axis: str | int = "channels",
    **attributes: Any,  # noqa: ANN401 - those of the kernel
) -> Array:
    """Leave what keeps its positions."""
    x = single(inputs)
    if axis_of(axis, x.shape) == x.ndim - 1:
        return x
    return gather(tally, inputs, weights, axis=axis, **attributes)


@run("roll")
def roll(
    _tally: Tally, inputs: list[Array], _weights: Tensors, *, amount: Extents, **_: object
) -> Array:
    """Move everything on, and what leaves in again at the other end."""
    x = feature_map(inputs)
    amounts = per_axis(amount, x.ndim - 2, "amount")
    return np.roll(x, amounts, axis=range(1, x.ndim - 1))
