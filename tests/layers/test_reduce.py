"""Reduction: which axes are left, what it costs by each method, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.reduce import Reduce

X = Shape((5, 7), 11)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({"axes": "channels"}, Shape((5, 7), 1)),
        ({"axes": "width"}, Shape((5, 1), 11)),
        ({"axes": 1}, Shape((1, 7), 11)),
        ({"axes": ("channels", "height")}, Shape((1, 7), 1)),
        ({"axes": "positions"}, Shape((1, 1), 11)),
        ({"axes": "all"}, Shape((1, 1), 1)),
        ({"axes": "height", "keep": False}, Shape((7,), 11)),
        ({"axes": "positions", "keep": False}, Shape((), 11)),
    ],
)
def test_shape(given: dict[str, Any], shape: Shape) -> None:
    assert Reduce(**given).shape(X) == shape


@pytest.mark.parametrize(
    ("method", "cost"),
    [
        ("mean", Cost(add=350, divide=35)),
        ("sum", Cost(add=350)),
        ("max", Cost(compare=350)),
        ("min", Cost(compare=350)),
        ("var", Cost(add=1085, multiply=385, divide=70)),
        ("l2", Cost(add=350, multiply=385, power=35)),
    ],
)
def test_cost_of_35_times_11_numbers(method: str, cost: Cost) -> None:
    layer = Reduce(axes="channels", method=method)
    assert layer.cost(layer.shape(X), X) == cost


def test_reach() -> None:
    assert Reduce(axes="channels").reach(X) == ((POINT, POINT),)
    assert Reduce(axes="width").reach(X) == ((POINT, WHOLE),)
    assert Reduce(axes="width", keep=False).reach(X) == ((WHOLE, WHOLE),)


@pytest.mark.parametrize(
    ("given", "x", "message"),
    [
        (
            {"axes": "length"},
            X,
            "reduce along 'length', but its input 5x7x11 has the axes height, width, channels",
        ),
        (
            {"axes": 4},
            X,
            "reduce along 4, but its input 5x7x11 has the axes height, width, channels",
        ),
        (
            {"axes": "all", "keep": False},
            X,
            "the channels cannot be dropped: every map has at least one",
        ),
        (
            {"axes": "positions"},
            Shape((), 13),
            "reduce needs a feature map, but its input is a vector of 13 features",
        ),
    ],
)
def test_refusal(given: dict[str, Any], x: Shape, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Reduce(**given).shape(x)
    assert caught.value.message == message


def test_one_element_along_an_axis_is_passed_on() -> None:
    flat = Shape((1, 7), 11)
    assert Reduce(axes="height").without_effect(flat) == "reduce along axes of one element"
    assert not Reduce(axes="height", method="l2").without_effect(flat)
    assert not Reduce(axes="width").without_effect(flat)
