"""MathML: expressions and equations as browsers set them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from cnnanalyze.course.explanations.notation import Symbol
from cnnanalyze.report.derivation.equation import Side
from cnnanalyze.report.derivation.expression_writer import ATOM, Writer


class MathmlWriter(Writer):
    """Writes expressions in presentation MathML, as lean as it goes.

    Examples
    --------
    >>> from cnnanalyze.core.expression import Name
    >>> from cnnanalyze.core.number import Num
    >>> from cnnanalyze.course.explanations.notation import notation
    >>> n, k = Num(32, Name("input")), Num(5, Name("kernel"))
    >>> MathmlWriter(notation("plain")).write((n - k).tree)
    '<mi>n</mi><mo>−</mo><mi>k</mi>'
    """

    fraction_binds = ATOM

    def symbol(self, symbol: Symbol) -> str:
        """Return an identifier, with what stands below and above it."""
        base = f"<mi>{escape(symbol.base)}</mi>"
        if symbol.is_word:
            face = ' class="code"' if symbol.is_code else ""
            base = f"<mtext{face}>{escape(symbol.base)}</mtext>"
        below, above = (_script(t) for t in (symbol.below, symbol.above))
        if below and above:
            return f"<msubsup>{base}{below}{above}</msubsup>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def whole(self, value: int) -> str:
        """Return a number with thousands separators."""
        return f"<mn>{value:,}</mn>".replace("-", "−")

    def fraction(self, above: str, below: str) -> str:
        """Return a stacked fraction."""
        return f"<mfrac>{_row(above)}{_row(below)}</mfrac>"

    def rounded(self, inner: str, *, up: bool) -> str:
        """Return floor or ceiling brackets."""
        left, right = "⌈⌉" if up else "⌊⌋"
        return f"<mrow><mo>{left}</mo>{inner}<mo>{right}</mo></mrow>"

    def power(self, base: str, exponent: str) -> str:
        """Return a power."""
        return f"<msup>{_row(base)}{_row(exponent)}</msup>"

    def total(self, term: str) -> str:
        """Return a sum over the layers."""
        return f"<munder><mo>∑</mo><mi>l</mi></munder>{term}"

    def joined(self, parts: list[str], signs: list[str]) -> str:
        """Return terms with their signs."""
        signed = zip((s.replace("-", "−") for s in signs), parts, strict=True)
        return "".join(f"<mo>{s}</mo>{p}" if s else p for s, p in signed)

    def multiplied(self, parts: list[str], *, side_by_side: bool) -> str:
        """Return factors with dots between them."""
        return ("" if side_by_side else "<mo>·</mo>").join(parts)

    def called(self, function: str, arguments: list[str]) -> str:
        """Return a function of several things."""
        if function == "mod":
            return self.bracketed("<mo>mod</mo>".join(arguments))
        if function == "sqrt":
            return f"<msqrt>{arguments[0]}</msqrt>"
        return f"<mi>{function}</mi>{self.bracketed('<mo>,</mo>'.join(arguments))}"

    def bracketed(self, inner: str) -> str:
        """Return round brackets that grow with what they hold."""
        return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"

    def sign(self, *, about: bool) -> str:
        """Return the sign between an expression and what it equals."""
        return f"<mo>{'≈' if about else '='}</mo>"

    def approximately(self, text: str) -> str:
        """Return a decimal number."""
        return f"<mn>{text}</mn>"


def _script(text: str) -> str:
    return f"<mtext>{escape(text)}</mtext>" if text else ""


_ONE = re.compile(r"<(\w+)\b[^>]*>[^<]*</\1>|<mrow>(?:(?!</?mrow>).)*</mrow>")


def _row(inner: str) -> str:
    return inner if _ONE.fullmatch(inner) else f"<mrow>{inner}</mrow>"


def equation_rows(writer: MathmlWriter, left: str, sides: Sequence[Side], *, is_long: bool) -> str:
    """Return the content of an equation; a long one has a row for each equals sign."""
    members = [f"{writer.sign(about=s.about)}{s.text}" for s in sides]
    if not is_long or len(members) == 1:
        return left + "".join(members)
    rows = "".join(
        f"<mtr><mtd>{left if i == 0 else ''}</mtd><mtd>{member}</mtd></mtr>"
        for i, member in enumerate(members)
    )
    return f"<mtable>{rows}</mtable>"
