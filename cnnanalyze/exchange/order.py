"""Orders: what waits for what, as a row in which each comes behind all that it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush


def in_order(waits: Sequence[set[int]]) -> list[int]:
    """Return places in an order in which each comes behind those that it waits for.

    The order of the places is kept as far as it is one. What waits for itself is left out.

    Examples
    --------
    >>> in_order([{2}, set(), set(), {0}])
    [1, 2, 0, 3]
    >>> in_order([{1}, {0}, set()])
    [2]
    """
    if all(max(wanted, default=-1) < place for place, wanted in enumerate(waits)):
        return list(range(len(waits)))
    readers: list[list[int]] = [[] for _ in waits]
    for place, wanted in enumerate(waits):
        for before in wanted:
            readers[before].append(place)
    left = [len(wanted) for wanted in waits]
    ready = [place for place, count in enumerate(left) if not count]
    heapify(ready)
    found = []
    while ready:
        found.append(place := heappop(ready))
        for after in readers[place]:
            left[after] -= 1
            if not left[after]:
                heappush(ready, after)
    return found


def circle_of(waits: Sequence[set[int]], found: Sequence[int]) -> list[int]:
    """Return places that wait for one another, the first at the end again.

    Parameters
    ----------
    waits
        For each place, those that it waits for.
    found
        What has an order.

    Examples
    --------
    >>> circle_of([{1}, {0}, set()], [2])
    [0, 1, 0]
    """
    rest = set(range(len(waits))) - set(found)
    way = [min(rest)]
    while (before := min(waits[way[-1]] & rest)) not in way:
        way.append(before)
    return [*way[way.index(before) :], before][::-1]
