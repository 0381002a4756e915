"""Grading: every answer marked, and every wrong one met with the slip that leads exactly there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from cnnanalyze.core.registry import nearest
from cnnanalyze.homework.answers import Paper, split
from cnnanalyze.homework.compare import Reading, read
from cnnanalyze.homework.given import Unreadable, is_empty, text_of
from cnnanalyze.homework.mistakes import Mistake, diagnose
from cnnanalyze.homework.sheet import ONLY, Credit
from cnnanalyze.homework.solution import Solution
from cnnanalyze.homework.solve import Solved, SolvedSheet

RIGHT, WRONG, MISSING, UNREADABLE = "right", "wrong", "missing", "unreadable"
OTHER_PART = "answer to another part"
MOST_NAMED = 4
"""How many explanations of one wrong answer are named."""


class Mark(NamedTuple):
    """One answer of one student, marked."""

    question: str
    name: str
    given: str
    """As it was written."""
    outcome: str
    """``right``, ``wrong``, ``missing`` or ``unreadable``."""
    expected: str
    points: Fraction
    most: Fraction
    mistakes: tuple[Mistake, ...] = ()
    """Why a wrong answer is what it is, the simplest first; nothing if no slip leads there."""
    remarks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The id of the question, with the name of the answer."""
        return self.question if self.name == ONLY else f"{self.question}.{self.name}"


@dataclass(frozen=True)
class GradedPaper:
    """One student's answers, marked."""

    student: str
    marks: tuple[Mark, ...]
    remarks: tuple[str, ...] = ()
    """What belongs to no answer: ids that the sheet does not know."""

    @property
    def points(self) -> Fraction:
        """What was reached."""
        return sum((m.points for m in self.marks), Fraction(0))

    @property
    def most(self) -> Fraction:
        """What could be reached."""
        return sum((m.most for m in self.marks), Fraction(0))

    def count(self, outcome: str) -> int:
        """Return how many answers came out like that."""
        return sum(m.outcome == outcome for m in self.marks)

    @property
    def is_right(self) -> bool:
        """Whether all of it is right."""
        return all(m.outcome == RIGHT for m in self.marks)


class Frequency(NamedTuple):
    """How often a mistake was made, and by whom."""

    name: str
    made: int
    """How many answers it spoilt."""
    students: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class GradedClass:
    """All papers, marked."""

    sheet: SolvedSheet
    papers: tuple[GradedPaper, ...]
    failures: tuple[str, ...] = field(default=())
    """Files that could not be read."""

    @property
    def is_right(self) -> bool:
        """Whether everything is right."""
        return all(p.is_right for p in self.papers)

    @cached_property
    def frequencies(self) -> tuple[Frequency, ...]:
        """How many made which mistake, the most frequent first."""
        made: dict[str, list[tuple[str, str]]] = {}
        for paper in self.papers:
            for mark in paper.marks:
                if mark.mistakes:
                    for name in mark.mistakes[0].names:
                        made.setdefault(name, []).append((paper.student, mark.label))
        found = [
            Frequency(
                name,
                len(where),
                tuple(dict.fromkeys(s for s, _ in where)),
                tuple(dict.fromkeys(a for _, a in where)),
            )
            for name, where in made.items()
        ]
        return tuple(sorted(found, key=lambda f: (-len(f.students), -f.made, f.name)))

    @cached_property
    def by_answer(self) -> tuple[tuple[str, Counter[str]], ...]:
        """How each answer came out in the class."""
        found: dict[str, Counter[str]] = {}
        for paper in self.papers:
            for mark in paper.marks:
                found.setdefault(mark.label, Counter())[mark.outcome] += 1
        return tuple(found.items())


def grade(
    sheet: SolvedSheet,
    papers: Iterable[Paper],
    *,
    credit: Credit | None = None,
    failures: Iterable[str] = (),
) -> GradedClass:
    """Mark papers.

    Parameters
    ----------
    sheet
        The solved sheet.
    papers
        What was handed in.
    credit
        What a wrong answer is worth that a slip explains; by default what the sheet says.
    failures
        What could not even be read.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.homework.sheet_reading import read_sheet
    >>> from cnnanalyze.homework.solve import solve
    >>> text = "{sheet: 1, questions: [{id: A, window: {n: 6, f: 3, p: 2}}]}"
    >>> paper = Paper("Ann", {("A", ""): "6"})
    >>> graded = grade(solve(read_sheet(Source("here", text))), [paper])
    >>> graded.papers[0].marks[0].mistakes[0].words
    'added the padding once instead of on both sides'
    """
    grader = _Grader(sheet, sheet.sheet.credit if credit is None else credit)
    return GradedClass(sheet, tuple(grader.paper(p) for p in papers), tuple(failures))


class _Grader:
    """Marks papers; equal wrong answers are looked into once."""

    def __init__(self, sheet: SolvedSheet, credit: Credit) -> None:
        self.sheet = sheet
        self.credit = credit
        self.known: dict[tuple[str, str, str], tuple[Mistake, ...]] = {}
        self.ids = [q.question.id for q in sheet.questions]

    def paper(self, paper: Paper) -> GradedPaper:
        given: dict[tuple[str, str], Any] = {}
        remarks = list(paper.remarks)
        for (question, name), value in paper.answers.items():
            key = self.place(question, name)
            if isinstance(key, str):
                if not is_empty(value):
                    remarks.append(key)
            else:
                given[key] = value
        marks = []
        for found in self.sheet.questions:
            id_ = found.question.id
            for name, solved in found.answers.items():
                marks.append(self.mark(id_, solved, given.get((id_, name))))
        return GradedPaper(paper.student, tuple(_in_company(marks)), tuple(remarks))

    def place(self, question: str, name: str) -> tuple[str, str] | str:
        """Return the answer that is meant, or why there is none."""
        question, found = split(question, self.ids)
        name = name or found
        if question not in self.ids:
            asked = question.partition(".")[0]
            return f"the sheet has no question '{question}'{nearest(asked, self.ids)}"
        answers = self.sheet[question].answers
        if not name and len(answers) == 1:
            return question, next(iter(answers))
        if name in answers:
            return question, name
        lowered = {a.lower(): a for a in answers}
        if name.lower() in lowered:
            return question, lowered[name.lower()]
        if not name:
            return f"question '{question}' asks for {', '.join(answers)}: say which is answered"
        return f"question '{question}' has no answer '{name}'; it has {', '.join(answers)}"

    def mark(self, question: str, solved: Solved, raw: Any) -> Mark:  # noqa: ANN401
        ask, solution = solved.ask, solved.solution
        mark = Mark(question, ask.name, text_of(raw), MISSING, solved.said, Fraction(0), ask.points)
        if is_empty(raw):
            return mark
        try:
            reading = read(raw, solution, solved.terms)
        except Unreadable as error:
            return mark._replace(outcome=UNREADABLE, remarks=(str(error),))
        except (ArithmeticError, ValueError, RecursionError) as error:
            words = f"this cannot be understood ({type(error).__name__})"
            return mark._replace(outcome=UNREADABLE, remarks=(words,))
        if reading.right:
            return mark._replace(outcome=RIGHT, points=ask.points, remarks=reading.remarks)
        return self.wrong(mark, solved, reading)

    def wrong(self, mark: Mark, solved: Solved, reading: Reading) -> Mark:
        key = (mark.question, mark.name, reading.said)
        if solved.solution.form == "list" and reading.entries and not reading.wrong:
            self.known[key] = ()  # what is there is right, but there is not enough of it
        elif key not in self.known:
            self.known[key] = tuple(self.explain(mark.question, solved, reading))[:MOST_NAMED]
        mistakes = self.known[key]
        share = Fraction(0)
        if mistakes and mistakes[0].names != (OTHER_PART,):
            single = len(mistakes[0].names) == 1
            share = self.credit.one_slip if single else self.credit.two_slips
        return mark._replace(
            outcome=WRONG,
            points=share * mark.most,
            mistakes=mistakes,
            remarks=(*reading.remarks, *_which(reading, solved.solution)),
        )

    def explain(self, question: str, solved: Solved, reading: Reading) -> Iterator[Mistake]:
        """Yield what leads to a wrong answer: slips, or the answer to another part."""
        found = diagnose(solved.solution, reading.fits)
        if not found:
            found = tuple(_by_entry(solved.solution, reading))
        yield from found
        for name, other in self.sheet[question].answers.items():
            s = other.solution
            alike = name != solved.ask.name and s.form == solved.solution.form
            if alike and s.value != solved.solution.value and reading.fits(s.value):
                words = f"gave what is the answer to '{name}'"
                yield Mistake((OTHER_PART,), words, s.value, 2)


def _in_company(marks: list[Mark]) -> Iterator[Mark]:
    """Put first what explains several wrong answers of one question: it is no accident then."""
    made = Counter(
        (mark.question, mistake.names)
        for mark in marks
        for mistake in mark.mistakes
        if mistake.names != (OTHER_PART,)
    )
    for mark in marks:

        def weight(mistake: Mistake, question: str = mark.question) -> float:
            return mistake.weight - (COMPANY if made[question, mistake.names] > 1 else 0)

        yield mark._replace(mistakes=tuple(sorted(mark.mistakes, key=weight)))


COMPANY = 0.5
"""What a mistake gains that was made in another answer of the question, too."""


def _by_entry(solution: Solution, reading: Reading) -> Iterator[Mistake]:
    """Explain the wrong entries of a list one by one, if all of them can be explained."""
    if solution.form != "list" or not reading.wrong:
        return
    trees = solution.trees()
    if trees is None or not isinstance(trees, tuple):
        return
    words: list[str] = []
    names: list[str] = []
    for place in reading.wrong:
        part = Solution(solution.value[place], trees=lambda t=trees[place]: t, scene=solution.scene)  # type: ignore[misc]

        found = diagnose(part, reading.entries[place])
        if not found:
            return
        words.append(f"{found[0].words} (entry {place + 1})")
        names += found[0].names
    yield Mistake(tuple(dict.fromkeys(names)), "; ".join(words), solution.value, 1.5)


def _which(reading: Reading, solution: Solution) -> tuple[str, ...]:
    if not reading.wrong or solution.form not in {"list", "matrix"}:
        return ()
    word = "row" if solution.form == "matrix" else "entry"
    places = ", ".join(str(n + 1) for n in reading.wrong)
    if solution.form == "matrix" or len(solution.value) > 1:
        plural = {"row": "rows", "entry": "entries"}[word] if len(reading.wrong) > 1 else word
        return (f"wrong in {plural} {places}",)
    return ()
