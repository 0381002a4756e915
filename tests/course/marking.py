"""What the tests of homework share: sheets from texts, one answer marked."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import AnswerMark, grade
from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from cnnanalyze.errors import Source

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
