"""What was worked out last, so that it need not be worked out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")

MOST = 1_000


class Recent(Generic[V]):
    """Values by what they were worked out from; of more than ``most`` the oldest are given up.

    Examples
    --------
    >>> squares = Recent[int](most=2)
    >>> [squares.get(n, lambda n=n: print("asked", n) or n * n) for n in (3, 3, 5, 7, 3)]
    asked 3
    asked 5
    asked 7
    asked 3
    [9, 9, 25, 49, 9]
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[object, V] = {}

    def get(self, key: object, make: Callable[[], V]) -> V:
        """Return the value of a key; if it is not known (any more), work it out."""
        known = self._known
        if key not in known:
            if len(known) >= self._most:
                del known[next(iter(known))]
            known[key] = make()
        return known[key]
