"""Exact numbers: what was written in decimals, as fractions, until a root or an exponential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import exp, inf, isqrt, nan, sqrt

Number = int | Fraction | float
"""Exact, until an exponential or a root makes it a float."""


def exact(value: Number) -> Number:
    """Return a number that was written in decimals as what is written, whole numbers as such.

    Examples
    --------
    >>> exact(0.1), exact(3.0), exact(Fraction(8, 4))
    (Fraction(1, 10), 3, 2)
    """
    found = Fraction(repr(value)) if isinstance(value, float) else value
    return whole(found)


def whole(value: Number) -> Number:
    """Return a fraction that is a whole number as one; a float stays what it is."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def logistic(x: Number) -> float:
    """Return ``1/(1 + e^-x)``, without overflow on either side.

    Examples
    --------
    >>> logistic(0), logistic(-1000)
    (0.5, 0.0)
    """
    return 1 / (1 + exp(-float(x))) if x >= 0 else exp(x) / (1 + exp(x))


def in_floats(function: Callable[[float], float], x: Number) -> float:
    """Return what a function makes of a number, as floats have it: not every number has a root.

    Examples
    --------
    >>> from math import exp, sqrt
    >>> in_floats(sqrt, 9), in_floats(sqrt, -1), in_floats(exp, 1000)
    (3.0, nan, inf)
    """
    try:
        return function(float(x))
    except OverflowError:
        return inf
    except ValueError:
        return nan


def quotient(number: Number, divisor: Number) -> Number:
    """Divide, exactly as long as both are exact.

    Examples
    --------
    >>> quotient(6, 4), quotient(6, 3), quotient(1.0, 4)
    (Fraction(3, 2), 2, 0.25)
    """
    if isinstance(number, float) or isinstance(divisor, float):
        return number / divisor
    return whole(Fraction(number) / divisor)


def root(number: Number) -> Number:
    """Return the square root of a number that has one, exactly if it comes out.

    Examples
    --------
    >>> root(Fraction(9, 4)), root(49), round(root(2), 4)
    (Fraction(3, 2), 7, 1.4142)
    """
    if not isinstance(number, float):
        above, below = (isqrt(n) for n in Fraction(number).as_integer_ratio())
        if (found := Fraction(above, below)) ** 2 == number:
            return whole(found)
    return sqrt(number)
