"""Laws of joins."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.merge import Add, Average, Concat, Maximum, Multiply

X = Shape((5, 7), 11)
GATE = Shape((1, 1), 11)
MASK = Shape((5, 7), 1)


@pytest.mark.parametrize("kind", [Add, Multiply, Maximum, Average])
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
        (Average(), Cost(add=770, divide=385)),
        (Concat(), Cost()),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_cost_of_three_inputs(join: Add, cost: Cost) -> None:
    assert join.cost(X, X, GATE, X) == cost


@given(channels=st.lists(st.integers(1, 97), min_size=2, max_size=7))
@example(channels=[1, 1])
def test_concat_adds_the_channels(channels: list[int]) -> None:
    for size in ((), (5,), (5, 7)):
        inputs = [Shape(size, c) for c in channels]
        joined = Concat().shape(*inputs)
        assert joined.size == size
        assert joined.count == sum(x.count for x in inputs)
        assert Concat().reach(*inputs) == ((POINT,) * len(size),) * len(inputs)
