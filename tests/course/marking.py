"""What the tests of homework share: sheets from texts, one answer marked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import AnswerMark, GradedClass, grade
from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from cnnanalyze.errors import Source
from cnnanalyze.report import graded as graded_report
from cnnanalyze.report import sheet as sheet_report
from cnnanalyze.report.writers import render

ROOT = Path(__file__).parents[2]


def solved(questions: str) -> SolvedSheet:
    """Return a sheet of these questions, worked out."""
    text = f"sheet: 1\ntitle: a test\nquestions:\n{questions}"
    return solve(read_sheet(Source("here", text), ROOT / "specs"))


@cache
def lectures() -> SolvedSheet:
    """Return the forty questions, worked out once."""
    return solve(load_sheet("zoo:lectures"))


def marked(sheet: SolvedSheet, key: str, given: Any) -> AnswerMark:
    """Return the mark of one answer; the others are missing."""
    graded = grade(sheet, [Paper("Ann", {(key, ""): given})])
    (paper,) = graded.papers
    assert paper.remarks == ()
    (mark,) = [m for m in paper.marks if m.outcome != "missing"]
    return mark


def one(question: str, given: Any) -> AnswerMark:
    """Return the mark of the answer to a question with one answer."""
    return marked(solved(f"- {{id: A, {question}}}"), "A", given)


def print_sheet(
    sheet: SolvedSheet,
    format: str = "text",  # noqa: A002
    width: int = 80,
    *,
    brief: bool = False,
    unsolved: bool = False,
) -> str:
    """Write a solved sheet as ``solve`` does."""
    return render(sheet_report.document(sheet, sheet_report.Style(brief, unsolved)), format, width)


def print_marks(graded: GradedClass, format: str = "text", width: int = 80) -> str:  # noqa: A002
    """Write graded papers as ``grade`` does."""
    return render(graded_report.document(graded), format, width)
