"""The node cases of the ``onnx`` wheel: shapes and numbers of every operator that concerns us."""

from __future__ import annotations

import tomllib
import warnings
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


OPAQUE = ("causal", "bool", "past", "qk_matmul", "padded_kv", "window", "nonpad", "fp16")
"""What is in the names of cases of attention that have no layers."""


@pytest.mark.parametrize("is_computed", [False, True])
def test_attention_is_right_with_masks_shared_keys_and_caps(
    is_computed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    from onnx.backend.test.case.node import collect_testcases

    monkeypatch.setitem(node_cases.SECOND, "Attention", (0, 1, 2, 3) if is_computed else (0, 1, 2))
    # Where a mask has numbers for each image, it can be no constant of a network.
    others = (*OPAQUE, "_expanded", *(() if is_computed else ("mask_4d",)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [
            case
            for case in collect_testcases(None)
            if case.name.startswith(("test_attention_3d", "test_attention_4d"))
            and not any(word in case.name for word in others)
        ]
    assert len(cases) >= 20
    wrong = {
        case.name: found.reason
        for case in cases
        if not (found := node_cases.outcome(case)).numbers or not found.shape
    }
    assert wrong == {}
