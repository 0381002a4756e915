"""Strands: which stretch of the network's input a unit sees, for every unit of one axis at once.

A receptive field along one axis is a function from a unit's index to an interval of input indices.
Along one path through a network that function is periodic with an advance: ``period`` units
further on, the interval has moved by ``advance`` input indices. For a plain convolutional network
the period is 1 and the three numbers of the textbooks (size, stride, start) remain; an up-sampling
path has a longer period, since neighbouring units then differ in what they see; a unit behind a
dense layer or a global pool sees one constant interval (advance 0).

Where paths join, the field of a unit is the hull of what the paths see. Strands that advance at the
same rate merge into one; a gate behind a global pool (advance 0) stays beside the others.

The borders of the image play no part here: this is the *theoretical* field. What a unit sees inside
the image is computed by :func:`cnnanalyze.analysis.reach.trace`.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import NamedTuple

from cnnanalyze.core.reach import WHOLE, Everywhere, Periodic, Reach, Transposed, Whole, Window

Interval = tuple[int, int]
"""The first and the last index, both included."""


class Strand(NamedTuple):
    """What the units of one axis see along paths of one rate."""

    period: int
    advance: int
    intervals: tuple[Interval | None, ...]
    """For the units 0 to period - 1; between the taps of a transposed window one sees nothing."""

    def at(self, unit: int) -> Interval | None:
        """Return the interval that a unit sees, or nothing."""
        if self.period == 1:
            turns, seen = unit, self.intervals[0]
        else:
            turns, phase = divmod(unit, self.period)
            seen = self.intervals[phase]
        if seen is None:
            return None
        shift = turns * self.advance
        return seen[0] + shift, seen[1] + shift

    @property
    def rate(self) -> Fraction:
        """Input indices per unit: the effective stride."""
        return Fraction(self.advance, self.period)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The lengths of the intervals over one period, of those that are not empty."""
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
        middles = [
            Fraction(a + b, 2) - self.rate * phase
            for phase, seen in enumerate(self.intervals)
            if seen is not None
            for a, b in (seen,)
        ]
        return sum(middles, Fraction(0)) / len(middles) if middles else Fraction(0)


START = Strand(1, 1, ((0, 0),))
"""The input itself: unit i sees index i."""


def follow(strand: Strand, reach: Periodic) -> Strand:
    """What do the outputs of a layer see, if its inputs see ``strand``?

    Examples
    --------
    >>> conv = follow(START, Window(7, stride=2, before=3))
    >>> conv.size, conv.rate, conv.at(0)
    (7, Fraction(2, 1), (-3, 3))
    >>> follow(conv, Window(3, stride=2, before=1)).at(0)
    (-5, 5)
    """
    if strand.period == 1 and type(reach) is Window:
        seen = strand.intervals[0]
        if seen is None:
            return strand
        first = -reach.before * strand.advance
        last = (reach.dilation * (reach.kernel - 1) - reach.before) * strand.advance
        return Strand(1, reach.stride * strand.advance, ((seen[0] + first, seen[1] + last),))
    if strand.advance == 0 and strand.period == 1 and not isinstance(reach, Transposed):
        return strand
    turns = lcm(strand.period, reach.advance) // reach.advance if reach.advance else 1
    period = reach.period * turns
    advance = strand.advance * (reach.advance * turns // strand.period)
    return Strand(
        period,
        advance,
        tuple(hull([strand.at(i) for i in reach.taps(o)]) for o in range(period)),
    )


def hull(intervals: list[Interval | None]) -> Interval | None:
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


class Field(NamedTuple):
    """The receptive field of the units along one axis: the strands of all paths that reach them."""

    strands: tuple[Strand, ...]

    def at(self, unit: int) -> Interval | None:
        """Return the interval of input indices that a unit sees."""
        if len(self.strands) == 1:
            return self.strands[0].at(unit)
        return hull([s.at(unit) for s in self.strands])

    @property
    def local(self) -> Strand:
        """The widest strand that moves with the unit; if none moves, the widest there is."""
        if len(self.strands) == 1:
            return self.strands[0]
        moving = [s for s in self.strands if s.advance] or list(self.strands)
        return max(moving, key=lambda s: s.size)

    @property
    def sees_all(self) -> bool:
        """Whether some path leads through a layer that reads the whole map."""
        return any(s.advance == 0 for s in self.strands)


INPUT_FIELD = Field((START,))


def follow_field(field: Field, reach: Reach, extent: int) -> Field:
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
        seen = hull([field.at(0), field.at(extent - 1)])
        if any(s.period > 1 for s in field.strands):
            longest = max(s.period for s in field.strands)
            ends = {*range(min(longest, extent)), *range(max(0, extent - longest), extent)}
            seen = hull([field.at(i) for i in ends])
        return Field((Strand(1, 0, (seen,)),))
    return Field(tuple(follow(s, reach) for s in field.strands))


def join(fields: list[Field]) -> Field:
    """Return the field of a unit that depends on units with each of these fields.

    Examples
    --------
    >>> wide, narrow = (Field((follow(START, Window(k, before=k // 2)),)) for k in (5, 3))
    >>> join([narrow, wide]).at(10)
    (8, 12)
    """
    first = fields[0]
    if all(f == first for f in fields[1:]):
        return first
    by_rate: dict[Fraction, Strand] = {}
    for strand in (s for f in fields for s in f.strands):
        rate = strand.rate
        by_rate[rate] = merge(by_rate[rate], strand) if rate in by_rate else strand
    return Field(tuple(by_rate[r] for r in sorted(by_rate)))


def merge(one: Strand, other: Strand) -> Strand:
    """Return the hull of two strands of the same rate."""
    if one == other:
        return one
    period = lcm(one.period, other.period)
    return Strand(
        period,
        one.advance * (period // one.period),
        tuple(hull([one.at(o), other.at(o)]) for o in range(period)),
    )
