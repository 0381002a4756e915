"""Gated units: half of the channels, and what a channel too many is told."""

from __future__ import annotations

import pytest

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.gated import Gated, Geglu, Glu, Swiglu

X = Shape((5, 7), 22)


@pytest.mark.parametrize(
    ("unit", "cost"),
    [
        (Glu(), Cost(exponential=385, add=385, divide=385)),
        (Geglu(), Cost(multiply=1540, exponential=385, add=385)),
        (Swiglu(), Cost(multiply=385, exponential=385, add=385, divide=385)),
    ],
    ids=lambda v: getattr(v, "kind", ""),
)
def test_half_of_the_channels_is_left(unit: Gated, cost: Cost) -> None:
    assert unit.shape(X) == Shape((5, 7), 11)
    assert unit.cost(unit.shape(X), X) == cost
    assert unit.reach(X) == ((POINT, POINT),)


@pytest.mark.parametrize(("x", "what"), [(Shape((5,), 7), "channels"), (Shape((), 7), "features")])
def test_an_odd_number_has_no_halves(x: Shape, what: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Glu().shape(x)
    assert caught.value.message == (
        f"glu halves the {what}, but its input has 7 of them: 7 mod 2 = 1"
    )
    assert caught.value.faults[0].help == (
        f"give the layer before it twice as many {what} as are wanted behind the gate"
    )
