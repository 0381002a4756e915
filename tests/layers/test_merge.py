"""Laws of joins."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import inf, isnan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.reach import POINT, WHOLE, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.branch_arithmetic import Average, Divide, Maximum, Minimum, Subtract
from cnnanalyze.layers.merge import Add, Concat, Multiply

X = Shape((5, 7), 11)
GATE = Shape((1, 1), 11)
MASK = Shape((5, 7), 1)


@pytest.mark.parametrize("kind", [Add, Multiply, Maximum, Minimum, Average, Subtract, Divide])
def test_an_extent_of_one_is_repeated(kind: type[Add]) -> None:
    join = kind()
    for inputs in permutations((X, GATE, MASK)):
        assert join.shape(*inputs) == X
    assert join.shape(GATE, MASK) == X
    assert join.shape(X, X) == X
    assert join.shape(GATE, GATE) == GATE
    assert join.reach(X, GATE) == ((POINT, POINT), (WHOLE, WHOLE))
    assert join.reach(GATE, MASK) == ((WHOLE, WHOLE), (POINT, POINT))
    assert join.reach(Shape((5, 1), 11), X) == ((POINT, WHOLE), (POINT, POINT))
    assert join.reach(GATE, GATE) == ((POINT, POINT), (POINT, POINT))


def test_vectors_join_by_their_features() -> None:
    assert Add().shape(Shape((), 13), Shape((), 13)) == Shape((), 13)
    assert Add().shape(Shape((), 1), Shape((), 13)) == Shape((), 13)
    assert Add().reach(Shape((), 13), Shape((), 13)) == ((), ())


@pytest.mark.parametrize(
    ("join", "cost"),
    [
        (Add(), Cost(add=770)),
        (Multiply(), Cost(multiply=770)),
        (Maximum(), Cost(compare=770)),
        (Minimum(), Cost(compare=770)),
        (Average(), Cost(add=770, divide=385)),
        (Concat(), Cost()),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_cost_of_three_inputs(join: Add, cost: Cost) -> None:
    assert join.cost(X, X, GATE, X) == cost


@pytest.mark.parametrize(
    ("join", "cost", "value"),
    [
        (Subtract(), Cost(add=385), Fraction(17, 4)),
        (Divide(), Cost(divide=385), Fraction(-5, 12)),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_a_difference_and_a_quotient_have_an_order(join: Layer, cost: Cost, value: Number) -> None:
    assert join.cost(X, X, GATE) == cost
    assert join.value(Fraction(5, 4), -3) == value


def test_quotient_by_nothing_is_what_floats_make_of_it() -> None:
    assert [Divide().value(x, 0) for x in (3, -3)] == [inf, -inf]
    assert isnan(Divide().value(0, 0))


@pytest.mark.parametrize(("kind", "third"), [("subtract", 3), ("divide", 3)])
def test_a_join_of_two_takes_no_third(kind: str, third: int) -> None:
    branches = ", ".join(["[relu]"] * third)
    text = f"{{cnn: 1, input: 5x7x2, layers: [{{{kind}: [{branches}]}}]}}"
    with pytest.raises(cnn.SpecError, match=f"'{kind}' takes 2 inputs, but 3 are given"):
        cnn.loads(text)


@given(channels=st.lists(st.integers(1, 97), min_size=2, max_size=7))
@example(channels=[1, 1])
def test_concat_adds_the_channels(channels: list[int]) -> None:
    for size in ((), (5,), (5, 7)):
        inputs = [Shape(size, c) for c in channels]
        joined = Concat().shape(*inputs)
        assert joined.size == size
        assert joined.count == sum(x.count for x in inputs)
        assert Concat().reach(*inputs) == ((POINT,) * len(size),) * len(inputs)


@given(lengths=st.lists(st.integers(1, 97), min_size=2, max_size=7))
@example(lengths=[1, 1])
def test_concat_along_positions_reads_each_from_where_it_came(lengths: list[int]) -> None:
    inputs = [Shape((5, n), 3) for n in lengths]
    joined = Concat(axis="width")
    assert joined.shape(*inputs) == Shape((5, sum(lengths)), 3)
    read = [
        (number, reach[1].inside(o, n)[0])
        for o in range(sum(lengths))
        for number, (n, reach) in enumerate(zip(lengths, joined.reach(*inputs), strict=True))
        if isinstance(reach[1], Window) and reach[1].inside(o, n)
    ]
    assert read == [(number, i) for number, n in enumerate(lengths) for i in range(n)]
    assert all(reach[0] == POINT for reach in joined.reach(*inputs))


def test_a_number_names_the_axis_of_a_concat() -> None:
    x = Shape((5, 7), 3)
    for axis, size in ((1, "10x7x3"), (2, "5x14x3"), (3, "5x7x6"), ("channels", "5x7x6")):
        assert str(Concat(axis=axis).shape(x, x)) == size


def test_sequences_of_two_inputs_are_told_apart() -> None:
    net = cnn.loads(
        "cnn: 1\ninputs: {a: 7x3, b: 11x3}\nlayers:\n"
        "- {conv: {filters: 5, kernel: 3, padding: same}, from: a, as: one}\n"
        "- {conv: {filters: 5, kernel: 5, padding: same}, from: b, as: two}\n"
        "- {concat: {axis: length}, from: [one, two]}\n"
    )
    seen = dict(cnn.analyze(net).analysis["concat1"].sees)
    sizes = {str(name): one.fields[0].local.size for name, one in seen.items() if one.fields}
    assert sizes == {"a": 3, "b": 5}
    assert cnn.verify(net).is_balanced


def test_a_concat_along_positions_has_closed_forms() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: HxWx3\nlayers:\n"
        "- {conv: {filters: 3, kernel: 1, stride: 2}, as: a}\n"
        "- {conv: {filters: 3, kernel: 3, stride: [3, 2], padding: 1}, from: input, as: b}\n"
        "- {concat: {axis: height}, from: [a, b]}\n"
        "- {slice: {axis: width, step: -2}}\n"
    )
    *_, joined, mirrored = (layer.shape for layer in cnn.closed_forms(net).layers)
    assert (joined, mirrored) == ("(⌈H/2⌉ + ⌈H/3⌉)x⌈W/2⌉x3", "(⌈H/2⌉ + ⌈H/3⌉)x⌈W/4⌉x3")
