"""Chunks: how much of an array is worked on at a time."""

from __future__ import annotations


def rows_within(limit: int, row: int) -> int:
    """Return how many rows of so many numbers stay within a limit; one is the least.

    This bounds memory and speed, and changes no result: extents of outputs are not computed here.

    Examples
    --------
    >>> rows_within(20, 7), rows_within(20, 20), rows_within(20, 23), rows_within(20, 0)
    (2, 1, 1, 20)
    """
    return max(1, limit // max(1, row))
