"""Columns: figures below each other, with rails at the side for what skips some of them."""

from __future__ import annotations

from cnnanalyze.drawing.diagram import Figure, Label, Line, Point
from cnnanalyze.drawing.labels import CardText
from cnnanalyze.drawing.layout_graph import FORK, GAP, LABEL_SIZE, LINE_OF_LABEL, Body
from cnnanalyze.drawing.range_maximum import Peaks
from cnnanalyze.drawing.side_edges import RAIL, Rail, bundle_rails, place_rails

BETWEEN_ENDS = 7.0
"""Between the ends of rails at one box."""
EXIT = 4.0
OUTSIDE = -1
"""Stands for what the column reads, among the numbers of its figures."""


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
        self.ends_at: dict[int, dict[float, int]] = {}
        """For each box, the numbers of the rails that end there, by their places."""

    def _sort_edges(self) -> None:
        """Tell the edges between neighbours from those that need a rail."""
        seen: set[tuple[int, int, object]] = set()
        last = len(self.figures)
        self.rails += [Rail(a, s, last) for s, a in self.body.exits if a < last - 1]
        for a, source, b in [*((OUTSIDE, s, b) for s, b in self.body.entries), *self.body.edges]:
            if b == a + 1:
                self.inward[b] = self.inward[b] or source
                self.direct.append((a, source, b))
                continue
            key = (a, b, self._entry(source, b))
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
        exits: dict[str, float] = {}
        for rail in self.rails:
            if rail.b < len(self.figures):
                self.things.append(self._line(rail))
            else:
                self.things.append(self._leave(rail, height))
                exits[rail.source] = rail.x
        places: set[float] = set()
        for source, a in self.body.exits:
            if source in exits:
                continue
            x, bottom = self._out(a, source)
            if x not in places:
                places.add(x)
                self._edge(((x, bottom), (x, height)), (a, len(self.figures)), arrow=False)
            exits[source] = x
        return self._whole(exits, height)

    def _stack(self) -> None:
        """Decide the height of everything, with room for labels and the ends of rails."""
        forks = {r.a for r in self.rails}
        over = {r.b for r in self.rails if r.b < len(self.figures) and self.figures[r.b].is_group}
        y = self.head
        for i, figure in enumerate(self.figures):
            has_edge = bool(i or self.body.entries)
            text, uses = said = (
                self.body.labels.get(self.inward[i], CardText()) if has_edge else CardText()
            )
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
        """Give every rail a place beside all that it passes."""
        boxes, texts = Peaks(self.right), Peaks(self.texts)
        for rail in self.rails:
            a, b = rail.a, rail.b
            passed = max(boxes.within(a + 1, b), texts.within(a + 1, b + 1))
            if b < len(self.figures) and not self.figures[b].is_group:
                passed = max(passed, self.right[b])
            rail.least = passed + RAIL
            rail.start = self.bottoms[a] if a >= 0 else self.head
            rail.end = self.bottoms[b] if b < len(self.figures) else self.bottoms[-1] + self.foot
        if not place_rails(self.rails):
            ends = [((r.a, r.source), (r.b, self._entry(r.source, r.b))) for r in self.rails]
            bundle_rails(self.rails, ends)

    def _entry(self, source: str, b: int) -> object:
        """Return where a rail comes into a group; into a box all come at its side."""
        if b == len(self.figures):
            return source  # each leaves at a place of its own
        target = self.figures[b]
        return target.entry(source) if target.is_group else None

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
        numbers = self.ends_at.setdefault(b, {})
        is_first = rail.x not in numbers  # of a bundle, which needs one arrow
        number = numbers.setdefault(rail.x, len(numbers))
        if target.is_group:
            x, level = self.left[b] + target.entry(rail.source), self.tops[b] - FORK
            last: tuple[Point, ...] = ((rail.x, level), (x, level), (x, self.tops[b]))
        else:
            # The first rail ends in the middle of the box, the others around it.
            away = BETWEEN_ENDS * ((number + 1) // 2) * (-1 if number % 2 else 1)
            level = (self.tops[b] + self.bottoms[b]) / 2 + away
            level = min(max(level, self.tops[b] + 4), self.bottoms[b] - 4)
            last = ((rail.x, level), (self.right[b], level))
        kind = "bus" if (rail.a, b) in self.body.buses else "rail"
        points = (start, fork, (rail.x, fork[1]), *last)
        return Line(0, 0, points, kind, arrow=is_first, ends=(rail.a, b))

    def _leave(self, rail: Rail, height: float) -> Line:
        """Return the way of an output that the figures below its own do not hide."""
        start = self._out(rail.a, rail.source)
        fork = start[1] + FORK
        points = (start, (start[0], fork), (rail.x, fork), (rail.x, height))
        return Line(0, 0, points, "rail", arrow=False, ends=(rail.a, rail.b))

    def _whole(self, exits: dict[str, float], height: float) -> Figure:
        least = min([0.0, *self.left, *(x - 2 for x in exits.values())])
        most = max([0.0, *self.right, *self.texts, *(r.x for r in self.rails)])
        entry = self._out(OUTSIDE, "")[0]
        whole = Figure(most - least, height)
        whole.entries = dict.fromkeys(self.body.sources, entry - least)
        for a, source, b in self.direct:
            if a == OUTSIDE:
                whole.entries[source] = self.left[b] + self.figures[b].entry(source) - least
        whole.exits = {s: x - least for s, x in exits.items()}
        whole.things += [t._replace(x=t.x - least) for t in self.things]
        for figure, x, top in zip(self.figures, self.left, self.tops, strict=True):
            whole.put(figure, x - least, top)
        return whole
