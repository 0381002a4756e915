"""Figures: what a drawing consists of, with places; independent of any format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnnanalyze.drawing.box_grouping import Box
from cnnanalyze.drawing.labels import Words
from cnnanalyze.drawing.part import Part

Point = tuple[float, float]


class Tile(NamedTuple):
    """A box with words in it: a layer with its marks, a reference to a card, an end."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """``layer``, ``join``, ``block`` or ``end``."""
    family: str
    words: Words
    part: Part | None = None
    boxes: tuple[Box, ...] = ()
    """All boxes that this one represents."""
    letter: str = ""
    """The card that shows the inside."""
    single: bool = True
    """Whether the tile represents layers at one place only."""
    owners: tuple[int, ...] = ()
    """On a card, the number of the use that each of the boxes belongs to."""


class Frame(NamedTuple):
    """A border around the inside of a group, with its name."""

    x: float
    y: float
    width: float
    height: float
    title: str
    part: Part
    times: int = 1
    letter: str = ""
    """If it is a card."""
    titles: tuple[str, ...] = ()
    """The name in each block that the card represents."""
    counts: tuple[int, ...] = ()
    """How often it is repeated there."""


class Line(NamedTuple):
    """An edge."""

    x: float
    y: float
    points: tuple[Point, ...]
    """Relative to the place."""
    kind: str
    """``edge`` (smooth, down), ``rail`` (with corners), ``bus`` (a rail that carries more)."""
    arrow: bool = True
    ends: tuple[int, int] = (0, 0)
    """The numbers of the figures at its ends, within the body that it belongs to."""


class Label(NamedTuple):
    """A shape on an edge."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    uses: tuple[str, ...] = ()
    """The text in each block that the card around it represents."""


Mark = Tile | Frame | Line | Label


@dataclass
class Figure:
    """Things with places, in a rectangle of their own."""

    width: float = 0.0
    height: float = 0.0
    entries: dict[str, float] = field(default_factory=dict)
    """For each source outside, where its edge comes in at the top."""
    exits: dict[str, float] = field(default_factory=dict)
    """For each layer that is read outside, where its edge leaves at the bottom."""
    things: list[Mark] = field(default_factory=list)
    is_group: bool = False

    def put(self, other: Figure, x: float, y: float) -> None:
        """Take over all things of another figure at a place."""
        self.things += [t._replace(x=t.x + x, y=t.y + y) for t in other.things]

    def entry(self, source: str = "") -> float:
        """Where does the edge from a source come in? By default, where the first one does."""
        return self.entries.get(source, next(iter(self.entries.values()), self.width / 2))

    def exit(self, source: str = "") -> float:
        """Where does the edge with a layer's output leave? By default, where the last one does."""
        return self.exits.get(source, next(reversed(self.exits.values()), self.width / 2))
