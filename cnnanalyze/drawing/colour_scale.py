"""Heat: a quantity of each box, and how warm that makes it."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from cnnanalyze.analysis.quantities import OURS
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.statistics import sees_beside
from cnnanalyze.core.quantities import Quantity, rows
from cnnanalyze.drawing.diagram import Mark, Tile
from cnnanalyze.drawing.style import STEPS
from cnnanalyze.drawing.text_metrics import magnitude


def coloured() -> dict[str, Quantity]:
    """Return what boxes can be coloured by, under the words of tables of layers.

    Examples
    --------
    >>> "macs" in coloured(), coloured()["field"].title, "depth" in coloured()
    (True, 'receptive field', False)
    """
    return {row.column: row for row in rows(layers=True)}


class Heat:
    """One quantity over a drawing."""

    def __init__(self, analysis: Analysis, name: str) -> None:
        self.quantity = coloured().get(name)
        self.name = name
        self.analysis = analysis
        self.most = 1

    @property
    def is_on(self) -> bool:
        """Whether there is a quantity at all."""
        return self.quantity is not None

    @property
    def words(self) -> str:
        """What the quantity is called."""
        return "" if self.quantity is None else self.quantity.title

    @property
    def has_axes(self) -> bool:
        """Whether the quantity is one of what a unit sees."""
        return self.quantity is not None and self.quantity.of_axes is not None

    @property
    def note(self) -> str:
        """What explains a mark in the boxes, if there is one."""
        if not self.has_axes or not any(map(sees_beside, self.analysis)):
            return ""
        return "; +all: the whole map, too"

    def value(self, tile: Tile) -> int:
        """Return the quantity of all layers that a box represents."""
        quantity, facts = self.quantity, self.analysis.facts
        assert quantity is not None
        assert quantity.of_layer is not None
        values = [quantity.of_layer(facts[n.id], OURS) or 0 for b in tile.boxes for n in b.nodes]
        return sum(values) if quantity.adds_up else max(values, default=0)

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
        beside = self.has_axes and any(map(sees_beside, seen))
        return magnitude(self.value(tile)) + ("+all" if beside else "")
