"""Differences as a document: totals, stages, and a row for every layer that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import elide
from cnnanalyze.comparison.result import Comparison, GroupChange
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.difference_json import to_dict, to_stream
from cnnanalyze.report.difference_rows import (
    SIGNS,
    TONES,
    DifferenceRow,
    group_name,
    left_out,
    lines,
    stage_table,
    stages,
    tally,
)
from cnnanalyze.report.difference_totals import Compared, Measured, measure, overview, totals
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Content,
    Deferred,
    Document,
    Facts,
    Figure,
    Figures,
    Heading,
    Headline,
    Headlines,
    Paragraph,
    Tabular,
    prose,
    strong,
)
from cnnanalyze.report.numbers import exact, signed
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column

MOST = 40
"""Rows of a table, unless all are asked for."""
MOST_IN_FULL = 2_000
"""Rows and layers for which there is room where one can filter them."""
LONGEST_LABEL = 24
"""Longer names are shortened above a column; the heading has them whole."""
MOST_BARS = 30
"""Of more stages the largest changes are drawn."""
HEADLINES = ("parameters", "macs", "activations", "peak_memory")
"""The totals in large figures."""


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
    return Document(
        title,
        Deferred(lambda: _blocks(shown)),
        lambda: to_stream(shown),
        embedded=lambda: to_dict(shown, MOST_IN_FULL),
    )


def _blocks(shown: Compared) -> Iterator[Content]:
    others = list(zip(shown.labels[1:], shown.comparisons, strict=True))
    if len(others) > 1:
        yield Tabular(overview(shown))
        yield Facts(tuple((strong(label), tally(comparison)) for label, comparison in others))
    for label, comparison in others:
        pair = shown, comparison, label
        yield Abridged(partial(_in_full, *pair), partial(_in_brief, *pair))
    yield Abridged(partial(_counting, shown), tuple)


def _title(shown: Compared, label: str) -> Heading:
    return Heading(f"{shown.labels[0]} → {label}", SECTION)


def _totals(shown: Compared, comparison: Comparison, label: str) -> Tabular:
    names = elide(shown.labels[0], LONGEST_LABEL), elide(label, LONGEST_LABEL)
    return Tabular(totals(shown, comparison, names))


# --- in brief -------------------------------------------------------------------------------------


def _in_brief(shown: Compared, comparison: Comparison, label: str) -> Iterator[Block]:
    if not shown.details:
        return
    yield _title(shown, label)
    yield _totals(shown, comparison, label)
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
        tuple(cells_of(_name(row), *_changes(row), row.what) for row in kept),
        statuses=tuple(Status(r.status, SIGNS[r.status], TONES[r.status]) for r in kept),
        note=f"and {count_of(hidden, 'layer')} more; --all prints every one" if hidden else "",
    )


def _name(row: DifferenceRow) -> str:
    return f"{row.name} ×{exact(row.times)}" if row.times > 1 else row.name


def _changes(row: DifferenceRow) -> Iterator[Cell]:
    return (Cell(delta.change, signed(delta.change)) for delta in row.deltas)


# --- in full --------------------------------------------------------------------------------------


def _in_full(shown: Compared, comparison: Comparison, label: str) -> Iterator[Block]:
    found = lines(shown, comparison, following=True)
    yield _title(shown, label)
    yield Paragraph(tally(comparison))
    measured = measure(shown, comparison)
    yield Headlines(tuple(_headline(m) for m in measured if m.key in HEADLINES))
    yield _totals(shown, comparison, label)
    yield Heading("What differs" if found else "Drawing", SECTION + 1)
    yield Figures(tuple(_drawings(shown, comparison, label)))
    if groups := stages(shown, comparison, len(found)):
        yield Heading("By stage", SECTION + 1)
        yield _bars(shown, groups)
        yield Tabular(stage_table(shown, groups[:MOST_IN_FULL]))
    if found:
        yield Heading("Layers", SECTION + 1)
        yield Tabular(_layers_in_full(shown, found), filter="added conv")


def _headline(measured: Measured) -> Headline:
    percent = measured.percent
    return Headline(
        measured.key,
        measured.title,
        f"{percent} %" if percent and percent != "new" else percent or "equal",
        f"{measured.before} → {measured.after}" if measured.change else measured.before,
        measured.change,
    )


def _drawings(shown: Compared, comparison: Comparison, label: str) -> Iterator[Figure]:
    """Draw the network as it is now; if something was removed, also as it was."""
    number = shown.comparisons.index(comparison) + 1

    def drawn(side: str, analysis: Analysis) -> str:
        from cnnanalyze.drawing.svg import draw  # noqa: PLC0415 - pages alone have drawings

        return draw(analysis, marks=comparison.marks(side), prefix=f"p{number}{side}-")

    sides = [("after", comparison.after, label)]
    if comparison.counts["removed"]:
        sides.insert(0, ("before", comparison.before, shown.labels[0]))
    for side, analysis, name in sides:
        yield Figure(partial(drawn, side, analysis), f"Drawing of {name}", can_zoom=True)


def _bars(shown: Compared, groups: Sequence[GroupChange]) -> Figure:
    """Draw what became more and what became less, by stage; of very many the largest changes."""
    quantities, terms = shown.layer_quantities, shown.options.terms
    changes = {g.path: [g.delta(q, terms).change or 0 for q in quantities] for g in groups}
    most = [max(map(abs, column)) for column in zip(*changes.values(), strict=True)]

    def weight(group: GroupChange) -> float:
        return max(abs(n) / m if m else 0 for n, m in zip(changes[group.path], most, strict=True))

    kept = sorted(groups, key=weight, reverse=True)[:MOST_BARS]
    drawn = [g for g in groups if g in kept]
    titles = ", ".join(q.title for q in quantities)
    which = "" if len(drawn) == len(groups) else f"the {len(drawn)} largest of {len(groups)}, "
    words = f"changes by stage, {which}each quantity on its own scale: {titles}"

    def svg() -> str:
        from cnnanalyze.report.page.diverging_bars import (  # noqa: PLC0415 - for pages only
            Changes,
            draw,
        )

        measured = [
            Changes(q.title, tuple(changes[g.path][i] for g in drawn))
            for i, q in enumerate(quantities)
        ]
        return str(draw([group_name(g) for g in drawn], measured, words))

    return Figure(svg, words)


def _layers_in_full(shown: Compared, found: Sequence[DifferenceRow]) -> Table:
    kept = found[:MOST_IN_FULL]
    hidden = len(found) - len(kept)
    words = f"… and {count_of(hidden, 'further row')}. " if hidden else ""
    return Table(
        (
            Column("layer", "layer", "left"),
            Column("status", "status", "left", role="status"),
            Column("what", "what", "left"),
            *(Column(q.key, q.title, "right") for q in shown.layer_quantities),
        ),
        tuple(cells_of(_name(row), _status(row), row.what, *_changes(row)) for row in kept),
        statuses=tuple(Status(row.status, SIGNS[row.status], _tone(row)) for row in kept),
        note=f"{words}Layers that changed alike share a row; the numbers are for all of them. "
        "“Shapes alone”: the layer is the same and only gets something of another shape.",
    )


def _status(row: DifferenceRow) -> str:
    return "shapes alone" if row.changes[0].follows else row.status


def _tone(row: DifferenceRow) -> str:
    return "faint" if row.changes[0].follows else TONES[row.status]


def _counting(shown: Compared) -> Iterator[Block]:
    """Say how it is counted, and where the whole result is."""
    convention = shown.options.convention
    under = (
        "" if convention in {"mac", "flop"} else f", operations under the convention {convention}"
    )
    is_whole = all(len(c.changes) <= MOST_IN_FULL for c in shown.comparisons)
    where = (
        "The whole result is in this page as JSON: what"
        if is_whole
        else "Of the result, the beginning is in this page as JSON; all of it is what"
    )
    yield Paragraph(
        prose(
            f"Counts are for one image{under}. Layers are matched by their paths and by what they "
            f"are. {where} `cnnanalyze compare --format json` prints."
        )
    )
