"""Columns: figures below each other, with rails at the side for what skips some of them."""

from __future__ import annotations

from cnnanalyze.drawing.body import FORK, GAP, LABEL_SIZE, LINE_OF_LABEL, Body
from cnnanalyze.drawing.figure import Figure, Label, Line, Point
from cnnanalyze.drawing.wording import Said

RAIL = 10.0
"""Between a box and a rail, and between rails."""
BETWEEN_ENDS = 7.0
"""Between the ends of rails at one box."""
EXIT = 4.0
OUTSIDE = -1
"""Stands for what the column reads, among the numbers of its figures."""


class Rail:
    """A connection beside the column."""

    def __init__(self, a: int, source: str, b: int) -> None:
        self.a, self.source, self.b = a, source, b
        self.x = 0.0


class Column:
    """One body in the making; its axis is at 0, where the edges between neighbours run."""

    def __init__(self, body: Body, head: float, foot: float) -> None:
        self.body = body
        self.figures = body.figures
        self.head, self.foot = head, foot
        self.inward = [""] * len(self.figures)
        """For each figure the source of the edge from right above, on which it is aligned."""
        self.direct: list[tuple[int, str, int]] = []
        self.rails: list[Rail] = []
        self._sort_edges()
        self.left = [-f.entry(s) for f, s in zip(self.figures, self.inward, strict=True)]
        self.right = [x + f.width for x, f in zip(self.left, self.figures, strict=True)]
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        self.texts = [0.0] * (len(self.figures) + 1)
        """How far right the label above each figure reaches."""
        self.things: list[Line | Label] = []
        self.ends_at: dict[int, int] = {}

    def _sort_edges(self) -> None:
        """Tell the edges between neighbours from those that need a rail."""
        seen = set()
        for a, source, b in [*((OUTSIDE, s, b) for s, b in self.body.entries), *self.body.edges]:
            if b == a + 1:
                self.inward[b] = self.inward[b] or source
                self.direct.append((a, source, b))
                continue
            target = self.figures[b]
            key = (a, b, target.entry(source) if target.is_group else 0.0)
            if key not in seen:
                seen.add(key)
                self.rails.append(Rail(a, source, b))

    def figure(self) -> Figure:
        """Return the whole column."""
        self._stack()
        self._place_rails()
        height = self.bottoms[-1] + self.foot + (EXIT if self.body.exits else 0.0)
        for a, source, b in self.direct:
            x = self.left[b] + self.figures[b].entry(source)
            above = self._out(a, source) if a >= 0 else (x, 0.0)
            self._edge((above, (x, self.tops[b])), (a, b))
        for rail in self.rails:
            self.things.append(self._line(rail))
        exits: dict[str, float] = {}
        for source, a in self.body.exits:
            x, bottom = self._out(a, source)
            if x not in exits.values():
                self._edge(((x, bottom), (x, height)), (a, len(self.figures)), arrow=False)
            exits[source] = x
        return self._whole(exits, height)

    def _stack(self) -> None:
        """Decide how high everything stands, with room for labels and the ends of rails."""
        forks = {r.a for r in self.rails}
        over = {r.b for r in self.rails if self.figures[r.b].is_group}
        y = self.head
        for i, figure in enumerate(self.figures):
            has_edge = bool(i or self.body.entries)
            text, uses = said = self.body.labels.get(self.inward[i], Said()) if has_edge else Said()
            fork = FORK if i - 1 in forks else 0.0
            above = y
            if i:
                y += GAP + fork + (LINE_OF_LABEL if text else 0.0)
            elif has_edge:
                y += fork + (GAP if text or fork or not self.head else 0.0)
            y += FORK if i in over else 0.0
            if text:
                x = self.left[i] + figure.entry(self.inward[i])
                low = above + (13 if i or fork else 8) + fork
                self.things.append(Label(x + 6, low, text, uses=uses))
                self.texts[i] = x + 10 + said.width(LABEL_SIZE)
            self.tops.append(y)
            y += figure.height
            self.bottoms.append(y)

    def _place_rails(self) -> None:
        """Give every rail a place beside all that it passes, the short ones inside."""
        done: list[tuple[float, float, float]] = []
        for rail in sorted(self.rails, key=lambda r: (r.b - r.a, r.a)):
            a, b = rail.a, rail.b
            passed = [*self.right[a + 1 : b], *self.texts[a + 1 : b + 1]]
            if not self.figures[b].is_group:
                passed.append(self.right[b])
            x = max(passed, default=0.0) + RAIL
            start, end = (self.bottoms[a] if a >= 0 else self.head), self.bottoms[b]
            while any(abs(x - at) < RAIL and s < end and start < e for at, s, e in done):
                x += RAIL / 2
            rail.x = x
            done.append((x, start, end))

    def _out(self, a: int, source: str) -> Point:
        """Return where an edge leaves a figure, or comes in from outside."""
        if a < 0:
            return (self.left[0] + self.figures[0].entry(self.inward[0]), self.head)
        return (self.left[a] + self.figures[a].exit(source), self.bottoms[a])

    def _edge(
        self, points: tuple[Point, ...], ends: tuple[int, int], *, arrow: bool = True
    ) -> None:
        self.things.append(Line(0, 0, points, "edge", arrow=arrow, ends=ends))

    def _line(self, rail: Rail) -> Line:
        b, target = rail.b, self.figures[rail.b]
        start = self._out(rail.a, rail.source)
        fork = (start[0], start[1] + FORK)
        if target.is_group:
            x, level = self.left[b] + target.entry(rail.source), self.tops[b] - FORK
            last: tuple[Point, ...] = ((rail.x, level), (x, level), (x, self.tops[b]))
        else:
            # The first rail ends in the middle of the box, the others around it.
            number = self.ends_at.get(b, 0)
            self.ends_at[b] = number + 1
            away = BETWEEN_ENDS * ((number + 1) // 2) * (-1 if number % 2 else 1)
            level = (self.tops[b] + self.bottoms[b]) / 2 + away
            level = min(max(level, self.tops[b] + 4), self.bottoms[b] - 4)
            last = ((rail.x, level), (self.right[b], level))
        kind = "bus" if (rail.a, b) in self.body.buses else "rail"
        return Line(0, 0, (start, fork, (rail.x, fork[1]), *last), kind, ends=(rail.a, b))

    def _whole(self, exits: dict[str, float], height: float) -> Figure:
        least = min([0.0, *self.left, *(x - 2 for x in exits.values())])
        most = max([0.0, *self.right, *self.texts, *(r.x for r in self.rails)])
        entry = self._out(OUTSIDE, "")[0]
        whole = Figure(most - least, height)
        whole.entries = dict.fromkeys(self.body.sources, entry - least)
        whole.exits = {s: x - least for s, x in exits.items()}
        whole.things += [t._replace(x=t.x - least) for t in self.things]
        for figure, x, top in zip(self.figures, self.left, self.tops, strict=True):
            whole.put(figure, x - least, top)
        return whole
