"""The work of a run grows with layers and connections, and large inputs do not make it endless."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)


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


@pytest.mark.thorough
def test_padding_for_a_long_window_is_found_without_trying_every_length() -> None:
    pool = "{avgpool: {kernel: [100003, 1], stride: 1, padding: same}}"
    net = cnn.loads(f"{{cnn: 1, input: 5x3x1, layers: [{pool}]}}")
    assert balance(net).is_balanced
