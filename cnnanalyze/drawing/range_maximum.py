"""Peaks: the largest number in a stretch of a sequence, without a look at each of them."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = float("-inf")


class Peaks:
    """A tree of maxima over a sequence; each question takes a number of steps like its height."""

    def __init__(self, values: Sequence[float]) -> None:
        self._size = size = 1 << len(values).bit_length()
        self._tree = [NOTHING] * size + list(values) + [NOTHING] * (size - len(values))
        for at in range(size - 1, 0, -1):
            self._tree[at] = max(self._tree[2 * at], self._tree[2 * at + 1])

    def within(self, start: int, end: int) -> float:
        """Return the largest number from a start on, up to before an end.

        Examples
        --------
        >>> peaks = Peaks([3, 9, 4, 1])
        >>> peaks.within(0, 4), peaks.within(2, 4), peaks.within(2, 2)
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
        """Return the last place before an end whose number is larger than a limit; -1 if none is.

        Examples
        --------
        >>> peaks = Peaks([3, 9, 4, 1])
        >>> peaks.last_above(3, 4), peaks.last_above(3, 2), peaks.last_above(9, 4)
        (2, 1, -1)
        """
        tree, at = self._tree, end + self._size
        while at > 1:
            # What is left of a right child lies before the end, and nothing of it was seen yet.
            if at & 1 and tree[at - 1] > limit:
                at -= 1
                while at < self._size:
                    at = 2 * at + 1 if tree[2 * at + 1] > limit else 2 * at
                return at - self._size
            at >>= 1
        return -1
