"""The cost of a drawing grows no faster than n log n in layers and connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing import repeats
from cnnanalyze.drawing.outline import outline
from cnnanalyze.drawing.svg import draw
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)


@pytest.fixture(autouse=True)
def _short_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a bound that does not depend on the size be reached at small sizes already."""
    monkeypatch.setattr(repeats, "LONGEST_PERIOD", 8)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "options", [{"interactive": True}, {"expanded": True, "colour": "field"}], ids=str
)
def test_drawing(shape: str, options: dict[str, Any]) -> None:
    def measured(n: int) -> Callable[[], object]:
        analysis = cnn.analyze(cnn.loads(SHAPES[shape](n))).analysis
        return lambda: draw(analysis, **options)

    check_growth(measured)


@pytest.mark.parametrize("shape", SHAPES)
def test_outline(shape: str) -> None:
    def measured(n: int) -> Callable[[], object]:
        analysis = cnn.analyze(cnn.loads(SHAPES[shape](n))).analysis
        return lambda: outline(analysis)

    check_growth(measured)
