"""Closed forms: they say what whole-number arithmetic gives, in one way for what is equal."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.closed_form import LONGEST, ClosedForm, TooLong, closed, larger, unknown

SYMBOLS = ("H", "W")

leaves = st.one_of(st.sampled_from(SYMBOLS), st.integers(-40, 40))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*"), inner, inner),
        st.tuples(st.just("max"), inner, inner),
        st.tuples(st.just("//"), inner, st.sampled_from((-7, -2, 1, 2, 3, 4, 32))),
    ),
    max_leaves=9,
)
sizes = st.fixed_dictionaries({name: st.integers(1, 300) for name in SYMBOLS})


def form_of(tree: Any) -> ClosedForm:
    """Compute with closed forms."""
    if isinstance(tree, str):
        return unknown(tree)
    if isinstance(tree, int):
        return closed(tree)
    op, one, two = tree
    if op == "//":
        return form_of(one).floor_divide(two)
    left, right = form_of(one), form_of(two)
    if op == "max":
        return larger(left, right)
    return {"+": left + right, "-": left - right, "*": left * right}[op]


def number_of(tree: Any, given: dict[str, int]) -> int:
    """Compute with the numbers."""
    if isinstance(tree, str):
        return given[tree]
    if isinstance(tree, int):
        return tree
    op, one, two = tree
    left, right = number_of(one, given), two if op == "//" else number_of(two, given)
    if op == "max":
        return max(left, right)
    return {"+": left + right, "-": left - right, "*": left * right, "//": left // (right or 1)}[op]


@given(tree=trees, given=sizes)
@example(tree=("//", ("-", "H", 7), 2), given={"H": 4, "W": 1})
@example(tree=("//", ("-", 0, "H"), 2), given={"H": 7, "W": 1})
@example(tree=("//", ("+", ("//", "H", 2), ("//", "H", 3)), 4), given={"H": 7, "W": 1})
@example(tree=("//", ("*", "H", "W"), -7), given={"H": 3, "W": 5})
def test_a_closed_form_gives_what_whole_numbers_give(tree: Any, given: dict[str, int]) -> None:
    form = form_of(tree)
    number = number_of(tree, given)
    assert form.evaluate(given) == number
    assert eval(form.code, {}, dict(given)) == number  # noqa: S307 - an expression of our own


@given(tree=trees, given=sizes)
@example(tree=("*", ("-", "H", 4), ("-", "W", 2)), given={"H": 7, "W": 5})
@example(tree=("-", ("//", ("+", "H", 1), 2), 1), given={"H": 7, "W": 5})
@example(tree=("*", ("//", "H", -7), ("//", "H", -7)), given={"H": 1, "W": 1})
def test_what_is_printed_can_be_computed_by_hand(tree: Any, given: dict[str, int]) -> None:
    text = str(form_of(tree)).replace(", ", ";")
    for sign, word in (("·", "*"), (",", ""), ("²", "**2"), ("³", "**3"), ("⁴", "**4")):
        text = text.replace(sign, word)
    text = text.replace("⌊", "_(").replace("⌋", ")").replace("⌈", "(-_(-").replace("⌉", "))")
    text = text.replace(";", ", ").replace("^", "**").replace("/", "//")
    assert eval(text, {"_": int}, dict(given)) == number_of(tree, given)  # noqa: S307 - as above


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (closed(0), "0"),
        (closed(-1_234), "-1,234"),
        (unknown("H") * unknown("H") * 3, "3·H²"),
        (-unknown("H") + 5, "-H + 5"),
        ((unknown("H") + 1).floor_divide(2), "⌈H/2⌉"),
        ((unknown("H") + 1).floor_divide(2) - 1, "⌊(H - 1)/2⌋"),
        ((unknown("H") - 4) * (unknown("W") - 4) * 150, "150·(H - 4)·(W - 4)"),
        ((unknown("H") - 4) * (unknown("W") - 4) + unknown("H"), "(H - 4)·(W - 3) + 4"),
        (unknown("H") * unknown("W") * 3 + unknown("H"), "3·H·W + H"),
        (unknown("H").floor_divide(2) * 2 - unknown("H"), "-H + 2·⌊H/2⌋"),
        (unknown("W") * unknown("H"), "H·W"),
    ],
)
def test_closed_forms_are_written_as_in_a_textbook(form: ClosedForm, text: str) -> None:
    assert str(form) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (unknown("H").floor_divide(2).floor_divide(2), unknown("H").floor_divide(4)),
        ((unknown("H") + 2).floor_divide(2), unknown("H").floor_divide(2) + 1),
        (-(-unknown("H")).floor_divide(2), (unknown("H") + 1).floor_divide(2)),
        ((unknown("H") * 4 + 3).floor_divide(2), unknown("H") * 2 + 1),
        (unknown("H") - unknown("H"), closed(0)),
    ],
)
def test_equal_closed_forms_are_the_same(one: ClosedForm, other: ClosedForm) -> None:
    assert one == other


def test_a_closed_form_that_nobody_could_read_is_refused() -> None:
    form = closed(0)
    for i in range(75):
        form = form + unknown(f"n{i}")
    with pytest.raises(TooLong):
        form * form
    assert len(form.terms) ** 2 > LONGEST


def test_brackets_within_brackets_do_not_grow_without_a_bound() -> None:
    form = unknown("H")
    for _ in range(8):  # each step writes what came before twice
        form = (form * 3).floor_divide(2)
    assert len(str(form)) < 10 * LONGEST
    with pytest.raises(TooLong):
        reduce(lambda found, _: (found * 3).floor_divide(2), range(30), form)


def test_the_period_is_that_of_all_quotients() -> None:
    height = unknown("H")
    assert height.period == 1
    assert (height.floor_divide(4) + (height + 1).floor_divide(6)).period == 12
    assert (height.floor_divide(2) + height.floor_divide(3)).floor_divide(5).period == 30
