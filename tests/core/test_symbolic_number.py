"""Symbolic numbers: they compute as whole numbers do, and note what was asked of them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.core.symbolic_number import Assumptions, SymbolicNumber, form_of

ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod)
COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


@given(
    n=st.integers(1, 300),
    other=st.integers(-9, 40).filter(bool),
    operation=st.sampled_from(ARITHMETIC),
    is_first=st.booleans(),
)
def test_arithmetic_gives_the_number_and_its_closed_form(
    n: int, other: int, operation: Callable[[Any, Any], Any], *, is_first: bool
) -> None:
    height = Assumptions({"H": n}).number("H")
    pair = (height, other) if is_first else (other, height)
    plain = (n, other) if is_first else (other, n)
    found = operation(*pair)
    assert int(found) == operation(*plain)
    if isinstance(found, SymbolicNumber):
        larger = (n + 7, other) if is_first else (other, n + 7)
        assert found.form.evaluate({"H": n + 7}) == operation(*larger)


@given(n=st.integers(1, 60), other=st.integers(-3, 60), comparison=st.sampled_from(COMPARISONS))
def test_a_comparison_is_noted_with_how_it_came_out(
    n: int, other: int, comparison: Callable[[Any, Any], bool]
) -> None:
    assumed = Assumptions({"H": n})
    found = comparison(assumed.number("H"), other)
    assert found == comparison(n, other)
    (condition,) = assumed.conditions
    for size in range(1, 70):
        assert condition.holds({"H": size}) == (comparison(size, other) == found)


def test_what_holds_for_every_size_is_no_condition() -> None:
    assumed = Assumptions({"H": 7})
    height = assumed.number("H")
    assert height == height + 3 - 3
    assert not height - 1 >= height
    assert divmod(height * 6 + 2, 3)[1] == 2
    assert assumed.conditions == ()


def test_products_and_sums_of_python_keep_the_closed_form() -> None:
    height = Assumptions({"H": 7}).number("H")
    assert str(form_of(prod((height, height, 3)))) == "3·H²"
    assert str(form_of(sum((height, 2, height)))) == "2·H + 2"
    assert str(form_of(height**3)) == "H³"
    assert str(form_of(abs(-height))) == "H"
    assert form_of(height**0).is_number


@pytest.mark.parametrize("other", [2.5, "7", None])
def test_other_things_are_compared_as_python_compares_whole_numbers(other: object) -> None:
    assert Assumptions({"H": 7}).number("H") != other
