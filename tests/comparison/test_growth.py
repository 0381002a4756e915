"""The work of a comparison grows no faster than n log n in the layers of both networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.comparison import alignment, result
from cnnanalyze.comparison.difference import compare
from cnnanalyze.comparison.quantity import Delta, between
from cnnanalyze.drawing import repeats
from cnnanalyze.report.difference import Difference, difference
from cnnanalyze.report.difference_json import to_dict
from cnnanalyze.report.options import Options
from cnnanalyze.report.writers import render
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.thorough


def as_text(shown: Difference) -> str:
    return render(shown.document(), "text", 100)


def page(shown: Difference) -> str:
    return render(shown.document(), "html")


def markdown(shown: Difference) -> str:
    return render(shown.document(), "markdown")


PAIRS = [
    *((shape, shape, 1) for shape in SHAPES),
    ("chain", "skips", 1),
    ("skips", "chain", 3),
    ("unequal_residuals", "dense_blocks", 1),
    ("branches", "equal_chain", 3),
]


@pytest.fixture(autouse=True)
def _few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bounds that do not depend on the size be reached at small sizes already."""
    monkeypatch.setattr(alignment, "MOST_PAIRS", 500)
    monkeypatch.setattr(repeats, "LONGEST_PERIOD", 8)


@pytest.mark.parametrize(("one", "other", "times"), PAIRS)
def test_comparing(one: str, other: str, times: int) -> None:
    def measured(n: int) -> Callable[[], object]:
        old = cnn.analyze(cnn.loads(SHAPES[one](n))).analysis
        # Another input, so that no two layers are equal.
        text = SHAPES[other](times * n).replace("input: 7x5x3", "input: 5x7x3")
        new = cnn.analyze(cnn.loads(text)).analysis
        return lambda: compare(old, new)

    check_growth(measured)


@pytest.mark.parametrize("one", ["dense_blocks", "nested_blocks"])
@pytest.mark.parametrize("told", [as_text, markdown, page, to_dict])
def test_telling_a_difference(one: str, told: Callable[[Difference], object]) -> None:
    def measured(n: int) -> Callable[[], object]:
        found = [
            cnn.analyze(cnn.loads(SHAPES[name](n))).analysis for name in (one, "unequal_residuals")
        ]
        return lambda: told(difference(found, Options()))

    check_growth(measured)


@pytest.mark.parametrize("changed", ["input: 5x7x3", "input: 7x5x2"])
def test_layers_that_change_alike_are_measured_once(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def counting(*arguments: Any) -> Delta:
        nonlocal asked
        asked += 1
        return between(*arguments)

    monkeypatch.setattr(result, "between", counting)
    counts = []
    for n in (53, 211):
        text = SHAPES["equal_chain"](n)
        one, other = (
            cnn.analyze(cnn.loads(t)).analysis
            for t in (text, text.replace("input: 7x5x3", changed))
        )
        asked = 0
        assert len(to_dict(difference([one, other]))["comparisons"][0]["layers"]) == n
        counts.append(asked)
    assert counts[0] == counts[1] > 0
