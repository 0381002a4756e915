"""Lectures as documents: fact by fact what is printed, what is computed, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnnanalyze.characters import capitalized, cells
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.lectures.verdict import OUTCOMES, FactResult, LectureResult
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Heading,
    Paragraph,
    Tabular,
)
from cnnanalyze.report.json import plain
from cnnanalyze.report.lecture_words import (
    as_written,
    compared,
    conclude,
    conclude_all,
    place_of,
    remarks_on,
    simplified,
)
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column

MARKS = {"holds": "✓", "wrong": "✗", "not checked": "·"}
"""By outcome; what is not as the file says has another."""
UNEXPECTED = "!"
TONES = {"wrong": "warn", "not checked": "faint"}
BRIEF = 14
"""Longer answers stand below their row."""


def document(lectures: Sequence[LectureResult]) -> Document:
    """Return lectures as a document: one in full, of several what does not simply hold."""
    title = _name(lectures[0]) if len(lectures) == 1 else count_of(len(lectures), "lecture")
    return Document(title, Deferred(lambda: blocks(lectures)), lambda: to_dict(lectures))


def blocks(lectures: Sequence[LectureResult]) -> Iterator[Block]:
    """Yield what a document about lectures consists of."""
    if len(lectures) == 1:
        (one,) = lectures
        yield from _about(one, 1)
        yield Tabular(tabulate(one.rows))
        return
    yield Heading("The lectures", 2, conclude_all(lectures))
    yield Tabular(_overview(lectures))
    for one in lectures:
        yield from _about(one, 2)
        if wrong := [row for row in one.rows if row.outcome not in {"holds", "not checked"}]:
            yield Tabular(tabulate(wrong), "What is wrong")
        if unchecked := [row for row in one.rows if row.outcome == "not checked"]:
            yield Tabular(tabulate(unchecked), "What cannot be computed")


def _name(examined: LectureResult) -> str:
    return f"Lecture {examined.lecture.id}: {examined.lecture.name}"


def _about(examined: LectureResult, level: int) -> Iterator[Block]:
    source = examined.lecture.source
    yield Heading(_name(examined), level)
    yield Paragraph(f"{capitalized(source)}. {conclude(examined)}.")


def tabulate(rows: Sequence[FactResult]) -> Table:
    """Return facts as a table, by their topics."""
    return Table(
        (
            Column("topic", "topic", "left", role="group"),
            Column("where", "where", "left"),
            Column("fact", "fact", "left"),
            Column("printed", "printed", "right"),
            Column("computed", "computed", "right"),
            Column("verdict", "verdict", "left", role="status"),
            Column("remarks", "remarks", "left", role="remark"),
        ),
        tuple(map(_row, rows)),
        statuses=tuple(map(_status, rows)),
    )


def _status(row: FactResult) -> Status:
    if not row.is_fine:
        return Status(row.outcome, UNEXPECTED, "bad")
    return Status(row.outcome, MARKS.get(row.outcome, UNEXPECTED), TONES.get(row.outcome, ""))


def _row(row: FactResult) -> tuple[Cell, ...]:
    numbers, remarks = compared(row), list(remarks_on(row))
    if row.outcome == "not checked":
        numbers = ("", "")
    elif max(map(cells, numbers)) > BRIEF:
        said = zip(("printed", "computed"), numbers, strict=True)
        remarks[:0] = [f"{name} {text}" for name, text in said]
        numbers = ("", "")
    return cells_of(
        row.fact.topic,
        place_of(row.fact),
        row.fact.says,
        *numbers,
        row.outcome,
        "\n".join(remarks),
    )


def _overview(lectures: Sequence[LectureResult]) -> Table:
    shown = ("holds", "wrong", "not checked")
    numbers = [[len(one.rows), *map(one.count, shown)] for one in lectures]
    rows = (
        cells_of(one.lecture.id, one.lecture.name, *counts)
        for one, counts in zip(lectures, numbers, strict=True)
    )
    heads = ("facts", "hold", "wrong", "not checked")
    return Table(
        (
            *(Column(h, h, "left") for h in ("lecture", "by")),
            *(Column(h, h, "right") for h in heads),
        ),
        tuple(rows),
        cells_of("all", "", *(sum(column) for column in zip(*numbers, strict=True))),
    )


def to_dict(lectures: Sequence[LectureResult]) -> list[dict[str, Any]]:
    """Return lectures as plain data."""
    return [
        {
            "lecture": one.lecture.id,
            "name": one.lecture.name,
            "source": one.lecture.source,
            "fine": one.is_fine,
            "outcomes": {outcome: one.count(outcome) for outcome in OUTCOMES},
            "facts": [_fact(row) for row in one.rows],
        }
        for one in lectures
    ]


def _fact(row: FactResult) -> dict[str, Any]:
    fact = row.fact
    return {
        "id": fact.id,
        "lines": fact.lines,
        "topic": fact.topic,
        "says": fact.says,
        "printed": None if fact.printed is None else plain(as_written(fact.printed)),
        "computed": plain(simplified(row.computed)),
        "outcome": row.outcome,
        "marked": fact.verdict,
        "cause": fact.cause,
        "reason": fact.reason,
        "unchecked": fact.unchecked,
        "note": fact.note,
        "gives_what_is_printed": list(row.causes),
        "fine": row.is_fine,
        "place": str(fact.tree.mark),
    }
