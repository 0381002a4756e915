"""Index maps between maps of other extents: transposed windows, interpolation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from cnnanalyze.core.index_map import IndexMap


@dataclass(frozen=True, slots=True)
class Transposed(IndexMap):
    """A transposed window: input ``i`` writes to outputs ``i·stride - before + dilation·j``.

    Examples
    --------
    >>> [list(Transposed(3, stride=2).taps(o)) for o in range(4)]
    [[-1, 0], [0], [0, 1], [1]]
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return self.stride

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return 1

    @property
    def is_sliding(self) -> bool:
        """Whether the first and the last tap never go back from one output to the next."""
        return self.dilation == 1 or self.kernel == 1

    @property
    def is_dense(self) -> bool:
        """Whether an output reads every index from its first to its last tap."""
        return self.dilation == 1 or self.kernel == 1

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        return -(-self.kernel // (self.stride // gcd(self.stride, self.dilation)))

    def taps(self, o: int) -> Sequence[int]:
        """Return the input indices that write to output ``o``, ascending."""
        shared = gcd(self.stride, self.dilation)
        turn, rest = divmod(o + self.before, shared)
        if rest:
            return range(0)
        # Every so many elements of the kernel fall upon an input; j is the first that does.
        every, apart = self.stride // shared, self.dilation // shared
        j = turn * pow(apart, -1, every) % every
        if j >= self.kernel:
            return range(0)
        last = (o + self.before - self.dilation * j) // self.stride
        first = last - apart * ((self.kernel - 1 - j) // every)
        return range(first, last + 1, apart)

    def first(self, o: int) -> int:
        """Return the first index that writes to output ``o``; behind the last one if none does."""
        if self.is_dense:
            return -((self.kernel - 1 - o - self.before) // self.stride)
        taps = self.taps(o)
        return taps[0] if taps else 1

    def last(self, o: int) -> int:
        """Return the last index that writes to output ``o``."""
        if self.is_dense:
            return (o + self.before) // self.stride
        taps = self.taps(o)
        return taps[-1] if taps else 0

    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index."""
        return (i - 1) * self.stride - self.before + self.kernel

    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index."""
        return i * self.stride - self.before

    @property
    def has_gaps(self) -> bool:
        """Whether some outputs read nothing at all."""
        shared = gcd(self.stride, self.dilation)
        return shared > 1 or self.kernel < self.stride


@dataclass(frozen=True, slots=True)
class Sampled(IndexMap):
    """An interpolation: output ``o`` reads around position ``(o·step + offset) / unit``.

    With one neighbour it reads the position rounded down; with two or four as many indices around
    the position, half of them on each side, or the position alone where it falls on an index.

    Examples
    --------
    >>> [list(Sampled(step=1, unit=2).taps(o)) for o in range(3)]  # nearest, twice as large
    [[0], [0], [1]]
    >>> list(Sampled(step=1, unit=2, neighbours=4).taps(5))  # bicubic, around 2 1/2
    [1, 2, 3, 4]
    """

    step: int
    unit: int
    offset: int = 0
    neighbours: int = 1

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return self.unit // gcd(self.step, self.unit)

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return self.step // gcd(self.step, self.unit)

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        return self.neighbours if self.period > 1 or self.offset % self.unit else 1

    def first(self, o: int) -> int:
        """Return the first index that output ``o`` reads."""
        low, rest = divmod(o * self.step + self.offset, self.unit)
        return low - (self._before if rest else 0)

    def last(self, o: int) -> int:
        """Return the last index that output ``o`` reads."""
        low, rest = divmod(o * self.step + self.offset, self.unit)
        return low + (self.neighbours // 2 if rest else 0)

    @property
    def is_sliding(self) -> bool:
        """Whether the first and the last tap never go back, but go on for ever.

        Behind a position that falls on an index, four neighbours begin one index before it.
        """
        return self.step > 0 and (self._before == 0 or self.period == 1)

    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index."""
        return -((self.offset - (i + self._always_before) * self.unit) // self.step)

    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index."""
        if self.neighbours == 1:
            return self.first_from(i)
        behind = 1 + self._always_before
        return ((i - behind) * self.unit - self.offset) // self.step + 1

    @property
    def _before(self) -> int:
        """How many indices before the one that the position is rounded down to are read."""
        return max(self.neighbours // 2 - 1, 0)

    @property
    def _always_before(self) -> int:
        """The same, if the taps slide: then all positions fall on an index, or none does."""
        return self._before if self.offset % self.unit else 0

    def taps(self, o: int) -> Sequence[int]:
        """Return the input indices that output ``o`` is interpolated from."""
        return range(self.first(o), self.last(o) + 1)
