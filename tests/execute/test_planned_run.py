"""Planned runs: a plan that gives a place away too early shows in the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.planned_run import execute_planned
from cnnanalyze.execute.run import RunStep

IMAGE = np.array([[[1.0], [-2.0], [3.0]]], np.float32)
STEPS = [
    [RunStep("a", "relu")],
    [RunStep("b", "relu", {}, ("a",))],
    [RunStep("c", "add", {}, ("a", "b"))],
]


def run(offsets: dict[str, int], size: int) -> np.ndarray:
    found = execute_planned(STEPS, {"input": IMAGE}, {}, offsets, size, ["c"])
    return found.outputs["c"].ravel()


def test_each_tensor_lies_at_its_place() -> None:
    assert run({"input": 0, "a": 3, "b": 0, "c": 6}, 9).tolist() == [2.0, 0.0, 6.0]


def test_a_place_that_is_given_away_too_early_spoils_the_output() -> None:
    assert run({"input": 0, "a": 3, "b": 3, "c": 6}, 9).tolist() == [2.0, 0.0, 6.0]
    assert np.isnan(run({"input": 0, "a": 0, "b": 3, "c": 6}, 9)).sum() == 0
    overlapping = run({"input": 6, "a": 3, "b": 2, "c": 6}, 9)
    assert overlapping.tolist() != [2.0, 0.0, 6.0]


def test_a_tensor_beyond_the_buffer_is_refused() -> None:
    with pytest.raises(ExecutionError) as found:
        run({"input": 0, "a": 3, "b": 0, "c": 6}, 8)
    assert found.value.message == ("'c' has 3 numbers, and at 6 the buffer of 8 has room for 2")
