"""Side edges: edges beside a column, each on a track of its own or bundled with others."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

TRACK_WIDTH = 10.0
"""The distance of side edges from boxes and from each other."""
MOST_TRACKS = 12
"""More side edges than this beside each other are bundled, as nobody could follow them."""


@dataclass
class SideEdge:
    """An edge beside the column, from one height down to another."""

    a: int
    source: str
    b: int
    start: float = 0.0
    end: float = 0.0
    least: float = 0.0
    """The least x of its track."""
    x: float = 0.0


def assign_tracks(side_edges: Sequence[SideEdge]) -> bool:
    """Assign each side edge a track beside all that it passes, short ones inside.

    Return whether that succeeded; nothing is assigned if too many would be beside each other.
    """
    beside = _overlapping(side_edges)
    if beside is None:
        return False
    placed: dict[int, float] = {}
    for i in sorted(
        range(len(side_edges)), key=lambda i: (side_edges[i].b - side_edges[i].a, side_edges[i].a)
    ):
        x = side_edges[i].least
        taken = sorted({placed[j] for j in beside[i] if j in placed})
        while _is_taken(taken, x):
            x += TRACK_WIDTH / 2
        side_edges[i].x = placed[i] = x
    return True


def _overlapping(side_edges: Sequence[SideEdge]) -> list[list[int]] | None:
    """Return, for each side edge, those that overlap it in height; nothing if too many do."""
    beside: list[list[int]] = [[] for _ in side_edges]
    running: dict[int, None] = {}
    ends: list[tuple[float, int]] = []
    for i in sorted(range(len(side_edges)), key=lambda i: side_edges[i].start):
        while ends and ends[0][0] <= side_edges[i].start:
            del running[heappop(ends)[1]]
        if len(running) >= MOST_TRACKS:
            return None
        for j in running:
            beside[i].append(j)
            beside[j].append(i)
        running[i] = None
        heappush(ends, (side_edges[i].end, i))
    return beside


def _is_taken(taken: Sequence[float], x: float) -> bool:
    """Whether one of these sorted tracks is too near to another."""
    at = bisect_left(taken, x - 2 * TRACK_WIDTH)
    while at < len(taken) and taken[at] < x + 2 * TRACK_WIDTH:
        if abs(x - taken[at]) < TRACK_WIDTH:
            return True
        at += 1
    return False


def bundle_edges(side_edges: Sequence[SideEdge], ends: Sequence[tuple[Hashable, Hashable]]) -> None:
    """Let side edges with a common source or a common target share a track.

    Each side edge joins the bundle of that one of its ``ends`` at which more side edges meet. All
    tracks are right of the column.
    """
    sources, targets = Counter(a for a, _ in ends), Counter(b for _, b in ends)
    bundles: dict[tuple[bool, Hashable], list[SideEdge]] = {}
    for side_edge, (a, b) in zip(side_edges, ends, strict=True):
        by_source = sources[a] > targets[b]
        bundles.setdefault((by_source, a if by_source else b), []).append(side_edge)
    spans = [(min(r.start for r in one), max(r.end for r in one), one) for one in bundles.values()]
    least = max((r.least for r in side_edges), default=0.0)
    free: list[int] = []
    running: list[tuple[float, int]] = []
    for start, end, one in sorted(spans, key=lambda s: s[:2]):
        while running and running[0][0] <= start:
            heappush(free, heappop(running)[1])
        track = heappop(free) if free else len(running)
        heappush(running, (end, track))
        for side_edge in one:
            side_edge.x = least + track * TRACK_WIDTH
