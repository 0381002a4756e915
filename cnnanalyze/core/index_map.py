"""Index maps: what the maps of all layers along one axis share, whatever an output reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class IndexMap(ABC):
    """What all periodic maps share: what an output reads of a map that ends somewhere."""

    __slots__ = ()

    @property
    def is_sliding(self) -> bool:
        """Whether the first and the last tap never go back from one output to the next."""
        return True

    @property
    def is_dense(self) -> bool:
        """Whether an output reads every index from its first to its last tap."""
        return True

    @property
    @abstractmethod
    def period(self) -> int:
        """The outputs after which the pattern repeats."""

    @property
    @abstractmethod
    def advance(self) -> int:
        """The inputs by which one period moves."""

    @property
    @abstractmethod
    def most_taps(self) -> int:
        """How many indices an output reads at most."""

    @abstractmethod
    def taps(self, o: int) -> Sequence[int]:
        """Return the input indices that output ``o`` reads, ascending."""

    @abstractmethod
    def first(self, o: int) -> int:
        """Return the first index that output ``o`` reads; behind the last one if it reads none."""

    @abstractmethod
    def last(self, o: int) -> int:
        """Return the last index that output ``o`` reads."""

    @abstractmethod
    def first_from(self, i: int) -> int:
        """Return the first output whose first tap is ``i`` or a later index, if taps slide."""

    @abstractmethod
    def last_from(self, i: int) -> int:
        """Return the first output whose last tap is ``i`` or a later index, if taps slide."""

    @property
    def has_gaps(self) -> bool:
        """Whether some outputs read nothing at all."""
        return False

    def inside(self, o: int, n: int) -> list[int]:
        """Return the indices that output ``o`` really reads of ``n`` inputs, ascending.

        Examples
        --------
        >>> from cnnanalyze.core.reach import Window
        >>> Window(3, before=1).inside(0, 5), Window(3, before=1).inside(4, 5)
        ([0, 1], [3, 4])
        """
        taps = self.taps(o)
        if isinstance(taps, range):  # of a window that is far larger than the map little is left
            skipped = -(-max(0, -taps.start) // taps.step)
            left = -(-max(0, n - taps.start) // taps.step)
            return list(taps[skipped : max(skipped, left)])
        return [i for i in taps if 0 <= i < n]
