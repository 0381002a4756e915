"""Numbers that remember: they behave like the number, and what they remember gives it again."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, gcd, prod
from operator import add, floordiv, mod, mul, pow, sub, truediv  # noqa: A004 - the operators by name
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cnnanalyze.core.expression import Expression, Name, evaluate, given, made, names, rewrite
from cnnanalyze.core.number import Num, Ratio, record, remember, tree
from cnnanalyze.core.symbolic_arithmetic import common_divisor, larger, named, smaller

whole = st.integers(-97, 97)
OPERATORS: list[Callable[[Any, Any], Any]] = [add, sub, mul, floordiv, mod, divmod, truediv, pow]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: o.__name__)
@examples(a=whole, b=whole.filter(bool))
def test_arithmetic_is_that_of_the_numbers(
    operator: Callable[[Any, Any], Any], a: int, b: int
) -> None:
    if operator is pow:
        b = abs(b) % 5
    if operator is truediv:
        expected: Any = Fraction(a, b)
    else:
        expected = operator(a, b)
    for left, right in ((Num(a), Num(b)), (Num(a), b), (a, Num(b))):
        found = operator(left, right)
        assert found == expected
        for part in found if isinstance(found, tuple) else (found,):
            assert evaluate(tree(part)) == part
            assert hash(part) == hash(Fraction(part))


@examples(a=whole, b=st.integers(1, 13))
def test_rounded_up_is_told_from_rounded_down(a: int, b: int) -> None:
    up, down = -(-Num(a) // b), Num(a) // b
    assert (up, down) == (ceil(Fraction(a, b)), floor(Fraction(a, b)))
    assert (tree(up).op, tree(down).op) == ("ceil", "floor")


@examples(numbers=st.lists(whole, min_size=1, max_size=5))
def test_sums_and_products_of_the_library_are_remembered(numbers: list[int]) -> None:
    found = [Num(n, Name("input", axis)) for axis, n in enumerate(numbers)]
    assert sum(found) == sum(numbers)
    assert prod(found) == prod(numbers)
    assert {n.axis for n in names(tree(sum(found)))} == set(range(len(numbers)))
    assert {n.axis for n in names(tree(prod(found)))} == set(range(len(numbers)))


@examples(a=whole, b=whole)
def test_larger_smaller_and_divisor_of_either_kind(a: int, b: int) -> None:
    assert (larger(a, b), smaller(a, b)) == (max(a, b), min(a, b))
    assert (larger(Num(a), b), smaller(a, Num(b))) == (max(a, b), min(a, b))
    assert common_divisor(a, b) == common_divisor(Num(a), b) == gcd(a, b)
    assert type(larger(a, b)) is type(smaller(a, b)) is int
    assert tree(common_divisor(Num(a), b)).op == "gcd"
    assert [tree(f(Num(a), b)).op for f in (larger, smaller)] == ["max", "min"]
    assert [tree(f(a, Num(b))).op for f in (larger, smaller)] == ["max", "min"]
    assert (larger(True, a), smaller(a, True)) == (max(1, a), min(a, 1))  # no int to the letter


def test_it_goes_wherever_a_whole_number_goes() -> None:
    three = Num(3)
    assert isinstance(three, int)
    assert list(range(three)) == [0, 1, 2]
    assert "abcd"[three] == "d"
    assert {3: "yes"}[three] == "yes"
    assert three in {3, 5}
    assert f"{three:02d}" == "03"
    assert max(three, 2) is three


def test_fractions_are_exact() -> None:
    half = Num(7) / Num(2)
    assert isinstance(half, Ratio)
    assert half == Fraction(7, 2)
    assert floor(half) == 3
    assert ceil(half) == 4
    assert tree(floor(half)).op == "floor"
    assert isinstance(Num(6) / 2, Num)


def test_a_float_is_no_exact_number_and_is_not_remembered() -> None:
    product = Num(4) * 0.25
    assert product == 1.0
    assert type(product) is float


def test_what_is_added_and_taken_away_is_forgotten() -> None:
    a, b = Num(5, Name("before")), Num(7, Name("input"))
    assert tree(a + b - a) == tree(b)
    assert tree(Num(3) - Num(3)).value == 0
    assert tree(-1 * b * -1).value == tree(0 - (0 - b)).value == b
    assert tree(b + 0) == tree(0 + b) == tree(1 * b) == tree(b * 1) == tree(b)


def test_intermediate_results_can_be_called_by_a_name() -> None:
    extent = named(Num(2, Name("dilation")) * (Num(3, Name("kernel")) - 1) + 1, "extent")
    assert (extent, tree(extent).name) == (5, Name("extent"))
    assert evaluate(tree(extent), {Name("kernel"): 5}) == 9
    assert evaluate(tree(extent), {Name("extent"): 11}) == 11
    assert named(7, "extent") == 7
    assert type(named(7, "extent")) is int


def weights_and_biases() -> Expression:
    kernel, channels, filters = Num(5, Name("kernel")), Num(3, Name("channels")), Num(6, Name("f"))
    return tree(kernel * kernel * channels * filters + filters)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (lambda p: None if p.name == Name("channels") else p, 156),
        (lambda p: None if p.op == "*" else p, 6),
        (lambda p: given(1) if p == given(6, Name("f")) else p, 76),
        (lambda p: p, 456),
        (lambda _: None, 0),
    ],
)
def test_variations_of_a_computation(change: Any, value: int) -> None:
    assert rewrite(weights_and_biases(), change).value == value


def test_a_division_without_its_divisor_is_nothing() -> None:
    divided = made("/", given(8), given(2, Name("stride")))
    gone = made("+", divided, given(3))
    assert rewrite(gone, lambda p: None if p.name else p).value == 3


def test_remembering_keeps_what_it_is_given() -> None:
    expression = made("/", given(7), given(2))
    assert remember(expression) == Fraction(7, 2)
    assert tree(remember(expression)) is expression
    assert record("max", 2, 9).tree == made("max", given(2), given(9))
