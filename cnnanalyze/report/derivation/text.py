"""Text: a derivation in Unicode, for a terminal."""

from __future__ import annotations

from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.explanations.notation import Symbol
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.equation import cell, chain, legend
from cnnanalyze.report.derivation.expression_writer import Writer
from cnnanalyze.report.numbers import exact

WIDTH = 80
_FIRM = "\N{NO-BREAK SPACE}"
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


def to_text(explanation: Explanation, width: int = WIDTH) -> str:
    """Return an explanation as text of at most so many columns, formulas as wide as they are."""
    writer = TextWriter(explanation.style)
    subject = _wrapped(explanation.subject, width, "  ")
    lines = [*_wrapped(explanation.question, width), *subject, ""]
    for step in explanation.steps:
        lines += _equation(writer, step, width)
    if explanation.table:
        lines += ["", *_table(writer, explanation)]
    lines += ["", f"  answer: {answer(explanation)}"]
    if explanation.beside:
        lines += _wrapped(f"beside it: {explanation.beside}", width, "  ")
    where = [f"{s}{_FIRM}={_FIRM}{v}{_FIRM}{words}" for s, v, words in legend(writer, explanation)]
    if where:
        lines += ["", *_wrapped(f"where {'; '.join(where)}", width, "  ", "        ")]
    for title, sentences in (("why", explanation.reasons), ("note", explanation.remarks)):
        lines += ["", f"  {title}"] if sentences else []
        for sentence in sentences:
            lines += _wrapped(sentence, width, "  - ", "    ")
    return "\n".join(lines) + "\n"


def _equation(writer: TextWriter, step: DerivationStep, width: int) -> list[str]:
    left, sides = chain(writer, step)
    written = [f"{writer.about if s.about else '='} {s.text}" for s in sides]
    one = f"  {left} {' '.join(written)}"
    if cells(one) <= width:
        return [one]
    lead = " " * (cells(left) + 3)
    lines = [f"  {left} {written[0]}", *(f"{lead}{side}" for side in written[1:])]
    return [part for line in lines for part in _broken(line, width, f"{lead}  ")]


def _broken(line: str, width: int, indent: str) -> list[str]:
    """Break a line that is too long before a sign, if it has one."""
    found = []
    while len(line) > width and (cut := line.rfind(" + ", len(indent), width)) > 0:
        found.append(line[:cut])
        line = indent + line[cut + 1 :]
    return [*found, line]


def _table(writer: TextWriter, explanation: Explanation) -> list[str]:
    rows = [["layer", *(writer.name(h) for h in explanation.heads)]]
    rows += [[r.label, *(cell(writer, c) for c in r.cells)] for r in explanation.table]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(pad(text, w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    lines = wrap(text, width, first=first, rest=rest or first)
    return [line.replace(_FIRM, " ") for line in lines]
