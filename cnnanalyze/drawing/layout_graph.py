"""Bodies: the figures of a group's parts, and what connects them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnanalyze.drawing.diagram import Figure
from cnnanalyze.drawing.labels import CardText

LABEL_SIZE = 10
GAP = 18.0
"""Between boxes above each other, without anything between them."""
LINE_OF_LABEL = 12.0
FORK = 8.0
"""How far below its source a rail leaves the edge."""


@dataclass
class Body:
    """What is inside a group: figures in an order in which edges lead forward, and the edges."""

    figures: list[Figure]
    edges: list[tuple[int, str, int]]
    """From figure, layer whose output it is, to figure."""
    entries: list[tuple[str, int]] = field(default_factory=list)
    exits: list[tuple[str, int]] = field(default_factory=list)
    labels: dict[str, CardText] = field(default_factory=dict)
    """Shapes, by the layer whose output has it."""
    buses: frozenset[tuple[int, int]] = frozenset()
    """Edges that a concatenation takes up unchanged."""

    @property
    def sources(self) -> list[str]:
        """What comes in from outside."""
        return list(dict.fromkeys(s for s, _ in self.entries))
