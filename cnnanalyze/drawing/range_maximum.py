"""Range maximum: the largest number in a range of a sequence, in logarithmic time."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = float("-inf")


class RangeMaximum:
    """A segment tree of maxima over a sequence; a query takes as many steps as the tree is high."""

    def __init__(self, values: Sequence[float]) -> None:
        self._size = size = 1 << len(values).bit_length()
        self._tree = [NOTHING] * size + list(values) + [NOTHING] * (size - len(values))
        for at in range(size - 1, 0, -1):
            self._tree[at] = max(self._tree[2 * at], self._tree[2 * at + 1])

    def within(self, start: int, end: int) -> float:
        """Return the largest number from a start to before an end.

        Examples
        --------
        >>> maxima = RangeMaximum([3, 9, 4, 1])
        >>> maxima.within(0, 4), maxima.within(2, 4), maxima.within(2, 2)
        (9, 4, -inf)
        """
        most = NOTHING
        low, high = start + self._size, end + self._size
        while low < high:
            if low & 1:
                most = max(most, self._tree[low])
                low += 1
            if high & 1:
                high -= 1
                most = max(most, self._tree[high])
            low >>= 1
            high >>= 1
        return most

    def last_above(self, limit: float, end: int) -> int:
        """Return the last index before an end whose number is larger than a limit, or -1.

        Examples
        --------
        >>> maxima = RangeMaximum([3, 9, 4, 1])
        >>> maxima.last_above(3, 4), maxima.last_above(3, 2), maxima.last_above(9, 4)
        (2, 1, -1)
        """
        tree, at = self._tree, end + self._size
        while at > 1:
            # The left sibling of a right child lies before the end and was not searched yet.
            if at & 1 and tree[at - 1] > limit:
                at -= 1
                while at < self._size:
                    at = 2 * at + 1 if tree[2 * at + 1] > limit else 2 * at
                return at - self._size
            at >>= 1
        return -1
