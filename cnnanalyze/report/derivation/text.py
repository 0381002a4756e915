"""Text: expressions in Unicode, for a terminal."""

from __future__ import annotations

from cnnanalyze.course.explanations.notation import Symbol
from cnnanalyze.report.derivation.expression_writer import Writer
from cnnanalyze.report.numbers import exact

_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ABOVE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class TextWriter(Writer):
    """Writes expressions in one line of Unicode.

    Examples
    --------
    >>> from cnnanalyze.core.expression import Name
    >>> from cnnanalyze.core.number import Num
    >>> from cnnanalyze.course.explanations.notation import notation
    >>> n, k, s = Num(32, Name("input")), Num(5, Name("kernel")), Num(2, Name("stride"))
    >>> TextWriter(notation("plain")).write(((n - k) // s + 1).tree)
    '⌊(n - k) / s⌋ + 1'
    """

    def symbol(self, symbol: Symbol) -> str:
        """Return a letter; a single digit stands below it."""
        below = symbol.below
        if below.isdecimal() and not symbol.is_word:
            below = below.translate(_BELOW)
        elif below:
            below = f"[{below}]" if symbol.is_code else f"_{below}"
        return f"{symbol.base}{below}{f'^{symbol.above}' if symbol.above else ''}"

    def whole(self, value: int) -> str:
        """Return a number with thousands separators."""
        return exact(value)

    def fraction(self, above: str, below: str) -> str:
        """Return a division in one line."""
        return f"{above} / {below}" if not (above + below).isdecimal() else f"{above}/{below}"

    def rounded(self, inner: str, *, up: bool) -> str:
        """Return floor or ceiling brackets."""
        return f"⌈{inner}⌉" if up else f"⌊{inner}⌋"

    def power(self, base: str, exponent: str) -> str:
        """Return a power."""
        if exponent.isdecimal():
            return f"{base}{exponent.translate(_ABOVE)}"
        return f"{base}^{exponent if exponent.isalpha() else f'({exponent})'}"

    def total(self, term: str) -> str:
        """Return a sum over the layers."""
        return f"Σ {term}"

    def joined(self, parts: list[str], signs: list[str]) -> str:
        """Return terms with their signs."""
        text = ("-" if signs[0] else "") + parts[0]
        return text + "".join(
            f" {sign} {part}" for sign, part in zip(signs[1:], parts[1:], strict=True)
        )

    def multiplied(self, parts: list[str], *, side_by_side: bool) -> str:
        """Return factors with dots between them."""
        return ("" if side_by_side else "·").join(parts)

    def called(self, function: str, arguments: list[str]) -> str:
        """Return a function of several things."""
        if function == "mod":
            return f"({' mod '.join(arguments)})"
        return f"{function}({', '.join(arguments)})"

    def bracketed(self, inner: str) -> str:
        """Return round brackets."""
        return f"({inner})"
