"""Index maps of parts and of chosen places: blocks side by side, gathered positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnanalyze.core.index_map import IndexMap


@dataclass(frozen=True, slots=True)
class Blocks(IndexMap):
    """Blocks side by side: an output reads all of the block in which it lies itself.

    Blocks have ``size`` indices; one of them begins at ``offset``. If only the first ``count`` of
    them are read, as where unpooling leaves a remainder, an output behind them reads nothing.

    Examples
    --------
    >>> [list(Blocks(3, 1).taps(o)) for o in range(5)]
    [[-2, -1, 0], [1, 2, 3], [1, 2, 3], [1, 2, 3], [4, 5, 6]]
    """

    size: int
    offset: int = 0
    count: int = 0
    """How many blocks are read; nothing if all are."""

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return self.size

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return self.size

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        return self.size

    def first(self, o: int) -> int:
        """Return the first index that output ``o`` reads."""
        return o - (o - self.offset) % self.size

    def last(self, o: int) -> int:
        """Return the last index that output ``o`` reads."""
        return self.first(o) + self.size - 1

    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index."""
        return i + (self.offset - i) % self.size

    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index."""
        return self.first(i)

    def taps(self, o: int) -> Sequence[int]:
        """Return the indices of the block of output ``o``."""
        start = self.first(o)
        return range(start, start + self.size)

    def inside(self, o: int, n: int) -> list[int]:
        """Return the same, if the block is one of those that are read."""
        if self.count and o >= self.offset + self.count * self.size:
            return []
        return IndexMap.inside(self, o, n)


@dataclass(frozen=True, slots=True)
class Gathered(IndexMap):
    """Chosen places: output ``o`` reads ``positions[o]`` of ``extent`` indices.

    In theory the choice goes on behind the map as it was in it, so that it is periodic.

    Examples
    --------
    >>> [list(Gathered((3, 0), 5).taps(o)) for o in range(3)]
    [[3], [0], [8]]
    """

    positions: tuple[int, ...] | range
    extent: int

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return len(self.positions)

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return self.extent

    @property
    def is_sliding(self) -> bool:
        """Whether the tap never goes back from one output to the next, but goes on for ever."""
        return False

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        return 1

    def first(self, o: int) -> int:
        """Return the one index that output ``o`` reads."""
        turns, place = divmod(o, len(self.positions))
        return turns * self.extent + self.positions[place]

    def last(self, o: int) -> int:
        """Return the one index that output ``o`` reads."""
        return self.first(o)

    def first_from(self, i: int) -> int:
        """Return the first output that reads ``i`` or a later index."""
        return next(o for o in range(*self._around(i)) if self.first(o) >= i)

    def last_from(self, i: int) -> int:
        """Return the first output that reads ``i`` or a later index."""
        return self.first_from(i)

    def _around(self, i: int) -> tuple[int, int]:
        """Return outputs among which is the first that reads ``i`` or a later index."""
        turn = i // self.extent
        return turn * self.period, (turn + 2) * self.period

    def taps(self, o: int) -> Sequence[int]:
        """Return the one index that output ``o`` reads."""
        return (self.first(o),)
