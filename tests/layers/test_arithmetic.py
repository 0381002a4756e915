"""What arithmetic makes of single numbers: exactly where it can, as floats do where it cannot."""

from __future__ import annotations

from fractions import Fraction
from math import e, inf, isnan, pi

import pytest

from cnnanalyze.core.exact_number import Number
from cnnanalyze.layers.arithmetic import LARGEST_EXPONENT, Clip, Exp, Log, Power, Sqrt
from cnnanalyze.layers.base import Layer

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("layer", "x", "value"),
    [
        (Power(exponent=3), Fraction(-2, 3), Fraction(-8, 27)),
        (Power(exponent=-2), Fraction(-2, 3), Fraction(9, 4)),
        (Power(exponent=-1), 5, Fraction(1, 5)),
        (Power(exponent=0.5), 9, 3.0),
        (Power(exponent=-1), 0, inf),
        (Power(exponent=10 * LARGEST_EXPONENT), 10, inf),
        (Power(exponent=1e9), HALF, 0.0),
        (Sqrt(), Fraction(9, 4), 1.5),
        (Exp(), 1, e),
        (Exp(), 10_000, inf),
        (Log(), 0, -inf),
        (Clip(min=-0.5, max=0.1), 7, Fraction(1, 10)),
        (Clip(min=-0.5, max=0.1), -7, -HALF),
        (Clip(min=-0.5), 7, 7),
    ],
    ids=str,
)
def test_value(layer: Layer, x: Number, value: Number) -> None:
    found = layer.value(x)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value
    assert isinstance(found, float) == isinstance(value, float)


@pytest.mark.parametrize(
    ("layer", "x"), [(Sqrt(), -HALF), (Log(), -pi), (Power(exponent=0.5), -4)], ids=str
)
def test_what_has_no_value_is_no_number(layer: Layer, x: Number) -> None:
    assert isnan(layer.value(x))
