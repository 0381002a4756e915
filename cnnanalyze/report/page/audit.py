"""The page of an audit: every printed figure with its verdict, and what makes the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from cnnanalyze.auditing.verdict import OUTCOMES, Audit, Verdict
from cnnanalyze.report.audit import (
    MARKS,
    causes_of,
    conclude,
    doubt_of,
    source_of,
    subject_of,
    verdict_of,
)
from cnnanalyze.report.page.frame import render

TONES = {"holds": "good", "holds under": "good", "wrong": "warn", "not reproduced": "warn"}
"""Of what is as it is marked; all else is bad."""


class FigureRow(NamedTuple):
    """One figure."""

    figure: str
    printed: str
    computed: str
    outcome: str
    word: str
    tone: str
    causes: tuple[str, ...]
    """What makes the printed figure, if that is not what it says."""
    doubt: str
    reason: str
    """What the table itself says of a figure that is wrong."""
    network: str


class FigureGroup(NamedTuple):
    """The figures from one source."""

    source: str
    rows: tuple[FigureRow, ...]


class AuditSection(NamedTuple):
    """One audit."""

    name: str
    conclusion: str
    groups: tuple[FigureGroup, ...]


def page(audits: Sequence[Audit], title: str, about: str = "") -> str:
    """Return the page of some audits, as one file.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.auditing.examine import audit
    >>> text = page([audit(cnn.load("zoo:lenet5"))], "An audit")
    >>> text.startswith("<!DOCTYPE html>"), "✓ holds" in text
    (True, True)
    """
    found = {row.outcome for audit in audits for row in audit.rows}
    return render(
        "audit.html.j2",
        title=title,
        about=about,
        sections=[_section(audit) for audit in audits],
        legend=[(MARKS[o], o, words) for o, words in OUTCOMES.items() if o in found],
    )


def _section(audit: Audit) -> AuditSection:
    groups = tuple(
        FigureGroup(source, tuple(map(_row, rows)))
        for source, rows in groupby(audit.rows, key=source_of)
    )
    return AuditSection(audit.name, ". ".join([conclude(audit), *audit.remarks]), groups)


def _row(row: Verdict) -> FigureRow:
    word = f"{MARKS[row.outcome]} {verdict_of(row)}"
    return FigureRow(
        subject_of(row),
        row.claim.printed,
        row.computed,
        row.outcome,
        word if row.is_fine else f"{word}, but not marked so",
        TONES.get(row.outcome, "bad") if row.is_fine else "bad",
        tuple(causes_of(row, most=None)),
        doubt_of(row) if row.may_be_chance else "",
        row.claim.reason,
        row.network,
    )
