"""Colour scale: boxes coloured by a quantity."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from cnnanalyze.analysis.field_text import brief, of_each
from cnnanalyze.analysis.quantities import OURS
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.statistics import sees_beside
from cnnanalyze.core.quantities import Quantity, rows
from cnnanalyze.drawing.diagram import DrawnBox, Element, Volume
from cnnanalyze.drawing.style import STEPS
from cnnanalyze.drawing.text_metrics import magnitude, text_width

Measured = DrawnBox | Volume
SHADE_WIDTH = 14.0
"""The width of a shade in the legend."""


def colour_quantities() -> dict[str, Quantity]:
    """Return the quantities by which boxes can be coloured, by their names as columns.

    Examples
    --------
    >>> (
    ...     "macs" in colour_quantities(),
    ...     colour_quantities()["field"].title,
    ...     "depth" in colour_quantities(),
    ... )
    (True, 'receptive field', False)
    """
    return {row.column: row for row in rows(layers=True)}


class ColourScale:
    """The colours of the boxes of a drawing by one quantity."""

    def __init__(self, analysis: Analysis, name: str) -> None:
        self.quantity = colour_quantities().get(name)
        self.name = name
        self.analysis = analysis
        self.largest = 1

    @property
    def is_on(self) -> bool:
        """Whether boxes are coloured by a quantity."""
        return self.quantity is not None

    @property
    def title(self) -> str:
        """The title of the quantity, with the unit of memory."""
        if self.quantity is None:
            return ""
        return f"{self.quantity.title} in bytes" if self.quantity.is_memory else self.quantity.title

    @property
    def has_axes(self) -> bool:
        """Whether the quantity has a value per axis, as the receptive field has."""
        return self.quantity is not None and self.quantity.of_axes is not None

    @property
    def legend(self) -> str:
        """The words of the legend."""
        return f"{self.title}, up to {magnitude(self.largest)} in a box{self.note}"

    @property
    def legend_width(self) -> float:
        """The most that the legend needs, whatever the largest value is."""
        words = self.legend.replace(magnitude(self.largest), "999 M", 1)
        return SHADE_WIDTH * STEPS + 8 + text_width(words, 10)

    @property
    def note(self) -> str:
        """The explanation of ``+all`` in the boxes, where it occurs."""
        if not self.has_axes or not any(map(sees_beside, self.analysis)):
            return ""
        return "; +all: the whole map, too"

    def value(self, drawn_box: Measured) -> int:
        """Return the quantity of all layers that a box represents."""
        quantity, facts = self.quantity, self.analysis.facts
        assert quantity is not None
        assert quantity.of_layer is not None
        values = [
            quantity.of_layer(facts[n.id], OURS) or 0 for b in drawn_box.boxes for n in b.nodes
        ]
        return sum(values) if quantity.adds_up else max(values, default=0)

    def fit(self, elements: Iterable[Element]) -> None:
        """Find the largest value of all boxes."""
        if self.is_on:
            drawn = (t for t in elements if isinstance(t, DrawnBox | Volume))
            values = [self.value(t) for t in drawn if t.boxes]
            self.largest = max([1, *values])

    def share(self, drawn_box: Measured) -> float:
        """Return the value of a box as a share of the largest."""
        return self.value(drawn_box) / self.largest

    def shade(self, drawn_box: Measured) -> int:
        """Return the shade of a box; the square root keeps small values apart."""
        return min(STEPS - 1, int(sqrt(self.share(drawn_box)) * STEPS))

    def text(self, drawn_box: DrawnBox) -> str:
        """Return the number in a box; of a field what tables say of the layer that sees most."""
        if not self.has_axes:
            return magnitude(self.value(drawn_box))
        found = [self.analysis.facts[n.id] for b in drawn_box.boxes for n in b.nodes]
        seen = max(found, key=lambda f: (f.field_extent or 0, sees_beside(f)))
        return of_each(seen, brief) or ""
