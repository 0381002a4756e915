"""Layering: places for the nodes of a small graph, in rows, with few crossings and straight lanes.

Rows are longest paths; nodes that could be in several rows are in the middle of them. Edges
over several rows get a narrow lane in each row between. The order in a row follows the barycentres
of the neighbours; the places along a row are the nearest to the neighbours that keep the order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

from cnnanalyze.graph.queries import depths, longest_path

LANE = 14.0
"""The width of a lane."""
SWEEPS = 6
UPRIGHT, CHAIN = 10_000.0, 1_000.0
"""How much more the main path and plain chains weigh than other boxes, which weigh 1."""
LAST = 4
"""How many of the last sweeps look in both directions."""


class Places(NamedTuple):
    """Where the nodes are, and through which points the edges go."""

    centres: list[float]
    """The middle of each node along its row."""
    rows: list[int]
    lanes: list[list[tuple[int, float]]]
    """For each edge, the rows that it crosses, and where."""
    width: float


def assign_rows(
    count: int, edges: Sequence[tuple[int, int]], lowest: Collection[int] = ()
) -> list[int]:
    """Return a row for each node, below all that it follows; some belong in the last one.

    The edges lead from nodes with smaller numbers to nodes with larger ones.

    Examples
    --------
    >>> assign_rows(5, [(0, 1), (1, 2), (2, 4), (0, 3), (3, 4)])  # the short branch in the middle
    [0, 1, 2, 2, 3]
    >>> assign_rows(5, [(0, 1), (0, 3), (1, 2), (2, 4)], lowest={3, 4})
    [0, 1, 2, 3, 3]
    """
    sources = _sources(count, edges)
    targets: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        targets[a].append(b)
    early = depths(sources)
    last = max(early.values(), default=0)
    late = [0] * count
    for v in reversed(range(count)):
        ends = last if v in lowest else early[v]
        late[v] = min((late[w] - 1 for w in targets[v]), default=ends)
    rows = [0] * count
    for v in range(count):
        if v in lowest:
            rows[v] = last
            continue
        first = max((rows[u] + 1 for u in sources[v]), default=0)
        # Behind a node that was moved already, there is no need to move again.
        follows = len(sources[v]) == 1 and len(targets[sources[v][0]]) == 1
        rows[v] = first if follows or not sources[v] else first + (max(late[v] - first, 0) + 1) // 2
    return rows


def arrange(
    widths: Sequence[float],
    edges: Sequence[tuple[int, int]],
    gap: float = 18.0,
    *,
    upright: bool = False,
    lowest: Collection[int] = (),
) -> Places:
    """Where are nodes of these widths placed?

    Parameters
    ----------
    widths
        Of the nodes, in an order in which every edge leads forward.
    edges
        Pairs of nodes.
    gap
        The least distance between neighbours in a row.
    upright
        Whether the longest path is upright, and all else beside it.
    lowest
        Nodes of the last row, however short the path to them.
    """
    graph = _Layers(widths, edges, gap, lowest)
    graph.order()
    if upright:
        graph.main = frozenset(longest_path(_sources(len(widths), edges)))
    graph.spread()
    graph.straighten()
    return graph.places()


def _sources(count: int, edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return what leads to each node."""
    sources: dict[int, list[int]] = {v: [] for v in range(count)}
    for a, b in edges:
        sources[b].append(a)
    return sources


def _inversions(groups: Sequence[Sequence[int]], limit: int) -> int:
    """Count pairs of numbers below a limit that fall from one group to a later one.

    Examples
    --------
    >>> _inversions([[2], [0, 3], [1, 1]], 4)
    5
    """
    counts = [0] * (limit + 1)  # of numbers up to each one, in a tree of sums (Fenwick 1994)
    total = seen = 0
    for group in groups:
        for number in group:
            at, smaller = number + 1, 0
            while at:
                smaller += counts[at]
                at &= at - 1
            total += seen - smaller
        for number in group:
            at = number + 1
            while at <= limit:
                counts[at] += 1
                at += at & -at
        seen += len(group)
    return total


class _Layers:
    """The rows, with the lanes of long edges as nodes of their own."""

    def __init__(
        self,
        widths: Sequence[float],
        edges: Sequence[tuple[int, int]],
        gap: float,
        lowest: Collection[int],
    ) -> None:
        self.real = len(widths)
        self.gap = gap
        self.widths = list(widths)
        self.row_of = assign_rows(len(widths), edges, lowest)
        self.rows: list[list[int]] = [[] for _ in range(max(self.row_of, default=0) + 1)]
        for v, row in enumerate(self.row_of):
            self.rows[row].append(v)
        self.above: list[list[int]] = [[] for _ in widths]
        self.below: list[list[int]] = [[] for _ in widths]
        self.chains = [self._chain(a, b) for a, b in edges]
        self.x = [0.0] * len(self.widths)
        self.main: frozenset[int] = frozenset()
        """The nodes of the path that shall be upright."""

    def _chain(self, a: int, b: int) -> list[int]:
        """Make lanes for one edge in the rows between its ends."""
        chain, before = [], a
        for row in range(self.row_of[a] + 1, self.row_of[b]):
            lane = len(self.widths)
            self.widths.append(LANE)
            self.row_of.append(row)
            self.rows[row].append(lane)
            self.above.append([])
            self.below.append([])
            chain.append(lane)
            self._link(before, lane)
            before = lane
        self._link(before, b)
        return chain

    def _link(self, a: int, b: int) -> None:
        self.below[a].append(b)
        self.above[b].append(a)

    def order(self) -> None:
        """Put the nodes of each row in the order of their neighbours; keep the best order.

        Where edges cross still, lanes begin once more left of the boxes: a skip of the first
        branch is then not shut in by the others.
        """
        kept = [list(row) for row in self.rows]
        lanes_first = [sorted(row, key=lambda v: v < self.real) for row in kept]
        best, fewest = kept, self._crossings()
        for start in (kept, lanes_first):
            self.rows = [list(row) for row in start]
            for sweep in range(SWEEPS):
                if not fewest:
                    break
                self._sweep(down=sweep % 2 == 0)
                now = self._crossings()
                if now < fewest:
                    best, fewest = [list(r) for r in self.rows], now
        self.rows = best

    def _sweep(self, *, down: bool) -> None:
        """Sort each row by the middle of the neighbours above, or below."""
        near = self.above if down else self.below
        at = {v: i for row in self.rows for i, v in enumerate(row)}
        for row in self.rows if down else self.rows[::-1]:
            keys = {
                v: sum(at[u] for u in near[v]) / len(near[v]) if near[v] else at[v] for v in row
            }
            row.sort(key=keys.__getitem__)
            at.update((v, i) for i, v in enumerate(row))

    def _crossings(self) -> int:
        """Count pairs of edges between neighbouring rows that cross."""
        at = {v: i for row in self.rows for i, v in enumerate(row)}
        return sum(
            _inversions([[at[w] for w in self.below[v]] for v in row], len(below))
            for row, below in pairwise(self.rows)
        )

    def spread(self) -> None:
        """Find places along the rows, nearest to the neighbours' places."""
        for row in self.rows:
            self._settle(row, [0.0] * len(row), [1.0] * len(row))
        for sweep in range(2 * SWEEPS):
            down = sweep % 2 == 0
            for row in self.rows if down else self.rows[::-1]:
                wanted, weights = [], []
                for v in row:
                    near, behind = self.above[v], self.below[v]
                    if not down:
                        near, behind = behind, near
                    late = sweep >= 2 * SWEEPS - LAST
                    place, weight = self._wish(v, near, behind if late else [])
                    wanted.append(place)
                    weights.append(weight)
                self._settle(row, wanted, weights)

    def _wish(self, v: int, near: list[int], behind: list[int]) -> tuple[float, float]:
        """Return where a node would like to be, and how much."""
        chain = [u for u in near if self._is_chain(u, v)] or [
            u for u in behind if self._is_chain(u, v)
        ]
        if chain and v < self.real and v not in self.main:
            return self.x[chain[0]], CHAIN
        if v in self.main:
            before = [u for u in (*near, *behind) if u in self.main]
            return (self.x[before[0]] if before else self.x[v]), UPRIGHT
        near = near + behind
        if not near:
            return self.x[v], 0.5
        if v >= self.real:  # a lane gives way, but would rather go on straight
            return self.x[near[0]], 0.01
        boxes = [u for u in near if u < self.real]
        if len(near) > 1 or not boxes:
            return sum(self.x[u] for u in near) / len(near), 1.0 if boxes else 0.2
        return self.x[boxes[0]], 1.0

    def _is_chain(self, a: int, b: int) -> bool:
        """Whether the edge between two boxes is the only one there."""
        if max(a, b) >= self.real:
            return False
        if self.row_of[a] > self.row_of[b]:
            a, b = b, a
        return self.below[a] == [b] and self.above[b] == [a]

    def _distance(self, a: int, b: int) -> float:
        return (self.widths[a] + self.widths[b]) / 2 + self.gap

    def _settle(self, row: list[int], wanted: list[float], weights: list[float]) -> None:
        """Place a row as near to the wishes as its order and distances allow (pool violators)."""
        offset, offsets = 0.0, []
        for i, v in enumerate(row):
            offset += self._distance(row[i - 1], v) if i else 0.0
            offsets.append(offset)
        pools: list[tuple[float, float, int]] = []  # weight, weighted sum, number
        for want, weight, off in zip(wanted, weights, offsets, strict=True):
            pool = (weight, weight * (want - off), 1)
            while pools and pools[-1][1] / pools[-1][0] > pool[1] / pool[0]:
                w, s, n = pools.pop()
                pool = (pool[0] + w, pool[1] + s, pool[2] + n)
            pools.append(pool)
        i = 0
        for weight, total, number in pools:
            for _ in range(number):
                self.x[row[i]] = total / weight + offsets[i]
                i += 1

    def straighten(self) -> None:
        """Let lanes at the right or left end of their rows run straight, as rails."""
        for side in (1, -1):
            outside = self._outside(side)
            rails = [c for c in self.chains if len(c) > 1 and outside.issuperset(c)]
            for _ in range(2):
                for chain in rails:
                    place = side * max(side * self.x[v] for v in chain)
                    for v in chain:
                        self.x[v] = place
                for row in self.rows:
                    self._push(row if side > 0 else row[::-1], side)

    def _outside(self, side: int) -> set[int]:
        """Return the lanes with nothing but lanes beside them up to the end of their row."""
        found: set[int] = set()
        for row in self.rows:
            ends = takewhile(lambda v: v >= self.real, row[::-side])
            found.update(islice(ends, len(row) - 1))
        return found

    def _push(self, row: list[int], side: int) -> None:
        """Keep the distances after what was moved outward."""
        for a, b in pairwise(row):
            least = self.x[a] + side * self._distance(a, b)
            self.x[b] = side * max(side * self.x[b], side * least)

    def places(self) -> Places:
        """Return the places, all of them right of zero."""
        left = min((x - w / 2 for x, w in zip(self.x, self.widths, strict=True)), default=0.0)
        right = max((x + w / 2 for x, w in zip(self.x, self.widths, strict=True)), default=0.0)
        x = [round(v - left, 1) for v in self.x]
        lanes = [[(self.row_of[v], x[v]) for v in chain] for chain in self.chains]
        return Places(x[: self.real], self.row_of[: self.real], lanes, round(right - left, 1))
