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

Reach = IndexMap | Whole | Everywhere
