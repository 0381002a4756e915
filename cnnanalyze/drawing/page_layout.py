"""The page: spine, cards, title and legend, each at its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnnanalyze.drawing.diagram import Figure, Tile

MARGIN = 24.0
TITLE_ROOM = 52.0
LEGEND_ROOM = 34.0
BETWEEN = 28.0
LEAST_COLUMN = 520.0
"""Up to this height cards are in one column, however short the spine."""
SLACK = 1.15
READABLE = 1500.0
"""Of a wider page, shown whole, the words are small; rather are the cards higher than the spine."""
HIGHEST, HIGHER = 1.6, 1.1
"""How much higher than usual they may be then, and the steps to it."""
CROWD = 60
"""More cards than this are put into columns."""
WIDER = 1.07
"""By how much the width for cards grows until they have room."""


class PlacedFigure(NamedTuple):
    """A figure at its place."""

    figure: Figure
    x: float
    y: float


class DrawingPage(NamedTuple):
    """What is where."""

    width: float
    height: float
    spine: PlacedFigure
    cards: tuple[PlacedFigure, ...]

    @property
    def families(self) -> set[str]:
        """The families of all boxes on the page."""
        return {
            t.family
            for p in (self.spine, *self.cards)
            for t in p.figure.things
            if isinstance(t, Tile) and t.kind != "end"
        }


def pack(cards: Sequence[Figure], room: float) -> list[PlacedFigure]:
    """Return places for cards in the least width in which they are not higher than the room.

    Each card, in its order, is placed as high, and then as far left, as possible; of very many
    cards each is below the one before, or begins the next column.
    """
    if len(cards) > CROWD:
        return _columns(cards, room)
    width = max((c.width for c in cards), default=0.0)
    while True:
        placed: list[PlacedFigure] = []
        for card in cards:
            placed.append(_place(card, placed, width))
        if all(p.y + p.figure.height <= room for p in placed):
            return placed
        width *= WIDER


def _columns(cards: Sequence[Figure], room: float) -> list[PlacedFigure]:
    """Return places for cards in columns no higher than the room."""
    placed: list[PlacedFigure] = []
    x = y = right = 0.0
    for card in cards:
        if y and y + card.height > room:
            x, y = right + BETWEEN, 0.0
        placed.append(PlacedFigure(card, x, y))
        y += card.height + BETWEEN
        right = max(right, x + card.width)
    return placed


def _place(card: Figure, placed: Sequence[PlacedFigure], width: float) -> PlacedFigure:
    """Return the first free place of a card among others."""
    best = None
    for x in sorted({0.0, *(p.x + p.figure.width + BETWEEN for p in placed)}):
        if x and x + card.width > width:
            break
        y = 0.0
        for p in sorted(placed, key=lambda p: p.y):
            beside = p.x >= x + card.width + BETWEEN or x >= p.x + p.figure.width + BETWEEN
            if not beside and p.y < y + card.height + BETWEEN:
                y = max(y, p.y + p.figure.height + BETWEEN)
        if best is None or y < best.y:
            best = PlacedFigure(card, x, y)
    return best or PlacedFigure(card, 0.0, 0.0)


def _width(placed: Sequence[PlacedFigure]) -> float:
    return max((p.x + p.figure.width for p in placed), default=0.0)


def lay_out(spine: Figure, cards: Sequence[Figure], least_width: float) -> DrawingPage:
    """Put the cards right of the spine, hardly higher than it unless the page is wide."""
    room = least = max([SLACK * spine.height, LEAST_COLUMN, *(c.height for c in cards)])
    top = MARGIN + TITLE_ROOM
    start = MARGIN + spine.width + 2 * BETWEEN
    widest = max([READABLE - start - MARGIN, *(c.width for c in cards)])
    packed = pack(cards, room)
    while _width(packed) > widest and room * HIGHER <= HIGHEST * least:
        room *= HIGHER
        packed = pack(cards, room)
    placed = [PlacedFigure(p.figure, round(start + p.x), round(top + p.y)) for p in packed]
    right = max((p.x + p.figure.width for p in placed), default=0.0)
    width = max(MARGIN + spine.width, right, least_width + MARGIN) + MARGIN
    left = MARGIN
    if not cards:
        left = max(MARGIN, (width - spine.width) / 2)
    low = max([spine.height, *(p.y - top + p.figure.height for p in placed)])
    height = top + low + LEGEND_ROOM + MARGIN
    return DrawingPage(
        round(width), round(height), PlacedFigure(spine, round(left), top), tuple(placed)
    )
