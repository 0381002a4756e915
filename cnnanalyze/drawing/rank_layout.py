"""Rank layout: diagrams in ranks, for graphs with branches."""

from __future__ import annotations

from itertools import pairwise

from cnnanalyze.drawing.diagram import Diagram, EdgeLabel, EdgeLine, Point
from cnnanalyze.drawing.labels import VaryingText
from cnnanalyze.drawing.layout_graph import FORK, LABEL_SIZE, LayoutGraph
from cnnanalyze.drawing.node_placement import place_nodes

RANK_GAP = 38.0
BESIDE = 20.0
END = 30.0
"""The height below the last rank of boxes, for the edges that leave."""
PORT = 10.0
"""The width of a port, where an edge enters or leaves."""


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
        below: list[set[str]] = [set() for _ in self.diagrams]
        for a, _, s in self.edges:
            below[a].add(s)
        if len({self._label_of(s).text for s in self.outputs}) > 1:
            for port, s in enumerate(self.outputs, self.last):
                below[port].add(s)  # each shape is written where it leaves
        widths = [max(self._room(f, s), PORT) for f, s in zip(self.diagrams, below, strict=True)]
        pairs = [(a, b) for a, b, _ in self.edges]
        # The main path of the network runs straight; the branches of a block are side by side.
        ends = range(self.last, len(self.diagrams))
        self.places = place_nodes(
            widths, pairs, BESIDE, straight_main_path=not room_above, lowest=ends
        )
        self.ranks = self.places.ranks
        self.heights = [0.0] * (max(self.ranks, default=0) + 1)
        for diagram, rank in zip(self.diagrams, self.ranks, strict=True):
            self.heights[rank] = max(self.heights[rank], diagram.height)
        self.tops = self._stack()
        self.x = [c - f.width / 2 for c, f in zip(self.places.centres, self.diagrams, strict=True)]
        self.y = [
            self.tops[r] + (self.heights[r] - f.height) / 2
            for r, f in zip(self.ranks, self.diagrams, strict=True)
        ]

    def _numbered(self) -> list[tuple[int, int, str]]:
        """Return the edges between diagrams and ports, each once."""
        first, last = self.first, self.last
        sources = {s: i for i, s in enumerate(self.sources)}
        outputs = {s: last + i for i, s in enumerate(self.outputs)}
        edges = [(sources[s], first + b, s) for s, b in self.graph.entries]
        edges += [(first + a, first + b, s) for a, s, b in self.graph.edges]
        edges += [(first + a, outputs[s], s) for s, a in self.graph.exits]
        return list(dict.fromkeys(edges))

    def _room(self, diagram: Diagram, sources: set[str]) -> float:
        """Return the width that a diagram and the labels below it need."""
        return max([diagram.width, *(self._label_of(s).width(LABEL_SIZE) + 8 for s in sources)])

    def _label_of(self, source: str) -> VaryingText:
        """Return the label of a layer's output."""
        return self.graph.labels.get(source, VaryingText())

    def _stack(self) -> list[float]:
        """Return the top of each rank."""
        tops, y = [], 0.0 if self.sources else self.room_above
        for rank, height in enumerate(self.heights):
            tops.append(y)
            y += height + RANK_GAP
            if rank == 0 and self.sources:
                y += max(self.room_above - FORK, 0.0)
        return tops

    def diagram(self) -> Diagram:
        """Return the whole diagram."""
        last_rank = len(self.heights) - 1
        height = self.tops[-1] + self.heights[-1] + self.room_below
        if self.outputs:
            height = self.tops[last_rank] - RANK_GAP + END
        whole = Diagram(self.places.width, height)
        centres = self.places.centres
        whole.entries = {s: centres[i] for i, s in enumerate(self.sources)}
        whole.exits = {s: centres[self.last + i] for i, s in enumerate(self.outputs)}
        drawn = set()
        for (a, b, source), bends in zip(self.edges, self.places.bends, strict=True):
            line = self._line(a, b, source, bends, height)
            if line.points not in drawn:
                drawn.add(line.points)
                whole.elements.append(line)
        for diagram, x, y in zip(self.diagrams, self.x, self.y, strict=True):
            whole.add(diagram, x, y)
        whole.elements += self._labels()
        return whole

    def _line(
        self, a: int, b: int, source: str, bends: list[tuple[int, float]], height: float
    ) -> EdgeLine:
        leaves = b >= self.last
        start = self.x[a] + self.diagrams[a].exit(source), self.y[a] + self.diagrams[a].height
        end = self.x[b] + self.diagrams[b].entry(source), height if leaves else self.y[b]
        points: list[Point] = [start, (start[0], self._bottom(self.ranks[a]))]
        for rank, x in bends:
            points += [(x, self.tops[rank]), (x, self._bottom(rank))]
        points += [(end[0], end[1] if leaves else self.tops[self.ranks[b]]), end]
        ends = (a - self.first, b - self.first)
        return EdgeLine(0, 0, tuple(dict.fromkeys(points)), "edge", arrow=not leaves, ends=ends)

    def _bottom(self, rank: int) -> float:
        return self.tops[rank] + self.heights[rank]

    def _labels(self) -> list[EdgeLabel]:
        """Return the labels, each on the edges below its diagram."""
        labels = []
        shown = self._changing() if self.room_above else self.graph.labels
        for a, source in dict.fromkeys((a, s) for a, _, s in self.edges):
            outside = a < self.first
            text, uses = (self.graph.labels if outside else shown).get(source, VaryingText())
            if not text:
                continue
            x = self.x[a] + self.diagrams[a].exit(source)
            y = max(self.room_above, FORK) + 8 if outside else self._bottom(self.ranks[a]) + 16
            labels.append(EdgeLabel(x, y, text, "middle", uses))
        return _apart(labels)

    def _changing(self) -> dict[str, VaryingText]:
        """Return the labels of outputs whose shape differs from the input of the same diagram."""
        labels = self.graph.labels
        came: dict[int, set[str]] = {}
        for _, b, source in self.edges:
            came.setdefault(b, set()).add(labels.get(source, VaryingText()).text)
        made = {s: a for a, _, s in self.edges}
        return {s: t for s, t in labels.items() if t.text not in came.get(made.get(s, -1), ())}


def _apart(labels: list[EdgeLabel]) -> list[EdgeLabel]:
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
            if other.x - one.x < (_width(one) + _width(other)) / 2:
                left_out |= {id(other)} if one.text == other.text else {id(one), id(other)}
    return [label for label in labels if id(label) not in left_out]


def _width(label: EdgeLabel) -> float:
    return VaryingText(label.text, label.uses).width(LABEL_SIZE)
