"""Files of answers: YAML, JSON and tables, one student or many; nothing aborts half-way."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from cnnanalyze.course.grading.answers import load_papers, read_papers, split
from cnnanalyze.course.grading.grade import grade
from cnnanalyze.course.sheets.sheet import Credit
from cnnanalyze.errors import CnnError, UsageError
from tests.course.marking import solved

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
    assert [m.outcome for m in paper.marks] == ["unreadable", "right", "unreadable"]
    assert paper.marks[0].remarks == (
        "it is answered twice, first with {'a': 'b'}, in line 1: strike one",
    )
    assert paper.remarks == (
        "x.yaml:3:1: the sheet has no question 'C'",
        "x.yaml:4:1: question 'A1' has no answer 'p2'; it has p0, p1",
    )


def test_unknown_question_is_met_with_the_nearest() -> None:
    graded = grade(solved(QUESTIONS), read_papers("A11.p0: 4\nA1: 3\na1.P0: 4\n", "x.yaml"))
    (paper,) = graded.papers
    assert paper.remarks == (
        "x.yaml:1:1: the sheet has no question 'A11.p0'",
        "x.yaml:2:1: question 'A1' asks for p0, p1: say which is answered",
    )
    assert paper.marks[0].outcome == "right"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", " \n", "x.csv is empty: there are no answers in it"),
        ("x.csv", "a,b\n1,2\n", "x.csv has no column 'question' and none 'student'"),
        ("x.yaml", "hello", "x.yaml must be a mapping from questions to answers"),
        ("x.yaml", "a: [1", "x.yaml:2:1: error: invalid YAML: did not find expected ',' or ']'"),
        ("x.json", "{", "x.json:1:2: error: this is not JSON: expecting property name"),
        ("x.yaml", "a: &a [*a, *a]", "x.yaml holds too much, or is nested too deep"),
        ("x.json", "[" * 100_000, "x.json is nested too deep"),
    ],
)
def test_file_that_is_no_answers_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(CnnError) as caught:
        read_papers(text, name)
    assert str(caught.value).removeprefix("error: ").startswith(message)


@pytest.mark.thorough
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


# --- what belongs to nothing, and what appears twice ---------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        (
            "x.yaml",
            "student: Ann\nanswers: {B.1: 5}\nA1.p0: 4\n",
            "3:1: 'A1.p0' is not read beside",
        ),
        (
            "x.json",
            '{"students": {"Ann": {}},\n "A1": 4}',
            "2:2: 'A1' is not read beside 'students'",
        ),
        ("x.csv", "question,Ann\nB.1,5,6\n", "2:7: this is cell 3 of its row, but the table has 2"),
        ("x.csv", "question,Ann,\nB.1,5,6\n", "2:7: the column of this cell has no heading"),
        ("x.csv", "question,Ann\n,5\n", "2:1: this line names no question"),
        ("x.csv", "student,B.1,C\nAnn,5,3\n", "1:13: the sheet has no question 'C'"),
        (
            "x.csv",
            "student,question,answer,comment\nAnn,B.1,5,hm\n",
            "1:25: the column 'comment' is not read",
        ),
        (
            "x.csv",
            "student,question,answer\nAnn,B.1,5\n,B.1,5\n",
            "3:1: this line names no student",
        ),
        ("x.yaml", "Ann: {B.1: 5}\n", "1:7: the sheet has no question 'Ann'"),
    ],
)
def test_nothing_in_a_paper_is_read_and_dropped(name: str, text: str, fault: str) -> None:
    graded = grade(solved(QUESTIONS), read_papers(text, name))
    (found,) = graded.faults
    assert f"{found.mark}: {found.message}".startswith(f"{name}:{fault}")
    assert graded.papers[0].remarks[0].startswith(f"{name}:{fault}")


@pytest.mark.parametrize(
    ("text", "student", "message", "help_"),
    [
        (
            "student: Ann\nanswers: {B.1: 5}\nC: 4\n",
            "Ann",
            "x.yaml:3:1: 'C' is not read beside 'answers'",
            "write it under 'answers'",
        ),
        (
            "students: {Ann: {B.1: 5}}\nB.1: 4\n",
            "Ann",
            "x.yaml:2:1: 'B.1' is not read beside 'students'",
            "write it under 'students'",
        ),
        (
            "Student: Ann\nanswers: [5]\n",
            "Ann",
            (
                "x.yaml:2:10: 'answers' of a paper must be a mapping from questions to answers, "
                "not ['5']"
            ),
            "",
        ),
        (
            "student: [Ann]\nB.1: 5\n",
            "x",
            "x.yaml:1:10: 'student' of a paper must be a text, not ['Ann']",
            "",
        ),
        (
            "students: {Ann: 5}\n",
            "Ann",
            (
                "x.yaml:1:17: the answers of 'Ann' must be a mapping from questions to answers, "
                "not '5'"
            ),
            "",
        ),
    ],
)
def test_what_is_wrong_with_a_paper_stops_nothing_else(
    text: str, student: str, message: str, help_: str
) -> None:
    (paper,) = read_papers(text, "x.yaml")
    assert paper.student == student
    assert [(f"{f.mark}: {f.message}", f.help) for f in paper.faults] == [(message, help_)]


def test_a_student_is_named_by_words_in_any_case_and_each_answer_is_kept() -> None:
    (paper,) = read_papers("NAME: Ann\nWho: Lee\nB.1: 5\nB.1: 6\n", "x.yaml")
    assert paper.student == "Ann, Lee"
    assert list(paper.answers) == [("B.1", "")]
    assert "answered twice" in str(paper.answers["B.1", ""].reason)


def test_table_with_questions_and_students_needs_the_answers() -> None:
    with pytest.raises(UsageError, match="needs a column 'answer'"):
        read_papers("student,question,A1\nAnn,B.1,5\n", "x.csv")


def test_student_may_be_called_by_several_columns() -> None:
    (paper,) = read_papers("name,matriculation,B.1\nAnn,4711,5\n", "x.csv")
    assert (paper.student, paper.answers) == ("Ann, 4711", {("B.1", ""): "5"})
    (paper,) = read_papers("id,student,B.1\n4711,Ann,5\n", "x.csv")
    assert paper.student == "Ann, 4711"
    (paper,) = read_papers("name: Ann\nmatriculation: 4711\nB.1: 5\n", "x.yaml")
    assert paper.student == "Ann, 4711"


def test_student_who_is_there_twice_is_marked_once_and_told() -> None:
    papers = [
        *read_papers("question,Ann, ann \nB.1,5,4\n", "x.csv"),
        *read_papers("student: Ben\nB.1: 5\n", "y.yaml"),
        *read_papers("student: BEN\nB.1: 5\n", "z.yaml"),
    ]
    graded = grade(solved(QUESTIONS), papers)
    assert [p.student for p in graded.papers] == ["Ann", "Ben"]
    assert [f"{f.mark}: {f.message}" for f in graded.faults] == [
        "x.csv:1:15: 'ann' appears twice, first at x.csv:1:10; this paper is not marked",
        "z.yaml:1:1: 'BEN' appears twice, first at y.yaml:1:1; this paper is not marked",
    ]


def test_files_of_one_name_in_two_folders_are_two_students() -> None:
    papers = [*read_papers("B.1: 5\n", "a/hw.yaml"), *read_papers("B.1: 4\n", "b/hw.yaml")]
    graded = grade(solved(QUESTIONS), papers)
    assert [p.student for p in graded.papers] == ["hw (a/hw.yaml)", "hw (b/hw.yaml)"]
    assert graded.faults == ()


def test_question_that_is_answered_twice_is_not_guessed() -> None:
    for text in ("B.1: 5\nB.1: 4\n", "B.1: 5\nb.1: 4\n"):
        (paper,) = grade(solved(QUESTIONS), read_papers(text, "x.yaml")).papers
        assert paper.marks[-1].outcome == "unreadable"
        assert paper.marks[-1].given == "5 and 4"
        assert paper.marks[-1].remarks == (
            "it is answered twice, first with 5, in line 1: strike one",
        )
    (paper,) = grade(solved(QUESTIONS), read_papers("B.1: 5\nb.1: 5\n", "x.yaml")).papers
    assert paper.marks[-1].outcome == "right"


def test_ids_that_differ_in_case_alone_are_told_apart() -> None:
    sheet = solved(
        "- {id: a, window: {n: 6, f: 3}}\n- {id: A, window: {n: 8, f: 3}}\n"
        "- {id: ab, window: {n: 9, f: 3}, ask: {n: output, N: {find: output, p: 1}}}\n"
        "- {id: aB, window: {n: 9, f: 3}}\n"
    )
    (paper,) = grade(sheet, read_papers("a: 4\nA: 6\nab.n: 7\nab.N: 9\nAB: 7\n", "x.yaml")).papers
    assert [m.outcome for m in paper.marks] == ["right"] * 4 + ["missing"]
    assert paper.remarks == ("x.yaml:5:1: 'AB' may be ab or aB, which differ in case alone",)


@pytest.mark.parametrize(
    "cell",
    [
        *("07-Mar", "7. Mrz", "3-Jul", "Mar-07", "2024-03-07", "2024-03-07 00:00:00"),
        *("07.03.2024", "3/7/24", "7 March 2024", "01:04:00", "1:04:00 AM", "07.Okt"),
    ],
)
def test_date_that_a_spreadsheet_made_is_not_taken_for_an_answer(cell: str) -> None:
    (paper,) = grade(solved(QUESTIONS), read_papers(f"question,Ann\nB.1,{cell}\n", "x.csv")).papers
    mark = paper.marks[-1]
    assert (mark.outcome, mark.given) == ("unreadable", cell)
    assert mark.remarks[0].startswith("x.csv:2:5: this is a date, which a spreadsheet makes of")


@pytest.mark.parametrize("cell", ["7/3", "3-7", "28x28x6", "5.6", "1.234.567", "8:41", "5, 6, 14"])
def test_what_is_no_date_is_read(cell: str) -> None:
    (paper,) = read_papers(f'question,Ann\nB.1,"{cell}"\n', "x.csv")
    assert paper.answers["B.1", ""] == cell


def test_entries_of_a_list_have_their_points() -> None:
    sheet = solved(
        "- {id: A, points: 3, softmax: {logits: [1, 2, 3]}}\n"
        "- {id: B, points: 3, softmax: {logits: [1, 2, 3]}, per_entry: false}\n"
        "- {id: C, points: 4, pooling: {image: [[1, 2], [3, 4]], kernel: 1}}\n"
        "- {id: D, points: 4, pooling: {image: [[1, 2], [3, 4]], kernel: 1}, per_entry: true}\n"
    )
    text = "A: [0.09, 0.24, 0.77]\nB: [0.09, 0.24, 0.77]\nC: [[1, 2], [3, 5]]\nD: [[1, 2], [3, 5]]"
    (paper,) = grade(sheet, read_papers(text, "x.yaml")).papers
    assert [m.points for m in paper.marks] == [2, 0, 0, 2]
    assert [m.outcome for m in paper.marks] == ["wrong"] * 4
    half = grade(sheet, read_papers("A: [0.09]", "x.yaml"), credit=Credit(Fraction(1, 2)))
    assert half.papers[0].marks[0].points == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("9" * 100_000, "100,000 characters are too long for a number"),
        (f"1{' ' * 100_000}x", "100,002 characters are too long for a number"),
        (f"{'1,' * 900}1", "a number may have at most 40 digits"),
        ("1:" * 900, "is not a number such as"),
    ],
)
def test_hostile_answer_is_refused_and_cut(given: str, words: str) -> None:
    text = json.dumps({"B.1": given, "A1.p0": [given] * 3, "A1": {"p1": "6"}})
    (paper,) = grade(solved(QUESTIONS), read_papers(text, "x.json")).papers
    assert [m.outcome for m in paper.marks] == ["unreadable", "right", "unreadable"]
    assert words in paper.marks[-1].remarks[0]
    assert all(len(m.given) <= 201 for m in paper.marks)


def test_numbers_beyond_all_bounds_are_read_as_they_are_written() -> None:
    (paper,) = read_papers(
        '{"A": 1e400, "B": NaN, "C": -0.0, "D": "\\ud83d\\ude00", "E": true}', "x.json"
    )
    assert list(paper.answers.values()) == ["1e400", "NaN", "-0.0", "\U0001f600", True]


def test_lists_that_are_nested_too_deep_are_refused() -> None:
    with pytest.raises(UsageError, match=r"x\.json holds too much, or is nested too deep"):
        read_papers(f'{{"A": {"[" * 200}{"]" * 200}}}', "x.json")
