"""Answer text: answers as people write them, in messages and on graded sheets."""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10
from typing import Any

DIGITS = 4
"""How many digits a rounded number has behind the point, or in all if it is small."""


def transposed(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the shape of an image with its width and its height exchanged.

    Examples
    --------
    >>> transposed((9, 7, 3)), transposed((9, 3))
    ((7, 9, 3), (9, 3))
    """
    return (shape[1], shape[0], *shape[2:]) if len(shape) == _IMAGE else shape


_IMAGE = 3


def answer_text(
    value: Any,  # noqa: ANN401 - any answer
    form: str = "number",
    unit: str = "",
    decimals: int | None = None,
) -> str:
    """Return an answer as text; with ``decimals``, rounded to as many.

    Examples
    --------
    >>> (
    ...     answer_text(138357544),
    ...     answer_text((28, 28, 6), "shape"),
    ...     answer_text(Fraction(7, 3)),
    ...     answer_text((5, 6), "list"),
    ... )
    ('138,357,544', '28x28x6', '2.3333 (7/3)', '5, 6')
    >>> answer_text(((1, 0), (0, 1)), "matrix"), answer_text(True, "choice"), answer_text(None)
    ('[[1, 0], [0, 1]]', 'yes', 'none')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return _nested(value, form, decimals)
    text = short_number(value) if unit and decimals is None else number_text(value, decimals)
    return f"{text}{'' if unit == '%' else ' ' if unit else ''}{unit}"


def _nested(value: tuple[Any, ...], form: str, decimals: int | None) -> str:
    def each(v: Any) -> str:  # noqa: ANN401
        if isinstance(v, tuple):
            return _nested(v, form if form == "matrix" else "shape", decimals)
        return rounded(v, decimals) if decimals is not None else short_number(v)

    if form == "shape":
        return "x".join(map(number_text, value))
    if form == "matrix":  # without separators: a comma stands between two numbers
        rows = [each(v) if isinstance(v, tuple) else each(v).replace(",", "") for v in value]
        return f"[{', '.join(rows)}]"
    return list_text(list(map(each, value)))


def list_text(written: list[str]) -> str:
    """Return entries as a list, separated by semicolons if they contain commas."""
    return ("; " if any("," in w for w in written) else ", ").join(written)


def rounded(value: int | Fraction, decimals: int) -> str:
    """Return a number rounded to so many decimals; a whole one stays as it is.

    Examples
    --------
    >>> rounded(Fraction(7, 3), 2), rounded(Fraction(1, 8), 2), rounded(1280, 2)
    ('2.33', '0.12', '1,280')
    """
    if value.denominator == 1:
        return f"{int(value):,}"
    found = round(Fraction(value) * 10**decimals)
    whole, part = divmod(abs(found), 10**decimals)
    sign = "-" if found < 0 else ""
    return f"{sign}{whole:,}.{part:0{decimals}d}" if decimals else f"{sign}{whole:,}"


def number_text(value: int | Fraction, decimals: int | None = None) -> str:
    """Return a number, a fraction as a decimal number too."""
    if value.denominator == 1:
        return f"{int(value):,}"
    if decimals is not None:
        return rounded(value, decimals)
    text = short_number(value)
    if value.denominator in _EXACT or value.denominator > _READABLE:
        return text
    return f"{text} ({value})"


_EXACT = frozenset({2, 4, 5, 8, 10, 16, 20, 25, 50, 100})
_READABLE = 50


def short_number(value: int | Fraction) -> str:
    """Return a number as a decimal number of few places.

    Examples
    --------
    >>> (
    ...     short_number(Fraction(13, 4)),
    ...     short_number(Fraction(7, 3)),
    ...     short_number(Fraction(1, 30000)),
    ...     short_number(12345),
    ... )
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
    """Join words as a sentence lists them.

    Examples
    --------
    >>> join(["one"]), join(["one", "two"]), join(["one", "two", "three"], "or")
    ('one', 'one and two', 'one, two or three')
    """
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end
