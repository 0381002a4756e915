"""Work: what may still be done before a bound is met.

A short spec can ask for work without end. Each kind of it is counted where it is done, and all of
one reading or of one analysis draws on one limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class WorkLimit:
    """How many pieces of work of one kind may be done.

    Examples
    --------
    >>> limit = WorkLimit("stretches", 10)
    >>> with limit.counted():
    ...     limit.spend(7), limit.spend(3), limit.spend(1)
    (True, True, False)
    >>> limit.spend(7), limit.spend(11)  # nothing is counted together here
    (True, False)
    """

    def __init__(self, name: str, most: int) -> None:
        self.most = most
        self._left: ContextVar[list[int] | None] = ContextVar(name, default=None)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count everything in the block together."""
        token = self._left.set([self.most])
        try:
            yield
        finally:
            self._left.reset(token)

    @property
    def left(self) -> int:
        """How much may still be done."""
        left = self._left.get()
        return self.most if left is None else left[0]

    def spend(self, count: int) -> bool:
        """Count some work; return whether the bound is kept."""
        left = self._left.get()
        if left is None:
            return count <= self.most
        left[0] -= count
        return left[0] >= 0
