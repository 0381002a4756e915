"""The sheet of exam questions: what others print, and the key, which is right."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import grade
from cnnanalyze.course.sheets.sheet_reading import load_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve


@pytest.fixture(scope="module")
def exam() -> SolvedSheet:
    return solve(load_sheet("zoo:exam"))


def test_printed_figures_come_out(exam: SolvedSheet) -> None:
    # deeplearning.ai's quizzes of weeks 1 and 3; He et al. 2015; YOLO's output with two anchors.
    found = {
        f"{q.question.id}.{name}": a.solution.value
        for q in exam.questions
        for name, a in q.answers.items()
    }
    assert found["counts.dense"] == 27_000_100
    assert found["counts.filters"] == 7_600
    assert found["counts.volume"] == (29, 29, 32)
    assert found["counts.pooled"] == (16, 16, 16)
    assert found["counts.padding"] == 3
    assert found["initial_weights.he"] == Fraction(2, 576)
    assert found["detection.overlap"] == Fraction(1, 7)
    assert found["matrices.product"] == (-5, -4, -10, -2)


def test_the_key_is_right(exam: SolvedSheet) -> None:
    answers = {
        (q.question.id, name): a.answer_text
        for q in exam.questions
        for name, a in q.answers.items()
    }
    (paper,) = grade(exam, [Paper("key", answers)]).papers
    assert {(m.question, m.name): m.outcome for m in paper.marks if m.outcome != "right"} == {}
