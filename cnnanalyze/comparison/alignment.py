"""Alignment: which layer of one network is which layer of another?

Both are sequences in the order of execution, and a pairing keeps that order. It is the cheapest
one: a layer that has no partner costs most, a pair that differs costs something, a pair that is
equal costs nothing, and among equals those of the same path are preferred. A layer that somebody
inserted is therefore one layer without a partner, though it shifts the names of its neighbours; a
block that got another name is the same block; and layers that were all made wider keep the partners
that their paths give them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

Pairing = list[tuple[int, int]]
"""Positions in the one and in the other, both rising."""


class Look(NamedTuple):
    """What the alignment sees of a layer; equal things have equal numbers."""

    path: str
    name: str
    """The last component of the path."""
    kind: int
    output: int
    frame: int
    """The path's length, its first component and its last; 0 for a path of one component."""
    whole: int
    """Kind, attributes and all shapes together."""


ALONE = 4
"""The price of a layer without a partner."""
CHANGED = 4
"""The price of a pair of one path and one kind that differs."""
REPLACED = 6
"""The price of a pair of one path whose kinds differ."""
MOVED = 5
"""The price of a pair with other paths that shares its kind, and its output or its frame."""
NARROW, WIDE = 16, 128
"""How far a pairing is followed away from the diagonal, at first and at most."""
MOST_PAIRS = 700_000
"""Pairs that are weighed between two layers that are known partners; of more, only those near the
straight line are."""


def align(one: Sequence[Look], other: Sequence[Look]) -> Pairing:
    """Which are the pairs of the cheapest pairing?

    Examples
    --------
    >>> def look(path, whole):
    ...     return Look(path, path, 0, whole, 0, whole)
    >>> align([look("a1", 7), look("a2", 8)], [look("a1", 5), look("a2", 7), look("a3", 8)])
    [(0, 1), (1, 2)]
    """
    # What gives the same pairs both ways round has to be computed the same way round.
    if (len(other), other) < (len(one), one):
        return [(i, j) for j, i in align(other, one)]
    start = 0
    while start < len(one) and _same(one[start], other[start]):
        start += 1
    end = 0
    while end < len(one) - start and _same(one[-1 - end], other[-1 - end]):
        end += 1
    between = _between(one[start : len(one) - end], other[start : len(other) - end])
    return [
        *((i, i) for i in range(start)),
        *((start + i, start + j) for i, j in between),
        *((len(one) - n, len(other) - n) for n in range(end, 0, -1)),
    ]


def _same(one: Look, other: Look) -> bool:
    return one.whole == other.whole and one.path == other.path


def _between(one: Sequence[Look], other: Sequence[Look]) -> Pairing:
    """Return the cheapest pairing; of long sequences, between pairs that nobody would doubt.

    These are layers of one path that differ in nothing, or at least are of one kind.
    """
    if _pairs(one, other, NARROW) <= MOST_PAIRS:
        return _cheapest(one, other)
    fixed = _anchors(one, other, lambda look: (look.path, look.whole))
    fixed = fixed or _anchors(one, other, lambda look: (look.path, look.kind))
    found: Pairing = []
    i = j = 0
    for k, m in [*fixed, (len(one), len(other))]:
        found += ((i + a, j + b) for a, b in _stretch(one[i:k], other[j:m]))
        if k < len(one):
            found.append((k, m))
        i, j = k + 1, m + 1
    return found


def _stretch(one: Sequence[Look], other: Sequence[Look]) -> Pairing:
    """Return the cheapest pairing, or along the straight line if there are too many to weigh."""
    if len(other) < len(one):
        return [(i, j) for j, i in _stretch(other, one)]
    if _pairs(one, other, NARROW) <= MOST_PAIRS:
        return _cheapest(one, other)
    n, m = len(one), len(other)
    width = max(2, (MOST_PAIRS // n - m // n) // 2)
    rows = [(max(0, i * m // n - width), min(m, (i + 1) * m // n + width)) for i in range(n + 1)]
    return _within(one, other, rows)[1]


def _pairs(one: Sequence[Look], other: Sequence[Look], width: int) -> int:
    """Return how many pairs are weighed in a band around the diagonal."""
    return len(one) * (abs(len(other) - len(one)) + 2 * width + 1)


def _anchors(one: Sequence[Look], other: Sequence[Look], key: Callable[[Look], object]) -> Pairing:
    """Return the longest rising sequence of pairs of one key, which is the only one on its side.

    Examples
    --------
    >>> def look(path):
    ...     return Look(path, path, 0, 0, 0, 0)
    >>> _anchors([*map(look, "abcd")], [*map(look, "bxcad")], lambda look: look.path)
    [(1, 0), (2, 2), (3, 4)]
    """
    counts, others = Counter(map(key, one)), Counter(map(key, other))
    places = {key(look): j for j, look in enumerate(other)}
    pairs = [
        (i, places[k]) for i, k in enumerate(map(key, one)) if counts[k] == 1 and others.get(k) == 1
    ]
    ends: list[int] = []
    """For each length the pair that ends the sequence with the smallest end."""
    tails: list[int] = []
    before = [-1] * len(pairs)
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        before[at] = ends[length - 1] if length else -1
        ends[length : length + 1] = [at]
        tails[length : length + 1] = [j]
    found: Pairing = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _cheapest(one: Sequence[Look], other: Sequence[Look]) -> Pairing:
    """Look along the diagonal, and further away from it while that could be cheaper.

    The one is not longer than the other.
    """
    if not one or not other:
        return []
    width = NARROW
    n, m = len(one), len(other)
    while True:
        rows = [(max(0, i - width), min(m, i + m - n + width)) for i in range(n + 1)]
        price, pairs = _within(one, other, rows)
        # Whoever leaves the band is alone at least so often, there and back.
        proven = price <= ALONE * (m - n + 2 * width)
        width *= 2
        if proven or width > WIDE or _pairs(one, other, width) > MOST_PAIRS:
            return pairs


def _within(
    one: Sequence[Look], other: Sequence[Look], rows: Sequence[tuple[int, int]]
) -> tuple[int, Pairing]:
    """Return the price of the cheapest pairing in a band, and its pairs.

    For each number of layers of the one, ``rows`` gives the fewest and the most of the other that
    come before; neither falls, and each row begins where the one before it reaches.
    """
    n, m = len(one), len(other)
    # A name that changed weighs less than anything else, even if all of them did.
    scale = 2 * min(n, m) + 1
    alone = ALONE * scale
    nowhere = 2 * alone * (n + m)
    above, offset = [j * alone for j in range(rows[0][1] + 1)], 0
    steps: list[tuple[int, bytearray]] = []
    for i in range(1, n + 1):
        here = one[i - 1]
        first, last = rows[i]
        reach = offset + len(above) - 1
        row, taken = [], bytearray(last - first + 1)
        left = nowhere
        for j in range(first, last + 1):
            best, step = left + alone, _OTHER_ALONE
            if j <= reach and (up := above[j - offset] + alone) <= best:
                best, step = up, _ONE_ALONE
            if (
                offset < j <= reach + 1
                and (pair := above[j - 1 - offset] + _price(here, other[j - 1], scale)) <= best
            ):
                best, step = pair, _PAIR
            taken[j - first] = step
            row.append(best)
            left = best
        steps.append((first, taken))
        above, offset = row, first
    return above[-1] // scale, _trace(steps, m)


_PAIR, _ONE_ALONE, _OTHER_ALONE = range(3)


def _price(one: Look, other: Look, scale: int) -> int:
    """Return the price of a pair: in multiples of the scale, and what a changed name adds."""
    if one.path == other.path:
        if one.whole == other.whole:
            return 0
        return scale * (CHANGED if one.kind == other.kind else REPLACED)
    renamed = 1 if one.name == other.name else 2
    if one.whole == other.whole:
        return renamed
    if one.kind == other.kind and (one.output == other.output or one.frame == other.frame != 0):
        return scale * MOVED + renamed
    return scale * (2 * ALONE + 1)  # dearer than both alone


def _trace(steps: list[tuple[int, bytearray]], j: int) -> Pairing:
    """Go back the way that the prices came."""
    pairs: Pairing = []
    i = len(steps)
    while i and j:
        first, taken = steps[i - 1]
        step = taken[j - first]
        if step == _PAIR:
            pairs.append((i - 1, j - 1))
        i -= step != _OTHER_ALONE
        j -= step != _ONE_ALONE
    return pairs[::-1]
