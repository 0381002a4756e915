"""Node placement: layered drawing of a small graph, with few crossings and straight edges.

The method is that of Sugiyama, Tagawa and Toda (1981). The rank of a node is the longest path to
it; a node that fits several ranks is centred between them. An edge over several ranks gets a narrow
dummy node in each rank that it passes. Nodes are ordered in their rank by the barycentres of their
neighbours, and placed as near to these as the order allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

from cnnanalyze.graph.queries import depths

DUMMY_WIDTH = 14.0
"""The width that an edge takes in a rank that it passes."""
SWEEPS = 6
MAIN_PATH, CHAIN = 10_000.0, 1_000.0
"""The weights of the main path and of plain chains; other nodes weigh 1."""
LAST = 4
"""The number of last sweeps that look at both neighbouring ranks."""


class Placement(NamedTuple):
    """The coordinates of nodes and of the bends of edges."""

    axes: list[float]
    """The axis of each node along its rank."""
    ranks: list[int]
    bends: list[list[tuple[int, float]]]
    """For each edge, the ranks that it passes, with the coordinate in each."""
    width: float


def assign_ranks(
    count: int, edges: Sequence[tuple[int, int]], lowest: Collection[int] = ()
) -> list[int]:
    """Return a rank for each node, below the ranks of its predecessors.

    The edges lead from nodes with smaller numbers to nodes with larger ones.

    Examples
    --------
    >>> assign_ranks(5, [(0, 1), (1, 2), (2, 4), (0, 3), (3, 4)])  # the short branch is centred
    [0, 1, 2, 2, 3]
    >>> assign_ranks(5, [(0, 1), (0, 3), (1, 2), (2, 4)], lowest={3, 4})
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
    ranks = [0] * count
    for v in range(count):
        if v in lowest:
            ranks[v] = last
            continue
        first = max((ranks[u] + 1 for u in sources[v]), default=0)
        # A node after one that was centred keeps its distance to that.
        follows = len(sources[v]) == 1 and len(targets[sources[v][0]]) == 1
        ranks[v] = (
            first if follows or not sources[v] else first + (max(late[v] - first, 0) + 1) // 2
        )
    return ranks


def place_nodes(
    widths: Sequence[float],
    edges: Sequence[tuple[int, int]],
    gap: float = 18.0,
    *,
    before_axes: Sequence[float] = (),
    straight_main_path: bool = False,
    lowest: Collection[int] = (),
) -> Placement:
    """Place nodes of these widths.

    Parameters
    ----------
    widths
        The widths, in an order of nodes in which every edge leads forward.
    edges
        Pairs of nodes.
    gap
        The least distance between neighbours in a rank.
    before_axes
        The width of each node before its axis, where edges come and go; half of all by default.
    straight_main_path
        Whether the longest path runs straight, with all other nodes beside it.
    lowest
        Nodes of the last rank, whatever the path to them.
    """
    graph = _RankedGraph(widths, edges, gap, before_axes or [w / 2 for w in widths], lowest)
    graph.order_ranks()
    if straight_main_path:
        graph.main = frozenset(main_path(len(widths), edges))
    graph.assign_coordinates()
    graph.settle()
    graph.straighten_dummies()
    return graph.places()


def main_path(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the nodes that every longest path passes; between equal ones there is no main one.

    Examples
    --------
    >>> main_path(5, [(0, 1), (1, 3), (0, 2), (3, 4)]), main_path(4, [(0, 2), (1, 2), (2, 3)])
    ([0, 1, 3, 4], [2, 3])
    """
    depth = depths(_sources(count, edges))
    height = [0] * count
    for a, b in sorted(edges, reverse=True):
        height[a] = max(height[a], height[b] + 1)
    longest = max((depth[v] + height[v] for v in range(count)), default=0)
    found = [v for v in range(count) if depth[v] + height[v] == longest]
    at = Counter(depth[v] for v in found)
    return [v for v in found if at[depth[v]] == 1]


def _sources(count: int, edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return the predecessors of each node."""
    sources: dict[int, list[int]] = {v: [] for v in range(count)}
    for a, b in edges:
        sources[b].append(a)
    return sources


def _inversions(groups: Sequence[Sequence[int]], limit: int) -> int:
    """Count the pairs of numbers below a limit that decrease from one group to a later one.

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


def keep_apart(
    wanted: Sequence[float], weights: Sequence[float], offsets: Sequence[float]
) -> list[float]:
    """Return the places nearest to those wanted that differ at least as the offsets do.

    The method is weighted isotonic regression (pool adjacent violators).

    Examples
    --------
    >>> keep_apart([0.0, 0.0, 30.0], [1.0, 1.0, 1.0], [0.0, 10.0, 20.0])
    [-5.0, 5.0, 30.0]
    """
    pools: list[tuple[float, float, int]] = []  # weight, weighted sum, number
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pool = (weight, weight * (want - offset), 1)
        while pools and pools[-1][1] / pools[-1][0] > pool[1] / pool[0]:
            w, s, n = pools.pop()
            pool = (pool[0] + w, pool[1] + s, pool[2] + n)
        pools.append(pool)
    levels = (total / weight for weight, total, number in pools for _ in range(number))
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


class _RankedGraph:
    """The graph with its ranks; an edge over several ranks passes a dummy node in each of them."""

    def __init__(
        self,
        widths: Sequence[float],
        edges: Sequence[tuple[int, int]],
        gap: float,
        before_axes: Sequence[float],
        lowest: Collection[int],
    ) -> None:
        self.real = len(widths)
        self.gap = gap
        self.before = list(before_axes)
        self.after = [w - b for w, b in zip(widths, before_axes, strict=True)]
        self.rank_of = assign_ranks(len(widths), edges, lowest)
        self.ranks: list[list[int]] = [[] for _ in range(max(self.rank_of, default=0) + 1)]
        for v, rank in enumerate(self.rank_of):
            self.ranks[rank].append(v)
        self.above: list[list[int]] = [[] for _ in widths]
        self.below: list[list[int]] = [[] for _ in widths]
        self.dummy_chains = [self._add_dummies(a, b) for a, b in edges]
        self.ends = self._ends(edges)
        """For dummy nodes whose edge is the only one of a box at that side: the box, the other."""
        self.x = [0.0] * len(self.before)
        self.main: frozenset[int] = frozenset()
        """The nodes of the path that runs straight."""

    def _add_dummies(self, a: int, b: int) -> list[int]:
        """Add the dummy nodes of an edge, one in each rank between its ends."""
        chain, before = [], a
        for rank in range(self.rank_of[a] + 1, self.rank_of[b]):
            dummy = len(self.before)
            self.before.append(DUMMY_WIDTH / 2)
            self.after.append(DUMMY_WIDTH / 2)
            self.rank_of.append(rank)
            self.ranks[rank].append(dummy)
            self.above.append([])
            self.below.append([])
            chain.append(dummy)
            self._link(before, dummy)
            before = dummy
        self._link(before, b)
        return chain

    def _ends(self, edges: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
        leaving, coming = Counter(a for a, _ in edges), Counter(b for _, b in edges)
        ends: dict[int, tuple[int, int]] = {}
        for (a, b), chain in zip(edges, self.dummy_chains, strict=True):
            if leaving[a] == 1 or coming[b] == 1:
                ends.update(dict.fromkeys(chain, (a, b) if leaving[a] == 1 else (b, a)))
        return ends

    def _link(self, a: int, b: int) -> None:
        self.below[a].append(b)
        self.above[b].append(a)

    def order_ranks(self) -> None:
        """Order the nodes of each rank by barycentre; keep the order with the fewest crossings.

        If edges still cross, the sweeps start once more with the dummy nodes left of the boxes, so
        that a skip connection of the first branch does not cross the other branches.
        """
        kept = [list(rank) for rank in self.ranks]
        dummies_first = [sorted(rank, key=lambda v: v < self.real) for rank in kept]
        best, fewest = kept, self._crossings()
        for start in (kept, dummies_first):
            self.ranks = [list(rank) for rank in start]
            for sweep in range(SWEEPS):
                if not fewest:
                    break
                self._sweep(down=sweep % 2 == 0)
                now = self._crossings()
                if now < fewest:
                    best, fewest = [list(r) for r in self.ranks], now
        self.ranks = best

    def _sweep(self, *, down: bool) -> None:
        """Sort each rank by the barycentres of the neighbours above or below."""
        near = self.above if down else self.below
        at = {v: i for rank in self.ranks for i, v in enumerate(rank)}
        for rank in self.ranks if down else self.ranks[::-1]:
            keys = {
                v: sum(at[u] for u in near[v]) / len(near[v]) if near[v] else at[v] for v in rank
            }
            rank.sort(key=keys.__getitem__)
            at.update((v, i) for i, v in enumerate(rank))

    def _crossings(self) -> int:
        """Count the crossings of edges between neighbouring ranks."""
        at = {v: i for rank in self.ranks for i, v in enumerate(rank)}
        return sum(
            _inversions([[at[w] for w in self.below[v]] for v in rank], len(below))
            for rank, below in pairwise(self.ranks)
        )

    def assign_coordinates(self) -> None:
        """Assign coordinates along the ranks, as near to the neighbours as the order allows."""
        for rank in self.ranks:
            self._place_rank(rank, [0.0] * len(rank), [1.0] * len(rank))
        for sweep in range(2 * SWEEPS):
            down = sweep % 2 == 0
            for rank in self.ranks if down else self.ranks[::-1]:
                wanted, weights = [], []
                for v in rank:
                    near, behind = self.above[v], self.below[v]
                    if not down:
                        near, behind = behind, near
                    late = sweep >= 2 * SWEEPS - LAST
                    place, weight = self._wanted_place(v, near, behind if late else [])
                    wanted.append(place)
                    weights.append(weight)
                self._place_rank(rank, wanted, weights)

    def settle(self) -> None:
        """Move what reads several nodes below their middle, if only a chain follows it.

        Dummy nodes come to the box that they follow.
        """
        moved: set[int] = set()
        for rank in self.ranks:
            wanted, weights = [self.x[v] for v in rank], [MAIN_PATH] * len(rank)
            for i, v in enumerate(rank):
                if v in self.ends:
                    wanted[i], weights[i] = self.x[self.ends[v][0]], 1.0
                above = self.above[v]
                is_last = len(above) > 1 and v < self.real and self._ends_as_chain(v)
                if (is_last and v not in self.main) or moved.intersection(above):
                    moved.add(v)
                    wanted[i], weights[i] = sum(self.x[u] for u in above) / len(above), 1.0
            self._place_rank(rank, wanted, weights)

    def _ends_as_chain(self, v: int) -> bool:
        """Whether a node is followed by a chain and by nothing else."""
        while self.below[v]:
            if not self._is_chain(v, self.below[v][0]):
                return False
            v = self.below[v][0]
        return True

    def _wanted_place(self, v: int, near: list[int], behind: list[int]) -> tuple[float, float]:
        """Return the coordinate that suits a node best, and its weight."""
        chain = [u for u in near if self._is_chain(u, v)] or [
            u for u in behind if self._is_chain(u, v)
        ]
        if chain and v < self.real and v not in self.main:
            return self.x[chain[0]], CHAIN
        if v in self.main:
            before = [u for u in (*near, *behind) if u in self.main]
            if before:
                return self.x[before[0]], MAIN_PATH
        near = near + behind
        if not near:
            return self.x[v], 0.5
        if v in self.ends:
            return self.x[self.ends[v][0]], 0.05
        if v >= self.real:  # a dummy node yields to boxes, but prefers to continue straight
            return self.x[near[0]], 0.01
        boxes = [u for u in near if u < self.real]
        if len(near) > 1 or not boxes:
            # A dummy node that follows this one says nothing; what counts is where its edge ends.
            ends = (self.ends.get(u, (u, u)) for u in near)
            seen = [far if box == v else u for u, (box, far) in zip(near, ends, strict=True)]
            return sum(self.x[u] for u in seen) / len(near), 1.0 if boxes else 0.2
        return self.x[boxes[0]], 1.0

    def _is_chain(self, a: int, b: int) -> bool:
        """Whether an edge between two boxes is the only edge of both at that side."""
        if max(a, b) >= self.real:
            return False
        if self.rank_of[a] > self.rank_of[b]:
            a, b = b, a
        return self.below[a] == [b] and self.above[b] == [a]

    def _distance(self, a: int, b: int) -> float:
        """Return the least distance of the axes of two neighbours."""
        return self.after[a] + self.before[b] + self.gap

    def _place_rank(self, rank: list[int], wanted: list[float], weights: list[float]) -> None:
        """Place a rank as near to what its nodes want as their distances allow."""
        offset, offsets = 0.0, []
        for i, v in enumerate(rank):
            offset += self._distance(rank[i - 1], v) if i else 0.0
            offsets.append(offset)
        for v, x in zip(rank, keep_apart(wanted, weights, offsets), strict=True):
            self.x[v] = x

    def straighten_dummies(self) -> None:
        """Align the dummy nodes of edges that run at the right or left of all boxes."""
        for side in (1, -1):
            outside = self._outside(side)
            side_edges = [c for c in self.dummy_chains if len(c) > 1 and outside.issuperset(c)]
            for _ in range(2):
                for chain in side_edges:
                    place = side * max(side * self.x[v] for v in chain)
                    for v in chain:
                        self.x[v] = place
                for rank in self.ranks:
                    self._push(rank if side > 0 else rank[::-1], side)

    def _outside(self, side: int) -> set[int]:
        """Return the dummy nodes with no box between them and the end of their rank."""
        found: set[int] = set()
        for rank in self.ranks:
            ends = takewhile(lambda v: v >= self.real, rank[::-side])
            found.update(islice(ends, len(rank) - 1))
        return found

    def _push(self, rank: list[int], side: int) -> None:
        """Restore the least distances after nodes were moved outward."""
        for a, b in pairwise(rank):
            least = self.x[a] + side * self._distance(*((a, b) if side > 0 else (b, a)))
            self.x[b] = side * max(side * self.x[b], side * least)

    def places(self) -> Placement:
        """Return the coordinates, moved so that none is negative."""
        left = min((x - w for x, w in zip(self.x, self.before, strict=True)), default=0.0)
        right = max((x + w for x, w in zip(self.x, self.after, strict=True)), default=0.0)
        x = [round(v - left, 1) for v in self.x]
        bends = [[(self.rank_of[v], x[v]) for v in chain] for chain in self.dummy_chains]
        return Placement(x[: self.real], self.rank_of[: self.real], bends, round(right - left, 1))
