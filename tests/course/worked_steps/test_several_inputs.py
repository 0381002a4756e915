"""Networks with several inputs on given numbers, worked out layer by layer."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.worked_steps.matrix_parser import read_image
from cnnanalyze.course.worked_steps.network import work_out
from cnnanalyze.errors import UsageError

TWO = """\
cnn: 1
name: Two
inputs: {left: {values: [[1, 2, 3], [4, 5, 6]]}, right: %s}
layers:
- {conv: {filters: 1, kernel: 2, bias: false}, from: left, weights: [[1, 0], [0, 1]]}
- {conv: {filters: 1, kernel: 2, bias: false}, from: right, share: conv1}
- {subtract: [conv1, conv2]}
- relu
"""
RIGHT = "{values: [[7, 0, 1], [2, 3, 9]]}"


def test_each_tower_reads_its_own_numbers() -> None:
    found = {w.name: w.after.planes for w in work_out(cnn.loads(TWO % RIGHT))}
    assert found["conv1"] == (((1 + 5, 2 + 6),),)
    assert found["conv2"] == (((7 + 3, 0 + 9),),)
    assert found["subtract1"] == (((6 - 10, 8 - 9),),)
    assert found["relu1"] == (((0, 0),),)


@pytest.mark.parametrize(
    ("image", "said", "advice"),
    [
        (
            None,
            "Two has no numbers to work with: its input 'right' has no 'values:'",
            "write 'inputs: {right: {values: [[3, 0, 1], [1, 5, 8]]}, ...}' in the spec",
        ),
        (
            ["1 2 3; 4 5 6"],
            "Two has 2 inputs (left, right), and one image is given",
            (
                "give the numbers of each in the spec, as in "
                "'inputs: {left: {values: [[3, 0, 1], [1, 5, 8]]}, ...}'"
            ),
        ),
    ],
)
def test_what_is_missing_is_said(image: list[str] | None, said: str, advice: str) -> None:
    net = cnn.loads(TWO % "2x3x1")
    with pytest.raises(UsageError) as caught:
        work_out(net, None if image is None else read_image(image))
    assert str(caught.value) == f"error: {said}\n  help: {advice}"
