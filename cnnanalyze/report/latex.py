"""LaTeX: a booktabs table, ready for a paper."""

from __future__ import annotations

from cnnanalyze.characters import legible
from cnnanalyze.report.table import Cell, Table


def write(table: Table) -> str:
    r"""Write a table for ``\usepackage{booktabs}``."""
    columns = "".join("r" if h.align == "right" else "l" for h in table.headings)
    lines = [
        rf"\begin{{tabular}}{{{columns}}}",
        r"  \toprule",
        _line(tuple(Cell(h.title, h.title) for h in table.headings)),
        r"  \midrule",
        *map(_line, table.rows),
    ]
    if table.foot:
        lines += [r"  \midrule", _line(table.foot)]
    lines += [r"  \bottomrule", r"\end{tabular}"]
    if table.note:
        lines.append(f"% {table.note}")
    return "\n".join(lines) + "\n"


def _line(cells: tuple[Cell, ...]) -> str:
    return "  " + " & ".join(escape(cell.text) for cell in cells) + r" \\"


_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "×": r"$\times$",
        "≥": r"$\geq$",
        "≈": r"$\approx$",
        "−": "$-$",
        "→": r"$\to$",
        "Σ": r"$\Sigma$",
        "γ": r"$\gamma$",
        "β": r"$\beta$",
        "⌊": r"$\lfloor$",
        "⌋": r"$\rfloor$",
        "⌈": r"$\lceil$",
        "⌉": r"$\rceil$",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "…": r"\dots{}",
        "–": "--",
    }
)


def escape(text: str) -> str:
    r"""Return a text in which nothing means anything to LaTeX.

    Examples
    --------
    >>> print(escape("batch_norm 50%"))
    batch\_norm 50\%
    """
    return legible(text.replace("\n", " ")).translate(_SPECIAL)
