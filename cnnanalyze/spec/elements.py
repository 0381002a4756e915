"""Elements: how many elements of lists the expressions of one reading go through.

A short expression can make a list of lists of lists. That takes no time and no memory, since the
inner lists are one and the same, but whoever goes through it, to compare or to print it, never
ends. So every list is weighed where it is used, inner lists as often as they stand there, and one
reading of a spec may spend only so many elements in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_ELEMENTS = 2_000_000
"""How many elements of lists the expressions of a spec may make and go through in all."""
DEEPEST = 100
"""How deep lists may be nested in each other."""


class _Purse:
    """What may still be spent."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS


_PURSE: ContextVar[_Purse | None] = ContextVar("purse", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """Count everything in the block together: one reading of a spec."""
    token = _PURSE.set(_Purse())
    try:
        yield
    finally:
        _PURSE.reset(token)


def spend(count: int) -> bool:
    """Count elements; return whether the bound is kept.

    Examples
    --------
    >>> with counted():
    ...     print(spend(MOST_ELEMENTS), spend(1))
    True False
    """
    purse = _PURSE.get()
    if purse is None:
        return count <= MOST_ELEMENTS
    purse.left -= count
    return purse.left >= 0


def weigh(value: object) -> bool:
    """Count the elements of a list, with those of the lists in it; return whether bounds are kept.

    Examples
    --------
    >>> inner = [5] * 1_000
    >>> weigh([inner] * 1_000), weigh([[inner] * 1_000] * 1_000), weigh(5)
    (True, False, True)
    """
    if not isinstance(value, list):
        return True
    purse = _PURSE.get() or _Purse()
    purse.left -= len(value)
    open_lists = [iter(value)]
    while open_lists and purse.left >= 0:
        for item in open_lists[-1]:
            if isinstance(item, list):
                purse.left -= len(item)
                open_lists.append(iter(item))
                break
        else:
            open_lists.pop()
        if len(open_lists) > DEEPEST:
            return False
    return purse.left >= 0
