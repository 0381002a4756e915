"""Files of answers: YAML, JSON and tables, one student or many; nothing aborts half-way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cnnanalyze.errors import CnnError, UsageError
from cnnanalyze.homework.answers import load_papers, read_papers, split
from cnnanalyze.homework.grade import grade
from cnnanalyze.homework.sheet import Credit
from tests.homework.sheets import solved

QUESTIONS = """
- {id: A1, points: 3, window: {n: 6, f: 3}, ask: {p0: output, p1: {find: output, p: 1}}}
- {id: B.1, window: {n: 7, f: 3}}
"""
ANN = {("A1", "p0"): "4", ("A1", "p1"): "6", ("B.1", ""): "5"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.yaml", "student: Ann\nA1: {p0: 4, p1: 6}\nB.1: 5\n"),
        ("x.yaml", "student: Ann\nanswers:\n  A1: {p0: '4', p1: 6}\n  B.1: 5\n"),
        ("x.yaml", "students:\n  Ann:\n    A1: {p0: 4, p1: 6}\n    B.1: 5\n"),
        ("x.yaml", "- {name: Ann, A1: {p0: 4, p1: 6}, B.1: 5}\n"),
        ("x.json", '{"student": "Ann", "answers": {"A1": {"p0": 4, "p1": 6}, "B.1": 5}}'),
        ("x.json", '{\n\t"student": "Ann",\n\t"A1": {"p0": 4, "p1": 6}, "B.1": 5}'),
    ],
)
def test_one_student(name: str, text: str) -> None:
    (paper,) = read_papers(text, name)
    assert paper.student == "Ann"
    assert paper.answers == ANN


@pytest.mark.parametrize(
    "text",
    [
        "question,Ann,Ben\nA1.p0,4,3\nA1.p1,6,5\nB.1,5,\n",
        "question;Ann;Ben\nA1.p0;4;3\nA1 p1;6;5\nB.1;5;\n",
        "question\tAnn\tBen\nA1.p0\t4\t3\nA1/p1\t6\t5\nB.1\t5\t\n",
        "student,A1.p0,A1.p1,B.1\nAnn,4,6,5\nBen,3,5,\n",
        "student,question,answer\nAnn,A1.p0,4\nBen,A1.p0,3\nAnn,A1.p1,6\nBen,A1.p1,5\nAnn,B.1,5\n",
        "\ufeffQuestion, Ann, Ben\nA1.p0, 4, 3\nA1.p1, 6, 5\nB.1, 5,\n",
    ],
)
def test_table_of_students(text: str) -> None:
    graded = grade(solved(QUESTIONS), read_papers(text, "x.csv"))
    assert [p.student for p in graded.papers] == ["Ann", "Ben"]
    assert [p.points for p in graded.papers] == [4, 0]
    assert [m.outcome for m in graded.papers[1].marks] == ["wrong", "wrong", "missing"]
    assert all(not p.remarks for p in graded.papers)


def test_answers_of_one_student_in_a_table() -> None:
    (paper,) = read_papers("question,answer\nA1.p0,4\n", "ann.answers.csv")
    assert paper.student == "ann"


def test_an_answer_that_is_broken_stops_nothing() -> None:
    text = "A1: {p0: {a: b}, p1: 6}\nB.1: [[[[[[1]]]]]]\nC: 4\nA1.p2: 3\nA1: {p0: 4}\n"
    graded = grade(solved(QUESTIONS), read_papers(text, "x.yaml"))
    (paper,) = graded.papers
    assert [m.outcome for m in paper.marks] == ["right", "right", "unreadable"]
    assert paper.remarks == (
        "'A1.p0' is answered twice; the last counts",
        "the sheet has no question 'C'",
        "question 'A1' has no answer 'p2'; it has p0, p1",
    )


def test_unknown_question_is_met_with_the_nearest() -> None:
    graded = grade(solved(QUESTIONS), read_papers("A11.p0: 4\nA1: 3\na1.P0: 4\n", "x.yaml"))
    (paper,) = graded.papers
    assert paper.remarks == (
        "the sheet has no question 'A11.p0'",
        "question 'A1' asks for p0, p1: say which is answered",
    )
    assert paper.marks[0].outcome == "right"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", " \n", "x.csv is empty: there are no answers in it"),
        ("x.csv", "a,b\n1,2\n", "x.csv has no column 'question' and none 'student'"),
        ("x.yaml", "hello", "x.yaml must be a mapping from questions to answers"),
        ("x.yaml", "a: [1", "x.yaml:2:1: this is no YAML: did not find expected ',' or ']'"),
        ("x.json", "{", "x.json:1:2: this is no JSON: Expecting property name"),
        ("x.yaml", "a: &a [*a, *a]", "x.yaml holds too much, or is nested too deep"),
        ("x.json", "[" * 100_000, "x.json is nested too deep"),
    ],
)
def test_file_that_is_no_answers_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(CnnError) as caught:
        read_papers(text, name)
    assert caught.value.message.startswith(message)


def test_bomb_of_aliases_is_refused() -> None:
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1]"]
    for one, two in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{two}: &{two} [{', '.join([f'*{one}'] * 8)}]")
    with pytest.raises(UsageError, match="holds too much"):
        read_papers("\n".join(lines), "x.yaml")


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        load_papers(tmp_path / "x.yaml")
    with pytest.raises(UsageError, match="is a folder, not a paper file"):
        load_papers(tmp_path)


def test_ids_may_hold_points() -> None:
    assert split("B.1", ["A1", "B.1"]) == ("B.1", "")
    assert split("B.1.x", ["A1", "B.1"]) == ("B.1", "x")
    assert split("nothing", ["A1"]) == ("nothing", "")


def test_points_and_partial_credit() -> None:
    (paper,) = read_papers("A1: {p0: 3, p1: 7919}\nB.1: 5\n", "x.yaml")
    plain = grade(solved(QUESTIONS), [paper]).papers[0]
    assert [m.points for m in plain.marks] == [0, 0, 1]
    assert [m.most for m in plain.marks] == [Fraction(3, 2), Fraction(3, 2), 1]
    kind = grade(solved(QUESTIONS), [paper], credit=Credit(Fraction(1, 2))).papers[0]
    assert [m.points for m in kind.marks] == [Fraction(3, 4), 0, 1]
    sheet = solved(QUESTIONS + "- {id: C, window: {n: 5, f: 3}}\n")
    assert sheet.sheet.credit == Credit()


def test_class_counts_who_made_which_mistake() -> None:
    text = "question,Ann,Ben,Cem\nA1.p0,3,3,4\nA1.p1,5,6,6\nB.1,5,4,5\n"
    graded = grade(solved(QUESTIONS), read_papers(text, "x.csv"))
    (dropped,) = graded.frequencies
    assert dropped.name == "the +1 dropped"
    assert (dropped.made, dropped.students) == (4, ("Ann", "Ben"))
    assert dropped.answers == ("A1.p0", "A1.p1", "B.1")
    assert dict(graded.by_answer)["A1.p0"] == {"wrong": 2, "right": 1}
    assert not graded.is_right
