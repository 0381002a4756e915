"""Matrices: numbers in rows and columns as formulas, in LaTeX and in MathML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as escape_html

from cnnanalyze.characters import cells, legible, pad
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.latex import escape
from cnnanalyze.report.planes import BRACKETED, Mark, Plane, Planes


def matrix(rows: Sequence[Sequence[str]]) -> Formula:
    r"""Return a matrix of numbers, or of words where a number is unknown.

    Examples
    --------
    >>> found = matrix((("1", "-10"), ("0", "?")))
    >>> print(found.text)
    1 -10
    0   ?
    >>> print(found.latex)
    \begin{pmatrix} 1 & -10 \\ 0 & \text{?} \end{pmatrix}
    """
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    text = "\n".join(
        " ".join(pad(cell, w, right=True) for cell, w in zip(row, widths, strict=True))
        for row in rows
    )
    latex = r" \\ ".join(" & ".join(map(in_latex, row)) for row in rows)
    table = "".join(
        "<mtr>" + "".join(f"<mtd>{in_mathml(cell)}</mtd>" for cell in row) + "</mtr>"
        for row in rows
    )
    mathml = f"<mrow><mo>(</mo><mtable>{table}</mtable><mo>)</mo></mrow>"
    return Formula(text, rf"\begin{{pmatrix}} {latex} \end{{pmatrix}}", mathml)


def in_latex(text: str) -> str:
    r"""Return a number, or words, as LaTeX writes them within a formula.

    Examples
    --------
    >>> print(in_latex("-1,024"), in_latex("a_b"))
    -1{,}024 \text{a\_b}
    """
    if _NUMBER.fullmatch(text):
        return text.replace(",", "{,}")
    return rf"\text{{{escape(text)}}}" if text else ""


_NUMBER = re.compile(r"[-+]?[\d,]+(\.\d+)?(/\d+)?(e[-+]?\d+)?")


def in_mathml(text: str) -> str:
    """Return a number, or words, as MathML writes them.

    Examples
    --------
    >>> in_mathml("-1"), in_mathml("a<b")
    ('<mn>-1</mn>', '<mtext>a&lt;b</mtext>')
    """
    name = "mn" if _NUMBER.fullmatch(text) else "mtext"
    return f"<{name}>{escape_html(legible(text))}</{name}>"


def side_by_side(planes: Planes) -> Formula:
    r"""Return planes as matrices, each with its title below it.

    Examples
    --------
    >>> planes = Planes((Plane("", (("1", "2"),), (("in", ""),)), Plane("", (("3",),), (), "*")))
    >>> print(side_by_side(planes).latex)
    \begin{bmatrix} \mathbf{\underline{1}} & 2 \end{bmatrix} * \begin{bmatrix} 3 \end{bmatrix}
    """
    latex, mathml = [], []
    for n, plane in enumerate(planes.planes):
        if n:
            latex.append(_SIGNS.get(plane.sign, r"\quad"))
            mathml.append(f"<mo>{plane.sign or ' '}</mo>")
        latex.append(_latex(plane))
        mathml.append(_mathml(plane))
    words = "; ".join(plane.title for plane in planes.planes)
    return Formula(words, " ".join(latex), "".join(mathml))


_SIGNS = {"*": "*", "=": "=", "→": r"\to"}


def _latex(plane: Plane) -> str:
    rows = r" \\ ".join(
        " & ".join(_marked(text, plane.mark(r, c)) for c, text in enumerate(row))
        for r, row in enumerate(plane.rows)
    )
    matrix = rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"
    return rf"\underset{{{in_latex(plane.title)}}}{{{matrix}}}" if plane.title else matrix


def _marked(text: str, mark: Mark) -> str:
    if mark == "to come" or not text:
        return r"\cdot"
    number = in_latex(text)
    if mark in {"at", "wrong"}:
        return rf"\boxed{{{number}}}"
    return rf"\mathbf{{\underline{{{number}}}}}" if mark == "in" else number


def _mathml(plane: Plane) -> str:
    rows = "".join(
        "<mtr>"
        + "".join(
            f"<mtd{_class(mark)}>{in_mathml('·' if mark == 'to come' else text or '·')}</mtd>"
            for c, text in enumerate(row)
            for mark in (plane.mark(r, c),)
        )
        + "</mtr>"
        for r, row in enumerate(plane.rows)
    )
    matrix = f"<mrow><mo>[</mo><mtable>{rows}</mtable><mo>]</mo></mrow>"
    return f"<munder>{matrix}{in_mathml(plane.title)}</munder>" if plane.title else matrix


def _class(mark: Mark) -> str:
    return f' class="{mark}"' if mark in BRACKETED else ""
