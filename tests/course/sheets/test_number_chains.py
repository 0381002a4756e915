"""Networks with given numbers in sheets: forward, loss, gradients, and typical slips."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import grade
from cnnanalyze.course.sheets.answer_key import written_answer
from cnnanalyze.course.sheets.sheet_reading import read_sheet
from cnnanalyze.course.sheets.solve import SolvedSheet, solve
from cnnanalyze.errors import CnnError, Source

CONV = """\
sheet: 1
questions:
  - id: q
    input: {values: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}
    layers:
      - {conv: {filters: 1, kernel: 2}, as: conv, weights: {kernel: [[1, 0], [0, -1]], bias: [%s]}}
      - leaky_relu: {slope: 0.5}
    gradient: [[1, 2], [3, 4]]
    ask:
      out: numbers
      kernel: {find: kernel_gradient, layer: conv}
      bias: {find: bias_gradient, layer: conv}
      image: input_gradient
      shape: {find: kernel_gradient_shape, layer: conv}
"""


def solved(text: str) -> SolvedSheet:
    return solve(read_sheet(Source("here", text)))


def values(text: str) -> dict[str, Any]:
    return {name: a.solution.value for name, a in solved(text)["q"].answers.items()}


def test_a_convolution_is_gone_back_through() -> None:
    # By hand: all sums are 4 - 5 + ... = -4 + 5 = 1 above 0, so the slope is 1.
    found = values(CONV % 5)
    assert found["out"] == ((1, 1), (1, 1))
    assert found["kernel"] == ((37, 47), (67, 77))
    assert found["bias"] == 10
    assert found["image"] == ((1, 2, 0), (3, 3, -2), (0, -3, -4))
    assert found["shape"] == (2, 2, 1, 1)


def test_below_zero_an_activation_slows_gradients_down() -> None:
    found = values(CONV % 0)
    assert found["out"] == ((-2, -2), (-2, -2))
    assert found["kernel"] == (
        (Fraction(37, 2), Fraction(47, 2)),
        (Fraction(67, 2), Fraction(77, 2)),
    )
    assert found["bias"] == 5


def test_what_is_printed_is_right() -> None:
    sheet = solved(CONV % 0)
    answers = {
        ("q", name): written_answer(a.solution, a.terms) for name, a in sheet["q"].answers.items()
    }
    (paper,) = grade(sheet, [Paper("key", answers)]).papers
    assert {m.outcome for m in paper.marks} == {"right"}


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("kernel", "[[37, 47], [67, 77]]", "passed gradients through activations unchanged"),
        ("image", "[[-0.5, -1, 0], [-1.5, -1.5, 1], [0, 1.5, 2]]",
         "gave every entry the opposite sign"),
        ("bias", "1.25", "took the mean of dL/dy instead of the sum"),
        ("kernel", "[[-18.5, -23.5], [-33.5, -38.5]]", "gave every entry the opposite sign"),
    ],
)  # fmt: skip
def test_slips_on_the_way_back_have_their_reason(name: str, answer: str, words: str) -> None:
    sheet = solved(CONV % 0)
    (paper,) = grade(sheet, [Paper("x", {("q", name): answer})]).papers
    (mark,) = [m for m in paper.marks if m.outcome != "missing"]
    assert mark.outcome == "wrong"
    assert [m.words for m in mark.mistakes[:1]] == [words]


def test_a_kernel_that_was_not_rotated_is_recognised() -> None:
    sheet = solved(
        "{sheet: 1, questions: [{id: q, input: {values: [[1, 2], [3, 4]]}, gradient: [[1]], "
        "layers: [{conv: {filters: 1, kernel: 2, bias: false}, weights: [[1, 2], [3, 5]]}], "
        "find: input_gradient}]}"
    )
    (paper,) = grade(sheet, [Paper("x", {("q", ""): "[[5, 3], [2, 1]]"})]).papers
    assert paper.marks[0].mistakes[0].words == "did not rotate the kernel on the way back"


LABELLED = """\
sheet: 1
questions:
  - id: q
    input: {features: 3, values: [2, 1, 0]}
    layers: [{dense: 2, as: fc, weights: [[1, 0], [0, 1], [3, 5]]}%s]
    label: [0, 1]
    ask:
      loss: loss
      out: {find: output_gradient, layer: fc}
      w: {find: kernel_gradient, layer: fc}
"""


@pytest.mark.parametrize("end", ["", ", softmax"])
def test_a_label_makes_a_loss_of_logits_or_of_probabilities(end: str) -> None:
    # p of (2, 1) is 0.7311 and 0.2689: ln(1 + e) and p - y.
    found = values(LABELLED % end)
    assert float(found["loss"]) == pytest.approx(1.3132617)
    assert list(map(float, found["out"])) == pytest.approx([0.7310586, -0.7310586])
    assert [float(v) for row in found["w"] for v in row] == pytest.approx(
        [1.4621172, -1.4621172, 0.7310586, -0.7310586, 0, 0]
    )


NET = "input: {values: [[1, 2], [3, 4]]}, layers: [{maxpool: {kernel: 2}, as: pool}, flatten]"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (f"{{{NET}, find: input_gradient}}", "a gradient needs 'gradient'"),
        (f"{{{NET}, find: loss}}", "a loss needs 'label', one number for each class"),
        (f"{{{NET}, gradient: [1], label: [1], find: input_gradient}}",
         "either 'gradient' comes from behind or the loss with 'label', not both"),
        (f"{{{NET}, gradient: 3, find: input_gradient}}",
         "'gradient' must be rows of numbers, not 3"),
        (f"{{{NET}, label: 1, find: loss}}",
         "'label' must list a number for each class, not 1"),
        (f"{{{NET}, label: [x], find: loss}}", "'label' must hold numbers, not 'x'"),
        (f"{{{NET}, gradient: [1, 2], find: input_gradient}}",
         "the gradient is 2, but 'flatten1' gives 1: 2 ≠ 1"),
        (f"{{{NET}, gradient: [1], layer: pool, find: kernel_gradient}}",
         "'pool' has no quantity 'kernel_gradient'"),
        (f"{{{NET}, layer: pool, find: bias_gradient_shape}}",
         "'pool' has no quantity 'bias_gradient_shape'"),
        (f"{{{NET}, gradient: [1], find: numbers}}", "'gradient'"),
        ("{input: 2x2x1, layers: [relu], find: numbers}",
         "the network has no numbers to work with: its input has no 'values:'"),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_said(question: str, said: str) -> None:
    with pytest.raises(CnnError) as caught:
        solved(f"{{sheet: 1, questions: [{question}]}}")
    assert said in str(caught.value)
    assert "here:1:" in str(caught.value)


CHANNELS = """\
{sheet: 1, questions: [{id: q, input: {values: [[1, 2], [3, 4]]}, find: numbers,
layers: [{conv: {filters: 2, kernel: 1, bias: false}, weights: [[[[1, 10]]]]}]}]}
"""


@pytest.mark.parametrize(
    ("written", "outcome", "remark"),
    [
        ("[[[1, 2], [3, 4]], [[10, 20], [30, 40]]]", "right", None),
        ([[[1, 2], [3, 4]], [[10, 20], [30, 40]]], "right", None),
        ("[[[1, 2], [3, 4]], [[10, 20], [30, 41]]]", "wrong", "wrong in matrix 2"),
        ("[[[1, 2], [3, 4]]]", "unreadable", None),
    ],
)
def test_a_matrix_for_each_channel_is_read_as_it_is_written(
    written: object, outcome: str, remark: str | None
) -> None:
    (paper,) = grade(solved(CHANNELS), [Paper("x", {("q", ""): written})]).papers
    (mark,) = paper.marks
    assert mark.outcome == outcome
    if remark is not None:
        assert remark in mark.remarks
