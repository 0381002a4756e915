"""Columns: the values that many points have, each different value held once.

A sweep has a million points and few different values of anything: a column keeps the values and,
for each point, the number of its value. What follows from some columns is worked out once for each
combination that occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Numbers = NDArray[Any]
"""A number for each point, or a row of numbers."""
_MOST = 2**62
"""Codes of combinations stay below this."""


@dataclass(frozen=True, slots=True)
class Column:
    """The values of some points.

    Examples
    --------
    >>> column = column_of(["a", "b", "a"])
    >>> column.values, column.codes.tolist(), list(column)
    (('a', 'b'), [0, 1, 0], ['a', 'b', 'a'])
    """

    codes: Codes
    """For each point, the place of its value."""
    values: Sequence[Any]
    """The different values."""

    def __iter__(self) -> Iterator[Any]:
        return (self.values[code] for code in self.codes.tolist())

    def take(self, points: Numbers) -> Column:
        """Return the values of some of the points."""
        return Column(self.codes[points], self.values)


def key_of(value: object) -> object:
    """Return what stands for a value in keys: 1, 1.0 and true are equal, but not equally right.

    Examples
    --------
    >>> len({key_of(value) for value in (1, 1.0, True, [1], (1,))})
    4
    """
    if type(value) is int or type(value) is str:
        return value
    if isinstance(value, list | tuple) and type(value) in {list, tuple}:
        return tuple([key_of(item) for item in value])
    return type(value).__name__, value


def column_of(values: Sequence[Any], key: Callable[[Any], object] = key_of) -> Column:
    """Return values point by point as a column."""
    places: dict[object, int] = {}
    distinct: list[Any] = []
    codes = np.empty(len(values), np.int64)
    for point, value in enumerate(values):
        place = places.setdefault(key(value), len(distinct))
        if place == len(distinct):
            distinct.append(value)
        codes[point] = place
    return Column(codes, tuple(distinct))


def combine(columns: Sequence[Column], count: int) -> tuple[NDArray[np.int64], Codes]:
    """Return a point for each combination of values that occurs, and the combination of each point.

    Parameters
    ----------
    columns
        The columns, of equal length.
    count
        How many points there are.

    Examples
    --------
    >>> points, codes = combine([column_of([2, 3, 2, 2]), column_of([5, 5, 5, 7])], 4)
    >>> points.tolist(), codes.tolist()
    ([0, 3, 1], [0, 2, 0, 1])
    """
    codes = np.zeros(count, np.int64)
    size = 1
    for column in columns:
        if len(column.values) == 1:
            continue
        if size * len(column.values) >= _MOST:
            codes, size = _renumbered(codes)
        codes = codes * len(column.values) + column.codes
        size *= len(column.values)
    if size <= max(4 * count, 1024):
        # Each possible combination has a place of its own; the last writer is as good as the first.
        first = np.full(size, count, np.int64)
        first[codes[::-1]] = np.arange(count - 1, -1, -1)
        points = first[first < count]
        numbers = np.empty(size, np.int64)
        numbers[first < count] = np.arange(len(points))
        return points, numbers[codes]
    _, points, codes = np.unique(codes, return_index=True, return_inverse=True)
    return points, codes


def _renumbered(codes: Codes) -> tuple[Codes, int]:
    values, codes = np.unique(codes, return_inverse=True)
    return codes, len(values)


def derive(
    columns: dict[str, Column],
    count: int,
    work: Callable[[dict[str, Any]], Any],
    key: Callable[[Any], object] = key_of,
) -> Column:
    """Return what follows from some columns, worked out once for each combination of values.

    Parameters
    ----------
    columns
        What it follows from, by name.
    count
        How many points there are.
    work
        A function of the values by their names.
    key
        What is equal for equal results.

    Examples
    --------
    >>> widths, depths = column_of([8, 16, 8]), column_of([2, 3, 2])
    >>> list(derive({"w": widths, "d": depths}, 3, lambda at: at["w"] * at["d"]))
    [16, 48, 16]
    """
    points, codes = combine(tuple(columns.values()), count)
    names = tuple(columns)
    each = [
        [column.values[code] for code in column.codes[points].tolist()]
        for column in columns.values()
    ]
    results = [work(dict(zip(names, values, strict=True))) for values in zip(*each, strict=True)]
    if not columns:
        results = [work({})] if count else []
    found = column_of(results, key)
    return Column(found.codes[codes], found.values)
