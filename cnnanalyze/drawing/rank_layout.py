"""Rank layout: diagrams in ranks, for graphs with branches."""

from __future__ import annotations

from itertools import pairwise

from cnnanalyze.drawing.diagram import Diagram, DrawnBox, EdgeLabel, EdgeLine, Point
from cnnanalyze.drawing.labels import VaryingText
from cnnanalyze.drawing.layout_graph import LABEL_SIZE, LINE_OF_LABEL, LayoutGraph
from cnnanalyze.drawing.node_placement import keep_apart, place_nodes

BAND = 17.0
"""The height below a rank in which edges run straight, beside their labels."""
CURVE = 24.0
"""The height below that in which edges go to where they end."""
BESIDE = 20.0
END = 14.0
"""The height in which the edges that leave end."""
PORT = 10.0
"""The width of a port, where an edge enters or leaves."""
BETWEEN_ENDS = 12.0
"""The distance between edges that end at one box."""
FARTHEST_END = 30.0
"""How far from the axis of a box an edge may end."""
LABEL_AWAY, LABEL_ABOVE = 6.0, 4.0
"""How far a label stands right of where its edge begins, and above an edge to the right."""


class RankLayout:
    """Lays out one graph; what enters has ports in the first rank, what leaves in the last."""

    def __init__(self, graph: LayoutGraph, room_above: float, room_below: float) -> None:
        self.graph = graph
        self.room_above, self.room_below = room_above, room_below
        self.sources = graph.sources
        self.outputs = list(dict.fromkeys(s for s, _ in graph.exits))
        self.first = len(self.sources)
        self.last = self.first + len(graph.diagrams)
        self.diagrams = [
            *(Diagram() for _ in self.sources),
            *graph.diagrams,
            *(Diagram() for _ in self.outputs),
        ]
        self.edges = self._numbered()
        self.shown = self._shown()
        """Of each diagram and each layer whose output it gives, the label."""
        self.axis = [self._axis(v) for v in range(len(self.diagrams))]
        """The distance from the left side of each diagram to where its edges come and go."""
        pairs = [(a, b) for a, b, _ in self.edges]
        least = LABEL_ABOVE + LABEL_SIZE if graph.is_level else PORT / 2
        before = [max(x, least) for x in self.axis]
        widths = [left + self._after(v) for v, left in enumerate(before)]
        # The main path of the network runs straight; the branches of a block are side by side.
        ends = range(self.last, len(self.diagrams))
        self.places = place_nodes(
            widths,
            pairs,
            BESIDE,
            before_axes=before,
            straight_main_path=not room_above,
            lowest=ends,
        )
        self.ranks = self.places.ranks
        self.heights = [0.0] * (max(self.ranks, default=0) + 1)
        for diagram, rank in zip(self.diagrams, self.ranks, strict=True):
            self.heights[rank] = max(self.heights[rank], diagram.height)
        if self.sources:  # what enters runs straight below the name of the border
            self.heights[0] = max(self.heights[0], room_above)
        self.bands = [0.0] * len(self.heights)
        for (a, _), label in self.shown.items():
            room = BAND - LINE_OF_LABEL + graph.room_along(label)
            self.bands[self.ranks[a]] = max(self.bands[self.ranks[a]], room)
        self.tops = self._stack()
        self.x = [c - x for c, x in zip(self.places.axes, self.axis, strict=True)]
        self.y = [
            self.tops[r] + (self.heights[r] - f.height) / 2
            for r, f in zip(self.ranks, self.diagrams, strict=True)
        ]
        self.ends = self._ends()
        """The x at which each edge ends."""

    def _numbered(self) -> list[tuple[int, int, str]]:
        """Return the edges between diagrams and ports, each once."""
        first, last = self.first, self.last
        sources = {s: i for i, s in enumerate(self.sources)}
        outputs = {s: last + i for i, s in enumerate(self.outputs)}
        edges = [(sources[s], first + b, s) for s, b in self.graph.entries]
        edges += [(first + a, first + b, s) for a, s, b in self.graph.edges]
        edges += [(first + a, outputs[s], s) for s, a in self.graph.exits]
        return list(dict.fromkeys(edges))

    def _shown(self) -> dict[tuple[int, str], VaryingText]:
        """Return the labels that are written; in a block only those that say something new."""
        labels = self.graph.labels
        came: dict[int, set[str]] = {}
        for _, b, source in self.edges:
            came.setdefault(b, set()).add(labels.get(source, VaryingText()).text)
        found: dict[tuple[int, str], VaryingText] = {}
        for a, _, source in self.edges:
            label = labels.get(source, VaryingText())
            says_new = a < self.first or not self.room_above or label.text not in came.get(a, ())
            if label.text and says_new:
                found[a, source] = label
        return found

    def _axis(self, v: int) -> float:
        """Return where edges come to a diagram, or leave it if they come to several places."""
        diagram = self.diagrams[v]
        entered = {diagram.entry(s) for _, b, s in self.edges if b == v}
        if len(entered) == 1 or not diagram.exits:
            return entered.pop() if entered else diagram.exit()
        return diagram.exit()

    def _after(self, v: int) -> float:
        """Return the width that a diagram and the labels below it need after its axis."""
        diagram = self.diagrams[v]
        ends = [diagram.width - self.axis[v], PORT / 2]
        if not self.graph.is_level:
            ends += [
                diagram.exit(s) - self.axis[v] + LABEL_AWAY + label.width(LABEL_SIZE)
                for (a, s), label in self.shown.items()
                if a == v
            ]
        return max(ends)

    def _stack(self) -> list[float]:
        """Return the top of each rank."""
        tops, y = [], 0.0 if self.sources else self.room_above
        for height, band in zip(self.heights, self.bands, strict=True):
            tops.append(y)
            y += height + band + CURVE
        return tops

    def _ends(self) -> list[float]:
        """Return where each edge ends: at a box beside each other, none crossing another."""
        ends = [self.x[b] + self.diagrams[b].entry(s) for _, b, s in self.edges]
        arriving: dict[int, list[tuple[float, int]]] = {}
        for i, (a, b, source) in enumerate(self.edges):
            if not self.diagrams[b].is_group and b < self.last:
                bends = self.places.bends[i]
                comes = bends[-1][1] if bends else self.x[a] + self.diagrams[a].exit(source)
                arriving.setdefault(b, []).append((comes, i))
        for b, found in arriving.items():
            if len(found) > 1:
                diagram, axis = self.diagrams[b], self.places.axes[b]
                farthest = min(diagram.width / 2 - straight_end(diagram), FARTHEST_END)
                step = min(BETWEEN_ENDS, 2 * farthest / (len(found) - 1))
                found.sort()
                wanted = [min(max(x - axis, -farthest), farthest) for x, _ in found]
                offsets = [step * k for k in range(len(found))]
                places = keep_apart(wanted, [1.0] * len(found), offsets)
                for k, ((_, i), x) in enumerate(zip(found, places, strict=True)):
                    room = step * k - farthest, farthest - step * (len(found) - 1 - k)
                    ends[i] = axis + min(max(x, room[0]), room[1])
        return ends

    def diagram(self) -> Diagram:
        """Return the whole diagram."""
        height = self.tops[-1] + self.heights[-1] + self.room_below
        if self.outputs:
            height = self.tops[-1] - CURVE + END
        height = max(height, self.graph.least_length)
        whole = Diagram(self.places.width, height)
        axes = self.places.axes
        whole.entries = {s: axes[i] for i, s in enumerate(self.sources)}
        whole.exits = {s: axes[self.last + i] for i, s in enumerate(self.outputs)}
        drawn = set()
        for i in range(len(self.edges)):
            line = self._line(i, height)
            if line.points not in drawn:
                drawn.add(line.points)
                whole.elements.append(line)
        for diagram, x, y in zip(self.diagrams, self.x, self.y, strict=True):
            whole.add(diagram, x, y)
        whole.elements += self._labels()
        return whole

    def _line(self, i: int, height: float) -> EdgeLine:
        """Return an edge: straight beside boxes and labels, bent in the gaps between ranks."""
        (a, b, source), bends, x = self.edges[i], self.places.bends[i], self.ends[i]
        leaves = b >= self.last
        start = self.x[a] + self.diagrams[a].exit(source), self.y[a] + self.diagrams[a].height
        end = x, height if leaves else self.y[b]
        points: list[Point] = [start, (start[0], self._bottom(self.ranks[a]))]
        for rank, passed in bends:
            points += [(passed, self.tops[rank]), (passed, self._bottom(rank))]
        points += [(x, end[1] if leaves else self.tops[self.ranks[b]]), end]
        ends = (a - self.first, b - self.first)
        return EdgeLine(0, 0, tuple(dict.fromkeys(points)), "edge", arrow=not leaves, ends=ends)

    def _bottom(self, rank: int) -> float:
        """Return the height below a rank and its labels, from which on edges bend."""
        return self.tops[rank] + self.heights[rank] + self.bands[rank]

    def _labels(self) -> list[EdgeLabel]:
        """Return the labels, each beside the edges below its diagram."""
        labels = []
        starts: dict[int, set[float]] = {}
        for a, _, source in self.edges:
            starts.setdefault(a, set()).add(self.x[a] + self.diagrams[a].exit(source))
        for (a, source), (text, uses) in self.shown.items():
            rank = self.ranks[a]
            x = self.x[a] + self.diagrams[a].exit(source)
            low = self.tops[rank] + self.heights[rank]
            if self.graph.is_level:
                label = EdgeLabel(x - LABEL_ABOVE, low + LABEL_AWAY, text, uses=uses)
                taken = label.x - LABEL_SIZE, x
            else:
                label = EdgeLabel(x + LABEL_AWAY, low + BAND - 4, text, uses=uses)
                taken = x, label.x + _width(label)
            if not any(taken[0] < other < taken[1] for other in starts[a]):
                labels.append(label)
        return _apart(labels, is_level=self.graph.is_level)


def straight_end(diagram: Diagram) -> float:
    """Return how much of the upper side of a box is round, at each end."""
    box = diagram.elements[0]
    if not isinstance(box, DrawnBox) or box.kind != "join":
        return 8.0
    return min(box.width, box.height) / 2 - (2.0 if box.width > box.height else 5.0)


def _apart(labels: list[EdgeLabel], *, is_level: bool = False) -> list[EdgeLabel]:
    """Leave out labels that overlap: of equal ones all but one, of others all.

    Examples
    --------
    >>> [label.x for label in _apart([EdgeLabel(x, 0, "7x7x64") for x in (0, 5, 99)])]
    [0, 99]
    >>> [label.x for label in _apart([EdgeLabel(x, 0, f"{x}x7") for x in (0, 5, 99)])]
    [99]
    """
    ranks: dict[float, list[EdgeLabel]] = {}
    for label in sorted(labels, key=lambda label: label.x):
        ranks.setdefault(label.y, []).append(label)
    left_out: set[int] = set()
    for rank in ranks.values():
        for one, other in pairwise(rank):
            if other.x - one.x < (LABEL_SIZE if is_level else _width(one)):
                left_out |= {id(other)} if one.text == other.text else {id(one), id(other)}
    return [label for label in labels if id(label) not in left_out]


def _width(label: EdgeLabel) -> float:
    return VaryingText(label.text, label.uses).width(LABEL_SIZE)
