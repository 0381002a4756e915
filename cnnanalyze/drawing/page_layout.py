"""Page layout: the overview, the details, the title and the legend on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnnanalyze.drawing.diagram import Diagram, DrawnBox, Volume

MARGIN = 24.0
TITLE_ROOM = 52.0
LEGEND_ROOM = 34.0
BETWEEN = 28.0
LEAST_COLUMN = 520.0
"""Up to this height, details stand in one column, whatever the height of the overview."""
SLACK = 1.15
READABLE = 1500.0
"""On a wider page the text becomes too small; details become higher than the overview instead."""
HIGHEST, HIGHER = 1.6, 1.1
"""The largest factor by which they become higher, and the factor of each attempt."""
CROWD = 60
"""More details than this are placed in columns."""
WIDER = 1.07
"""The factor by which the width for details grows in each attempt."""


class PlacedDiagram(NamedTuple):
    """A diagram and its position on the page."""

    diagram: Diagram
    x: float
    y: float


class DrawingPage(NamedTuple):
    """The size of a page and what it shows."""

    width: float
    height: float
    overview: PlacedDiagram
    details: tuple[PlacedDiagram, ...]

    @property
    def families(self) -> set[str]:
        """The families of all boxes on the page."""
        return {
            t.family
            for p in (self.overview, *self.details)
            for t in p.diagram.elements
            if (isinstance(t, DrawnBox) and t.kind != "end") or isinstance(t, Volume)
        }

    @property
    def has_volumes(self) -> bool:
        """Whether outputs are shown as bodies."""
        return any(isinstance(t, Volume) for t in self.overview.diagram.elements)


def pack(details: Sequence[Diagram], room: float) -> list[PlacedDiagram]:
    """Place details in the least width in which they are not higher than the room.

    Each detail, in its order, is placed as high and then as far left as possible. Very many details
    stand in columns.
    """
    if len(details) > CROWD:
        return _columns(details, room)
    width = max((c.width for c in details), default=0.0)
    while True:
        placed: list[PlacedDiagram] = []
        for detail in details:
            placed.append(_place(detail, placed, width))
        if all(p.y + p.diagram.height <= room for p in placed):
            return placed
        width *= WIDER


def _columns(details: Sequence[Diagram], room: float) -> list[PlacedDiagram]:
    """Place details in columns that are not higher than the room."""
    placed: list[PlacedDiagram] = []
    x = y = right = 0.0
    for detail in details:
        if y and y + detail.height > room:
            x, y = right + BETWEEN, 0.0
        placed.append(PlacedDiagram(detail, x, y))
        y += detail.height + BETWEEN
        right = max(right, x + detail.width)
    return placed


def _place(detail: Diagram, placed: Sequence[PlacedDiagram], width: float) -> PlacedDiagram:
    """Place a detail at the first free position among others."""
    best = None
    for x in sorted({0.0, *(p.x + p.diagram.width + BETWEEN for p in placed)}):
        if x and x + detail.width > width:
            break
        y = 0.0
        for p in sorted(placed, key=lambda p: p.y):
            beside = p.x >= x + detail.width + BETWEEN or x >= p.x + p.diagram.width + BETWEEN
            if not beside and p.y < y + detail.height + BETWEEN:
                y = max(y, p.y + p.diagram.height + BETWEEN)
        if best is None or y < best.y:
            best = PlacedDiagram(detail, x, y)
    return best or PlacedDiagram(detail, 0.0, 0.0)


def _width(placed: Sequence[PlacedDiagram]) -> float:
    return max((p.x + p.diagram.width for p in placed), default=0.0)


def place_diagrams(
    overview: Diagram, details: Sequence[Diagram], least_width: float
) -> DrawingPage:
    """Place the details right of the overview, about as high unless the page becomes too wide."""
    room = least = max([SLACK * overview.height, LEAST_COLUMN, *(c.height for c in details)])
    top = MARGIN + TITLE_ROOM
    start = MARGIN + overview.width + 2 * BETWEEN
    widest = max([READABLE - start - MARGIN, *(c.width for c in details)])
    packed = pack(details, room)
    while _width(packed) > widest and room * HIGHER <= HIGHEST * least:
        room *= HIGHER
        packed = pack(details, room)
    placed = [PlacedDiagram(p.diagram, round(start + p.x), round(top + p.y)) for p in packed]
    right = max((p.x + p.diagram.width for p in placed), default=0.0)
    width = max(MARGIN + overview.width, right, least_width + MARGIN) + MARGIN
    left = MARGIN
    if not details:
        left = max(MARGIN, (width - overview.width) / 2)
    low = max([overview.height, *(p.y - top + p.diagram.height for p in placed)])
    height = top + low + LEGEND_ROOM + MARGIN
    return DrawingPage(
        round(width), round(height), PlacedDiagram(overview, round(left), top), tuple(placed)
    )


def place_below(overview: Diagram, details: Sequence[Diagram], least_width: float) -> DrawingPage:
    """Place the details below the overview, no wider than it unless it is narrow."""
    top = MARGIN + TITLE_ROOM
    start = top + overview.height + 2 * BETWEEN
    widest = max([READABLE, overview.width, *(c.width for c in details)])
    room = max((c.height for c in details), default=0.0)
    packed = pack(details, room)
    while _width(packed) > widest:
        room *= HIGHER
        packed = pack(details, room)
    placed = tuple(
        PlacedDiagram(p.diagram, round(MARGIN + p.x), round(start + p.y)) for p in packed
    )
    least = MARGIN + max(overview.width, least_width)
    right = max([least, *(p.x + p.diagram.width for p in placed)])
    low = max([top + overview.height, *(p.y + p.diagram.height for p in placed)])
    return DrawingPage(
        round(right + MARGIN),
        round(low + LEGEND_ROOM + MARGIN),
        PlacedDiagram(overview, MARGIN, top),
        placed,
    )
