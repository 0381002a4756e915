"""Differences as a document: totals, stages, and a row for every layer that changed."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.characters import elide
from cnnanalyze.comparison.result import Comparison
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.difference_json import to_stream
from cnnanalyze.report.difference_rows import (
    SIGNS,
    DifferenceRow,
    left_out,
    lines,
    stage_table,
    stages,
    tally,
)
from cnnanalyze.report.difference_totals import Compared, overview, totals
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Facts,
    Heading,
    Paragraph,
    Tabular,
    strong,
)
from cnnanalyze.report.numbers import exact, signed
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column

TONES = {"added": "good", "removed": "bad", "changed": "warn", "equal": "faint"}
"""How rows look, by the status of their layers."""
MOST = 40
"""Rows of a table, unless all are asked for."""
LONGEST_LABEL = 24
"""Longer names are shortened above a column; the heading has them whole."""


def document(shown: Compared) -> Document:
    """Return a comparison as a document.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.difference import difference
    >>> one, two = (cnn.analyze(f"zoo:{name}").analysis for name in ("vgg16", "vgg19"))
    >>> document(difference([one, two])).title
    'VGG-16 → VGG-19'
    """
    first, *others = shown.labels
    title = f"{first} → {others[0]}" if len(others) == 1 else f"{first} and {len(others)} others"

    def page() -> str:
        from cnnanalyze.report.page.comparison import page as whole  # noqa: PLC0415 - heavy

        return whole(shown)

    return Document(title, Deferred(lambda: _blocks(shown)), lambda: to_stream(shown), page=page)


def _blocks(shown: Compared) -> Iterator[Block]:
    others = list(zip(shown.labels[1:], shown.comparisons, strict=True))
    if len(others) > 1:
        yield Tabular(overview(shown))
        yield Facts(tuple((strong(label), tally(comparison)) for label, comparison in others))
    if shown.details:
        for label, comparison in others:
            yield from _pair(shown, comparison, label)


def _pair(shown: Compared, comparison: Comparison, label: str) -> Iterator[Block]:
    first = shown.labels[0]
    yield Heading(f"{first} → {label}", SECTION)
    names = elide(first, LONGEST_LABEL), elide(label, LONGEST_LABEL)
    yield Tabular(totals(shown, comparison, names))
    yield Paragraph(tally(comparison))
    found = lines(shown, comparison)
    if groups := stages(shown, comparison, len(found)):
        kept = groups[: None if shown.everything else MOST]
        more = len(groups) - len(kept)
        note = f"and {exact(more)} more; --format json has them all" if more else ""
        yield Tabular(stage_table(shown, kept)._replace(note=note), "By stage", is_folded=True)
    if found:
        number = sum(row.times for row in found)
        yield Tabular(_layers(shown, found), count_of(number, "layer"), is_folded=True)
    if number := left_out(shown, comparison):
        words = f"{count_of(number, 'layer')} whose shapes alone changed"
        yield Paragraph(f"not shown: {words}; --all prints them")


def _layers(shown: Compared, found: tuple[DifferenceRow, ...]) -> Table:
    kept = found[: None if shown.everything else MOST]
    hidden = sum(row.times for row in found[len(kept) :])
    quantities = enumerate(shown.layer_quantities)
    return Table(
        (
            Column("layer", "layer", "left"),
            *(Column(q.key, q.title, "right", place) for place, q in quantities),
            Column("what", "what", "left", role="remark"),
        ),
        tuple(map(_row, kept)),
        families=tuple(TONES[row.status] for row in kept),
        note=f"and {count_of(hidden, 'layer')} more; --all prints every one" if hidden else "",
    )


def _row(row: DifferenceRow) -> tuple[Cell, ...]:
    times = f" ×{exact(row.times)}" if row.times > 1 else ""
    name = f"{SIGNS[row.status]} {row.name}{times}"
    changes = (d.change for d in row.deltas)
    return cells_of(name, *(Cell(c, signed(c)) for c in changes), row.what)
