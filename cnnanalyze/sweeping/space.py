"""Spaces: which values the parameters of a spec take, and the points that come of them.

A space is never written out: each point has a number, and its values follow from that alone. So a
part of a space can be worked out anywhere, in any order, and again after an interruption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.columns import Column, column_of

MOST_VALUES = 1_000_000
"""The longest list of values of one parameter."""
MOST_POINTS = 10**9
"""The most points that are gone through; of more, a sample can be drawn."""

Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Values:
    """The values that a parameter takes one after the other."""

    values: tuple[Any, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.values)

    def at(self, places: NDArray[np.int64]) -> Column:
        """Return the values at some places."""
        return Column(places, self.values)


@dataclass(frozen=True)
class Interval:
    """Numbers from an interval, drawn evenly, or evenly in their logarithms.

    Examples
    --------
    >>> Interval(8, 256, is_logarithmic=True).at(np.array([0.0, 0.6])).values
    (8.0, 64.0)
    """

    least: float
    most: float
    is_logarithmic: bool = False

    def at(self, shares: NDArray[np.float64]) -> Column:
        """Return the numbers that lie so far into the interval: 0 is its beginning, 1 its end."""
        if self.is_logarithmic:
            ratio = log(self.most / self.least)
            found = [self.least * round(exp(ratio * share), 12) for share in shares.tolist()]
        else:
            found = [self.least + (self.most - self.least) * share for share in shares.tolist()]
        return column_of(found)

    def __str__(self) -> str:
        word = "log" if self.is_logarithmic else "uniform"
        return f"{word}({self.least:g}, {self.most:g})"


Axis = Values | Interval


@dataclass(frozen=True)
class Space:
    """The points of some axes: all of them, or a sample.

    Examples
    --------
    >>> space = Space((("width", Values((0.5, 1.0))), ("depth", Values((2, 3, 5)))))
    >>> space.count, [tuple(point.values()) for point in space.points(range(1, 4))]
    (6, [(0.5, 3), (0.5, 5), (1.0, 2)])
    """

    axes: tuple[tuple[str, Axis], ...]
    sample: int | None = None
    """How many points are drawn; all of them if none is said."""
    seed: int = 0

    @property
    def size(self) -> int | None:
        """How many points there are; nothing if without end."""
        if any(isinstance(axis, Interval) for _, axis in self.axes):
            return None
        return prod(axis.count for _, axis in self.axes if isinstance(axis, Values))

    @property
    def count(self) -> int:
        """How many points are gone through.

        Raises
        ------
        UsageError
            If there are too many.
        """
        size = self.size
        if self.sample is not None:
            return self.sample if size is None else min(self.sample, size)
        if size is None:
            names = [f"'{name}'" for name, axis in self.axes if isinstance(axis, Interval)]
            raise UsageError(
                f"{' and '.join(names)} may be any number of an interval, so that a sample must be "
                "drawn",
                help="say how many points: --sample 1000",
            )
        if size > MOST_POINTS:
            raise UsageError(
                f"the space has {size:,} points, and at most {MOST_POINTS:,} are gone through",
                help="draw a sample with --sample 100000, or give fewer values",
            )
        return size

    def columns(self, first: int, last: int) -> dict[str, Column]:
        """Return the values of the points from one number up to before another."""
        numbers = np.arange(first, last, dtype=np.uint64)
        size = self.size
        if self.sample is None:
            return self._of_grid(numbers)
        if size is not None and self.sample >= size:
            return self._of_grid(numbers)
        if size is not None:
            return self._of_grid(shuffled(numbers, size, self.seed))
        found: dict[str, Column] = {}
        for place, (name, axis) in enumerate(self.axes):
            shares = _shares(numbers, self.seed, place)
            if isinstance(axis, Interval):
                found[name] = axis.at(shares)
            else:
                found[name] = axis.at((shares * axis.count).astype(np.int64))
        return found

    def _of_grid(self, numbers: Numbers) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for name, axis in reversed(self.axes):
            assert isinstance(axis, Values)
            count = np.uint64(axis.count)
            found[name] = axis.at((numbers % count).astype(np.int64))
            numbers = numbers // count
        return {name: found[name] for name, _ in self.axes}

    def points(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return some points by their numbers, as the values of their parameters."""
        found = []
        for number in numbers:
            columns = self.columns(number, number + 1)
            found.append({name: column.values[column.codes[0]] for name, column in columns.items()})
        return found


# --- chance, for each number by itself ------------------------------------------------------------


def mixed(numbers: Numbers, salt: int) -> Numbers:
    """Return 64 bits for each number that look like chance (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        z = numbers + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def _shares(numbers: Numbers, seed: int, place: int) -> NDArray[np.float64]:
    """Return numbers from 0 to 1, one for each point and axis."""
    bits = mixed(mixed(numbers, 2 * seed + 1), 2 * place + 2)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


_ROUNDS = 6


def shuffled(numbers: Numbers, size: int, seed: int) -> Numbers:
    """Return for each number below a size another one: the order of a shuffle, point by point.

    A Feistel network permutes the square above the size; who lands outside goes on until inside.

    Examples
    --------
    >>> sorted(shuffled(np.arange(7, dtype=np.uint64), 7, seed=3).tolist())
    [0, 1, 2, 3, 4, 5, 6]
    """
    side = np.uint64(max(1, int(np.ceil(np.sqrt(size)))))
    while int(side) ** 2 < size:
        side += np.uint64(1)
    limit, found = np.uint64(size), numbers.copy()
    open_ = np.arange(len(numbers))
    while len(open_):
        high, low = found[open_] // side, found[open_] % side
        for round_ in range(_ROUNDS):
            high, low = low, (high + mixed(low, (seed + 1) * _ROUNDS + round_) % side) % side
        found[open_] = high * side + low
        open_ = open_[found[open_] >= limit]
    return found


# --- what is written ------------------------------------------------------------------------------

_DRAWN = ("log", "uniform")
"""How numbers are drawn from an interval."""


def read_interval(name: str, text: str) -> Interval | None:
    """Read ``log(8, 256)`` or ``uniform(2, 3)``; nothing if it is neither.

    Raises
    ------
    UsageError
        If the bounds are wrong.
    """
    word, bracket, rest = text.strip().partition("(")
    if not bracket or not rest.endswith(")") or word.strip() not in _DRAWN:
        return None
    bounds = rest.removesuffix(")").split(",")
    if len(bounds) != 2:  # noqa: PLR2004 - an interval has two ends
        raise UsageError(f"{name}: '{text.strip()}' needs two bounds", help="such as log(8, 256)")
    least, most = (_number(name, part) for part in bounds)
    is_logarithmic = word.strip() == "log"
    if least >= most:
        raise UsageError(
            f"{name}: '{text.strip()}' is empty: {float(least):g} >= {float(most):g}",
            help="the smaller bound comes first",
        )
    if is_logarithmic and least <= 0:
        raise UsageError(
            f"{name}: a logarithm needs bounds above 0, not {float(least):g}",
            help="use uniform(...), or other bounds",
        )
    return Interval(float(least), float(most), is_logarithmic)


def read_range(name: str, text: str) -> tuple[int | float, ...] | None:
    """Read ``0.25..1.4/0.05``, both ends included; nothing if it is no range.

    Raises
    ------
    UsageError
        If it is empty, endless or too long.

    Examples
    --------
    >>> read_range("width", "0.25..0.4/0.05"), read_range("depth", "2..4")
    ((0.25, 0.3, 0.35, 0.4), (2, 3, 4))
    """
    first, dots, rest = text.partition("..")
    if not dots or not first.strip()[:1] or first.strip()[0] not in "+-.0123456789":
        return None
    last, slash, pace = rest.partition("/")
    parts = (first, last, pace) if slash else (first, last)
    least, most, *given = (_number(name, part) for part in parts)
    step = given[0] if given else Fraction(1)
    if step <= 0:
        raise UsageError(f"{name}: the step of '{text.strip()}' must be above 0")
    if least > most:
        raise UsageError(
            f"{name}: '{text.strip()}' is empty: {float(least):g} > {float(most):g}",
            help="the smaller end comes first",
        )
    count = (most - least) // step + 1
    if count > MOST_VALUES:
        raise UsageError(
            f"{name}: '{text.strip()}' has {count:,} values, and at most {MOST_VALUES:,} are taken",
            help="make the step larger",
        )
    is_whole = all("." not in part and "e" not in part.lower() for part in parts)
    each = (least + k * step for k in range(count))
    return tuple(int(n) if is_whole else float(n) for n in each)


def _number(name: str, text: str) -> Fraction:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise UsageError(
            f"{name}: '{text.strip()}' is no number",
            help="a range is written 0.25..1.4/0.05, an interval log(8, 256) or uniform(2, 3)",
        ) from None
