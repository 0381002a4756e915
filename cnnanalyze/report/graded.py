"""Graded papers: every mark with its reason, and what the class got wrong, as text and as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.core.expression import Expression
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.notation import notation
from cnnanalyze.course.explanations.simplify import bare, numbers_of
from cnnanalyze.course.grading.grade import (
    CONSEQUENTIAL,
    MISSING,
    RIGHT,
    UNREADABLE,
    WRONG,
    AnswerMark,
    Frequency,
    GradedClass,
    GradedPaper,
)
from cnnanalyze.course.misconceptions.combinations import Mistake
from cnnanalyze.report import check_format
from cnnanalyze.report.csv import write_lines
from cnnanalyze.report.derivation.equation import result
from cnnanalyze.report.derivation.text import TextWriter
from cnnanalyze.report.json import dump
from cnnanalyze.report.markdown import escape
from cnnanalyze.report.numbers import count_of, fraction
from cnnanalyze.report.sheet import amount, points, value

WIDTH = 80
SIGNS = {RIGHT: "✓", CONSEQUENTIAL: "↳", WRONG: "✗", MISSING: "–", UNREADABLE: "?"}
NO_SLIP = "no known slip leads to this"


def render(graded: GradedClass, format: str, width: int = WIDTH) -> str:  # noqa: A002
    """Return graded papers in a format.

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    return FORMATS[check_format(format, tuple(FORMATS))](graded, width)


def score(paper: GradedPaper) -> str:
    """Return what was reached of how much."""
    return f"{amount(paper.points)} of {points(paper.most)}"


def tally(paper: GradedPaper) -> str:
    """Return how many answers came out how."""
    return ", ".join(f"{paper.count(o)} {w}" for o, w in _WORDS.items() if paper.count(o))


_WORDS = {
    RIGHT: "right",
    CONSEQUENTIAL: "consequential",
    WRONG: "wrong",
    UNREADABLE: "not understood",
    MISSING: "missing",
}


def reasons(mark: AnswerMark) -> Iterator[str]:
    """Yield why a mark is what it is, a sentence each."""
    if mark.outcome == UNREADABLE:
        yield f"not understood: {mark.remarks[0]}"
        return
    if mark.follows:
        had = " and ".join(f"the answer {given} to {label}" for label, given in mark.follows)
        yield (
            f"consequential error: it follows from {had}"
            if mark.outcome == CONSEQUENTIAL
            else f"it follows from {had}, but what is right is given in this question"
        )
    if mark.mistakes:
        first, *others = mark.mistakes
        yield first.words
        yield from at_step(first)
        if others:
            yield f"or: {'; or: '.join(o.words for o in others)}"
    elif mark.outcome == WRONG and not mark.follows:
        yield NO_SLIP
    yield from mark.remarks


def at_step(mistake: Mistake) -> tuple[str, ...]:
    """Return the step where it happened, as it was done and as it should be."""
    if mistake.right is None or mistake.wrong is None:
        return ()
    writer = TextWriter(notation("plain"))

    def shown(tree: Expression) -> str:
        found = result(writer, tree.value)
        text = writer.write(numbers_of(_opened(tree)))
        sign = writer.about if found.about else "="
        return text if text == found.text else f"{text} {sign} {found.text}"

    name = mistake.right.name
    where = f"{name.of}, " if name and name.of else ""
    what = f"{where}{writer.name(name._replace(of='', axis=None))}: " if name else ""
    return f"{what}{shown(mistake.wrong)}", f"instead of {shown(mistake.right)}"


def _opened(tree: Expression) -> Expression:
    """Return an expression with numbers for the names of numbers, but its steps written out."""
    tree = bare(tree)
    if tree.is_given:
        return tree
    args = tuple(_opened(a) for a in tree.args)
    if len(args) == 1 and tree.op == "+":
        return args[0]
    return Expression(tree.op, tuple(a._replace(name=None) for a in args), tree.value)


# --- text -----------------------------------------------------------------------------------------


def to_terminal(graded: GradedClass, width: int = WIDTH) -> str:
    """Return graded papers as text of at most so many columns."""
    title = graded.sheet.sheet.title
    lines = [title, "=" * min(cells(title), width)]
    for paper in graded.papers:
        lines += ["", *_paper(paper, width)]
    if len(graded.papers) > 1:
        lines += ["", *_summary(graded, width)]
    return "\n".join(lines) + "\n"


def _paper(paper: GradedPaper, width: int) -> list[str]:
    lines = [f"{paper.student}: {score(paper)} ({tally(paper)})"]
    shown = [m for m in paper.marks if m.outcome != MISSING]
    wide = min(max((cells(m.label) for m in shown), default=0), _WIDEST)
    for mark in shown:
        lead = f"  {SIGNS[mark.outcome]} {pad(mark.label, wide)}  "
        given = mark.given if mark.outcome == RIGHT else f"{mark.given} (right: {mark.expected})"
        if mark.outcome in {WRONG, CONSEQUENTIAL} and mark.points != 0:
            given += f", {points(mark.points)} of {amount(mark.most)}"
        lines += _wrapped(given, width, lead)
        for sentence in reasons(mark):
            lines += _wrapped(sentence, width, " " * cells(lead) + "  ")
    missing = [m.label for m in paper.marks if m.outcome == MISSING]
    if missing:
        lines += _wrapped(f"not answered: {', '.join(missing)}", width, "  – ")
    for remark in paper.remarks:
        lines += _wrapped(remark, width, "  ! ")
    return lines


_WIDEST = 24


def _wrapped(text: str, width: int, lead: str) -> list[str]:
    rest = " " * cells(lead)
    return wrap(text, width, first=lead, rest=rest, whole=True) or [lead.rstrip()]


def _summary(graded: GradedClass, width: int) -> list[str]:
    papers = graded.papers
    mean = sum((p.points for p in papers), Fraction(0)) / len(papers)
    reached = f"{_rounded(mean)} of {points(papers[0].most)}"
    lines = [f"The class: {count_of(len(papers), 'paper')}, on average {reached}"]
    if graded.frequencies:
        lines += ["", "  students  answers  mistake"]
    for row in graded.frequencies:
        lead = f"  {len(row.students):>8}  {row.made:>7}  "
        lines += _wrapped(f"{row.name} ({', '.join(row.answers)})", width, lead)
    hardest = [(label, n) for label, n in graded.by_answer if n[WRONG] + n[UNREADABLE]]
    if hardest:
        hardest.sort(key=lambda item: -(item[1][WRONG] + item[1][UNREADABLE]))
        said = ", ".join(f"{label} ({n[WRONG] + n[UNREADABLE]})" for label, n in hardest[:_MOST])
        lines += ["", *_wrapped(f"most often wrong: {said}", width, "  ")]
    return lines


_MOST = 8


def _rounded(number: Fraction) -> str:
    return amount(round(number, 2))


# --- Markdown -------------------------------------------------------------------------------------


def to_markdown(graded: GradedClass, _: int = WIDTH) -> str:
    """Return graded papers as Markdown."""
    lines = [f"# {escape(graded.sheet.sheet.title)}", ""]
    for paper in graded.papers:
        lines += [f"## {escape(paper.student)}", "", f"{score(paper)} ({tally(paper)})", ""]
        lines += ["| | answer | given | right | why |", "| :-- | :-- | :-- | :-- | :-- |"]
        for mark in paper.marks:
            said = "" if mark.outcome == MISSING else "; ".join(reasons(mark))
            row = (mark.label, mark.given, mark.expected, said)
            lines.append(f"| {SIGNS[mark.outcome]} | {' | '.join(map(escape, row))} |")
        lines += ["", *(f"- {escape(r)}" for r in paper.remarks)]
        lines += [""] if paper.remarks else []
    if len(graded.papers) > 1:
        lines += ["## The class", "", "| mistake | students | answers | where |"]
        lines += ["| :-- | --: | --: | :-- |"]
        lines += [
            f"| {escape(f.name)} | {len(f.students)} | {f.made} | {escape(', '.join(f.answers))} |"
            for f in graded.frequencies
        ]
    return "\n".join(lines).rstrip() + "\n"


# --- CSV and JSON ---------------------------------------------------------------------------------

COLUMNS = (
    *("student", "question", "answer", "outcome", "given", "right"),
    *("points", "of", "mistake", "why"),
)


def to_csv(graded: GradedClass, _: int = WIDTH) -> str:
    """Return one line for each answer of each student."""
    lines: list[tuple[str, ...]] = [COLUMNS]
    for paper in graded.papers:
        for mark in paper.marks:
            names = " + ".join(mark.mistakes[0].names) if mark.mistakes else ""
            why = "" if mark.outcome == MISSING else "; ".join(reasons(mark))
            row = (
                paper.student,
                mark.question,
                mark.name,
                mark.outcome,
                mark.given,
                mark.expected,
                amount(mark.points),
                amount(mark.most),
                names,
                why,
            )
            lines.append(row)
    return write_lines(lines, "\n")


def to_data(graded: GradedClass) -> dict[str, Any]:
    """Return graded papers as plain data."""
    return {
        "schema": VERSIONS["grade"],
        "title": graded.sheet.sheet.title,
        "points": fraction(graded.sheet.sheet.points),
        "papers": [_paper_data(p) for p in graded.papers],
        "mistakes": [_frequency(f) for f in graded.frequencies],
        "unreadable_files": list(graded.failures),
        "refused": [fault.message for fault in graded.refused],
    }


def _paper_data(paper: GradedPaper) -> dict[str, Any]:
    return {
        "student": paper.student,
        "points": fraction(paper.points),
        "of": fraction(paper.most),
        "answers": [_mark(m) for m in paper.marks],
        "remarks": list(paper.remarks),
    }


def _mark(mark: AnswerMark) -> dict[str, Any]:
    return {
        "question": mark.question,
        "name": mark.name,
        "outcome": mark.outcome,
        "given": mark.given,
        "right": mark.expected,
        "points": fraction(mark.points),
        "of": fraction(mark.most),
        "mistakes": [
            {
                "names": list(m.names),
                "words": m.words,
                "value": value(m.value),
                "step": list(at_step(m)),
            }
            for m in mark.mistakes
        ],
        "follows": [{"answer": label, "given": given} for label, given in mark.follows],
        "remarks": list(mark.remarks),
    }


def _frequency(row: Frequency) -> dict[str, Any]:
    return {
        "name": row.name,
        "count": row.made,
        "students": list(row.students),
        "answers": list(row.answers),
    }


def _html(graded: GradedClass, _: int) -> str:
    from cnnanalyze.report.page.sheet import graded_page  # noqa: PLC0415 - needs jinja2

    return graded_page(graded)


FORMATS: dict[str, Callable[[GradedClass, int], str]] = {
    "text": to_terminal,
    "markdown": to_markdown,
    "csv": to_csv,
    "json": lambda graded, _: dump(to_data(graded)),
    "html": _html,
}
"""How graded papers are written, by the name of the format."""
