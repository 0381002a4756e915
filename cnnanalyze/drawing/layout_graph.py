"""Layout graph: the diagrams of the parts of a group, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from cnnanalyze.drawing.diagram import Diagram
from cnnanalyze.drawing.labels import VaryingText

LABEL_SIZE = 10
GAP = 18.0
"""The distance of boxes below each other."""
LINE_OF_LABEL = 12.0
FORK = 8.0
"""How far below its source a side edge branches off."""


@dataclass
class LayoutGraph:
    """The diagrams inside a group, in an order in which every edge leads forward, and the edges."""

    diagrams: list[Diagram]
    edges: list[tuple[int, str, int]]
    """Source diagram, layer whose output it carries, target diagram."""
    entries: list[tuple[str, int]] = field(default_factory=list)
    exits: list[tuple[str, int]] = field(default_factory=list)
    labels: dict[str, VaryingText] = field(default_factory=dict)
    """Shapes, by the layer that outputs them."""
    buses: frozenset[tuple[int, int]] = frozenset()
    """Edges whose channels a concatenation keeps."""
    is_level: bool = False
    """Whether it is drawn to the right: it is laid out downward, with diagrams lying on their side,
    and flipped at the end. Words stay upright, so that labels take room along the edges then."""

    least_length: float = 0.0
    """The length that the name of its border needs, where that stands along the edges."""

    def room_along(self, label: VaryingText) -> float:
        """Return the room that a label takes along its edge."""
        return ceil(label.width(LABEL_SIZE)) + 6 if self.is_level else LINE_OF_LABEL

    @property
    def sources(self) -> list[str]:
        """The layers outside whose output is read."""
        return list(dict.fromkeys(s for s, _ in self.entries))
