"""Column layout: diagrams below each other; edges that skip some of them run at the side."""

from __future__ import annotations

from cnnanalyze.drawing.diagram import Diagram, EdgeLabel, EdgeLine, Point
from cnnanalyze.drawing.labels import VaryingText
from cnnanalyze.drawing.layout_graph import FORK, GAP, LABEL_SIZE, LayoutGraph
from cnnanalyze.drawing.range_maximum import RangeMaximum
from cnnanalyze.drawing.side_edges import TRACK_WIDTH, SideEdge, assign_tracks, bundle_edges

BETWEEN_ENDS = 7.0
"""The distance between the ends of side edges at one box."""
EXIT = 4.0
BEND = 10.0
"""More room for edges between neighbours that do not run straight."""
STRAIGHT = 0.5
"""An edge that goes less aside than this is straight."""
OUTSIDE = -1
"""The index that stands for what the column reads from outside."""


class ColumnLayout:
    """Lays out one graph; the edges between neighbours run at x = 0."""

    def __init__(self, graph: LayoutGraph, room_above: float, room_below: float) -> None:
        self.graph = graph
        self.diagrams = graph.diagrams
        self.room_above, self.room_below = room_above, room_below
        self.aligned_source = [""] * len(self.diagrams)
        """For each diagram, the source of the edge from the one above, with which it is aligned."""
        self.direct: list[tuple[int, str, int]] = []
        self.side_edges: list[SideEdge] = []
        self._sort_edges()
        self.left = [-f.entry(s) for f, s in zip(self.diagrams, self.aligned_source, strict=True)]
        self.right = [x + f.width for x, f in zip(self.left, self.diagrams, strict=True)]
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        self.bends = [0.0] * len(self.diagrams)
        """The height above each diagram from which on its edges bend."""
        self.texts = [0.0] * (len(self.diagrams) + 1)
        """The right end of the label above each diagram."""
        self.elements: list[EdgeLine | EdgeLabel] = []
        self.ends_at: dict[int, dict[float, int]] = {}
        """For each box, the numbers of the side edges that end there, by x."""

    def _sort_edges(self) -> None:
        """Separate the edges between neighbours from the side edges."""
        seen: set[tuple[int, int, object]] = set()
        last = len(self.diagrams)
        self.side_edges += [SideEdge(a, s, last) for s, a in self.graph.exits if a < last - 1]
        for a, source, b in [*((OUTSIDE, s, b) for s, b in self.graph.entries), *self.graph.edges]:
            if b == a + 1:
                self.aligned_source[b] = self.aligned_source[b] or source
                self.direct.append((a, source, b))
                continue
            key = (a, b, self._entry(source, b))
            if key not in seen:
                seen.add(key)
                self.side_edges.append(SideEdge(a, source, b))

    def diagram(self) -> Diagram:
        """Return the whole column."""
        self._stack()
        self._assign_tracks()
        height = self.bottoms[-1] + self.room_below + (EXIT if self.graph.exits else 0.0)
        height = max(height, self.graph.least_length)
        for a, source, b in self.direct:
            x = self.left[b] + self.diagrams[b].entry(source)
            above = self._start_point(a, source) if a >= 0 else (x, 0.0)
            bend = (above[0], max(above[1], self.bends[b]))
            self._edge(tuple(dict.fromkeys((above, bend, (x, self.tops[b])))), (a, b))
        exits: dict[str, float] = {}
        for side_edge in self.side_edges:
            if side_edge.b < len(self.diagrams):
                self.elements.append(self._line(side_edge))
            else:
                self.elements.append(self._exit_line(side_edge, height))
                exits[side_edge.source] = side_edge.x
        places: set[float] = set()
        for source, a in self.graph.exits:
            if source in exits:
                continue
            x, bottom = self._start_point(a, source)
            if x not in places:
                places.add(x)
                self._edge(((x, bottom), (x, height)), (a, len(self.diagrams)), arrow=False)
            exits[source] = x
        return self._diagram(exits, height)

    def _stack(self) -> None:
        """Set the height of each diagram, with room for labels and the ends of side edges."""
        forks = {r.a for r in self.side_edges}
        over = {
            r.b for r in self.side_edges if r.b < len(self.diagrams) and self.diagrams[r.b].is_group
        }
        y = self.room_above
        came: dict[int, list[tuple[float, float]]] = {}
        for a, source, b in self.direct:
            end = self.left[b] + self.diagrams[b].entry(source)
            start = end if a == OUTSIDE else self.left[a] + self.diagrams[a].exit(source)
            came.setdefault(b, []).append((start, end))
        for i, diagram in enumerate(self.diagrams):
            has_edge = bool(i or self.graph.entries)
            text, uses = varying_text = (
                self.graph.labels.get(self.aligned_source[i], VaryingText())
                if has_edge
                else VaryingText()
            )
            fork = FORK if i - 1 in forks else 0.0
            room = self.graph.room_along(varying_text) if text else 0.0
            bent = any(abs(start - end) > STRAIGHT for start, end in came.get(i, ()))
            above = y
            if i:
                y += GAP + fork + room + (BEND if bent else 0.0)
            elif has_edge:
                y += fork + (GAP if text or fork or not self.room_above else 0.0)
                y += room if self.graph.is_level else 0.0
            y += FORK if i in over else 0.0
            if text:
                x = came[i][0][0] if i in came else self.left[i] + diagram.entry()
                if self.graph.is_level:
                    label = EdgeLabel(x - 4, above + fork + 6, text, uses=uses)
                    self.bends[i] = label.y + room if bent else 0.0
                    taken = label.x - LABEL_SIZE, x
                else:
                    low = above + (13 if i or fork else 8) + fork
                    label = EdgeLabel(x + 6, low, text, uses=uses)
                    self.bends[i] = low + 4 if bent else 0.0
                    taken = x, x + 10 + varying_text.width(LABEL_SIZE)
                if not any(taken[0] < start < taken[1] for start, _ in came.get(i, ())):
                    self.elements.append(label)
                    self.texts[i] = taken[1]
            self.tops.append(y)
            y += diagram.height
            self.bottoms.append(y)

    def _assign_tracks(self) -> None:
        """Assign each side edge a track beside the boxes and labels that it passes."""
        boxes, texts = RangeMaximum(self.right), RangeMaximum(self.texts)
        for side_edge in self.side_edges:
            a, b = side_edge.a, side_edge.b
            passed = max(boxes.within(a + 1, b), texts.within(a + 1, b + 1))
            if b < len(self.diagrams) and not self.diagrams[b].is_group:
                passed = max(passed, self.right[b])
            side_edge.least = passed + TRACK_WIDTH
            side_edge.start = self.bottoms[a] if a >= 0 else self.room_above
            side_edge.end = (
                self.bottoms[b] if b < len(self.diagrams) else self.bottoms[-1] + self.room_below
            )
        if not assign_tracks(self.side_edges):
            ends = [((r.a, r.source), (r.b, self._entry(r.source, r.b))) for r in self.side_edges]
            bundle_edges(self.side_edges, ends)

    def _entry(self, source: str, b: int) -> object:
        """Return where a side edge enters a group; a box is entered at its side."""
        if b == len(self.diagrams):
            return source  # each leaves at a place of its own
        target = self.diagrams[b]
        return target.entry(source) if target.is_group else None

    def _start_point(self, a: int, source: str) -> Point:
        """Return where an edge leaves a diagram, or enters from outside."""
        if a < 0:
            return (self.left[0] + self.diagrams[0].entry(self.aligned_source[0]), self.room_above)
        return (self.left[a] + self.diagrams[a].exit(source), self.bottoms[a])

    def _edge(
        self, points: tuple[Point, ...], ends: tuple[int, int], *, arrow: bool = True
    ) -> None:
        self.elements.append(EdgeLine(0, 0, points, "edge", arrow=arrow, ends=ends))

    def _line(self, side_edge: SideEdge) -> EdgeLine:
        b, target = side_edge.b, self.diagrams[side_edge.b]
        start = self._start_point(side_edge.a, side_edge.source)
        fork = (start[0], start[1] + FORK)
        numbers = self.ends_at.setdefault(b, {})
        is_first = side_edge.x not in numbers  # of a bundle, which needs one arrow
        number = numbers.setdefault(side_edge.x, len(numbers))
        if target.is_group:
            x, level = self.left[b] + target.entry(side_edge.source), self.tops[b] - FORK
            last: tuple[Point, ...] = ((side_edge.x, level), (x, level), (x, self.tops[b]))
        else:
            # The first side edge ends in the middle of the box, the others around it.
            away = BETWEEN_ENDS * ((number + 1) // 2) * (-1 if number % 2 else 1)
            level = (self.tops[b] + self.bottoms[b]) / 2 + away
            level = min(max(level, self.tops[b] + 4), self.bottoms[b] - 4)
            last = ((side_edge.x, level), (self.right[b], level))
        kind = "bus" if (side_edge.a, b) in self.graph.buses else "rail"
        points = (start, fork, (side_edge.x, fork[1]), *last)
        return EdgeLine(0, 0, points, kind, arrow=is_first, ends=(side_edge.a, b))

    def _exit_line(self, side_edge: SideEdge, height: float) -> EdgeLine:
        """Return the edge of an output that has to pass the diagrams below it."""
        start = self._start_point(side_edge.a, side_edge.source)
        fork = start[1] + FORK
        points = (start, (start[0], fork), (side_edge.x, fork), (side_edge.x, height))
        return EdgeLine(0, 0, points, "rail", arrow=False, ends=(side_edge.a, side_edge.b))

    def _diagram(self, exits: dict[str, float], height: float) -> Diagram:
        least = min([0.0, *self.left, *(x - 2 for x in exits.values())])
        most = max([0.0, *self.right, *self.texts, *(r.x for r in self.side_edges)])
        entry = self._start_point(OUTSIDE, "")[0]
        whole = Diagram(most - least, height)
        whole.entries = dict.fromkeys(self.graph.sources, entry - least)
        for a, source, b in self.direct:
            if a == OUTSIDE:
                whole.entries[source] = self.left[b] + self.diagrams[b].entry(source) - least
        whole.exits = {s: x - least for s, x in exits.items()}
        whole.elements += [t._replace(x=t.x - least) for t in self.elements]
        for diagram, x, top in zip(self.diagrams, self.left, self.tops, strict=True):
            whole.add(diagram, x - least, top)
        return whole
