"""Audits as documents: claim by claim, by source, with what explains those that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnanalyze.auditing.verdict import OUTCOMES, Audit, Verdict
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.audit import (
    MARKS,
    MOST,
    conclude,
    conclude_all,
    remarks_on,
    source_of,
    subject_of,
    to_dict,
    verdict_of,
)
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Content,
    Deferred,
    Document,
    Facts,
    Heading,
    Paragraph,
    Tabular,
    joined,
    prose,
    strong,
)
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column

TONES = {"holds": "good", "holds under": "good", "wrong": "warn", "not reproduced": "warn"}
"""How the rows of figures look that are as the spec says; others look bad."""


def document(audits: Sequence[Audit], title: str = "", about: str = "") -> Document:
    """Return audits as a document: one in full, of several only what does not simply hold.

    Parameters
    ----------
    audits
        What was audited.
    title
        What the document is called; by default the one spec, or how many there are.
    about
        Sentences that come first.

    Examples
    --------
    >>> document([Audit("Tiny", ()), Audit("Small", ())]).title
    '2 specs'
    """
    usual = audits[0].name if len(audits) == 1 else count_of(len(audits), "spec")
    return Document(
        title or usual,
        Deferred(lambda: _blocks(audits, title, about)),
        lambda: to_dict(audits),
    )


def _blocks(audits: Sequence[Audit], title: str, about: str) -> Iterator[Content]:
    if about:
        yield Paragraph(about)
    yield Abridged(
        lambda: _in_full(audits, has_title=bool(title) or len(audits) > 1),
        lambda: joined(_in_brief(audits)),
    )


def _in_brief(audits: Sequence[Audit]) -> Iterator[Block]:
    for audit in audits:
        rows = [row for row in audit.rows if len(audits) == 1 or not row.holds_as_said]
        if not rows:
            yield Facts(((strong(audit.name), _conclusion(audit)),))
            continue
        yield Heading(audit.name, SECTION)
        yield Paragraph(_conclusion(audit))
        yield Tabular(tabulate(rows))
    if len(audits) > 1:
        yield Paragraph(strong(conclude_all(audits)))


def _in_full(audits: Sequence[Audit], *, has_title: bool) -> Iterator[Block]:
    """Yield every figure; below the title of the document if it has one of its own."""
    for audit in audits:
        yield Heading(audit.name, SECTION)
        yield Paragraph(_conclusion(audit))
        if audit.rows:
            yield Tabular(tabulate(audit.rows, most=None), filter="wrong")
    found = {row.outcome for audit in audits for row in audit.rows}
    yield Heading("What the signs mean", SECTION if has_title else SECTION + 1)
    yield Facts(
        tuple(
            (f"{MARKS[outcome]} {outcome}", words)
            for outcome, words in OUTCOMES.items()
            if outcome in found
        )
    )
    yield Paragraph(
        prose(
            "A figure holds if the computed number, rounded or as it stands, could have been "
            "printed so. `cnnanalyze audit` holds printed figures of any spec or table against "
            "the computed ones."
        )
    )
    if len(audits) > 1:
        yield Paragraph(strong(conclude_all(audits)))


def _conclusion(audit: Audit) -> str:
    return ". ".join([conclude(audit), *audit.remarks])


def tabulate(rows: Sequence[Verdict], most: int | None = MOST) -> Table:
    """Return figures as a table, by who printed them, with at most so many causes of each."""
    return Table(
        (
            Column("source", "source", "left", role="group"),
            Column("figure", "figure", "left"),
            Column("printed", "printed", "right"),
            Column("computed", "computed", "right"),
            Column("verdict", "verdict", "left", role="status"),
            Column("causes", "what reproduces it", "left", role="remark"),
        ),
        tuple(_row(row, most) for row in rows),
        statuses=tuple(map(_status, rows)),
    )


def _status(row: Verdict) -> Status:
    tone = TONES.get(row.outcome, "bad") if row.is_fine else "bad"
    return Status(row.outcome, MARKS[row.outcome], tone)


def _row(row: Verdict, most: int | None) -> tuple[Cell, ...]:
    is_plain = row.outcome == "holds" and row.is_fine
    verdict = verdict_of(row).replace("the convention ", "")
    return cells_of(
        source_of(row),
        subject_of(row.claim),
        row.claim.printed,
        row.computed,
        verdict if row.is_fine else f"{verdict} (not as marked)",
        "" if is_plain else "\n".join(remarks_on(row, most)),
    )
