"""Rails: connections beside a column, each at a place of its own or bundled with its like."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

RAIL = 10.0
"""Between a box and a rail, and between rails."""
CROWD = 12
"""More rails than this beside each other are bundled: nobody could follow them."""


@dataclass
class Rail:
    """A connection beside the column, from one height down to another."""

    a: int
    source: str
    b: int
    start: float = 0.0
    end: float = 0.0
    least: float = 0.0
    """How far right it must be at least."""
    x: float = 0.0


def place_rails(rails: Sequence[Rail]) -> bool:
    """Give every rail a place beside all that it passes, the short ones inside.

    Return whether that can be: nothing is placed if too many would be beside each other.
    """
    beside = _overlapping(rails)
    if beside is None:
        return False
    placed: dict[int, float] = {}
    for i in sorted(range(len(rails)), key=lambda i: (rails[i].b - rails[i].a, rails[i].a)):
        x = rails[i].least
        taken = sorted({placed[j] for j in beside[i] if j in placed})
        while _is_taken(taken, x):
            x += RAIL / 2
        rails[i].x = placed[i] = x
    return True


def _overlapping(rails: Sequence[Rail]) -> list[list[int]] | None:
    """Return, for each rail, those that pass some height with it; nothing if that is a crowd."""
    beside: list[list[int]] = [[] for _ in rails]
    running: dict[int, None] = {}
    ends: list[tuple[float, int]] = []
    for i in sorted(range(len(rails)), key=lambda i: rails[i].start):
        while ends and ends[0][0] <= rails[i].start:
            del running[heappop(ends)[1]]
        if len(running) >= CROWD:
            return None
        for j in running:
            beside[i].append(j)
            beside[j].append(i)
        running[i] = None
        heappush(ends, (rails[i].end, i))
    return beside


def _is_taken(taken: Sequence[float], x: float) -> bool:
    """Whether a rail at one of these places, in their order, is too near to another."""
    at = bisect_left(taken, x - 2 * RAIL)
    while at < len(taken) and taken[at] < x + 2 * RAIL:
        if abs(x - taken[at]) < RAIL:
            return True
        at += 1
    return False


def bundle_rails(rails: Sequence[Rail], ends: Sequence[tuple[Hashable, Hashable]]) -> None:
    """Let rails that come from one place, or lead to one, run as one; all right of the column.

    Each rail joins those at that one of its ``ends`` where more of them meet.
    """
    sources, targets = Counter(a for a, _ in ends), Counter(b for _, b in ends)
    bundles: dict[tuple[bool, Hashable], list[Rail]] = {}
    for rail, (a, b) in zip(rails, ends, strict=True):
        by_source = sources[a] > targets[b]
        bundles.setdefault((by_source, a if by_source else b), []).append(rail)
    spans = [(min(r.start for r in one), max(r.end for r in one), one) for one in bundles.values()]
    least = max((r.least for r in rails), default=0.0)
    free: list[int] = []
    running: list[tuple[float, int]] = []
    for start, end, one in sorted(spans, key=lambda s: s[:2]):
        while running and running[0][0] <= start:
            heappush(free, heappop(running)[1])
        lane = heappop(free) if free else len(running)
        heappush(running, (end, lane))
        for rail in one:
            rail.x = least + lane * RAIL
