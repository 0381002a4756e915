"""LaTeX: a derivation for a paper or a worksheet; needs amsmath."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.explanations.notation import Symbol
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.equation import cell, chain, legend
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


def equations(explanation: Explanation) -> list[str]:
    """Return the equations of an explanation, each as mathematics without delimiters."""
    writer = LatexWriter(explanation.style)
    found = []
    for step in explanation.steps:
        left, sides = chain(writer, step)
        first, *more = [f"{writer.about if s.about else '='} {s.text}" for s in sides]
        if len(left) + sum(len(s.text) + 3 for s in sides) <= LINE:
            found.append(" ".join((left, first, *more)))
        else:
            lines = [f"{left} &{first}", *(f"&{side}" for side in more)]
            lines = [part for line in lines for part in _broken(line)]
            found.append("\\begin{aligned}\n  " + " \\\\\n  ".join(lines) + "\n\\end{aligned}")
    return found


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


def to_latex(explanation: Explanation) -> str:
    r"""Return an explanation as LaTeX, to be put between ``\begin{document}`` and its end.

    Parameters
    ----------
    explanation
        What :func:`cnnanalyze.course.explanations.explain.explain` returns.
    """
    writer = LatexWriter(explanation.style)
    lines = [
        rf"\paragraph{{{escape(explanation.question)}}} {escape(explanation.subject)}.",
    ]
    for one in equations(explanation):
        lines += [r"\[", one, r"\]"]
    if explanation.table:
        lines += _table(explanation, writer)
    lines += [rf"\textbf{{Answer:}} {escape(answer(explanation))}."]
    if explanation.beside:
        lines += [rf"\textbf{{Beside it:}} {escape(explanation.beside)}."]
    if where := legend(writer, explanation):
        said = "; ".join(f"${s} = {v}$ {escape(words)}" for s, v, words in where)
        lines += ["", f"Here {said}."]
    for title, sentences in (("Why", explanation.reasons), ("Note", explanation.remarks)):
        if sentences:
            items = [rf"  \item {escape(s)}" for s in sentences]
            lines += ["", rf"\emph{{{title}:}}", r"\begin{itemize}", *items, r"\end{itemize}"]
    return "\n".join(lines) + "\n"


def to_document(title: str, explanations: Sequence[Explanation]) -> str:
    """Return a whole document of explanations, ready for ``pdflatex``."""
    body = "\n".join(map(to_latex, explanations))
    return f"{PREAMBLE}\\section*{{{escape(title)}}}\n\n{body}\\end{{document}}\n"


PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5\baselineskip}
\begin{document}
"""


def _table(explanation: Explanation, writer: LatexWriter) -> list[str]:
    heads = explanation.heads
    lines = [rf"\begin{{longtable}}{{l{'l' * len(heads)}}}"]
    lines.append(" & ".join(["layer", *(f"${writer.name(h)}$" for h in heads)]) + r" \\ \hline")
    lines += [
        " & ".join([escape(r.label), *(f"${cell(writer, c)}$" for c in r.cells)]) + r" \\"
        for r in explanation.table
    ]
    return [*lines, r"\end{longtable}", ""]
