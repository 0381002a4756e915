"""LaTeX: expressions and equations for a paper or a worksheet; needs amsmath."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.course.explanations.notation import Symbol
from cnnanalyze.report.derivation.equation import Side
from cnnanalyze.report.derivation.expression_writer import ATOM, Writer
from cnnanalyze.report.latex import escape

LINE = 90
"""An equation that is longer is broken at its equals signs."""


class LatexWriter(Writer):
    r"""Writes expressions in the mathematics of LaTeX.

    Examples
    --------
    >>> from cnnanalyze.core.expression import Name
    >>> from cnnanalyze.core.number import Num
    >>> from cnnanalyze.course.explanations.notation import notation
    >>> n, k, s = Num(32, Name("input")), Num(5, Name("kernel")), Num(2, Name("stride"))
    >>> print(LatexWriter(notation("plain")).write(((n - k) // s + 1).tree))
    \left\lfloor \frac{n - k}{s} \right\rfloor + 1
    """

    fraction_binds = ATOM
    about = r"\approx"
    modulo = r" \bmod "

    def symbol(self, symbol: Symbol) -> str:
        """Return a letter, upright where it is a word."""
        if symbol.is_word:
            face = "texttt" if symbol.is_code else "text"
            base = rf"\{face}{{{escape(symbol.base)}}}"
        else:
            base = symbol.base
        below = _below(symbol.below)
        return f"{base}{below}{f'^{{{symbol.above}}}' if symbol.above else ''}"

    def whole(self, value: int) -> str:
        """Return a number with commas that are no punctuation."""
        return f"{value:,}".replace(",", "{,}")

    def fraction(self, above: str, below: str) -> str:
        """Return a stacked fraction."""
        return rf"\frac{{{above}}}{{{below}}}"

    def rounded(self, inner: str, *, up: bool) -> str:
        """Return floor or ceiling brackets."""
        side = "ceil" if up else "floor"
        return rf"\left\l{side} {inner} \right\r{side}"

    def power(self, base: str, exponent: str) -> str:
        """Return a power."""
        return f"{base}^{{{exponent}}}"

    def total(self, term: str) -> str:
        """Return a sum over the layers."""
        return rf"\sum_{{l}} {term}"

    def joined(self, parts: list[str], signs: list[str]) -> str:
        """Return terms with their signs."""
        more = "".join(f" {s} {p}" for s, p in zip(signs[1:], parts[1:], strict=True))
        return f"{signs[0]}{parts[0]}{more}"

    def multiplied(self, parts: list[str], *, side_by_side: bool) -> str:
        """Return factors with dots between them."""
        return ("" if side_by_side else r" \cdot ").join(parts)

    def called(self, function: str, arguments: list[str]) -> str:
        """Return a function of several things."""
        if function == "mod":
            return f"({self.modulo.join(arguments)})"
        if function == "sqrt":
            return rf"\sqrt{{{arguments[0]}}}"
        return rf"\{function}({', '.join(arguments)})"

    def bracketed(self, inner: str) -> str:
        """Return round brackets that grow with what they hold."""
        tall = r"\frac" in inner
        return rf"\left({inner}\right)" if tall else f"({inner})"

    def approximately(self, text: str) -> str:
        """Return a decimal number."""
        return text.replace(",", "{,}")


def _below(text: str) -> str:
    if not text:
        return ""
    words = text.replace("l-1", "")
    if any(len(w) > 1 for w in words.replace("-", ",").split(",")):
        return rf"_{{\text{{{escape(text)}}}}}"
    return f"_{{{text}}}"


def broken_equation(writer: LatexWriter, left: str, sides: Sequence[Side]) -> str:
    """Return an equation as mathematics without delimiters; a long one has several lines."""
    first, *more = [f"{writer.about if s.about else '='} {s.text}" for s in sides]
    if len(left) + sum(len(s.text) + 3 for s in sides) <= LINE:
        return " ".join((left, first, *more))
    lines = [f"{left} &{first}", *(f"&{side}" for side in more)]
    lines = [part for line in lines for part in _broken(line)]
    return "\\begin{aligned}\n  " + " \\\\\n  ".join(lines) + "\n\\end{aligned}"


def _broken(line: str) -> list[str]:
    """Break a line that is too long before plus signs that stand in no bracket."""
    found, start, last, depth = [], 0, 0, 0
    for at, character in enumerate(line):
        depth += (character in "{(") - (character in "})")
        depth += line.startswith(r"\left", at) - line.startswith(r"\right", at)
        if at - start > LINE and last > start:
            found.append(line[start:last].rstrip())
            start = last
        if character == "+" and depth == 0 and at > start:
            last = at
    pieces = [*found, line[start:]]
    return [pieces[0], *(rf"&\quad {piece}" for piece in pieces[1:])]
