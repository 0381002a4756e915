"""Results: rows of points, and what is told of all of them: the front, what fell out, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any

import numpy as np

from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.columns import Column, Numbers
from cnnanalyze.sweeping.distribution import Distribution, Errors
from cnnanalyze.sweeping.front import front
from cnnanalyze.sweeping.parameters import joined
from cnnanalyze.sweeping.plan import Member, Plan, columns_of
from cnnanalyze.sweeping.run import Chunk, Excluded, place_of

SHOWN = 4_000
"""How many points a scatter shows of a larger sweep."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep that was kept."""

    id: int
    """Its number in the sweep."""
    spec: str
    """Which spec it is a network of."""
    parameters: dict[str, Any]
    """The values of what is varied."""
    numbers: dict[str, int | None]
    """The quantities, by key; nothing where there is none."""
    is_partial: bool = False
    """Whether some number is only the least that it can be."""


def columns_of_rows(plan: Plan) -> tuple[str, ...]:
    """Return what each row has, in its order."""
    spec = ("spec",) if len(plan.members) > 1 else ()
    return ("id", *spec, *plan.parameters, *plan.columns, "status")


def rows_of(plan: Plan, chunk: Chunk) -> Iterator[tuple[Any, ...]]:
    """Yield the points of a chunk as rows."""
    member, first, last = place_of(plan, chunk.number)
    columns = columns_of(plan, first, last)
    at = chunk.points - (member * plan.space.count + first)
    spec = [[plan.members[member].name] * len(at)] if len(plan.members) > 1 else []
    return zip(
        chunk.points.tolist(),
        *spec,
        *(list(columns[name].take(at)) for name in plan.parameters),
        *([None if n < 0 else n for n in numbers.tolist()] for numbers in chunk.numbers),
        ["partial" if is_partial else "complete" for is_partial in chunk.is_partial.tolist()],
        strict=True,
    )


def points_of(plan: Plan, chunk: Chunk) -> Iterator[Point]:
    """Yield the points of a chunk."""
    names, keys = plan.parameters, plan.columns
    name = plan.members[place_of(plan, chunk.number)[0]].name
    for row in rows_of(plan, chunk):
        *values, status = row[-len(names) - len(keys) - 1 :]
        yield Point(
            row[0],
            name,
            dict(zip(names, values, strict=False)),
            dict(zip(keys, values[len(names) :], strict=True)),
            status == "partial",
        )


def member_of(plan: Plan, point: int) -> Member:
    """Return the spec that a point is a network of."""
    return plan.members[point // plan.space.count]


def settings_of(plan: Plan, point: Point) -> dict[str, Any]:
    """Return the parameters of the spec that a point sets, elements in their lists."""
    return joined(member_of(plan, point.id).spec, dict(plan.given), point.parameters)


def options_of(settings: dict[str, Any]) -> str:
    """Return settings as options of a command.

    Examples
    --------
    >>> options_of({"width": 0.5, "depths": [2, 3], "same": True})
    "--set width=0.5 --set 'depths=[2, 3]' --set same=true"
    """
    return " ".join(f"--set {quote(f'{name}={_said(value)}')}" for name, value in settings.items())


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_said, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Verified:
    """A point whose network was run and compared with what the rules say."""

    point: Point
    is_balanced: bool | None
    """Whether everything that was compared is equal; nothing if it could not be run."""
    reason: str = ""
    """What differs, or why it could not be run."""


@dataclass
class Summary:
    """What is told of all points of a sweep; chunks are added in their order."""

    plan: Plan
    points: int = 0
    """How many were gone through."""
    kept: int = 0
    partial: int = 0
    """Of those that are kept, how many have a number that is only the least that it can be."""
    excluded: dict[tuple[str, str], Excluded] = field(default_factory=dict)
    checked: int = 0
    """How many were analysed as whole networks, too, and came to the same."""
    distinct: int = 0
    """How many different parts of networks the rules were asked about."""
    shown: list[Point] = field(default_factory=list)
    """Some of those that are kept, evenly through the sweep."""
    front: list[Point] = field(default_factory=list)
    """Those than which no other is better in every objective."""
    errors: Errors | None = None
    """Numbers that the user has of some points, whose distribution is told, too."""
    distributions: dict[tuple[str, int], Distribution] = field(default_factory=dict)
    """How numbers are spread, by quantity and by the place of the spec."""
    verified: tuple[Verified, ...] = ()
    """Those whose networks were run, too."""
    _costs: Numbers | None = None

    @property
    def known(self) -> list[Point]:
        """The points of which there is more than a row: some of those kept, and the front."""
        return sorted({p.id: p for p in (*self.shown, *self.front)}.values(), key=lambda p: p.id)

    def add(self, chunk: Chunk) -> None:
        """Add the points of a chunk."""
        plan = self.plan
        member, first, last = place_of(plan, chunk.number)
        self.points += last - first
        self.kept += len(chunk.points)
        self.partial += int(chunk.is_partial.sum())
        self.checked += chunk.checked
        self.distinct += chunk.distinct
        for one in chunk.excluded:
            why = (one.kind, one.reason)
            before = self.excluded.get(why)
            self.excluded[why] = (
                one if before is None else replace(before, count=before.count + one.count)
            )
        step = -(-plan.count // SHOWN)
        some = np.flatnonzero(chunk.points % step == 0)
        self.shown += points_of(plan, _some_of(chunk, some))
        for key in plan.distributions:
            numbers = chunk.numbers[plan.columns.index(key)]
            known = np.flatnonzero(numbers >= 0)
            self._spread(QUANTITIES[key].title, member, chunk.points[known], numbers[known])
        if self.errors is not None:
            of = self.errors.of
            told = [point for point in chunk.points.tolist() if point in of]
            values = np.array([of[point] for point in told], float)
            self._spread(self.errors.title, member, np.array(told, np.int64), values)
        if plan.pareto:
            self._add_front(chunk, member, first, last)

    def _spread(self, title: str, member: int, points: Numbers, values: Numbers) -> None:
        name = self.plan.members[member].name
        found = self.distributions.setdefault((title, member), Distribution(title, name))
        found.add(points, values.astype(float))

    def _add_front(self, chunk: Chunk, member: int, first: int, last: int) -> None:
        columns: dict[str, Column] | None = None
        costs = []
        for objective in self.plan.pareto:
            if objective.key in self.plan.parameters:
                columns = columns or columns_of(self.plan, first, last)
                at = chunk.points - (member * self.plan.space.count + first)
                numbers = _numbers(objective.key, columns[objective.key].take(at))
            else:
                numbers = chunk.numbers[self.plan.columns.index(objective.key)]
            costs.append(-numbers if objective.is_most else numbers)
        rows = np.array(costs).T.reshape(len(chunk.points), len(costs))
        own = front(rows)
        points = list(points_of(self.plan, _some_of(chunk, np.sort(own))))
        mine = rows[np.sort(own)]
        joined = mine if self._costs is None else np.concatenate([self._costs, mine])
        every = [*self.front, *points]
        best = front(joined)
        self.front = [every[k] for k in best.tolist()]
        self._costs = joined[best]


def _some_of(chunk: Chunk, at: Numbers) -> Chunk:
    return replace(
        chunk,
        points=chunk.points[at],
        numbers=tuple(numbers[at] for numbers in chunk.numbers),
        is_partial=chunk.is_partial[at],
    )


def _numbers(name: str, column: Column) -> Numbers:
    for value in column.values:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise UsageError(
                f"'{name}' has the value {value!r}, so it cannot be made small or large",
                help=f"a front is made of numbers: {', '.join(QUANTITIES)}",
            )
    return np.array(column.values, float)[column.codes]
