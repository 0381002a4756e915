"""Diagrams: the elements of a drawing with their coordinates, in no output format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnnanalyze.drawing.labels import BoxText
from cnnanalyze.drawing.part import Part
from cnnanalyze.graph.box_grouping import Box

Point = tuple[float, float]


class DrawnBox(NamedTuple):
    """A box with text: a layer, a reference to a detail, an input or an output."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """``layer``, ``join``, ``block`` or ``end``."""
    family: str
    text: BoxText
    part: Part | None = None
    boxes: tuple[Box, ...] = ()
    """All boxes that it represents."""
    letter: str = ""
    """The letter of the detail that shows the inside."""
    single: bool = True
    """Whether it represents layers at one place only."""
    owners: tuple[int, ...] = ()
    """In a detail, the use that each of the boxes belongs to."""


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
    """The letter of a detail; empty for other frames."""
    titles: tuple[str, ...] = ()
    """The name in each use of the detail."""
    counts: tuple[int, ...] = ()
    """The number of repeats in each use."""


class EdgeLine(NamedTuple):
    """An edge."""

    x: float
    y: float
    points: tuple[Point, ...]
    """Relative to ``x`` and ``y``."""
    kind: str
    """``edge`` is a spline, ``rail`` is orthogonal, ``bus`` is a thick ``rail``."""
    arrow: bool = True
    ends: tuple[int, int] = (0, 0)
    """The indices of the diagrams at its ends, in the graph that it belongs to."""
    is_level: bool = False
    """Whether a spline leaves and enters level, not upright."""


class EdgeLabel(NamedTuple):
    """A label on an edge."""

    x: float
    y: float
    text: str
    uses: tuple[str, ...] = ()
    """The text in each use of the detail around it."""


class Volume(NamedTuple):
    """An output as a body of its size; its front is at the lower left of its rectangle."""

    x: float
    y: float
    width: float
    height: float
    face_width: float
    face_height: float
    sheets: int
    """Of a stack of maps, how many are drawn; 0 for a body in perspective."""
    family: str
    part: Part | None = None
    boxes: tuple[Box, ...] = ()
    """All boxes that it represents."""


class Caption(NamedTuple):
    """A line of words beside a body."""

    x: float
    y: float
    text: str
    anchor: str
    is_title: bool


Element = DrawnBox | Frame | EdgeLine | EdgeLabel | Volume | Caption


@dataclass
class Diagram:
    """Elements with coordinates relative to the corner of their rectangle."""

    width: float = 0.0
    height: float = 0.0
    entries: dict[str, float] = field(default_factory=dict)
    """For each source outside, the x at which its edge enters at the top."""
    exits: dict[str, float] = field(default_factory=dict)
    """For each layer that is read outside, the x at which its edge leaves at the bottom."""
    elements: list[Element] = field(default_factory=list)
    is_group: bool = False

    def add(self, other: Diagram, x: float, y: float) -> None:
        """Add the elements of another diagram, moved by x and y."""
        self.elements += [t._replace(x=t.x + x, y=t.y + y) for t in other.elements]

    def flipped(self) -> Diagram:
        """Return the diagram with across and down exchanged: what ran down runs to the right."""
        return Diagram(self.height, self.width, elements=[_flipped(e) for e in self.elements])

    def entry(self, source: str = "") -> float:
        """Return the x at which the edge from a source enters; by default, that of the first."""
        return self.entries.get(source, next(iter(self.entries.values()), self.width / 2))

    def exit(self, source: str = "") -> float:
        """Return the x at which the output of a layer leaves; by default, that of the last."""
        return self.exits.get(source, next(reversed(self.exits.values()), self.width / 2))


def _flipped(element: Element) -> Element:
    x, y = element.y, element.x
    match element:
        case EdgeLine():
            points = tuple((b, a) for a, b in element.points)
            return element._replace(x=x, y=y, points=points, is_level=True)
        case EdgeLabel() | Caption():
            return element._replace(x=x, y=y)
        case _:
            return element._replace(x=x, y=y, width=element.height, height=element.width)
