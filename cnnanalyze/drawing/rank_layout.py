"""Rows: figures beside and below each other, for bodies with branches."""

from __future__ import annotations

from itertools import pairwise

from cnnanalyze.drawing.diagram import Figure, Label, Line, Point
from cnnanalyze.drawing.labels import CardText
from cnnanalyze.drawing.layout_graph import FORK, LABEL_SIZE, Body
from cnnanalyze.drawing.node_placement import arrange

ROW_GAP = 38.0
BESIDE = 20.0
END = 30.0
"""Below the last row of boxes, for the edges that leave."""
PORT = 10.0
"""The width of a place where an edge comes in or leaves."""


class Rows:
    """One body in the making; what comes in and goes out has places in the first and last row."""

    def __init__(self, body: Body, head: float, foot: float) -> None:
        self.body = body
        self.head, self.foot = head, foot
        self.sources = body.sources
        self.outputs = list(dict.fromkeys(s for s, _ in body.exits))
        self.first = len(self.sources)
        self.last = self.first + len(body.figures)
        self.figures = [
            *(Figure() for _ in self.sources),
            *body.figures,
            *(Figure() for _ in self.outputs),
        ]
        self.edges = self._numbered()
        below: list[set[str]] = [set() for _ in self.figures]
        for a, _, s in self.edges:
            below[a].add(s)
        if len({self._said(s).text for s in self.outputs}) > 1:
            for port, s in enumerate(self.outputs, self.last):
                below[port].add(s)  # each shape is said outside, where it leaves
        widths = [max(self._room(f, s), PORT) for f, s in zip(self.figures, below, strict=True)]
        pairs = [(a, b) for a, b, _ in self.edges]
        # The network itself is upright; the branches of a block are side by side.
        ends = range(self.last, len(self.figures))
        self.places = arrange(widths, pairs, BESIDE, upright=not head, lowest=ends)
        self.rows = self.places.rows
        self.heights = [0.0] * (max(self.rows, default=0) + 1)
        for figure, row in zip(self.figures, self.rows, strict=True):
            self.heights[row] = max(self.heights[row], figure.height)
        self.tops = self._stack()
        self.x = [c - f.width / 2 for c, f in zip(self.places.centres, self.figures, strict=True)]
        self.y = [
            self.tops[r] + (self.heights[r] - f.height) / 2
            for r, f in zip(self.rows, self.figures, strict=True)
        ]

    def _numbered(self) -> list[tuple[int, int, str]]:
        """Return the edges between figures, those from and to outside among them, each once."""
        first, last = self.first, self.last
        sources = {s: i for i, s in enumerate(self.sources)}
        outputs = {s: last + i for i, s in enumerate(self.outputs)}
        edges = [(sources[s], first + b, s) for s, b in self.body.entries]
        edges += [(first + a, first + b, s) for a, s, b in self.body.edges]
        edges += [(first + a, outputs[s], s) for s, a in self.body.exits]
        return list(dict.fromkeys(edges))

    def _room(self, figure: Figure, sources: set[str]) -> float:
        """Return the width that a figure and the labels below it need."""
        return max([figure.width, *(self._said(s).width(LABEL_SIZE) + 8 for s in sources)])

    def _said(self, source: str) -> CardText:
        """Return the shape of a layer's output, as it is written."""
        return self.body.labels.get(source, CardText())

    def _stack(self) -> list[float]:
        """Return how high each row is."""
        tops, y = [], 0.0 if self.sources else self.head
        for row, height in enumerate(self.heights):
            tops.append(y)
            y += height + ROW_GAP
            if row == 0 and self.sources:
                y += max(self.head - FORK, 0.0)
        return tops

    def figure(self) -> Figure:
        """Return all rows."""
        last_row = len(self.heights) - 1
        height = self.tops[-1] + self.heights[-1] + self.foot
        if self.outputs:
            height = self.tops[last_row] - ROW_GAP + END
        whole = Figure(self.places.width, height)
        centres = self.places.centres
        whole.entries = {s: centres[i] for i, s in enumerate(self.sources)}
        whole.exits = {s: centres[self.last + i] for i, s in enumerate(self.outputs)}
        drawn = set()
        for (a, b, source), lane in zip(self.edges, self.places.lanes, strict=True):
            line = self._line(a, b, source, lane, height)
            if line.points not in drawn:
                drawn.add(line.points)
                whole.things.append(line)
        for figure, x, y in zip(self.figures, self.x, self.y, strict=True):
            whole.put(figure, x, y)
        whole.things += self._labels()
        return whole

    def _line(
        self, a: int, b: int, source: str, lane: list[tuple[int, float]], height: float
    ) -> Line:
        leaves = b >= self.last
        start = self.x[a] + self.figures[a].exit(source), self.y[a] + self.figures[a].height
        end = self.x[b] + self.figures[b].entry(source), height if leaves else self.y[b]
        points: list[Point] = [start, (start[0], self._bottom(self.rows[a]))]
        for row, x in lane:
            points += [(x, self.tops[row]), (x, self._bottom(row))]
        points += [(end[0], end[1] if leaves else self.tops[self.rows[b]]), end]
        ends = (a - self.first, b - self.first)
        return Line(0, 0, tuple(dict.fromkeys(points)), "edge", arrow=not leaves, ends=ends)

    def _bottom(self, row: int) -> float:
        return self.tops[row] + self.heights[row]

    def _labels(self) -> list[Label]:
        """Return the shapes, each on the edges below its figure."""
        labels = []
        shown = self._changing() if self.head else self.body.labels
        for a, source in dict.fromkeys((a, s) for a, _, s in self.edges):
            outside = a < self.first
            text, uses = (self.body.labels if outside else shown).get(source, CardText())
            if not text:
                continue
            x = self.x[a] + self.figures[a].exit(source)
            y = max(self.head, FORK) + 8 if outside else self._bottom(self.rows[a]) + 16
            labels.append(Label(x, y, text, "middle", uses))
        return _apart(labels)

    def _changing(self) -> dict[str, CardText]:
        """Return the labels of those outputs that differ from what the same figure reads."""
        labels = self.body.labels
        came: dict[int, set[str]] = {}
        for _, b, source in self.edges:
            came.setdefault(b, set()).add(labels.get(source, CardText()).text)
        made = {s: a for a, _, s in self.edges}
        return {s: t for s, t in labels.items() if t.text not in came.get(made.get(s, -1), ())}


def _apart(labels: list[Label]) -> list[Label]:
    """Leave out labels that would lie on each other: of equal ones all but one, of others all.

    Examples
    --------
    >>> [label.x for label in _apart([Label(x, 0, "7x7x64") for x in (0, 5, 99)])]
    [0, 99]
    >>> [label.x for label in _apart([Label(x, 0, f"{x}x7") for x in (0, 5, 99)])]
    [99]
    """
    rows: dict[float, list[Label]] = {}
    for label in sorted(labels, key=lambda label: label.x):
        rows.setdefault(label.y, []).append(label)
    left_out: set[int] = set()
    for row in rows.values():
        for one, other in pairwise(row):
            if other.x - one.x < (_width(one) + _width(other)) / 2:
                left_out |= {id(other)} if one.text == other.text else {id(one), id(other)}
    return [label for label in labels if id(label) not in left_out]


def _width(label: Label) -> float:
    return CardText(label.text, label.uses).width(LABEL_SIZE)
