"""The pages of homework: a solved sheet, and graded papers."""

from __future__ import annotations

from typing import Any, NamedTuple

from markupsafe import Markup

from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.grading.grade import (
    CONSEQUENTIAL,
    MISSING,
    RIGHT,
    UNREADABLE,
    WRONG,
    AnswerMark,
    GradedClass,
)
from cnnanalyze.course.sheets.question_data import Givens, data_of
from cnnanalyze.course.sheets.sheet import ONLY
from cnnanalyze.course.sheets.solve import SolvedSheet
from cnnanalyze.report.derivation import to_html
from cnnanalyze.report.graded import SIGNS, reasons, score, tally
from cnnanalyze.report.graded import to_data as graded_data
from cnnanalyze.report.numbers import count_of
from cnnanalyze.report.page.frame import render
from cnnanalyze.report.sheet import amount, asked, points, subtitle, worked

TONES = {RIGHT: "good", CONSEQUENTIAL: "warn", WRONG: "bad", UNREADABLE: "warn", MISSING: ""}
FEW = 40
"""A sheet of at most so many answers shows all its working at once."""


class SolvedAnswer(NamedTuple):
    """One answer on the page of a solved sheet."""

    name: str
    said: str
    """The answer; what is asked for, if the answers are left out."""
    working: Markup
    given: Givens = ()


def solved_page(sheet: SolvedSheet, *, brief: bool = False, unsolved: bool = False) -> str:
    """Return the page of a sheet, as one file, with its answers or without.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.course.sheets.sheet_reading import read_sheet
    >>> from cnnanalyze.course.sheets.solve import solve
    >>> text = "{sheet: 1, title: One, questions: [{id: A1, window: {n: 6, f: 3}}]}"
    >>> page = solved_page(solve(read_sheet(Source("here", text))))
    >>> page.startswith("<!DOCTYPE html>"), 'id="q-1"' in page
    (True, True)
    """
    questions: list[dict[str, Any]] = []
    for number, found in enumerate(sheet.questions, start=1):
        data = data_of(found)
        answers = [
            SolvedAnswer(
                "" if solved.ask.name == ONLY else solved.ask.name,
                asked(solved) if unsolved else solved.said,
                Markup("").join(map(_working, explanations))
                if not (brief or unsolved)
                else Markup(""),
                data.own[solved.ask.name],
            )
            for solved, explanations in worked(found)
        ]
        questions.append(
            {
                "anchor": f"q-{number}",
                "id": found.question.id,
                "text": found.question.text,
                "subtitle": subtitle(found.question),
                "given": data.common,
                "answers": answers,
            }
        )
    count = sum(len(q["answers"]) for q in questions)
    return render(
        "sheet.html.j2",
        title=sheet.sheet.title,
        about="\n".join(filter(None, (sheet.sheet.about, sheet.sheet.origin))),
        unsolved=unsolved,
        tally=f"{count_of(len(questions), 'question')}, {count_of(count, 'answer')}, "
        f"{points(sheet.sheet.points)}",
        questions=questions,
        open=count <= FEW,
    )


def _working(one: Explanation) -> Markup:
    """Return an explanation below the headings of a page, which gives the answer itself."""
    text = to_html(one).replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    return Markup(text)  # noqa: S704 - the derivation escapes every text in it


class MarkRow(NamedTuple):
    """One mark on the page of graded papers."""

    mark: AnswerMark
    sign: str
    tone: str
    label: str
    points: str
    reasons: tuple[str, ...]


def graded_page(graded: GradedClass) -> str:
    """Return the page of graded papers, as one file."""
    papers = [
        {
            "anchor": f"p-{number}",
            "student": paper.student,
            "score": score(paper),
            "tally": tally(paper),
            "rows": [_row(m) for m in paper.marks],
            "remarks": paper.remarks,
        }
        for number, paper in enumerate(graded.papers, start=1)
    ]
    return render(
        "graded.html.j2",
        title=graded.sheet.sheet.title,
        papers=papers,
        frequencies=graded.frequencies,
        failures=graded.failures,
        refused=graded.refused,
        answers=[(label, *(n[outcome] for outcome in TONES)) for label, n in graded.by_answer],
        result=graded_data(graded),
    )


def _row(mark: AnswerMark) -> MarkRow:
    said = () if mark.outcome == MISSING else tuple(reasons(mark))
    tone = TONES[mark.outcome]
    worth = f"{amount(mark.points)} / {amount(mark.most)}"
    return MarkRow(mark, SIGNS[mark.outcome], tone, mark.label, worth, said)
