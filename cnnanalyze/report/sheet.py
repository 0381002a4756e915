"""Solved sheets: every answer with its working, as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import count_of, noun_for
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.misconceptions.solution import without_repeats
from cnnanalyze.course.sheets.answer_key import answer_data as as_values
from cnnanalyze.course.sheets.question_data import question_data
from cnnanalyze.course.sheets.sheet import ONLY_ANSWER, Question
from cnnanalyze.course.sheets.solve import SolvedAnswer, SolvedQuestion, SolvedSheet
from cnnanalyze.errors import UsageError
from cnnanalyze.report import sheet_data
from cnnanalyze.report.derivation.blocks import explained
from cnnanalyze.report.derivation.json import to_dict
from cnnanalyze.report.document import Block, Document, Group, Heading, strong
from cnnanalyze.report.numbers import fraction
from cnnanalyze.report.sheet_data import as_data
from cnnanalyze.report.writers import render


def points(number: Fraction) -> str:
    """Return points as people write them.

    Examples
    --------
    >>> points(Fraction(3)), points(Fraction(1)), points(Fraction(1, 3)), points(Fraction(5, 2))
    ('3 points', '1 point', '1/3 points', '2.5 points')
    """
    return f"{amount(number)} {noun_for(number, 'point')}"


def amount(number: Fraction) -> str:
    """Return a number of points: whole, with few decimals, or as a fraction."""
    if number.denominator == 1:
        return str(int(number))
    return str(float(number)) if not 100 % number.denominator else str(number)


def subtitle(question: Question) -> str:
    """Return what stands beside the id of a question: its source and its points."""
    parts = [question.source, points(question.points)]
    return ", ".join(p for p in parts if p)


def worked(found: SolvedQuestion) -> list[tuple[SolvedAnswer, tuple[Explanation, ...]]]:
    """Return every answer with its explanations; what one has said, the next do not repeat."""
    solved = list(found.answers.values())
    flat = without_repeats([e for s in solved for e in s.solution.explanations])
    rest = iter(flat)
    return [(s, tuple(next(rest) for _ in s.solution.explanations)) for s in solved]


def label(solved: SolvedAnswer) -> str:
    """Return the name of an answer, and the answer."""
    name = "" if solved.request.name == ONLY_ANSWER else f"{solved.request.name} = "
    return f"{name}{solved.answer_text}"


def asked(solved: SolvedAnswer) -> str:
    """Return in words what is asked for."""
    if solved.request.text:
        return solved.request.text
    return next((e.question for e in solved.solution.explanations), "")


class Style(NamedTuple):
    """How much of a sheet is printed."""

    brief: bool = False
    """Whether the working is left out."""
    unsolved: bool = False
    """Whether the answers are left out, too: the questions, to be handed out."""


IN_FULL = Style()
FEW = 40
"""A page shows all the working of a sheet of at most so many answers at once."""


def document(sheet: SolvedSheet, style: Style = IN_FULL) -> Document:
    """Return a sheet as a document: every question with its data, its answers and their working."""
    title = sheet.sheet.title
    count = sum(len(found.answers) for found in sheet.questions)
    remark = (
        f"{count_of(len(sheet.questions), 'question')}, {count_of(count, 'answer')}, "
        f"{points(sheet.sheet.points)}"
    )
    blocks: list[Block] = [Heading(title, 1, remark)]
    for text in filter(None, (sheet.sheet.about, sheet.sheet.origin)):
        blocks += sheet_data.paragraphs(text)
    fold: Literal["open", "closed"] = "open" if count <= FEW else "closed"
    for found in sheet.questions:
        question, answer_data = found.question, question_data(found)
        blocks.append(Heading(question.id, 2, subtitle(question)))
        blocks += sheet_data.paragraphs(question.text)
        blocks += sheet_data.blocks(answer_data.common)
        for solved, explanations in worked(found):
            own = sheet_data.blocks(answer_data.own[solved.request.name])
            if style.unsolved:
                blocks.append(Group(sheet_data.mixed(_wanted(solved)), own))
            elif style.brief:
                blocks.append(Group(strong(label(solved)), own))
            else:
                working = (explained(one, 3, with_answer=False) for one in explanations)
                blocks.append(Group(strong(label(solved)), (*own, *working), fold=fold))
    return Document(title, tuple(blocks), lambda: to_data(sheet, style))


def _wanted(solved: SolvedAnswer) -> str:
    name = "" if solved.request.name == ONLY_ANSWER else f"{solved.request.name}: "
    return f"{name}{asked(solved)}"


def to_data(sheet: SolvedSheet, style: Style = IN_FULL) -> dict[str, Any]:
    """Return a sheet as plain data."""
    return {
        "schema": VERSIONS["solve"],
        "title": sheet.sheet.title,
        "about": sheet.sheet.about,
        "source": sheet.sheet.origin,
        "points": fraction(sheet.sheet.points),
        "questions": [_question(found, style) for found in sheet.questions],
    }


def _question(found: SolvedQuestion, style: Style) -> dict[str, Any]:
    answer_data = question_data(found)
    return {
        "id": found.question.id,
        "text": found.question.text,
        "source": found.question.source,
        "points": fraction(found.question.points),
        "given": as_data(answer_data.common),
        "answers": [
            {
                "name": name,
                "asked": asked(solved),
                "given": as_data(answer_data.own[name]),
                **(
                    {"points": fraction(solved.request.points)}
                    if style.unsolved
                    else _answer(solved)
                ),
            }
            for name, solved in found.answers.items()
        ],
    }


def _answer(solved: SolvedAnswer) -> dict[str, Any]:
    solution = solved.solution
    return {
        "value": value(as_values(solution, solved.terms)),
        "answer": solved.answer_text,
        "form": solution.form,
        "unit": solved.terms.unit or solution.unit or None,
        "points": fraction(solved.request.points),
        "worked": [to_dict(e) for e in solution.explanations],
    }


def value(nested: Any) -> Any:  # noqa: ANN401 - plain data
    """Return an answer as plain data: fractions as texts."""
    if isinstance(nested, tuple | list):
        return [value(v) for v in nested]
    if isinstance(nested, Fraction):
        return fraction(nested) if nested.denominator < _LONG else float(nested)
    return nested


_LONG = 10**6


@dataclass(frozen=True, repr=False)
class Homework(Tabular):
    """A solved sheet, ready to be looked at.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> sheet = cnn.solve("zoo:first_course")
    >>> next(sheet.rows())["question"], sheet["sizes", "same"]
    ('sizes', 6)
    """

    solved: SolvedSheet
    """The questions with their answers."""

    def __getitem__(self, key: str | tuple[str, str]) -> Any:  # noqa: ANN401 - any answer
        question, name = key if isinstance(key, tuple) else (key, "")
        answers = self.solved[question].answers
        if not name and len(answers) == 1:
            (name,) = answers
        if name not in answers:
            raise UsageError(
                f"question '{question}' has no answer '{name}'{nearest(name, list(answers))}",
                help=f"it has {', '.join(answers)}",
            )
        return answers[name].solution.value

    def render(self, format: str = "text", *, unsolved: bool = False) -> str:  # noqa: A002
        """Return the sheet in a format of ``cnnanalyze solve --format``, or its questions alone."""
        return render(document(self.solved, Style(unsolved=unsolved)), format)

    def rows(self) -> Iterator[Row]:
        """Yield every answer, with the question that it belongs to."""
        for found in self.solved.questions:
            for name, answer in found.answers.items():
                yield {
                    "question": found.question.id,
                    "answer": name,
                    "value": str(answer.solution.value),
                    "points": float(answer.request.points),
                }

    def headline(self) -> str:
        """Return in one line how many questions and answers there are."""
        answers = sum(1 for _ in self.rows())
        return f"{len({row['question'] for row in self.rows()})} questions, {answers} answers"

    def _repr_markdown_(self) -> str:
        return self.render("markdown")

    def __str__(self) -> str:
        return self.render()
