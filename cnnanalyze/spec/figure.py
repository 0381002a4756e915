"""Figures: numbers as they are printed, with the precision that the printing gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

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
_FIGURE = re.compile(
    r"(?P<about>~?)\s*(?P<digits>\d[\d,_ ]*)(?:\.(?P<part>\d+))?\s*"
    r"(?:[eE](?P<power>\+?\d{1,2}))?\s*(?P<unit>[A-Za-z]*)"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number.

    Examples
    --------
    >>> Figure.parse("138M").agrees(138_357_544), Figure.parse("138M").agrees(138_500_001)
    (True, False)
    >>> Figure.parse("25,557,032").agrees(25_557_033)
    False
    """

    text: str
    value: Fraction
    step: int | Fraction
    """The worth of the last printed digit; 1 for a whole number that is printed in full."""
    about: bool = False
    """Whether a ``~`` stands before it."""

    @classmethod
    def parse(cls, value: object) -> Figure:
        """Read ``138M``, ``~60M``, ``15.5 billion``, ``25,557,032``, ``1,44,50,688``, ``62_006``.

        Raises
        ------
        ValueError
            If it is no number.
        """
        text = str(value).strip()
        found = _FIGURE.fullmatch(text)
        if isinstance(value, bool) or found is None or found["unit"] not in _UNITS:
            raise ValueError(
                f"'{text}' is not a number such as 138M, ~60M, 4.2 million or 25,557,032"
            )
        digits = re.sub(r"[,_ ]", "", found["digits"])
        part = found["part"] or ""
        worth = _UNITS[found["unit"]] * 10 ** int(found["power"] or 0)
        step = Fraction(worth, 10 ** len(part))
        return cls(text, int(digits + part) * step, step, bool(found["about"]))

    def agrees(self, computed: int) -> bool:
        """Whether a computed number could have been printed like this.

        It may lie up to half of the last printed digit away, in both directions, so that rounding
        half up, half down and to even all count; with ``~`` a whole last digit and a half.
        """
        slack = Fraction(self.step, 2) if self.step > 1 else Fraction(0)
        if self.about:
            slack += self.step
        return abs(computed - self.value) <= slack

    def __str__(self) -> str:
        return self.text
