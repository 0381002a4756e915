"""Taps: how often every tap of a kernel reads the map, and how often only padding."""

from __future__ import annotations

from functools import cache

from cnnanalyze.layers.base import Fit


@cache
def readings(fit: Fit, kernel: int, stride: int, dilation: int, n: int) -> tuple[int, ...]:
    """Return, for every tap along one axis, how many outputs read the map by it.

    Examples
    --------
    >>> readings(Fit(output=4, before=1, after=1, exact=True, unread=0), 3, 1, 1, 4)
    (3, 4, 3)
    """
    found = []
    for tap in range(kernel):
        offset = tap * dilation - fit.before  # of output o it reads o * stride + offset
        first = max(0, -(offset // stride))
        last = min(fit.output - 1, (n - 1 - offset) // stride)
        found.append(max(0, last - first + 1))
    return tuple(found)
