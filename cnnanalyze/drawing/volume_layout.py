"""Volume layout: the outputs of a network as bodies of their size, one behind the other.

As in the figures of LeNet-5 and AlexNet, and as PlotNeuralNet draws: a map is as high and as deep
as its extents, and as thick as its channels say. All lengths grow with the square root, so that a
map of 224 pixels and one of 7 can both be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.diagram import Caption, Diagram, EdgeLine, Point, Volume
from cnnanalyze.drawing.families import OF_CATEGORY
from cnnanalyze.drawing.labels import box_text, repeated, shape_text, varying_values
from cnnanalyze.drawing.part import Part, is_along
from cnnanalyze.drawing.part_tree import PartTree
from cnnanalyze.drawing.side_edges import TRACK_WIDTH
from cnnanalyze.drawing.text_metrics import shorten, text_width
from cnnanalyze.graph.blocks import wire
from cnnanalyze.graph.network import Network
from cnnanalyze.layers.traits import Category

LARGEST, THICKEST, LEAST = 150.0, 46.0, 5.0
"""The height of the largest map, the thickness of the most channels, and the least length."""
SLANT = 0.35
"""How far a line into the depth goes to the right and up, for its length."""
SHEETS, SHEET_AWAY = 6, 4.0
"""How many maps more than two are drawn of the most, and how far each lies behind another."""
GAP = 28.0
MOST = 26
"""Blocks are opened as long as there are no more bodies than this."""
LINE = 13.0
ARROW_AWAY = 3.0


class Station(NamedTuple):
    """An output that is drawn, and what makes it."""

    part: Part | None
    """Nothing for the input."""
    shape: Shape
    words: tuple[str, ...]
    """The title, and what is said below it."""


class VolumeLayout:
    """Lays out the bodies of one network."""

    def __init__(
        self,
        network: Network,
        tree: PartTree,
        opened: frozenset[str] | None,
        *,
        is_flat: bool,
        is_level: bool,
    ) -> None:
        self.network = network
        self.is_flat, self.is_level = is_flat, is_level
        self.parts = open_groups(tree.build(), tree, opened)
        self.stations = [
            *(_of_input(str(name), one.shape) for name, one in network.inputs.items()),
            *map(_of_part, self.parts),
        ]
        self.bodies = list(self._bodies())

    def _bodies(self) -> Iterator[Volume]:
        """Yield the body of each output, at no place yet."""
        shapes = [s.shape for s in self.stations]
        largest = max((max(s.size) for s in shapes if s.rank), default=1)
        widest = max((s.channels for s in shapes if s.rank), default=1)
        longest = max((s.channels for s in shapes if not s.rank), default=1)
        for station in self.stations:
            shape = station.shape
            high = deep = 2 * LEAST
            if shape.rank:
                high = _length(shape.size[-2:][0], largest, LARGEST)
                deep = _length(shape.size[-1], largest, LARGEST) if shape.rank > 1 else deep
                thick, sheets = _length(shape.channels, widest, THICKEST), 0
                if self.is_flat:
                    sheets = min(shape.channels, 2 + round(SHEETS * sqrt(shape.channels / widest)))
            else:
                high, thick = _length(shape.channels, longest, LARGEST), 2 * LEAST
                sheets = int(self.is_flat)
            yield self._body(station, thick, high, deep, sheets)

    def _body(
        self, station: Station, thick: float, high: float, deep: float, sheets: int
    ) -> Volume:
        part = station.part
        boxes = part.boxes if part else ()
        if sheets:
            face = deep, high
            behind = SHEET_AWAY * (sheets - 1)
        else:
            face = (thick, high) if self.is_level else (high, thick)
            behind = SLANT * deep
        size = face[0] + behind, face[1] + behind
        width, height = map(round, size)
        return Volume(0, 0, width, height, *face, sheets, _family(part), part, boxes)

    def diagram(self) -> Diagram:
        """Return the whole row or column, with the words beside it."""
        skips = [(a, b) for a, b in self._edges() if b > a + 1]
        tracks = _tracks(skips)
        aside = TRACK_WIDTH * (max(tracks) + 2) if tracks else 0.0
        across = max(b.height if self.is_level else b.width for b in self.bodies)
        middle = aside + across / 2
        diagram = Diagram()
        centres, at = [], 0.0
        for body, station in zip(self.bodies, self.stations, strict=True):
            widest = max(_width(i, word) for i, word in enumerate(station.words))
            lines = LINE * len(station.words)
            length = max(body.width, widest) if self.is_level else max(body.height, lines)
            centre = at + length / 2
            centres.append(centre)
            x, y = self._turned((centre, middle))
            placed = body._replace(x=x - body.width / 2, y=y - body.height / 2)
            low = aside + across + 18 if self.is_level else centre - lines / 2 + 10
            left, anchor = (x, "middle") if self.is_level else (aside + across + 14, "start")
            diagram.elements += [
                placed,
                *(
                    Caption(left, low + LINE * i, word, anchor, is_title=not i)
                    for i, word in enumerate(station.words)
                ),
            ]
            right = left + (widest / 2 if self.is_level else widest)
            diagram.width = max(diagram.width, right, placed.x + body.width)
            diagram.height = max(diagram.height, low + lines, placed.y + body.height)
            at += length + GAP
        diagram.elements += self._lines(skips, tracks, centres, middle, aside)
        return diagram

    def _turned(self, point: Point) -> Point:
        """Return a point on the page, for one along and one across."""
        return point if self.is_level else (point[1], point[0])

    def _edges(self) -> set[tuple[int, int]]:
        """Return which body is read for which."""
        wiring = wire((p.nodes for p in self.parts), self.network)
        first = len(self.network.inputs)
        names = [str(name) for name in self.network.inputs]
        edges = {(names.index(s), b + first) for s, b in wiring.entries if s in names}
        return edges | {(a + first, b + first) for a, _, b in wiring.edges}

    def _lines(
        self,
        skips: Sequence[tuple[int, int]],
        tracks: Sequence[int],
        centres: Sequence[float],
        middle: float,
        aside: float,
    ) -> Iterator[EdgeLine]:
        """Yield the edges: straight between neighbours, the others beside all bodies."""
        half = [(b.width if self.is_level else b.height) / 2 for b in self.bodies]
        side = [(b.height if self.is_level else b.width) / 2 for b in self.bodies]
        for a, b in sorted(self._edges() - set(skips)):
            ends = centres[a] + half[a] + ARROW_AWAY, centres[b] - half[b] - ARROW_AWAY
            points = tuple(self._turned((x, middle)) for x in ends)
            yield EdgeLine(0, 0, points, "rail", ends=(a, b))
        for (a, b), track in zip(skips, tracks, strict=True):
            level = aside - TRACK_WIDTH * (track + 1)
            start, end = centres[a] + 4, centres[b] - 4
            corners = (
                (start, middle - side[a]),
                (start, level),
                (end, level),
                (end, middle - side[b] - ARROW_AWAY),
            )
            yield EdgeLine(0, 0, tuple(map(self._turned, corners)), "rail", ends=(a, b))


def open_groups(root: Part, tree: PartTree, opened: frozenset[str] | None) -> list[Part]:
    """Return the parts whose outputs are drawn: as many as can be looked at, and what is wanted."""
    parts = list(root.children)
    while True:
        for at, part in enumerate(parts):
            if part.box is not None or part.members:
                continue
            is_wanted = opened is None or any(is_along(o, part.path) for o in opened)
            fits = len(parts) + len(part.children) - 1 <= MOST and tree.wiring(part).is_chain
            if is_wanted or fits:
                parts[at : at + 1] = part.children
                break
        else:
            return parts


def _of_input(name: str, shape: Shape) -> Station:
    return Station(None, shape, (shorten(name, 18), shape_text([shape])))


def _of_part(part: Part) -> Station:
    """Return what is drawn and said of a part."""
    shape = part.nodes[-1].output
    box = part.shape.box
    if box is None:
        title, more = (
            shorten(part.path.rpartition("/")[2], 22),
            varying_values([m.nodes for m in part.members]),
        )
    else:
        text = box_text([box])
        title, more = text.title, " · ".join(w for _, w in (*text.before, *text.after))
    words = (repeated(title, part.times), more, shape_text([shape]))
    return Station(part, shape, tuple(w for w in words if w))


def _family(part: Part | None) -> str:
    """Return the family of the layer that a body is drawn for: of a block, of its first one."""
    if part is None:
        return "end"
    nodes = [b.main for b in part.boxes]
    heavy = [n for n in nodes if n.layer.category != Category.JOIN] or nodes
    return str(OF_CATEGORY[heavy[0].layer.category])


def _length(value: int, most: int, longest: float) -> float:
    """Return a length that grows with the square root of a value."""
    return max(LEAST, longest * sqrt(value / most))


def _width(line: int, word: str) -> float:
    return text_width(word, 12) * 1.07 if not line else text_width(word, 10)


def _tracks(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return a track for each span, such that none lies over another on its track.

    Examples
    --------
    >>> _tracks([(0, 4), (1, 3), (4, 6)])
    [1, 0, 0]
    """
    tracks: dict[int, int] = {}
    for i in sorted(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0]):
        (a, b), taken = spans[i], set()
        for j, track in tracks.items():
            if spans[j][0] < b and a < spans[j][1]:
                taken.add(track)
        tracks[i] = next(t for t in range(len(spans) + 1) if t not in taken)
    return [tracks[i] for i in range(len(spans))]
