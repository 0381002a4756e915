"""The work of an analysis, and of its summary, grows no faster than n log n in the layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis import pipeline
from cnnanalyze.analysis.receptive_field import Seen, look
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)


def up_and_down(n: int) -> str:
    """Return a chain whose units see stretches that are not alike."""
    steps = "".join(
        "  - {maxpool: {kernel: 2, ceil_mode: true}}\n  - {resize: 2}\n"
        f"  - {{conv: {{filters: {1 + i % 5}, kernel: 3, padding: same}}}}\n"
        for i in range(n // 3)
    )
    return f"cnn: 1\ninput: 7x5x3\nlayers:\n{steps}"


EVERY = [*SHAPES.values(), up_and_down]


@pytest.mark.parametrize("text", EVERY, ids=lambda f: f.__name__)
def test_analysing(text: Callable[[int], str]) -> None:
    def measured(n: int) -> Callable[[], object]:
        net = cnn.loads(text(n))
        return lambda: cnn.analyze(net).total

    measured(64)()
    check_growth(measured)


@pytest.mark.parametrize("text", EVERY, ids=lambda f: f.__name__)
@pytest.mark.parametrize("written", ["to_dict", "__str__"])
def test_telling(text: Callable[[int], str], written: str) -> None:
    def measured(n: int) -> Callable[[], object]:
        report = cnn.analyze(cnn.loads(text(n)))
        called: Callable[[], object] = getattr(report, written)
        return called

    measured(64)()
    check_growth(measured, start=128)  # smaller ones are told layer by layer


def test_equal_layers_behind_what_sees_the_same_are_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0

    def counting(*arguments: Any) -> Seen:
        nonlocal asked
        asked += 1
        return look(*arguments)

    monkeypatch.setattr(pipeline, "look", counting)
    counts = []
    for n in (53, 211):
        asked = 0
        assert len(cnn.analyze(cnn.loads(SHAPES["equal_chain"](n)))) == n
        counts.append(asked)
    assert counts == [1, 1]
