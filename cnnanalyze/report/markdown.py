"""Markdown: a pipe table, as repositories and wikis show it."""

from __future__ import annotations

from cnnanalyze.characters import cells, legible, pad
from cnnanalyze.report.table import Cell, Table


def write(table: Table) -> str:
    """Write a table as Markdown, its source readable, too.

    Examples
    --------
    >>> from cnnanalyze.report.table import Heading
    >>> one = Heading("layer", "layer", "left"), Heading("macs", "MACs", "right")
    >>> print(write(Table(one, ((Cell("conv1", "conv1"), Cell(1450, "1,450")),))), end="")
    | layer |  MACs |
    | :---- | ----: |
    | conv1 | 1,450 |
    """
    return written_rows(table, [[escape(cell.text) for cell in row] for row in table.rows])


def written_rows(table: Table, rows: list[list[str]]) -> str:
    """Write a table whose cells are Markdown already."""
    heads = [f"${h.formula.latex}$" if h.formula else escape(h.title) for h in table.headings]
    lines = [heads, *rows]
    if table.foot:
        lines.append([_bold(cell) for cell in table.foot])
    widths = [max(3, *(cells(line[i]) for line in lines)) for i in range(len(table.headings))]
    right = [h.align == "right" for h in table.headings]
    rule = [
        f"{'-' * (w - 1)}:" if r else f":{'-' * (w - 1)}"
        for w, r in zip(widths, right, strict=True)
    ]
    written = [
        "| "
        + " | ".join(pad(text, w, right=r) for text, w, r in zip(line, widths, right, strict=True))
        + " |"
        for line in (lines[0], rule, *lines[1:])
    ]
    note = f"\n{escape(table.note)}\n" if table.note else ""
    return "\n".join(written) + "\n" + note


def _bold(cell: Cell) -> str:
    return f"**{escape(cell.text)}**" if cell.text else ""


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"})


def escape(text: str) -> str:
    r"""Return a text in which nothing means anything to Markdown.

    Examples
    --------
    >>> print(escape("a_b|c"))
    a\_b\|c
    """
    return legible(text.replace("\n", " ")).translate(_SPECIAL)
