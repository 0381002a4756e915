"""The work of a run grows with layers and connections, and large inputs do not make it endless."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck import balance as module
from cnnanalyze.crosscheck.balance import balance
from tests.strategies.growing import SHAPES, check_growth


@pytest.mark.parametrize(
    "shape", ["equal_chain", "branches", "equal_skips", "far_skips", "residuals", "nested_blocks"]
)
def test_verifying(shape: str) -> None:
    def measured(n: int) -> Callable[[], object]:
        net = cnn.loads(SHAPES[shape](n))
        return lambda: balance(net)

    check_growth(measured, start=32)


def test_sharing_with_one_layer() -> None:
    def measured(n: int) -> Callable[[], object]:
        first = "{conv: {filters: 3, kernel: 1}, as: c}"
        text = f"{first}, {{conv: {{filters: 3, kernel: 1}}, share: c, repeat: {n}}}"
        net = cnn.loads(f"{{cnn: 1, input: 3x2x3, layers: [{text}]}}")
        return lambda: balance(net)

    check_growth(measured, start=32)


def test_of_a_large_input_few_lines_are_followed_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = cnn.loads("{cnn: 1, input: 23x19x2, layers: [{conv: {filters: 3, kernel: 3}}]}")
    assert balance(net).remarks == ()
    monkeypatch.setattr(module, "MOST_WORK", module.work_of_fields(net) - 1)
    found = balance(net)
    assert found.is_balanced
    assert found.remarks == (
        "receptive fields by at most 8 lines of the input along each axis, not by all",
    )
    assert balance(net, lines=23).remarks == ()
