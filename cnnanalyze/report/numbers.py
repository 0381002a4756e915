"""Numbers as people read them: thousands separators, short forms, bytes, extents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction


def exact(number: int) -> str:
    """Return a whole number with thousands separators.

    Examples
    --------
    >>> exact(138357544)
    '138,357,544'
    """
    return f"{number:,}"


def signed(number: int) -> str:
    """Return a change: with its sign, or nothing where there is none.

    Examples
    --------
    >>> signed(12345), signed(-7), signed(0)
    ('+12,345', '−7', '')
    """
    if not number:
        return ""
    return f"{'+' if number > 0 else '−'}{exact(abs(number))}"


def short(number: int) -> str:
    """Return a count to three or four digits, with the letter of its thousands.

    Examples
    --------
    >>> short(138357544), short(4089184256), short(61706), short(999)
    ('138.4 M', '4.089 G', '61.71 k', '999')
    """
    return _scaled(number, 1000, ("", " k", " M", " G", " T", " P"))


def readable(number: int) -> str:
    """Return a number exactly, and shortened where that helps.

    Examples
    --------
    >>> readable(138357544), readable(4_000_000), readable(61706)
    ('138,357,544 ≈ 138.4 M', '4,000,000 = 4 M', '61,706')
    """
    if abs(number) < _SHORT_ENOUGH:
        return exact(number)
    brief = short(number)
    return f"{exact(number)} {'≈' if '.' in brief else '='} {brief}"


_SHORT_ENOUGH = 100_000


def size(count: int) -> str:
    """Return bytes in the binary unit that suits them.

    Examples
    --------
    >>> size(553430176), size(1024), size(7)
    ('527.8 MiB', '1 KiB', '7 B')
    """
    return _scaled(count, 1024, (" B", " KiB", " MiB", " GiB", " TiB", " PiB"))


def _scaled(number: int, step: int, units: tuple[str, ...]) -> str:
    power = 0
    while power + 1 < len(units) and abs(number) >= step ** (power + 1):
        power += 1
    unit = step**power
    if number % unit == 0:
        return f"{number // unit:,}{units[power]}"
    text = _digits(number, unit)
    if float(text) >= step and power + 1 < len(units):  # 999,999 is 1.000 M, not 1000 k
        return f"{_digits(number, unit * step)}{units[power + 1]}"
    return f"{text}{units[power]}"


def _digits(number: int, unit: int) -> str:
    """Return a quotient to four digits, without leaving whole numbers on the way."""
    whole = abs(number) // unit
    places = max(0, 4 - len(str(whole)))
    scaled = (2 * abs(number) * 10**places + unit) // (2 * unit)
    digits = f"{scaled:0{places + 1}d}"
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def fraction(value: Fraction | int) -> int | str:
    """Return a fraction as a whole number if it is one, or else as a text.

    Examples
    --------
    >>> fraction(Fraction(32)), fraction(Fraction(1, 2))
    (32, '1/2')
    """
    return value.numerator if value.denominator == 1 else str(value)


def per_axis(values: Sequence[object]) -> str:
    """Return one value per axis as ``7x5``; one value alone if all are equal.

    Examples
    --------
    >>> per_axis([212, 212]), per_axis([7, 5]), per_axis([])
    ('212', '7x5', '')
    """
    texts = [str(v) for v in values]
    return texts[0] if texts and len(set(texts)) == 1 else "x".join(texts)


_PLACES = 4
_FEW = 2
"""Decimal places that are written exactly."""


def is_short(value: Fraction) -> bool:
    """Whether a fraction is a decimal number of few places."""
    return not 10**_FEW % value.denominator


def decimal(value: Fraction) -> str:
    """Return a fraction as a decimal number of four digits at least.

    Examples
    --------
    >>> decimal(Fraction(11616, 217)), decimal(Fraction(16701025, 13)), decimal(Fraction(1, 7))
    ('53.53', '1,284,694', '0.1429')
    >>> decimal(Fraction(7, 2)), decimal(Fraction(-5, 4))
    ('3.5', '-1.25')
    >>> decimal(Fraction(2616381, 5))
    '523,276.2'
    """
    if is_short(value):
        hundredths = abs(int(value * 10**_FEW))
        above, below = divmod(hundredths, 10**_FEW)
        text = f"{above:,}.{below:0{_FEW}d}".rstrip("0").rstrip(".")
        return f"-{text}" if value < 0 else text
    whole = abs(int(value))
    places = max(0, _PLACES - len(str(whole))) if whole else _PLACES
    if not places:
        return f"{round(value):,}"
    scaled = f"{abs(round(value * 10**places)):0{places + 1}d}"
    sign = "-" if value < 0 else ""
    return f"{sign}{int(scaled[:-places]):,}.{scaled[-places:]}"


def percent(part: int, whole: int) -> Fraction:
    """Return a share in percent; of nothing it is nothing."""
    return Fraction(100 * part, whole) if whole else Fraction(0)


def read_percentage(text: str) -> Fraction | None:
    """Return a percentage exactly as it is written; nothing if the text is none.

    Only plain digits are read: an exponent such as ``1e999999999`` would be worked out for hours.

    Examples
    --------
    >>> read_percentage(" 2.5 %"), read_percentage("-5")
    (Fraction(5, 2), None)
    """
    digits = re.fullmatch(r"(\d{1,12}(?:\.\d{1,12})?)\s*%?", text.strip(), re.ASCII)
    return Fraction(digits[1]) if digits else None
