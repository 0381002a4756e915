"""Counting conventions."""

from __future__ import annotations

import pytest

from cnnanalyze.core.conventions import CONVENTIONS, DEFAULT, Convention, convention
from cnnanalyze.core.cost import OPERATIONS, Cost
from cnnanalyze.errors import UsageError

COST = Cost(mac=2, add=3, multiply=5, divide=7, compare=11, exponential=13, power=17)


def test_mac_counts_multiply_accumulates_alone() -> None:
    assert convention("mac").count(COST, "conv") == 2


def test_flop_counts_two_per_mac_and_one_per_other_operation() -> None:
    assert convention("flop").count(COST, "conv") == 2 * 2 + 3 + 5 + 7 + 11 + 13 + 17


def test_default_is_what_papers_print() -> None:
    assert DEFAULT == "mac"
    assert DEFAULT in CONVENTIONS.names()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_a_weight_of_its_own(operation: str) -> None:
    one = Cost(**{operation: 1})
    counted = {row.name: row.count(one, "relu") for row in CONVENTIONS}
    assert counted["flop"] == (2 if operation == "mac" else 1)
    assert counted["mac"] == (1 if operation == "mac" else 0)


def test_kinds_may_have_weights_of_their_own() -> None:
    row = Convention(
        "mine", Cost(mac=1), "a test", "nowhere", by_kind={"batchnorm": Cost(multiply=2)}
    )
    assert row.count(COST, "conv") == 2
    assert row.count(COST, "batchnorm") == 10
    assert hash(row) == hash(Convention("mine", Cost(mac=1), "a test", "nowhere"))


def test_other_kinds_may_count_nothing() -> None:
    row = Convention("mine", Cost(mac=1), "a test", "nowhere", kinds=frozenset({"conv"}))
    assert row.count(COST, "conv") == 2
    assert row.count(COST, "dense") == 0


def test_every_row_says_what_and_where() -> None:
    assert len(CONVENTIONS) >= 2
    assert all(row.description and row.source for row in CONVENTIONS)


def test_unknown_convention_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageError) as caught:
        convention("flops")
    assert caught.value.message == ("there is no counting convention 'flops'; did you mean 'flop'?")
    assert caught.value.faults[0].help.startswith("the conventions are flop, mac")
