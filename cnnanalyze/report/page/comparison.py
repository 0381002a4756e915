"""The page of a comparison: totals, drawings with what differs, and every layer that does."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup

from cnnanalyze.comparison.result import Comparison
from cnnanalyze.drawing.svg import draw
from cnnanalyze.report.difference_json import to_dict
from cnnanalyze.report.difference_rows import (
    SIGNS,
    DifferenceRow,
    lines,
    stage_table,
    stages,
    tally,
)
from cnnanalyze.report.difference_totals import Compared, Measured, measure, overview, totals
from cnnanalyze.report.numbers import signed
from cnnanalyze.report.page.frame import SCRIPT, render
from cnnanalyze.report.table import Cell, Table

TONES = {"added": "good", "removed": "bad", "changed": "warn", "equal": ""}
HEADLINES = ("parameters", "macs", "activations", "peak_memory")
"""The totals in large figures."""


MOST = 2_000
"""Rows and layers that a page has room for; of huge networks it says how many there are besides."""


class ChangeRow(NamedTuple):
    """One row of layers."""

    line: DifferenceRow
    status: str
    tone: str
    name: str
    numbers: tuple[Cell, ...]
    """What each quantity grew by."""


class ComparedPair(NamedTuple):
    """One network against the first."""

    key: str
    title: str
    label: str
    tally: str
    measured: tuple[Measured, ...]
    headlines: tuple[Measured, ...]
    stages: Table | None
    rows: tuple[ChangeRow, ...]
    hidden: int
    """How many further rows there is no room for."""
    drawings: tuple[tuple[str, Markup], ...]
    note: str
    """What explains a mark among the totals, and which of them are lower bounds."""


def page(shown: Compared) -> str:
    """Return the page of a comparison, as one file.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.difference import difference
    >>> one, two = (cnn.analyze(f"zoo:{name}").analysis for name in ("vgg16", "vgg19"))
    >>> text = page(difference([one, two]))
    >>> text.startswith("<!DOCTYPE html>"), "stage5/conv4/conv1" in text
    (True, True)
    """
    pairs = [_pair(shown, comparison, n) for n, comparison in enumerate(shown.comparisons, 1)]
    title = pairs[0].title if len(pairs) == 1 else f"{len(shown.labels)} networks compared"
    return render(
        "comparison.html.j2",
        scripts=(SCRIPT, "zoom.js"),
        title=title,
        labels=shown.labels,
        pairs=pairs,
        overview=overview(shown) if len(pairs) > 1 else None,
        quantities=[q.title for q in shown.layer_quantities],
        convention=shown.options.convention,
        result=to_dict(shown, MOST),
        is_whole=all(len(c.changes) <= MOST for c in shown.comparisons),
    )


def _pair(shown: Compared, comparison: Comparison, number: int) -> ComparedPair:
    found = lines(shown, comparison, following=True)
    measured = measure(shown, comparison)
    groups = stages(shown, comparison, len(found))
    label = shown.labels[number]
    return ComparedPair(
        f"pair{number}",
        f"{shown.labels[0]} → {label}",
        label,
        tally(comparison),
        measured,
        tuple(m for m in measured if m.key in HEADLINES),
        stage_table(shown, groups[:MOST]) if groups else None,
        tuple(map(_row, found[:MOST])),
        max(0, len(found) - MOST),
        tuple(_drawings(comparison, (shown.labels[0], label), f"p{number}")),
        totals(shown, comparison, (shown.labels[0], label)).note,
    )


def _row(line: DifferenceRow) -> ChangeRow:
    status = "shapes alone" if line.changes[0].follows else line.status
    return ChangeRow(
        line,
        f"{SIGNS[line.status]} {status}",
        "quiet" if line.changes[0].follows else TONES[line.status],
        line.name,
        tuple(Cell(d.change, signed(d.change)) for d in line.deltas),
    )


def _drawings(
    comparison: Comparison, labels: tuple[str, str], prefix: str
) -> list[tuple[str, Markup]]:
    """Draw the network as it is now; if something was removed, also as it was."""
    sides: list[tuple[str, Any, str]] = [("after", comparison.after, labels[1])]
    if comparison.counts["removed"]:
        sides.insert(0, ("before", comparison.before, labels[0]))
    return [
        (
            label,
            Markup(  # noqa: S704 - the drawing escapes what it is given
                draw(analysis, marks=comparison.marks(side), prefix=f"{prefix}{side}-")
            ),
        )
        for side, analysis, label in sides
    ]
