"""Grading: every answer marked, every wrong one with the mistakes that lead exactly to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.course.grading.answer_comparison import Interpretation, interpret
from cnnanalyze.course.grading.answer_placement import one_paper_each, place_answers
from cnnanalyze.course.grading.consequences import ConsequenceFinder
from cnnanalyze.course.grading.earlier_answers import EarlierAnswer
from cnnanalyze.course.grading.paper import Paper, Refused
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.diagnosis import Diagnosis
from cnnanalyze.course.misconceptions.mistakes import Mistake
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.sheet import ONLY_ANSWER, Credit
from cnnanalyze.course.sheets.solve import SolvedAnswer, SolvedSheet
from cnnanalyze.course.written_answers.parser import (
    Unreadable,
    is_empty,
    single_spaced,
    text_of,
    truncated,
)
from cnnanalyze.errors import Fault

RIGHT, WRONG, MISSING, UNREADABLE = "right", "wrong", "missing", "unreadable"
CONSEQUENTIAL = "consequential"
"""Wrong, but right given an earlier wrong answer."""
OTHER_PART = kind("answer to another part", "gave the answer to")
LONGEST_SHOWN = 200
"""How many characters of an answer are shown."""
MOST_NAMED = 2
"""How many explanations of a wrong answer are given: the best, and one as good."""
AS_GOOD = 0.5
"""How much the weight of another explanation may exceed that of the best."""


class AnswerMark(NamedTuple):
    """One answer of one student, marked."""

    question: str
    name: str
    given: str
    """As it was written."""
    outcome: str
    """``right``, ``consequential``, ``wrong``, ``missing`` or ``unreadable``."""
    expected: str
    points: Fraction
    most: Fraction
    mistakes: tuple[Mistake, ...] = ()
    """The mistakes that lead to a wrong answer, the simplest first; none if none is known."""
    remarks: tuple[str, ...] = ()
    reached: Fraction = Fraction(0)
    """Of a list that is wrong: the share of the entries that are right."""
    follows: tuple[tuple[str, str], ...] = ()
    """The earlier answers that it follows from: label and given value."""

    @property
    def label(self) -> str:
        """The id of the question, with the name of the answer."""
        return self.question if self.name == ONLY_ANSWER else f"{self.question}.{self.name}"


@dataclass(frozen=True)
class GradedPaper:
    """One student's answers, marked."""

    student: str
    marks: tuple[AnswerMark, ...]
    faults: tuple[Fault, ...] = ()
    """Faults of the paper, such as ids that the sheet does not have."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """The faults as texts, with their places."""
        return tuple(f"{f.mark}: {f.message}" if f.mark else f.message for f in self.faults)

    @property
    def points(self) -> Fraction:
        """The points reached."""
        return sum((m.points for m in self.marks), Fraction(0))

    @property
    def most(self) -> Fraction:
        """The points that can be reached."""
        return sum((m.most for m in self.marks), Fraction(0))

    def count(self, outcome: str) -> int:
        """Return how many answers have an outcome."""
        return sum(m.outcome == outcome for m in self.marks)

    @property
    def is_right(self) -> bool:
        """Whether all of it is right."""
        return all(m.outcome == RIGHT for m in self.marks)


class Frequency(NamedTuple):
    """How often a mistake was made, and by whom."""

    name: str
    made: int
    """How many answers it made wrong."""
    students: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class GradedClass(Tabular):
    """All papers, marked.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> graded = cnn.grade("zoo:first_course", {"filters.parameters": "270"})
    >>> [(row["answer"], row["points"]) for row in graded.rows() if row["outcome"] == "wrong"]
    [('filters.parameters', 0.0)]
    """

    sheet: SolvedSheet
    """The sheet, solved."""
    papers: tuple[GradedPaper, ...]
    """The papers with their marks."""
    failures: tuple[str, ...] = field(default=())
    """Files that could not be read."""
    refused: tuple[Fault, ...] = field(default=())
    """Papers that are not marked."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything in the papers that belongs to no answer, once for each place."""
        return tuple(
            dict.fromkeys((*self.refused, *(f for paper in self.papers for f in paper.faults)))
        )

    @property
    def is_right(self) -> bool:
        """Whether everything is right."""
        return all(p.is_right for p in self.papers)

    def rows(self) -> Iterator[Row]:
        """Yield every answer of every student, marked."""
        for paper in self.papers:
            for mark in paper.marks:
                yield {
                    "student": paper.student,
                    "answer": mark.label,
                    "given": mark.given,
                    "expected": mark.expected,
                    "outcome": mark.outcome,
                    "points": float(mark.points),
                    "most": float(mark.most),
                    "mistake": mark.mistakes[0].words if mark.mistakes else "",
                }

    def headline(self) -> str:
        """Return in one line how many papers there are, and what was reached."""
        reached, most = (
            float(sum(getattr(p, key) for p in self.papers)) for key in ("points", "most")
        )
        return f"{count_of(len(self.papers), 'paper')}, {reached:g} of {most:g} points"

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
        What a wrong answer is worth that a mistake explains; by default as the sheet says.
    failures
        Files that could not be read.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.course.sheets.sheet_reading import read_sheet
    >>> from cnnanalyze.course.sheets.solve import solve
    >>> text = "{sheet: 1, questions: [{id: A, window: {n: 6, f: 3, p: 2}}]}"
    >>> paper = Paper("Ann", {("A", ""): "6"})
    >>> graded = grade(solve(read_sheet(Source("here", text))), [paper])
    >>> graded.papers[0].marks[0].mistakes[0].words
    'added the padding once instead of on both sides'
    """
    grader = _Grader(sheet, sheet.sheet.credit if credit is None else credit)
    kept, refused = one_paper_each(papers)
    graded = tuple(grader.paper(p) for p in kept)
    return GradedClass(sheet, graded, tuple(failures), refused)


class _Grader:
    """Marks papers; equal wrong answers are diagnosed once."""

    def __init__(self, sheet: SolvedSheet, credit: Credit) -> None:
        self.sheet = sheet
        self.credit = credit
        self.known: dict[tuple[str, str, str], tuple[Mistake, ...]] = {}
        self.diagnoses: dict[tuple[Any, ...], Diagnosis] = {}
        self.chains = ConsequenceFinder()

    def paper(self, paper: Paper) -> GradedPaper:
        given, faults = place_answers(paper, self.sheet)
        marks = []
        earlier: list[EarlierAnswer] = []
        for found in self.sheet.questions:
            id_ = found.question.id
            for name, solved in found.answers.items():
                marks.append(self.mark(id_, solved, given.get((id_, name)), earlier))
        weighed = (
            _with_entries(mark._replace(points=self.worth(mark))) if mark.outcome == WRONG else mark
            for mark in _shared_first(marks)
        )
        return GradedPaper(paper.student, tuple(weighed), faults)

    def mark(
        self,
        question: str,
        solved: SolvedAnswer,
        raw: Any,  # noqa: ANN401 - whatever a file holds
        earlier: list[EarlierAnswer],
    ) -> AnswerMark:
        """Mark an answer, given the earlier wrong ones, and add it to these if it is wrong."""
        request, solution = solved.request, solved.solution
        given = text_of(raw.given if isinstance(raw, Refused) else raw)
        given = truncated(single_spaced(given), LONGEST_SHOWN)
        mark = AnswerMark(
            question, request.name, given, MISSING, solved.answer_text, Fraction(0), request.points
        )
        if isinstance(raw, Refused):
            return mark._replace(outcome=UNREADABLE, remarks=(str(raw),))
        if is_empty(raw):
            return mark
        try:
            reading = interpret(raw, solution, solved.terms)
        except Unreadable as error:
            return mark._replace(outcome=UNREADABLE, remarks=(str(error),))
        except (ArithmeticError, ValueError, RecursionError) as error:
            words = f"this cannot be understood ({type(error).__name__})"
            return mark._replace(outcome=UNREADABLE, remarks=(words,))
        if reading.right:
            return mark._replace(outcome=RIGHT, points=request.points, remarks=reading.remarks)
        key = (question, request.name)
        sources = self.chains.origin(key, solved, earlier, reading)
        passed_over = () if sources else self.chains.passed_over(key, solved, earlier, reading)
        if reading.value is not None:
            earlier.append(EarlierAnswer(key, mark.label, given, solved, reading.value))
        if sources:
            return mark._replace(
                outcome=CONSEQUENTIAL,
                points=self.credit.consequential * request.points,
                remarks=reading.remarks,
                follows=tuple((e.label, e.given) for e in sources),
            )
        mark = mark._replace(follows=tuple((e.label, e.given) for e in passed_over))
        return self.wrong(mark, solved, reading)

    def wrong(self, mark: AnswerMark, solved: SolvedAnswer, reading: Interpretation) -> AnswerMark:
        key = (mark.question, mark.name, reading.answer_text)
        chained = self.chains.within(key[:2], solved, reading)
        if solved.solution.form == "list" and reading.entries and not reading.wrong:
            self.known[key] = ()  # its entries are right, but some are missing
        elif key not in self.known:
            self.known[key] = tuple(self.explain(mark.question, solved, reading, chained))
        return mark._replace(
            outcome=WRONG,
            mistakes=self.known[key],
            remarks=(
                *reading.remarks,
                *_which(reading, solved.solution),
                *(f"entry {n + 1} follows from entry {m + 1}" for n, m in chained.items()),
            ),
            reached=_reached(reading, solved, len(chained) * self.credit.consequential),
        )

    def explain(
        self,
        question: str,
        solved: SolvedAnswer,
        reading: Interpretation,
        chained: Mapping[int, int],
    ) -> Iterator[Mistake]:
        """Yield the mistakes that lead to a wrong answer, or the other part that it answers."""
        name = solved.request.name
        found = self.diagnosis((question, name), solved.solution).explain(reading.matches)
        yield from found or self.by_entry(question, solved, reading, chained)
        for other, part in self.sheet[question].answers.items():
            s = part.solution
            alike = other != name and s.form == solved.solution.form
            if alike and s.value != solved.solution.value and reading.matches(s.value):
                words = f"{OTHER_PART.words} '{other}'"
                yield Mistake((OTHER_PART,), words, s.value, OTHER_PART.rank)

    def diagnosis(self, key: tuple[Any, ...], solution: Solution) -> Diagnosis:
        """Return the diagnosis of an answer, shared by the whole class."""
        if key not in self.diagnoses:
            self.diagnoses[key] = Diagnosis(solution)
        return self.diagnoses[key]

    def by_entry(
        self,
        question: str,
        solved: SolvedAnswer,
        reading: Interpretation,
        chained: Mapping[int, int],
    ) -> Iterator[Mistake]:
        """Explain the wrong entries of a list one by one, if all of them can be explained."""
        solution = solved.solution
        trees = solution.worked if solution.form == "list" and reading.wrong else None
        if not isinstance(trees, tuple):
            return
        made: dict[int, Mistake] = {}
        for place in (p for p in reading.wrong if p not in chained):
            part = Solution(
                solution.value[place],
                trees=lambda t=trees[place]: t,  # type: ignore[misc]  # bound here
                contexts=solution.contexts,
            )
            found = self.diagnosis((question, solved.request.name, place), part).explain(
                reading.entries[place]
            )
            if not found:
                return
            made[place] = found[0]
        words = "; ".join(f"{m.words} (entry {place + 1})" for place, m in made.items())
        kinds = tuple(dict.fromkeys(k for m in made.values() for k in m.kinds))
        yield Mistake(kinds, words, solution.value, max(m.weight for m in made.values()))

    def worth(self, mark: AnswerMark) -> Fraction:
        """Return the points of a wrong answer by the mistake that is named first."""
        if not mark.mistakes:
            return Fraction(0)
        best = mark.mistakes[0]
        listed = self.credit.slips
        earns = best.is_common if listed is None else set(best.names) <= set(listed)
        if not earns:
            return Fraction(0)
        share = self.credit.one_slip if len(best.names) == 1 else self.credit.two_slips
        return share * mark.most


def _reached(reading: Interpretation, solved: SolvedAnswer, chained: Fraction) -> Fraction:
    """Return the share of a list that is right, where each entry has its points."""
    per_entry = solved.request.answer_format.per_entry
    if per_entry is None:
        per_entry = solved.solution.form == "list"
    asked = len(solved.solution.value) if isinstance(solved.solution.value, tuple) else 0
    if not per_entry or not asked or not reading.entries or solved.solution.form == "shape":
        return Fraction(0)
    return (len(reading.entries) - len(reading.wrong) + chained) / asked


def _with_entries(mark: AnswerMark) -> AnswerMark:
    """Add the points of the entries that are right to the credit for the explained ones."""
    if not mark.reached:
        return mark
    return mark._replace(points=mark.points + (mark.most - mark.points) * mark.reached)


def _shared_first(marks: list[AnswerMark]) -> Iterator[AnswerMark]:
    """Put mistakes first that explain several wrong answers of one question."""
    made = Counter(
        (mark.question, mistake.names)
        for mark in marks
        for mistake in mark.mistakes
        if mistake.kinds != (OTHER_PART,)
    )
    for mark in marks:

        def weight(mistake: Mistake, question: str = mark.question) -> float:
            return mistake.weight - (SHARED_BONUS if made[question, mistake.names] > 1 else 0)

        ordered = sorted(mark.mistakes, key=weight)[:MOST_NAMED]
        kept = [m for m in ordered if m.weight <= ordered[0].weight + AS_GOOD]
        yield mark._replace(mistakes=tuple(kept))


SHARED_BONUS = 1.5
"""What a mistake gains that was made in another answer of the question, too."""


def _which(reading: Interpretation, solution: Solution) -> tuple[str, ...]:
    if not reading.wrong or solution.form not in {"list", "matrix"}:
        return ()
    word = "row" if solution.form == "matrix" else "entry"
    if word == "row" and isinstance(solution.value[0][0], tuple):
        word = "matrix"
    places = ", ".join(str(n + 1) for n in reading.wrong)
    if solution.form == "matrix" or len(solution.value) > 1:
        several = {"row": "rows", "entry": "entries", "matrix": "matrices"}
        plural = several[word] if len(reading.wrong) > 1 else word
        return (f"wrong in {plural} {places}",)
    return ()
