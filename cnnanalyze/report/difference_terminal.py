"""Differences in a terminal: totals, stages, and a line or two for every layer that changed."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.characters import cells as cells_of
from cnnanalyze.characters import elide, pad, wrap
from cnnanalyze.comparison.result import Comparison
from cnnanalyze.report.difference import Difference, overview, signed, totals
from cnnanalyze.report.difference_rows import (
    SIGNS,
    DifferenceRow,
    left_out,
    lines,
    stage_table,
    stages,
    tally,
)
from cnnanalyze.report.grid import Grid
from cnnanalyze.report.numbers import count_of, exact
from cnnanalyze.report.terminal import GAP, Lines, Stretch

COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "equal": "dim"}
MOST = 40
"""Rows of layers that are printed, unless all are asked for."""
MOST_STAGES = 20
LONGEST_LABEL = 24
WORDS = 30
"""Where so much room is left beside the numbers, what changed stands in the same line."""


class Compared(Lines):
    """The difference of two networks or more."""

    def __init__(self, shown: Difference) -> None:
        self.shown = shown

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out the comparison."""
        shown = self.shown
        if len(shown.comparisons) > 1:
            yield from Grid(overview(shown)).lines(width)
            yield []
            for label, comparison in zip(shown.labels[1:], shown.comparisons, strict=True):
                first, *rest = wrap(f"{label}: {tally(comparison)}", max(20, width)) or [""]
                yield [(first, "")]
                yield from ([(f"    {part}", "")] for part in rest)
            if not shown.details:
                return
            yield []
        for i, comparison in enumerate(shown.comparisons):
            if i:
                yield []
            yield from self._pair(comparison, shown.labels[i + 1], width)

    def _pair(self, comparison: Comparison, label: str, width: int) -> Iterator[list[Stretch]]:
        shown = self.shown
        first = shown.labels[0]
        yield [(f"{first} → {label}", "bold")]
        yield []
        names = elide(first, LONGEST_LABEL), elide(label, LONGEST_LABEL)
        yield from Grid(totals(shown, comparison, names)).lines(width)
        yield []
        for part in wrap(tally(comparison), max(20, width)):
            yield [(part, "")]
        found = lines(shown, comparison)
        if groups := stages(shown, comparison, len(found)):
            yield []
            yield from Grid(stage_table(shown, groups[:MOST_STAGES])).lines(width)
            if (more := len(groups) - MOST_STAGES) > 0:
                yield [(f"and {exact(more)} more, --format json has them all", "dim")]
        if found:
            yield []
            yield from _layers(shown, found, width)
        if number := left_out(shown, comparison):
            words = f"{count_of(number, 'layer')} whose shapes alone changed"
            yield [(f"not shown: {words}; --all prints them", "dim")]


def _layers(
    shown: Difference, found: tuple[DifferenceRow, ...], width: int
) -> Iterator[list[Stretch]]:
    kept = found if shown.everything else found[:MOST]
    titles = [q.title for q in shown.layer_quantities]
    cells = [[signed(d.change) for d in row.deltas] for row in kept]
    columns = [max(len(t), *(len(c[i]) for c in cells)) for i, t in enumerate(titles)]
    names = [
        f"{SIGNS[r.status]} {r.name}" + (f" ×{exact(r.times)}" if r.times > 1 else "") for r in kept
    ]
    numbers = sum(len(GAP) + c for c in columns)
    longest = max(cells_of(name) for name in names)
    room = longest + numbers
    words = width - room - len(GAP)
    beside = words >= max(WORDS, *(cells_of(r.what) for r in kept)) if kept else False
    widest = min(longest, max(LEAST, width - numbers))
    yield [(_join("  layer", widest, titles, columns) + (f"{GAP}what" if beside else ""), "bold")]
    rule = _join("─" * widest, widest, ["─" * c for c in columns], columns)
    yield [(rule + (GAP + "─" * max(cells_of(r.what) for r in kept) if beside else ""), "dim")]
    for row, name, texts in zip(kept, names, cells, strict=True):
        line = _join(elide(name, widest), widest, texts, columns)
        style = COLOURS[row.status]
        if beside:
            yield [(line, style), (f"{GAP}{row.what}" if row.what else "", "dim")]
            continue
        yield [(line.rstrip(), style)]
        for part in wrap(row.what, max(20, width - 4), whole=True):
            yield [(f"    {part}", "dim")]
    if hidden := found[len(kept) :]:
        number = sum(r.times for r in hidden)
        yield [(f"and {count_of(number, 'layer')} more; --all prints every one", "dim")]


LEAST = 16


def _join(name: str, widest: int, texts: list[str], columns: list[int]) -> str:
    parts = [pad(name, widest), *(t.rjust(c) for t, c in zip(texts, columns, strict=True))]
    return GAP.join(parts)
