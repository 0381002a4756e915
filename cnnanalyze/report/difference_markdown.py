"""Differences as Markdown, fit for a comment: the totals in sight, the layers folded away."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as escape_html

from cnnanalyze.characters import elide
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
from cnnanalyze.report.markdown import escape, write
from cnnanalyze.report.numbers import count_of, exact
from cnnanalyze.report.table import Cell, Heading, Table

MOST = 50
"""Rows of one table, whatever is asked for: comments have a largest length."""
LONGEST = 200
"""Characters of one cell."""
LONGEST_LABEL = 60
MOST_NETWORKS = 8
"""Networks whose layers are printed."""


def markdown(shown: Difference) -> str:
    """Return the comparison as Markdown.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.difference import difference
    >>> one, two = (cnn.analyze(f"zoo:{name}").analysis for name in ("vgg16", "vgg19"))
    >>> markdown(difference([one, two])).splitlines()[0]
    '### VGG-16 → VGG-19'
    """
    return "\n".join(_parts(shown)) + "\n"


def _parts(shown: Difference) -> Iterator[str]:
    names = [elide(label, LONGEST_LABEL) for label in shown.labels]
    if len(shown.comparisons) > 1:
        yield f"### {escape(names[0])} and {count_of(len(names) - 1, 'other')}\n"
        yield _bounded(overview(shown))
        for name, comparison in zip(names[1:], shown.comparisons, strict=True):
            yield f"- **{escape(name)}**: {escape(tally(comparison))}"
        yield ""
        if not shown.details:
            return
    for name, comparison in list(zip(names[1:], shown.comparisons, strict=True))[:MOST_NETWORKS]:
        yield f"### {escape(names[0])} → {escape(name)}\n"
        yield write(totals(shown, comparison, (names[0], name)))
        yield f"{escape(tally(comparison))}\n"
        yield from _folded(shown, comparison)


def _folded(shown: Difference, comparison: Comparison) -> Iterator[str]:
    found = lines(shown, comparison)
    if groups := stages(shown, comparison, len(found)):
        yield from _details("By stage", stage_table(shown, groups))
    if found:
        number = sum(row.times for row in found)
        yield from _details(f"{count_of(number, 'layer')}", _layers(shown, found))
    if number := left_out(shown, comparison):
        yield f"Not shown: {count_of(number, 'layer')} whose shapes alone changed.\n"


def _details(title: str, table: Table) -> Iterator[str]:
    yield f"<details><summary>{escape_html(title)}</summary>\n"
    yield _bounded(table)
    yield "</details>\n"


def _bounded(table: Table) -> str:
    """Write a table with no more rows than a comment bears."""
    kept = Table(table.headings, tuple(map(_short, table.rows[:MOST])), note=table.note)
    more = len(table.rows) - MOST
    return write(kept) + (f"\nand {count_of(more, 'row')} more\n" if more > 0 else "")


def _short(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(cell.value, elide(cell.text, LONGEST)) for cell in row)


def _layers(shown: Difference, found: tuple[DifferenceRow, ...]) -> Table:
    headings = (
        Heading("status", "", "left"),
        Heading("layer", "layer", "left"),
        Heading("what", "what", "left"),
        *(Heading(q.key, q.title, "right") for q in shown.layer_quantities),
    )
    rows = []
    for row in found:
        name = row.name if row.times == 1 else f"{row.name} ×{exact(row.times)}"
        texts = (SIGNS[row.status], name, row.what, *(signed(d.change) for d in row.deltas))
        rows.append(tuple(Cell(text, text) for text in texts))
    return Table(headings, tuple(rows))
