"""LaTeX: a booktabs table, ready for a paper."""

from __future__ import annotations

from cnnanalyze.characters import legible
from cnnanalyze.report.latex import escape
from cnnanalyze.report.table import Cell, Heading, Table


def write(table: Table, columns: str = "", environment: str = "tabular") -> str:
    r"""Write a table for ``\usepackage{booktabs}``; its columns are as wide as their texts."""
    columns = columns or "".join("r" if h.align == "right" else "l" for h in table.headings)
    lines = [
        rf"\begin{{{environment}}}{{{columns}}}",
        r"  \toprule",
        _line(tuple(Cell(h.title, h.title, h.formula) for h in table.headings)),
        r"  \midrule",
        *(_line(row, table.headings) for row in table.rows),
    ]
    if table.foot:
        lines += [r"  \midrule", _line(table.foot)]
    lines += [r"  \bottomrule", rf"\end{{{environment}}}"]
    if table.note:
        lines.append(f"% {legible(table.note)}")
    return "\n".join(lines) + "\n"


def _line(cells: tuple[Cell, ...], headings: tuple[Heading, ...] = ()) -> str:
    code = [head.is_code for head in headings] or [False] * len(cells)
    texts = (_cell(cell, is_code=is_code) for cell, is_code in zip(cells, code, strict=True))
    line = " & ".join(texts)
    return f"  {'{}' if line.startswith('[') else ''}{line} " + r"\\"  # '\\ [' would be a distance


def _cell(cell: Cell, *, is_code: bool) -> str:
    if cell.formula is not None:
        return f"${cell.formula.latex}$"
    return rf"\texttt{{{escape(cell.text)}}}" if is_code and cell.text else escape(cell.text)
