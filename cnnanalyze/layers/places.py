"""Places along an axis: as a list, in which what lies evenly apart is written as a range.

``0..48`` are the places from 0 up to the one before 48, ``0..48/2`` every second of them, and
``0..12/6 + 0..3`` each of the first with each of the second added: 0, 1, 2, 6, 7, 8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod

MOST_PLACES = 1_000_000
"""The places that ranges may stand for together."""
_LEAST = 3
"""The places that a range is written for; fewer are shorter as they are."""
_RANGE = re.compile(r"(\d{1,13})\.\.(\d{1,13})(?:/(\d{1,13}))?")


def range_of(text: str) -> tuple[range, ...] | None:
    """Return the ranges of a text, whose places are added; nothing if it is none.

    Examples
    --------
    >>> range_of("0..12/6 + 0..3")
    (range(0, 12, 6), range(0, 3))
    >>> range_of("3..3") is None, range_of("a..b") is None
    (True, True)
    """
    found = []
    for part in text.split("+"):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            return None
        start, stop, step = (int(word or 1) for word in match.groups())
        if start >= stop or not step:
            return None
        found.append(range(start, stop, step))
    return tuple(found)


def count_of(ranges: Sequence[range]) -> int:
    """Return how many places ranges stand for."""
    return prod(map(len, ranges))


def places_of(ranges: Sequence[range]) -> tuple[int, ...]:
    """Return the places that ranges stand for.

    Examples
    --------
    >>> places_of((range(0, 12, 6), range(0, 3)))
    (0, 1, 2, 6, 7, 8)
    """
    found: tuple[int, ...] = (0,)
    for one in ranges:
        found = tuple(first + second for first in found for second in one)
    return found


def shortened(places: Sequence[int]) -> str | tuple[int | str, ...]:
    """Return places as they are written: ranges where they lie evenly apart.

    Examples
    --------
    >>> shortened((0, 1, 2, 6, 7, 8)), shortened((0, 2)), shortened((24, 25, 26, 0, 1, 2))
    ('0..12/6 + 0..3', (0, 2), ('24..27', '0..3'))
    """
    if len(places) < _LEAST:
        return tuple(places)
    if (ranges := _ranges(places)) is not None:
        return " + ".join(map(_text, ranges))
    found: list[int | str] = []
    first = 0
    while first < len(places):
        run = _run(places, first)
        one = places[first : first + run]
        if run < _LEAST:
            found.append(one[0])
            first += 1
        else:
            found.append(_text(range(one[0], one[-1] + 1, one[1] - one[0])))
            first += run
    return tuple(found)


def _run(places: Sequence[int], first: int) -> int:
    """Return how many places from one on lie evenly apart, forwards."""
    last = first + 1
    if last >= len(places) or places[first] < 0 or places[last] <= places[first]:
        return 1
    step = places[last] - places[first]
    while last + 1 < len(places) and places[last + 1] - places[last] == step:
        last += 1
    return last + 1 - first


def _ranges(places: Sequence[int]) -> tuple[range, ...] | None:
    """Return the ranges whose sums are all places in their order; nothing if there are none."""
    run = _run(places, 0)
    if run == 1 or len(places) % run:
        return None
    step = places[1] - places[0]
    inner = range(0, (run - 1) * step + 1, step)
    starts = places[::run]
    if len(starts) == 1:
        return (range(places[0], places[-1] + 1, step),)
    if any(
        places[k * run + n] != start + inner[n]
        for k, start in enumerate(starts)
        for n in range(run)
    ):
        return None
    outer = _ranges(starts)
    return None if outer is None else (*outer, inner)


def _text(places: range) -> str:
    """Return a range with an end that is a multiple of its step from its beginning."""
    stop = places.start + len(places) * places.step
    step = f"/{places.step}" if places.step > 1 else ""
    return f"{places.start}..{stop}{step}"
