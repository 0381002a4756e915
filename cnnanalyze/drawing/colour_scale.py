"""Heat: a quantity of each box, and how warm that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import sqrt

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.analysis.statistics import sees_beside
from cnnanalyze.drawing.figure import Mark, Tile
from cnnanalyze.drawing.style import STEPS
from cnnanalyze.drawing.text_metrics import magnitude


def _field(facts: NodeFacts) -> int:
    return max((f.local.size for f in facts.fields or ()), default=0)


QUANTITIES: dict[str, tuple[str, Callable[[NodeFacts], int]]] = {
    "parameters": ("parameters", lambda f: f.parameters),
    "macs": ("multiply-accumulates", lambda f: f.operations("mac") or 0),
    "activations": ("output activations", lambda f: f.activations),
    "field": ("receptive field", _field),
}
"""What boxes can be coloured by: the words, and the number of a layer."""
LARGEST = frozenset({"field"})
"""Quantities of which a group has the largest of its layers, not the sum."""


class Heat:
    """One quantity over a drawing."""

    def __init__(self, analysis: Analysis, name: str) -> None:
        self.name = name
        self.analysis = analysis
        self.most = 1

    @property
    def is_on(self) -> bool:
        """Whether there is a quantity at all."""
        return self.name in QUANTITIES

    @property
    def words(self) -> str:
        """What the quantity is called."""
        return QUANTITIES[self.name][0]

    @property
    def note(self) -> str:
        """What explains a mark in the boxes, if there is one."""
        if self.name != "field" or not any(map(sees_beside, self.analysis)):
            return ""
        return "; +all: the whole map, too, through a statistic"

    def value(self, tile: Tile) -> int:
        """Return the quantity of all layers that a box stands for."""
        measure = QUANTITIES[self.name][1]
        facts = self.analysis.facts
        values = [measure(facts[n.id]) for b in tile.boxes for n in b.nodes]
        return max(values, default=0) if self.name in LARGEST else sum(values)

    def measure(self, things: Iterable[Mark]) -> None:
        """Find out what the warmest box has."""
        if self.is_on:
            values = [self.value(t) for t in things if isinstance(t, Tile) and t.boxes]
            self.most = max([1, *values])

    def share(self, tile: Tile) -> float:
        """Return the part of the warmest box's quantity that a box has."""
        return self.value(tile) / self.most

    def step(self, tile: Tile) -> int:
        """Return the shade of a box: the more, the higher, the differences small ones."""
        return min(STEPS - 1, int(sqrt(self.share(tile)) * STEPS))

    def text(self, tile: Tile) -> str:
        """Return the number in a box; of a field also whether everything is seen beside it."""
        facts = self.analysis.facts
        seen = (facts[n.id] for b in tile.boxes for n in b.nodes)
        beside = self.name == "field" and any(map(sees_beside, seen))
        return magnitude(self.value(tile)) + ("+all" if beside else "")
