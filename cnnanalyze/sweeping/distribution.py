"""Distributions: how a number is spread over the points of a sweep, as design spaces are compared.

Of many points so many are kept by lot that every share is known well; the lot of a point is the
same whoever works it out.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import printable, read_text
from cnnanalyze.errors import Mark, Source
from cnnanalyze.sweeping.space import mixed

Numbers = NDArray[Any]
MOST = 100_000
"""The most numbers that are kept of a distribution."""
LARGEST_FILE = 1_000_000_000
"""The largest file of errors, in bytes."""
_SALT = 77


@dataclass
class Distribution:
    """The numbers of many points.

    Examples
    --------
    >>> found = Distribution("MACs", "net")
    >>> found.add(np.arange(5), np.array([3, 1, 2, 5, 4]))
    >>> found.count, found.quantile(0.5), found.share(2)
    (5, 3.0, 0.4)
    """

    title: str
    """What the numbers are."""
    spec: str
    """Which spec the points are networks of."""
    count: int = 0
    """How many points have a number."""
    points: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Numbers = field(default_factory=lambda: np.zeros(0))
    """The numbers that are kept, with their points."""

    def add(self, points: Numbers, values: Numbers) -> None:
        """Add points with their numbers."""
        self.count += len(points)
        self.points = np.concatenate([self.points, points])
        self.values = np.concatenate([self.values, values])
        if len(self.points) > MOST:
            lots = mixed(self.points.astype(np.uint64), _SALT)
            kept = np.sort(np.argpartition(lots, MOST)[:MOST])
            self.points, self.values = self.points[kept], self.values[kept]

    def quantile(self, share: float) -> float:
        """Return the number that this share of the points does not exceed."""
        return float(np.quantile(self.values, share, method="inverted_cdf"))

    def share(self, value: float) -> float:
        """Return the share of the points whose number is at most a value."""
        return self.shares([value])[0]

    def shares(self, values: Sequence[float]) -> list[float]:
        """Return the shares of the points whose number is at most each value."""
        ordered = np.sort(self.values)
        below = np.searchsorted(ordered, np.array(values, float), side="right")
        return [float(share) for share in below / max(len(ordered), 1)]


@dataclass(frozen=True, slots=True)
class Errors:
    """Numbers that the user has of some points, such as errors of networks that were trained."""

    title: str
    of: Mapping[int, float]
    """By the number of the point."""


def read_errors(path: Path) -> Errors:
    """Read a file with a line for each point: its ``id``, and its number.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    """
    text = read_text(path, LARGEST_FILE)
    source, faults = Source(printable(path), text), Faults("SP014")
    lines = text.splitlines()
    heads = next(csv.reader(lines[:1]), [])
    if "id" not in heads or len(heads) < 2:  # noqa: PLR2004 - the point and its number
        mark = Mark(source, 1, 1, max(len(lines[0]) if lines else 0, 1))
        faults.add(
            "the first line must name the column 'id' and one more",
            mark,
            "such as 'id,error'; the rows that a sweep writes have the ids",
        )
        faults.raise_if_any()
    at_id = heads.index("id")
    at = heads.index("error") if "error" in heads else next(k for k in range(2) if k != at_id)
    found: dict[int, float] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = next(csv.reader([line]))
        mark = Mark(source, number, 1, len(line))
        try:
            point, value = int(cells[at_id]), float(cells[at])
        except (ValueError, IndexError):
            faults.add(f"'{line.strip()}' is no point and its number", mark)
            continue
        if not isfinite(value):
            faults.add(f"point {point} has the number {value}, which is none", mark)
        elif point in found:
            faults.add(f"point {point} is there twice: {found[point]:g} and {value:g}", mark)
        else:
            found[point] = value
    if not found and not faults:
        faults.add("no point has a number", Mark(source, 1, 1, 1), "write a line for each point")
    faults.raise_if_any()
    return Errors(heads[at], found)
