"""Graded papers: every mark with its reasons, and what the class got wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from cnnanalyze.core.expression import Expression
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.notation import notation
from cnnanalyze.course.explanations.simplify import unnamed, with_values
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
from cnnanalyze.course.misconceptions.mistakes import Mistake
from cnnanalyze.report.derivation.equation import result
from cnnanalyze.report.derivation.text import TextWriter
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Content,
    Document,
    Facts,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Span,
    Tabular,
    Tone,
    faint,
    lines,
)
from cnnanalyze.report.numbers import fraction
from cnnanalyze.report.sheet import amount, points, value
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.table import Table, cells_of

SIGNS = {RIGHT: "✓", CONSEQUENTIAL: "↳", WRONG: "✗", MISSING: "–", UNREADABLE: "?"}
TONES: dict[str, Tone] = {RIGHT: "good", CONSEQUENTIAL: "warn", WRONG: "bad", UNREADABLE: "warn"}
NO_SLIP = "no known mistake leads to this"


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
            f"consequential error: follows from {had}"
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
        text = writer.write(with_values(_opened(tree)))
        sign = writer.about if found.about else "="
        return text if text == found.text else f"{text} {sign} {found.text}"

    name = mistake.right.name
    where = f"{name.of}, " if name and name.of else ""
    what = f"{where}{writer.name(name._replace(of='', axis=None))}: " if name else ""
    return f"{what}{shown(mistake.wrong)}", f"instead of {shown(mistake.right)}"


def _opened(tree: Expression) -> Expression:
    """Return an expression with numbers for the names of numbers, but its steps written out."""
    tree = unnamed(tree)
    if tree.is_given:
        return tree
    args = tuple(_opened(a) for a in tree.args)
    if len(args) == 1 and tree.op == "+":
        return args[0]
    return Expression(tree.op, tuple(a._replace(name=None) for a in args), tree.value)


# --- documents ------------------------------------------------------------------------------------


def document(graded: GradedClass) -> Document:
    """Return graded papers as a document: every mark with its reasons, then the class."""
    title = graded.sheet.sheet.title
    blocks: list[Content] = [Heading(title)]
    refused = tuple(fault.message for fault in graded.refused)
    blocks += [Items(refused, "Not marked")] if refused else []
    blocks += [Items(graded.failures, "Not read")] if graded.failures else []
    for paper in graded.papers:
        blocks += _paper(paper)
    if len(graded.papers) > 1:
        blocks += _class(graded)
    return Document(
        title,
        tuple(blocks),
        lambda: to_data(graded),
        embedded=lambda: to_data(graded),
        table=lambda: tabulate(graded),
        is_article=True,
    )


def _paper(paper: GradedPaper) -> Iterator[Block]:
    yield Heading(f"{paper.student}: {score(paper)}", 2, tally(paper))
    shown = [m for m in paper.marks if m.outcome != MISSING]
    if shown:
        yield Facts(tuple((_name(mark), _verdict(mark)) for mark in shown))
    missing = [m.label for m in paper.marks if m.outcome == MISSING]
    if missing:
        yield Paragraph(f"Not answered: {', '.join(missing)}.")
    if paper.remarks:
        yield Items(paper.remarks, "Notes")


def _name(mark: AnswerMark) -> Inline:
    return (Span(SIGNS[mark.outcome], tone=TONES[mark.outcome]), Span(f" {mark.label}"))


def _verdict(mark: AnswerMark) -> Inline:
    """Return what was answered, what is right, and why the mark is what it is."""
    given = mark.given if mark.outcome == RIGHT else f"{mark.given} (right: {mark.expected})"
    if mark.outcome in {WRONG, CONSEQUENTIAL} and mark.points != 0:
        given += f", {points(mark.points)} of {amount(mark.most)}"
    return lines(given, *map(faint, reasons(mark)))


def _histogram(papers: Sequence[GradedPaper]) -> Figure:
    """Draw how many papers have how many points."""
    most = Fraction(papers[0].most)
    words = f"papers by their points, of {amount(most)}"

    def svg() -> str:
        from cnnanalyze.report.page.histogram import draw  # noqa: PLC0415 - for pages only

        return draw([Fraction(paper.points) for paper in papers], most, "points", words)

    return Figure(svg, words)


def _class(graded: GradedClass) -> Iterator[Content]:
    papers = graded.papers
    mean = sum((p.points for p in papers), Fraction(0)) / len(papers)
    reached = f"{amount(round(mean, 2))} of {points(papers[0].most)}"
    yield Heading("The class", 2, f"{count_of(len(papers), 'paper')}, on average {reached}")
    yield Abridged(lambda: [_histogram(papers)], tuple)
    if graded.frequencies:
        rows = (
            (row.name, str(len(row.students)), str(row.made), ", ".join(row.answers))
            for row in graded.frequencies
        )
        yield _table("Mistakes", ("mistake", "students", "answers", "where"), rows)
    counts = (
        (label, *(str(n[outcome]) if n[outcome] else "" for outcome in _WORDS))
        for label, n in graded.by_answer
    )
    yield _table("Answers", ("answer", *_WORDS.values()), counts)


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Tabular:
    return Tabular(
        Table(
            tuple(Column(h, h, "left" if h in _OF_WORDS else "right") for h in heads),
            tuple(cells_of(*row) for row in rows),
        ),
        title,
    )


_OF_WORDS = frozenset({"mistake", "answer", "where"})


# --- CSV and JSON ---------------------------------------------------------------------------------

COLUMNS = (
    *("student", "question", "answer", "outcome", "given", "right"),
    *("points", "of", "mistake", "why"),
)


def tabulate(graded: GradedClass) -> Table:
    """Return one row for each answer of each student, for spreadsheets."""
    rows = []
    for paper in graded.papers:
        for mark in paper.marks:
            names = " + ".join(mark.mistakes[0].names) if mark.mistakes else ""
            why = "" if mark.outcome == MISSING else "; ".join(reasons(mark))
            row = cells_of(
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
            rows.append(row)
    return Table(tuple(Column(name, name, "left") for name in COLUMNS), tuple(rows))


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
