"""Solved sheets: every answer with its working, as text, Markdown, LaTeX, HTML and data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from textwrap import indent
from typing import Any, NamedTuple

from cnnanalyze.characters import cells, wrap
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.misconceptions.solution import without_repeats
from cnnanalyze.course.sheets.question_data import data_of
from cnnanalyze.course.sheets.sheet import ONLY, Question
from cnnanalyze.course.sheets.solve import Solved, SolvedQuestion, SolvedSheet
from cnnanalyze.course.sheets.writing import data as as_values
from cnnanalyze.errors import UsageError
from cnnanalyze.report import check_format
from cnnanalyze.report.derivation import to_dict, to_latex, to_markdown, to_text
from cnnanalyze.report.derivation.latex import PREAMBLE
from cnnanalyze.report.json import dump
from cnnanalyze.report.latex import escape as for_latex
from cnnanalyze.report.markdown import escape as for_markdown
from cnnanalyze.report.numbers import fraction
from cnnanalyze.report.sheet_data import (
    as_data,
    broken,
    in_latex,
    in_markdown,
    in_text,
    text_in_latex,
    text_in_markdown,
)

WIDTH = 80


def points(number: Fraction) -> str:
    """Return points as people write them.

    Examples
    --------
    >>> points(Fraction(3)), points(Fraction(1)), points(Fraction(1, 3)), points(Fraction(5, 2))
    ('3 points', '1 point', '1/3 points', '2.5 points')
    """
    return f"{amount(number)} point{'' if number == 1 else 's'}"


def amount(number: Fraction) -> str:
    """Return a number of points: whole, with few decimals, or as a fraction."""
    if number.denominator == 1:
        return str(int(number))
    return str(float(number)) if not 100 % number.denominator else str(number)


def subtitle(question: Question) -> str:
    """Return what stands beside the id of a question: its source and its points."""
    parts = [question.source, points(question.points)]
    return ", ".join(p for p in parts if p)


def worked(found: SolvedQuestion) -> list[tuple[Solved, tuple[Explanation, ...]]]:
    """Return every answer with its explanations; what one has said, the next do not repeat."""
    solved = list(found.answers.values())
    flat = without_repeats([e for s in solved for e in s.solution.explanations])
    rest = iter(flat)
    return [(s, tuple(next(rest) for _ in s.solution.explanations)) for s in solved]


def label(solved: Solved) -> str:
    """Return the name of an answer, and the answer."""
    name = "" if solved.ask.name == ONLY else f"{solved.ask.name} = "
    return f"{name}{solved.said}"


def asked(solved: Solved) -> str:
    """Return in words what is asked for."""
    if solved.ask.text:
        return solved.ask.text
    return next((e.question for e in solved.solution.explanations), "")


class Style(NamedTuple):
    """How much of a sheet is printed."""

    brief: bool = False
    """Whether the working is left out."""
    unsolved: bool = False
    """Whether the answers are left out, too: the questions, to be handed out."""


IN_FULL = Style()


def render(
    sheet: SolvedSheet,
    format: str,  # noqa: A002
    width: int = WIDTH,
    *,
    brief: bool = False,
    unsolved: bool = False,
) -> str:
    """Return a sheet in a format.

    Parameters
    ----------
    sheet
        The solved sheet.
    format
        One of :data:`FORMATS`.
    width
        How many columns a text may have.
    brief
        Whether to leave the working out.
    unsolved
        Whether to leave the answers out, too.

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    name = check_format(format, tuple(FORMATS))
    return FORMATS[name](sheet, width, Style(brief, unsolved))


def to_terminal(sheet: SolvedSheet, width: int = WIDTH, style: Style = IN_FULL) -> str:
    """Return a sheet as text of at most so many columns."""
    title = sheet.sheet.title
    lines = [title, "=" * min(cells(title), width)]
    for text in filter(None, (sheet.sheet.about, sheet.sheet.origin)):
        lines += ["", *broken(text, width)]
    for found in sheet.questions:
        lines += ["", *_head(found.question, width)]
        data = data_of(found)
        lead = " " * (cells(found.question.id) + 2)
        lines += in_text(data.common, width, lead)
        for solved, explanations in worked(found):
            own = data.own[solved.ask.name]
            lines += [] if style.brief else [""]
            if style.unsolved:
                lines += broken(_wanted(solved), width, "  ", "    ")
                lines += in_text(own, width, "    ")
                continue
            said = wrap(label(solved), width - 4, whole=True)
            lines += [f"  {line}" for line in said]
            lines += in_text(own, width, "    ")
            if not style.brief:
                for one in explanations:
                    lines += ["", indent(_without_answer(one, width - 4), "    ").rstrip()]
    return "\n".join(lines) + "\n"


def _wanted(solved: Solved) -> str:
    name = "" if solved.ask.name == ONLY else f"{solved.ask.name}: "
    return f"{name}{asked(solved)}"


def _head(question: Question, width: int) -> list[str]:
    lead = f"{question.id}  "
    rest = " " * cells(lead)
    lines = broken(question.text or subtitle(question), width, lead, rest)
    if question.text:
        lines.append(f"{rest}({subtitle(question)})")
    return lines


def _without_answer(one: Explanation, width: int) -> str:
    """Return an explanation; the answer stands above it already."""
    text = to_text(one, width)
    lines = [line for line in text.splitlines() if not line.startswith("  answer: ")]
    kept = [
        line
        for n, line in enumerate(lines)
        if line.strip() or (n and lines[n - 1].strip() and n + 1 < len(lines))
    ]
    return "\n".join(line.rstrip() for line in kept)


def to_document(sheet: SolvedSheet, _width: int = WIDTH, style: Style = IN_FULL) -> str:
    """Return a sheet as a LaTeX document, ready for ``pdflatex``."""
    lines = [PREAMBLE + rf"\section*{{{for_latex(sheet.sheet.title)}}}"]
    for text in filter(None, (sheet.sheet.about, sheet.sheet.origin)):
        lines += [text_in_latex(text), ""]
    for found in sheet.questions:
        question, data = found.question, data_of(found)
        beside = rf"\normalfont\small({for_latex(subtitle(question))})"
        text = rf"{{\itshape {text_in_latex(question.text)}\par}}" if question.text else ""
        lines += ["", rf"\subsection*{{{for_latex(question.id)} {beside}}}", text, ""]
        lines += in_latex(data.common)
        for solved, explanations in worked(found):
            own = in_latex(data.own[solved.ask.name])
            if style.unsolved:
                lines += [rf"\noindent {text_in_latex(_wanted(solved))}", "", *own]
                continue
            lines += [rf"\noindent\textbf{{{for_latex(label(solved))}}}", "", *own]
            if not style.brief:
                lines += [to_latex(one) for one in explanations]
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def to_page_of_text(sheet: SolvedSheet, _width: int = WIDTH, style: Style = IN_FULL) -> str:
    """Return a sheet as Markdown, its formulas in LaTeX."""
    lines = [f"# {for_markdown(sheet.sheet.title)}", ""]
    for text in filter(None, (sheet.sheet.about, sheet.sheet.origin)):
        lines += [*text_in_markdown(text), ""]
    for found in sheet.questions:
        question, data = found.question, data_of(found)
        lines += [f"## {for_markdown(question.id)}", ""]
        if question.text:
            lines += [*text_in_markdown(question.text), ""]
        lines += [for_markdown(subtitle(question)), "", *in_markdown(data.common)]
        for solved, explanations in worked(found):
            own = in_markdown(data.own[solved.ask.name])
            if style.unsolved:
                lines += [*text_in_markdown(_wanted(solved)), "", *own]
                continue
            lines += [f"**{for_markdown(label(solved))}**", "", *own]
            if not style.brief:
                lines += [f"#{to_markdown(one)}" for one in explanations]
    return "\n".join(lines).rstrip() + "\n"


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
    data = data_of(found)
    return {
        "id": found.question.id,
        "text": found.question.text,
        "source": found.question.source,
        "points": fraction(found.question.points),
        "given": as_data(data.common),
        "answers": [
            {
                "name": name,
                "asked": asked(solved),
                "given": as_data(data.own[name]),
                **({"points": fraction(solved.ask.points)} if style.unsolved else _answer(solved)),
            }
            for name, solved in found.answers.items()
        ],
    }


def _answer(solved: Solved) -> dict[str, Any]:
    solution = solved.solution
    return {
        "value": value(as_values(solution, solved.terms)),
        "answer": solved.said,
        "form": solution.form,
        "unit": solved.terms.unit or solution.unit or None,
        "points": fraction(solved.ask.points),
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


def _html(sheet: SolvedSheet, _: int, style: Style) -> str:
    from cnnanalyze.report.page.sheet import solved_page  # noqa: PLC0415 - needs jinja2

    return solved_page(sheet, brief=style.brief, unsolved=style.unsolved)


FORMATS: dict[str, Callable[[SolvedSheet, int, Style], str]] = {
    "text": to_terminal,
    "markdown": to_page_of_text,
    "latex": to_document,
    "html": _html,
    "json": lambda sheet, _, style: dump(to_data(sheet, style)),
}
"""How a solved sheet is written, by the name of the format."""


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
        return render(self.solved, format, unsolved=unsolved)

    def rows(self) -> Iterator[Row]:
        """Yield every answer, with the question that it belongs to."""
        for found in self.solved.questions:
            for name, answer in found.answers.items():
                yield {
                    "question": found.question.id,
                    "answer": name,
                    "value": str(answer.solution.value),
                    "points": float(answer.ask.points),
                }

    def headline(self) -> str:
        """Return in one line how many questions and answers there are."""
        answers = sum(1 for _ in self.rows())
        return f"{len({row['question'] for row in self.rows()})} questions, {answers} answers"

    def _repr_markdown_(self) -> str:
        return render(self.solved, "markdown")

    def __str__(self) -> str:
        return self.render()
