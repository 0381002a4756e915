"""Arithmetic on arrays: values beside the standard library, counts, what is not a number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnanalyze.errors import ExecutionError

Row = tuple[str, dict[str, Any], Callable[[float], float], dict[str, int]]
ROWS: list[Row] = [
    ("power", {"exponent": 3}, lambda x: x * x * x, {"power": 1}),
    ("power", {"exponent": -0.5}, lambda x: 1 / math.sqrt(x), {"power": 1}),
    ("abs", {}, math.fabs, {}),
    ("sqrt", {}, math.sqrt, {"power": 1}),
    ("exp", {}, math.exp, {"exponential": 1}),
    ("log", {}, math.log, {"exponential": 1}),
    ("clip", {"min": 0.25, "max": 0.75}, lambda x: sorted((0.25, x, 0.75))[1], {"compare": 2}),
    ("clip", {}, lambda x: x, {}),
    ("hard_tanh", {"max": 0.5}, lambda x: min(x, 0.5), {"compare": 2}),
    ("clip", {"max": 0.5}, lambda x: min(x, 0.5), {"compare": 1}),
]


@pytest.mark.parametrize(("kind", "attributes", "function", "each"), ROWS)
def test_values_are_those_of_the_standard_library(
    kind: str,
    attributes: dict[str, Any],
    function: Callable[[float], float],
    each: dict[str, int],
    apply: Any,
) -> None:
    x = np.random.default_rng(5).uniform(0.01, 3, (2, 5, 7, 3))
    out, _, counts = apply(kind, x, **attributes)
    np.testing.assert_allclose(out, np.vectorize(function)(x))
    assert {n: c / out[0].size for n, c in counts.items() if c} == each


@pytest.mark.parametrize(("kind", "attributes"), [row[:2] for row in ROWS])
def test_what_is_not_a_number_passes(kind: str, attributes: dict[str, Any], apply: Any) -> None:
    x = np.ones((1, 5, 1))
    x[0, 3] = np.nan
    out, _, _ = apply(kind, x, **attributes)
    assert np.isnan(out[0, :, 0]).tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("kind", ["subtract", "divide"])
def test_two_inputs_have_an_order(kind: str, apply: Any) -> None:
    x, y = np.array([[6.0, 5.0]]), np.array([[3.0, -2.0]])
    out, _, counts = apply(kind, x, y)
    assert out[0].tolist() == {"subtract": [3, 7], "divide": [2, -2.5]}[kind]
    assert {n: c for n, c in counts.items() if c} == {"add" if kind == "subtract" else "divide": 2}
    with pytest.raises(ExecutionError, match="two inputs are read here, but 3 are given"):
        apply(kind, x, y, x)
