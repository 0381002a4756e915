"""The node cases of the ``onnx`` wheel: shapes and numbers of every operator that concerns us."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.exchange.onnx import node_cases

pytestmark = [pytest.mark.frameworks, pytest.mark.thorough]

EXCEPTIONS = Path(__file__).parent / "node_cases.toml"
LEAST = 300
"""Cases that must be right in both; that there are many more is held case by case."""


def test_node_cases_are_right_but_for_those_that_are_listed_with_a_reason() -> None:
    pytest.importorskip("onnx")
    listed = tomllib.loads(EXCEPTIONS.read_text("utf-8"))
    found: dict[str, dict[str, str]] = {"shape": {}, "numbers": {}}
    right: Counter[str] = Counter()
    for case in node_cases.cases():
        outcome = node_cases.outcome(case)
        right["shape"] += outcome.shape
        right["numbers"] += outcome.numbers
        if not outcome.shape:
            found["shape"][case.name] = outcome.reason
        elif not outcome.numbers:
            found["numbers"][case.name] = outcome.reason
    assert min(right.values()) > LEAST
    assert found == listed
