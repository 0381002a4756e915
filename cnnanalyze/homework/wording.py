"""Wording: answers as people write them, in messages and in the margin of a graded sheet."""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10
from typing import Any

DIGITS = 4
"""How many digits a rounded number has behind the point, or in all if it is small."""


def say(value: Any, form: str = "number", unit: str = "") -> str:  # noqa: ANN401 - any answer
    """Return an answer as it would be written down.

    Examples
    --------
    >>> say(138357544), say((28, 28, 6), "shape"), say(Fraction(7, 3)), say((5, 6), "list")
    ('138,357,544', '28x28x6', '2.3333 (7/3)', '5, 6')
    >>> say(((1, 0), (0, 1)), "matrix"), say(True, "choice"), say(None)
    ('[[1, 0], [0, 1]]', 'yes', 'none')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return _nested(value, form)
    return f"{number(value)}{'' if unit == '%' else ' ' if unit else ''}{unit}"


def _nested(value: tuple[Any, ...], form: str) -> str:
    if form == "shape":
        return "x".join(number(v) for v in value)
    if form == "matrix":
        rows = [_nested(v, form) if isinstance(v, tuple) else brief(v) for v in value]
        return f"[{', '.join(rows)}]"
    written = [_nested(v, "shape") if isinstance(v, tuple) else brief(v) for v in value]
    return ("; " if any("," in w for w in written) else ", ").join(written)


def number(value: int | Fraction) -> str:
    """Return a number, a fraction as a decimal number too."""
    if value.denominator == 1:
        return f"{int(value):,}"
    text = brief(value)
    if value.denominator in _EXACT or value.denominator > _READABLE:
        return text
    return f"{text} ({value})"


_EXACT = frozenset({2, 4, 5, 8, 10, 16, 20, 25, 50, 100})
_READABLE = 50


def brief(value: int | Fraction) -> str:
    """Return a number as a decimal number of few places.

    Examples
    --------
    >>> brief(Fraction(13, 4)), brief(Fraction(7, 3)), brief(Fraction(1, 30000)), brief(12345)
    ('3.25', '2.3333', '3.333e-05', '12,345')
    """
    if value.denominator == 1:
        return f"{int(value):,}"
    size = abs(Fraction(value))
    if size < _SMALL:
        places = DIGITS - 1 - floor(log10(size))
        return f"{float(value):.3e}" if places > _LONGEST else f"{float(value):.{places}f}"
    text = f"{float(value):,.{DIGITS}f}" if size < _LARGE else f"{float(value):,.1f}"
    return text.rstrip("0").rstrip(".") if Fraction(text.replace(",", "")) == value else text


_SMALL = Fraction(1, 100)
_LONGEST = 7
_LARGE = 10_000


def join(words: list[str], last: str = "and") -> str:
    """Return several things as a sentence lists them.

    Examples
    --------
    >>> join(["one"]), join(["one", "two"]), join(["one", "two", "three"], "or")
    ('one', 'one and two', 'one, two or three')
    """
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end
