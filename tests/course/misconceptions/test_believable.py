"""Named mistakes are believable: few wrong numbers have a reason, typical answers have theirs.

A reason that most wrong numbers get is none: a guess would earn credit. Both measures print their
figures (``pytest -s``).
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cnnanalyze.core.tree import plain
from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import WRONG, AnswerMark, grade
from cnnanalyze.course.misconceptions.catalogue import NAMES
from cnnanalyze.course.sheets.sheet_reading import load_sheet, read_sheet
from cnnanalyze.course.sheets.solve import solve
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import read
from tests.course.marking import lectures, marked, one

pytestmark = pytest.mark.sampled(10)

HERE = Path(__file__).parent
NUMBERS = range(1, 61)


@cache
def small_numbers() -> dict[str, list[AnswerMark]]:
    """Return the marks of the numbers from 1 to 60, by question."""
    sheet = solve(load_sheet(HERE / "small_answers.sheet"))
    ids = [q.question.id for q in sheet.questions]
    papers = [Paper(str(n), {(i, ""): str(n) for i in ids}) for n in NUMBERS]
    marks = [m for paper in grade(sheet, papers).papers for m in paper.marks]
    return {i: [m for m in marks if m.question == i] for i in ids}


def test_twenty_questions_have_small_answers() -> None:
    assert len(small_numbers()) == 20
    for marks in small_numbers().values():
        assert 2 <= int(marks[0].expected.split("x")[0]) <= 60


def test_at_most_one_wrong_number_in_five_gets_a_reason() -> None:
    wrong = [m for marks in small_numbers().values() for m in marks if m.outcome == WRONG]
    named = [m for m in wrong if m.mistakes]
    share = len(named) / len(wrong)
    sys.stdout.write(f"\n{len(named)} of {len(wrong)} wrong numbers get a reason: {share:.1%}\n")
    assert len(named) * 5 <= len(wrong)


def test_no_question_explains_more_than_one_wrong_number_in_five() -> None:
    for marks in small_numbers().values():
        wrong = [m for m in marks if m.outcome == WRONG]
        assert sum(bool(m.mistakes) for m in wrong) * 5 <= len(wrong)


def test_most_numbers_near_a_small_answer_are_just_wrong() -> None:
    """The size of n = 7, f = 3, s = 2, p = 1: nine of eleven wrong numbers once had a reason."""
    marks = [m for m in small_numbers()["w1"][:12] if m.outcome == WRONG]
    named = {m.given: [x.names for x in m.mistakes] for m in marks if m.mistakes}
    assert len(marks) == 11
    assert named == {
        "3": [("the +1 dropped",), ("padding once instead of twice",)],
        "5": [("kernel not subtracted",)],
        "7": [("stride forgotten",)],
        "9": [("size of the padded input",)],
    }


@pytest.mark.parametrize("n", NUMBERS)
def test_at_most_two_reasons_are_given(n: int) -> None:
    assert all(len(marks[n - 1].mistakes) <= 2 for marks in small_numbers().values())


# --- typical wrong answers ------------------------------------------------------------------------


class Case(NamedTuple):
    """A typical wrong answer, with the names of the mistake behind it."""

    question: dict[str, Any]
    answer: str
    given: str
    names: tuple[str, ...]


def typical() -> tuple[Case, ...]:
    """Return what the data file says."""
    text = (HERE / "typical.yaml").read_text(encoding="utf-8")
    rows: Any = plain(read(Source("typical.yaml", text)))
    return tuple(
        Case(row["question"], w.get("answer", ""), str(w["given"]), tuple(w["mistake"]))
        for row in rows
        for w in row["wrong"]
    )


def mark_of(case: Case) -> AnswerMark:
    text = json.dumps({"sheet": 1, "questions": [{"id": "Q", **case.question}]})
    sheet = solve(read_sheet(Source("here", text)))
    return marked(sheet, f"Q.{case.answer}" if case.answer else "Q", case.given)


def is_named(mark: AnswerMark, names: tuple[str, ...], most: int = 2) -> bool:
    return any(set(m.names) == set(names) for m in mark.mistakes[:most])


@pytest.mark.parametrize(
    "case", typical(), ids=[f"{n} {c.names[0]}" for n, c in enumerate(typical())]
)
def test_typical_answer_is_met_with_its_mistake(case: Case) -> None:
    mark = mark_of(case)
    assert mark.outcome == WRONG
    assert is_named(mark, case.names), [m.names for m in mark.mistakes]


@pytest.mark.thorough  # each of them is a case of the test before
def test_four_typical_answers_in_five_are_met_with_the_recorded_mistake() -> None:
    from tests.course.misconceptions.test_typical_mistakes import EXCEPTIONS, TYPICAL

    met = [(mark_of(case), case.names) for case in typical()]
    met += [(marked(lectures(), t.answer, t.given), t.names) for t in TYPICAL]
    first = sum(is_named(mark, names, 1) for mark, names in met)
    named = sum(is_named(mark, names) for mark, names in met)
    total = len(met) + len(EXCEPTIONS)
    met_ = f"{named} of {total} typical answers are met ({named / total:.1%})"
    sys.stdout.write(f"\n{met_}, {first} of them at first\n")
    assert named * 5 >= total * 4


def test_all_recorded_names_exist() -> None:
    assert {name for case in typical() for name in case.names} <= set(NAMES)


def test_a_bare_number_says_nothing_of_the_depth() -> None:
    conv = "input: 32x32x3, layers: [{conv: {filters: 10, kernel: 5}, as: c}], layer: c"
    assert one(f"{conv}, find: output", "28").mistakes == ()
    assert one(f"{conv}, find: output", "32").mistakes[0].names == ("padding 'same' assumed",)


def test_a_whole_number_was_rounded() -> None:
    """56.5 is no mistake of somebody who wrote 57."""
    mark = one("window: {n: 112, f: 3, s: 2, p: 1}", "57")
    assert [m.names for m in mark.mistakes] == [("rounded up",)]


def test_two_mistakes_are_only_named_where_each_leaves_a_trace() -> None:
    conv = "input: 32x32x3, layers: [{conv: {filters: 10, kernel: 5, padding: 2}, as: c}], layer: c"
    both = one(f"{conv}, find: output", "28x28x3")
    assert both.mistakes[0].names == ("channels of the wrong side", "padding forgotten")
    assert one("window: {n: 29, f: 5, p: 3, s: 2}", "25").mistakes == ()  # no padding, no stride
