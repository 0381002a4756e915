"""Audits as documents: claim by claim, by source, with what explains those that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnanalyze.auditing.verdict import Audit, Verdict
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.audit import (
    MARKS,
    conclude,
    conclude_all,
    remarks_on,
    source_of,
    subject_of,
    to_dict,
    verdict_of,
)
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Facts,
    Heading,
    Paragraph,
    Tabular,
    joined,
    strong,
)
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column

TONES = {"holds under": "good", "wrong": "warn", "not reproduced": "warn"}
"""How the rows of figures look that are as the spec says; others look bad."""


def document(audits: Sequence[Audit]) -> Document:
    """Return audits as a document: one in full, of several only what does not simply hold.

    Examples
    --------
    >>> document([Audit("Tiny", ()), Audit("Small", ())]).title
    '2 specs'
    """
    title = audits[0].name if len(audits) == 1 else count_of(len(audits), "spec")

    def page() -> str:
        from cnnanalyze.report.page.audit import page as whole  # noqa: PLC0415 - heavy

        return whole(audits, title)

    return Document(
        title, Deferred(lambda: joined(_blocks(audits))), lambda: to_dict(audits), page=page
    )


def _blocks(audits: Sequence[Audit]) -> Iterator[Block]:
    for audit in audits:
        rows = [row for row in audit.rows if len(audits) == 1 or not row.holds_as_said]
        said = ". ".join([conclude(audit), *audit.remarks])
        if not rows:
            yield Facts(((strong(audit.name), said),))
            continue
        yield Heading(audit.name, SECTION)
        yield Paragraph(said)
        yield Tabular(tabulate(rows))
    if len(audits) > 1:
        yield Paragraph(strong(conclude_all(audits)))


def tabulate(rows: Sequence[Verdict]) -> Table:
    """Return figures as a table, by who printed them."""
    return Table(
        (
            Column("source", "source", "left", role="group"),
            Column("figure", "figure", "left"),
            Column("printed", "printed", "right"),
            Column("computed", "computed", "right"),
            Column("verdict", "verdict", "left"),
            Column("causes", "what reproduces it", "left", role="remark"),
        ),
        tuple(map(_row, rows)),
        families=tuple(TONES.get(row.outcome, "") if row.is_fine else "bad" for row in rows),
    )


def _row(row: Verdict) -> tuple[Cell, ...]:
    is_plain = row.outcome == "holds" and row.is_fine
    verdict = verdict_of(row).replace("the convention ", "")
    return cells_of(
        source_of(row),
        f"{MARKS[row.outcome]} {subject_of(row)}",
        row.claim.printed,
        row.computed,
        verdict if row.is_fine else f"{verdict} (not as marked)",
        "" if is_plain else "\n".join(remarks_on(row)),
    )
