"""Expressions: how a number came about."""

from __future__ import annotations

from cnnanalyze.core.expression import MOST_FLAT, evaluate, given, made, rewrite


def test_a_long_sum_is_no_copy_of_all_before_it() -> None:
    """Ten thousand branches of a join are added up one by one, and each sum is kept."""
    total, copied = given(0), 0
    for n in range(10_000):
        total = made("+", total, given(n))
        copied += len(total.args)
    assert copied <= 10_000 * (MOST_FLAT + 1)
    assert total.value == evaluate(total) == sum(range(10_000))
    assert rewrite(total, lambda part: None if part.value == 9_999 else part).value == sum(
        range(9_999)
    )


def test_a_short_sum_is_flat() -> None:
    total = given(0)
    for n in range(MOST_FLAT - 1):
        total = made("+", total, given(n))
    assert len(total.args) == MOST_FLAT
    assert all(arg.is_given for arg in total.args)
