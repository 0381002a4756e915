"""Figures: numbers as they are printed, with the precision that the printing gives them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.diagnostics import show_value

_UNITS = {
    "": 1,
    "k": 10**3,
    "K": 10**3,
    "thousand": 10**3,
    "M": 10**6,
    "million": 10**6,
    "B": 10**9,
    "G": 10**9,
    "billion": 10**9,
    "T": 10**12,
    "trillion": 10**12,
}
MOST_DIGITS = 30
"""The longest number that is read as a figure."""

FIGURE = (
    r"^\s*~?\s*[0-9][0-9,_ ]*(\.[0-9]+)?\s*([eE]\+?[0-9]{1,2})?\s*"
    r"(k|K|thousand|M|million|B|G|billion|T|trillion|[kMG]B|[KMG]iB)?\s*(?![\s\S])"
)
"""The pattern of a printed number such as ``~25.6 million``, or of an amount of memory."""

# Groups end in three digits, and those before may have two, as in India; so 1,5M is no figure.
_PRINTED = re.compile(
    r"""(?P<about>~?)\s*
    (?P<digits>[0-9]{1,3}(?:(?P<mark>[,_\ ])(?:[0-9]{2,3}(?P=mark))*[0-9]{3})|[0-9]+)
    (?:\.(?P<part>[0-9]+))?
    (?:\s*[eE]\+?(?P<power>[0-9]{1,2}))?\s*
    (?P<unit>[A-Za-z]*)""",
    re.VERBOSE,
)


class PrintedNumber(NamedTuple):
    """One printed number.

    Examples
    --------
    >>> printed = PrintedNumber.parse("138M")
    >>> printed.agrees(138_357_544), printed.agrees(138_500_001)
    (True, False)
    >>> PrintedNumber.parse("25,557,032").agrees(25_557_033)
    False
    """

    text: str
    value: Fraction
    step: Fraction
    """The worth of the last printed digit; 1 for a whole number that is printed in full."""
    places: int = 0
    """How many digits are printed after the point."""
    about: bool = False
    """Whether a ``~`` stands before it."""

    @classmethod
    def parse(cls, value: object) -> PrintedNumber:
        """Read ``138M``, ``~60M``, ``15.5 billion``, ``25,557,032``, ``1,44,50,688``, ``62_006``.

        Raises
        ------
        ValueError
            If it is not a number.
        """
        text = str(value).strip()
        found = _PRINTED.fullmatch(text)
        if isinstance(value, bool) or found is None or found["unit"] not in _UNITS:
            raise ValueError(
                f"{show_value(text)} is not a number such as 138M, ~60M, 4.2 million or 25,557,032"
            )
        digits = re.sub(r"[,_ ]", "", found["digits"])
        part = found["part"] or ""
        if len(digits + part) > MOST_DIGITS:
            raise ValueError(
                f"a figure may have at most {MOST_DIGITS} digits, not {len(digits + part):,}"
            )
        worth = _UNITS[found["unit"]] * 10 ** int(found["power"] or 0)
        step = Fraction(worth, 10 ** len(part))
        return cls(text, int(digits + part) * step, step, len(part), bool(found["about"]))

    @property
    def digits(self) -> int:
        """How many digits it is printed with, leading zeros aside.

        Examples
        --------
        >>> (
        ...     PrintedNumber.parse("32.0G").digits,
        ...     PrintedNumber.parse("0.65G").digits,
        ...     PrintedNumber.parse("79,477,864").digits,
        ... )
        (3, 2, 8)
        """
        return len(str(int(self.value / self.step)))

    def agrees(self, computed: int) -> bool:
        """Whether a computed number could have been printed like this.

        It may lie up to half of the last printed digit away, in both directions, so that rounding
        half up, half down and to even all count; with ``~`` a whole last digit and a half.
        """
        slack = self.step / 2 if self.step > 1 else Fraction(0)
        if self.about:
            slack += self.step
        return abs(computed - self.value) <= slack

    def __str__(self) -> str:
        return self.text
