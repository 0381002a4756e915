"""Adaptive bins: index maps that deal the positions of an axis out to a given number of outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from cnnanalyze.core.index_map import IndexMap


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
