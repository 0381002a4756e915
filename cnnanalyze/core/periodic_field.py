"""Path fields: which stretch of the input a unit sees, for every unit of one axis at once.

A receptive field along one axis is a function from a unit's index to an interval of input indices.
Along one path through a network that function is periodic with an advance: ``period`` units
further on, the interval has moved by ``advance`` input indices. For a plain convolutional network
the period is 1 and the three numbers of the textbooks (size, stride, start) remain; an up-sampling
path has a longer period, since neighbouring units then differ in what they see; a unit behind a
dense layer or a global pool sees one constant interval (advance 0).

A period is as long as the numbers in a spec make it, up to 10^12 units, but little changes in it:
up-sampling by a million gives a million neighbours that all see the same. So a path_field keeps
*stretches* of units that see the same interval, and nothing here goes through units one by one
where stretches will do. Where even these are too many the field is not told (:class:`TooFine`).

Where paths join, the field of a unit is the hull of what the paths see. Path fields that advance at
the same rate merge into one; a gate behind a global pool (advance 0) stays beside the others.

The borders of the image play no part here: this is the *theoretical* field. What a unit sees inside
the image is computed by :func:`cnnanalyze.analysis.receptive_field.trace`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.reach import WHOLE, Everywhere, Reach, Whole, Window
from cnnanalyze.core.work_limit import WorkLimit
from cnnanalyze.errors import UsageError

Interval = tuple[int, int]
"""The first and the last index, both included."""

MOST_STRETCHES = 500_000
"""How many stretches may be looked at for one analysis."""
STRETCHES = WorkLimit("stretches", MOST_STRETCHES)


class TooFine(UsageError):  # noqa: N818 - a bound, as its neighbours in the specification are
    """What units see changes too often from one to the next to be told."""

    def __init__(self) -> None:
        super().__init__(
            f"the receptive field of its units changes too often from one to the next: more than "
            f"{MOST_STRETCHES:,} stretches in all, the bound"
        )


class PathField(NamedTuple):
    """What the units of one axis see along paths of one rate."""

    period: int
    advance: int
    intervals: tuple[Interval | None, ...]
    """What each stretch of units sees; between the taps of a transposed window that is nothing."""
    starts: tuple[int, ...] = (0,)
    """The first unit of each stretch; together they are the units 0 to period - 1."""

    def at(self, unit: int) -> Interval | None:
        """Return the interval that a unit sees, or nothing."""
        if self.period == 1:
            turns, seen = unit, self.intervals[0]
        else:
            turns, phase = divmod(unit, self.period)
            seen = self.intervals[bisect_right(self.starts, phase) - 1]
        if seen is None:
            return None
        shift = turns * self.advance
        return seen[0] + shift, seen[1] + shift

    def over(self, first: int, last: int) -> Interval | None:
        """Return the hull of what the units from the first to the last see, or nothing."""
        if first > last:
            return None
        if self.is_orderly:
            return self._ends(first, last)
        return self._hull(first, last)

    def _ends(self, first: int, last: int) -> Interval:
        low, high = self.at(first), self.at(last)
        assert low is not None
        assert high is not None
        return low[0], high[1]

    def _hull(self, first: int, last: int) -> Interval | None:
        """Go through the stretches; those of a period at either end have the outermost indices."""
        period = self.period
        if last - first >= 2 * period:
            return hull(
                [
                    self._hull(first, first + period - 1),
                    self._hull(last - period + 1, last),
                ]
            )
        found: list[Interval | None] = []
        turns, phase = divmod(first, period)
        at = bisect_right(self.starts, phase) - 1
        while turns * period + self.starts[at] <= last:
            if (seen := self.intervals[at]) is not None:
                shift = turns * self.advance
                found.append((seen[0] + shift, seen[1] + shift))
            at += 1
            if at == len(self.starts):
                turns, at = turns + 1, 0
        if not STRETCHES.spend(len(found)):
            raise TooFine
        return hull(found)

    @property
    def is_orderly(self) -> bool:
        """Whether each unit sees something, and begins and ends no earlier than the one before."""
        if len(self.intervals) == 1:
            return self.intervals[0] is not None
        first = self.intervals[0]
        if first is None:
            return False
        behind = (first[0] + self.advance, first[1] + self.advance)
        before = first
        for seen in (*self.intervals, behind):
            if seen is None or seen[0] < before[0] or seen[1] < before[1]:
                return False
            before = seen
        return True

    @property
    def rate(self) -> Fraction:
        """Input indices per unit: the effective stride."""
        return Fraction(self.advance, self.period)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the intervals of all stretches, of those that are not empty."""
        return tuple(b - a + 1 for a, b in filter(None, self.intervals))

    @property
    def size(self) -> int:
        """The longest interval of any unit."""
        if self.period == 1 and (seen := self.intervals[0]) is not None:
            return seen[1] - seen[0] + 1
        return max(self.sizes, default=0)

    @property
    def centre(self) -> Fraction:
        """The middle of what unit 0 sees, averaged over one period and taken back to unit 0."""
        units = ends = phases = 0
        for start, end, seen in zip(
            self.starts, (*self.starts[1:], self.period), self.intervals, strict=True
        ):
            if seen is not None:
                count = end - start
                units += count
                ends += count * (seen[0] + seen[1])
                phases += count * (start + end - 1)
        return (ends - self.rate * phases) / (2 * units) if units else Fraction(0)


START = PathField(1, 1, ((0, 0),))
"""The input itself: unit i sees index i."""


def strand_of(
    period: int, advance: int, stretches: Iterable[tuple[int, Interval | None]]
) -> PathField:
    """Return the path field of stretches, each given by its first unit; equal neighbours are one.

    Examples
    --------
    >>> strand_of(5, 1, [(0, (0, 1)), (2, (0, 1)), (4, None)]).starts
    (0, 4)
    """
    starts: list[int] = []
    intervals: list[Interval | None] = []
    for start, seen in stretches:
        if not starts or seen != intervals[-1]:
            starts.append(start)
            intervals.append(seen)
    return PathField(period, advance, tuple(intervals), tuple(starts))


def follow(path_field: PathField, reach: IndexMap) -> PathField:
    """What do the outputs of a layer see, if its inputs see ``path_field``?

    Raises
    ------
    TooFine
        If that changes too often.

    Examples
    --------
    >>> conv = follow(START, Window(7, stride=2, before=3))
    >>> conv.size, conv.rate, conv.at(0)
    (7, Fraction(2, 1), (-3, 3))
    >>> follow(conv, Window(3, stride=2, before=1)).at(0)
    (-5, 5)
    """
    if path_field.period == 1 and isinstance(reach, Window):
        seen = path_field.intervals[0]
        if seen is None:
            return path_field
        first = -reach.before * path_field.advance
        last = (reach.dilation * (reach.kernel - 1) - reach.before) * path_field.advance
        return PathField(1, reach.stride * path_field.advance, ((seen[0] + first, seen[1] + last),))
    if path_field.advance == 0 and path_field.period == 1 and not reach.has_gaps:
        return path_field
    turns = lcm(path_field.period, reach.advance) // reach.advance if reach.advance else 1
    period = reach.period * turns
    advance = path_field.advance * (reach.advance * turns // path_field.period)
    orderly = path_field.is_orderly
    units = _changes(path_field, reach, period, ends_alone=orderly)
    if units is None:  # all units may differ
        if not STRETCHES.spend(period):
            raise TooFine
        units = range(period)
    seen_by = _ends_of if orderly else _all_of
    return strand_of(period, advance, ((o, seen_by(path_field, reach, o)) for o in units))


def _changes(
    path_field: PathField, reach: IndexMap, period: int, *, ends_alone: bool
) -> Sequence[int] | None:
    """Return the units at which what is seen can change; nothing if that is no fewer than all.

    What a unit sees changes where its window begins to read, or to leave, another stretch.
    """
    if not reach.is_sliding or not (ends_alone or reach.is_dense):
        return None
    read = reach.advance * (period // reach.period)
    count = 2 * len(path_field.starts) * (read // path_field.period)
    written = _seeing(path_field) if reach.has_gaps else []
    count += 2 * sum(end - start for start, end in written)
    if count >= period:
        return None
    if not STRETCHES.spend(count):
        raise TooFine
    found = {0}
    for start, end in written:  # an input that sees something begins and ends a stretch of its own
        found.update(reach.last_from(i) % period for i in range(start, end))
        found.update(reach.first_from(i + 1) % period for i in range(start, end))
    for begins, at_zero in (
        (reach.first_from, reach.first(0)),
        (reach.last_from, reach.last(0)),
    ):
        turn = at_zero // path_field.period
        for start in path_field.starts:
            index = turn * path_field.period + start
            index += path_field.period * (index <= at_zero)
            found.update(map(begins, range(index, at_zero + read + 1, path_field.period)))
    return sorted(o for o in found if 0 <= o < period)


def _seeing(path_field: PathField) -> list[tuple[int, int]]:
    """Return the stretches of one period that see something, each with the unit behind it."""
    return [
        (start, end)
        for start, end, seen in zip(
            path_field.starts,
            (*path_field.starts[1:], path_field.period),
            path_field.intervals,
            strict=True,
        )
        if seen is not None
    ]


def _ends_of(path_field: PathField, reach: IndexMap, o: int) -> Interval | None:
    """Return what an output sees, if the first and the last tap tell that."""
    first, last = reach.first(o), reach.last(o)
    return None if first > last else path_field._ends(first, last)  # noqa: SLF001 - known to be orderly


def _all_of(path_field: PathField, reach: IndexMap, o: int) -> Interval | None:
    """Return what an output sees, whatever its taps see."""
    if reach.is_dense:
        first, last = reach.first(o), reach.last(o)
        return None if first > last else path_field._hull(first, last)  # noqa: SLF001
    taps = reach.taps(o)
    if len(taps) > 1:  # after a full turn all phases were met: the outermost taps tell the rest
        turn = path_field.period // gcd(path_field.period, taps[1] - taps[0])
        if len(taps) > 2 * turn:
            taps = (*taps[:turn], *taps[-turn:])
    if not STRETCHES.spend(len(taps)):
        raise TooFine
    return hull([path_field.at(i) for i in taps])


def hull(intervals: Sequence[Interval | None]) -> Interval | None:
    """Return the shortest interval that holds all the given ones.

    Examples
    --------
    >>> hull([(3, 5), None, (4, 9)]), hull([None])
    ((3, 9), None)
    """
    present = [i for i in intervals if i is not None]
    if not present:
        return None
    return min(i[0] for i in present), max(i[1] for i in present)


class PeriodicField(NamedTuple):
    """The receptive field of the units along one axis: those of all paths to them."""

    path_fields: tuple[PathField, ...]

    def at(self, unit: int) -> Interval | None:
        """Return the interval of input indices that a unit sees."""
        if len(self.path_fields) == 1:
            return self.path_fields[0].at(unit)
        return hull([s.at(unit) for s in self.path_fields])

    @property
    def local(self) -> PathField:
        """The widest path field that moves with the unit; if none moves, the widest there is."""
        if len(self.path_fields) == 1:
            return self.path_fields[0]
        moving = [s for s in self.path_fields if s.advance] or list(self.path_fields)
        return max(moving, key=lambda s: s.size)

    @property
    def sees_all(self) -> bool:
        """Whether some path leads through a layer that reads the whole map."""
        return any(s.advance == 0 for s in self.path_fields)


INPUT_FIELD = PeriodicField((START,))


def follow_field(field: PeriodicField, reach: Reach, extent: int) -> PeriodicField:
    """What do the outputs of a layer see, if its ``extent`` inputs see ``field``?

    Examples
    --------
    >>> from cnnanalyze.core.reach import EVERYWHERE
    >>> normed = follow_field(INPUT_FIELD, EVERYWHERE, 7)
    >>> normed.at(2), normed.local.size, normed.sees_all
    ((0, 6), 1, True)
    """
    if isinstance(reach, Everywhere):
        return join([field, follow_field(field, WHOLE, extent)])
    if isinstance(reach, Whole):
        return PeriodicField(
            (PathField(1, 0, (hull([s.over(0, extent - 1) for s in field.path_fields]),)),)
        )
    return PeriodicField(tuple(follow(s, reach) for s in field.path_fields))


def join(fields: list[PeriodicField]) -> PeriodicField:
    """Return the field of a unit that depends on units with each of these fields.

    Examples
    --------
    >>> wide, narrow = (PeriodicField((follow(START, Window(k, before=k // 2)),)) for k in (5, 3))
    >>> join([narrow, wide]).at(10)
    (8, 12)
    """
    first = fields[0]
    if all(f == first for f in fields[1:]):
        return first
    by_rate: dict[Fraction, PathField] = {}
    for path_field in (s for f in fields for s in f.path_fields):
        rate = path_field.rate
        by_rate[rate] = merge(by_rate[rate], path_field) if rate in by_rate else path_field
    return PeriodicField(tuple(by_rate[r] for r in sorted(by_rate)))


def merge(one: PathField, other: PathField) -> PathField:
    """Return the hull of two path fields of the same rate."""
    if one == other:
        return one
    period = lcm(one.period, other.period)
    count = sum(len(s.starts) * (period // s.period) for s in (one, other))
    if not STRETCHES.spend(min(count, period)):
        raise TooFine
    units: Iterable[int] = range(period)
    if count < period:
        units = sorted(
            {
                turn + start
                for s in (one, other)
                for start in s.starts
                for turn in range(0, period, s.period)
            }
        )
    return strand_of(
        period,
        one.advance * (period // one.period),
        ((o, hull([one.at(o), other.at(o)])) for o in units),
    )
