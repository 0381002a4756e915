"""Reaches: which input indices one output index reads, along one axis.

A convolution, a pool, a crop or an interpolation is described along each axis by an *index map*:
output index ``o`` reads the input indices ``taps(o)``. All maps here are periodic: moving the
output by ``period`` moves what it reads by ``advance``. That is all that the receptive field of a
whole network needs (:mod:`cnnanalyze.core.periodic_field`), and it is exact for strided, dilated,
transposed, padded, cropped and resized layers, where the triple of size, jump and start is not.

Indices run over all integers; what lies outside the map is padding. Which indices *inside* a map
of ``n`` an output reads is told by ``inside(o, n)``; only a padding that repeats the map
(``Continued``) reads others than its taps. ``Whole`` is the map of a layer that reads everything
(dense, global pooling), ``Everywhere`` that of one which reads its own place and, through a
statistic, everything (group normalisation).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Literal

from cnnanalyze.core.index_map import IndexMap

Border = Literal["reflect", "replicate", "circular"]
"""How a map goes on beyond its borders."""


@dataclass(frozen=True, slots=True)
class Window(IndexMap):
    """A window that slides: convolution, pooling; with kernel 1 also padding and cropping.

    Output ``o`` reads ``o·stride - before + dilation·j`` for ``j`` in ``0..kernel-1``.

    Examples
    --------
    >>> list(Window(3, stride=2, before=1).taps(5))
    [9, 10, 11]
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return 1

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return self.stride

    @property
    def is_dense(self) -> bool:
        """Whether an output reads every index from its first to its last tap."""
        return self.dilation == 1 or self.kernel == 1

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        return self.kernel

    def taps(self, o: int) -> Sequence[int]:
        """Return the input indices that output ``o`` reads, ascending."""
        start = o * self.stride - self.before
        return range(start, start + self._length, self.dilation)

    def first(self, o: int) -> int:
        """Return the first index that output ``o`` reads."""
        return o * self.stride - self.before

    def last(self, o: int) -> int:
        """Return the last index that output ``o`` reads."""
        return o * self.stride - self.before + self._length - 1

    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index."""
        return -((-i - self.before) // self.stride)

    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index."""
        return -((self._length - 1 - i - self.before) // self.stride)

    @property
    def _length(self) -> int:
        return self.dilation * (self.kernel - 1) + 1


POINT = Window(1)
"""The map of everything that works position by position."""


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


@dataclass(frozen=True, slots=True)
class Bins(IndexMap):
    """Adaptive pooling: ``inputs`` indices are shared out among ``outputs`` bins that may overlap.

    Bin ``o`` reads from ``⌊o·inputs/outputs⌋`` to ``⌈(o+1)·inputs/outputs⌉ - 1``.

    Examples
    --------
    >>> [list(Bins(5, 3).taps(o)) for o in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    inputs: int
    outputs: int

    @property
    def period(self) -> int:
        """The outputs after which the pattern repeats."""
        return self.outputs // gcd(self.inputs, self.outputs)

    @property
    def advance(self) -> int:
        """The inputs by which one period moves."""
        return self.inputs // gcd(self.inputs, self.outputs)

    @property
    def most_taps(self) -> int:
        """How many indices an output reads at most."""
        whole, rest = divmod(self.advance, self.period)
        return whole + (rest > 0) + (rest > 1)

    def first(self, o: int) -> int:
        """Return the first index that output ``o`` reads."""
        return o * self.inputs // self.outputs

    def last(self, o: int) -> int:
        """Return the last index that output ``o`` reads."""
        return -(-(o + 1) * self.inputs // self.outputs) - 1

    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index."""
        return -(-i * self.outputs // self.inputs)

    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index."""
        return i * self.outputs // self.inputs

    def taps(self, o: int) -> Sequence[int]:
        """Return the input indices of bin ``o``."""
        return range(o * self.inputs // self.outputs, -(-(o + 1) * self.inputs // self.outputs))


@dataclass(frozen=True, slots=True)
class Continued(Window):
    """A window over a map that goes on beyond its borders, with numbers of the map itself.

    In theory output ``o`` reads what a window with zeros around the map reads. An index that lies
    outside is mirrored at the border, which is not repeated (``reflect``), held on the border
    (``replicate``), or taken from the other end (``circular``).

    Examples
    --------
    >>> [Continued(1, before=2).inside(o, 3) for o in range(7)]
    [[2], [1], [0], [1], [2], [1], [0]]
    >>> [Continued(1, before=2, border="replicate").inside(o, 3) for o in range(7)]
    [[0], [0], [0], [1], [2], [2], [2]]
    >>> [Continued(3, before=1, border="circular").inside(o, 5) for o in range(5)]
    [[0, 1, 4], [0, 1, 2], [1, 2, 3], [2, 3, 4], [0, 3, 4]]
    """

    border: Border = "reflect"

    def inside(self, o: int, n: int) -> list[int]:
        """Return the indices that output ``o`` reads of ``n`` inputs, ascending."""
        taps = self.taps(o)
        within = IndexMap.inside(self, o, n)
        if len(within) == len(taps):
            return within
        return sorted({*within, *self._from_outside(taps, n)})

    def _from_outside(self, taps: Sequence[int], n: int) -> Iterator[int]:
        """Yield the indices that stand for those that lie outside."""
        if self.border == "replicate":
            yield from ([0] if taps[0] < 0 else []) + ([n - 1] if taps[-1] >= n else [])
            return
        turn = n if self.border == "circular" else max(2 * (n - 1), 1)  # there and back again
        # After a full turn everything was met.
        for i in {i % turn for i in (*taps[:turn], *taps[-turn:]) if not 0 <= i < n}:
            yield i if i < n else turn - i


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


class Whole:
    """The map of a layer that reads every index of its input: ``WHOLE`` is the only one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "WHOLE"


WHOLE = Whole()


class Past(Whole):
    """The map of a layer that goes along an axis: it reads its own index and all before it.

    In theory it is a layer that reads everything, as its last index does. ``PAST`` is the only one.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "PAST"


PAST = Past()


class Everywhere:
    """The map of a layer that reads its own place and, through a statistic, every other one.

    ``EVERYWHERE`` is the only one.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "EVERYWHERE"


EVERYWHERE = Everywhere()

Periodic = Window | Transposed | Sampled | Bins | Blocks | Gathered
Reach = Periodic | Whole | Everywhere
