"""Notebooks: a report as a piece of HTML that brings its own style and no script."""

from __future__ import annotations

from html import escape

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.tabular import fragment
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Cell, Table, cells_of, tabulate
from cnnanalyze.report.totals_text import closing, heading
from cnnanalyze.report.view import view

MOST = 9
"""Columns with a larger priority are left out: a notebook is about as wide as a terminal of 140."""


def to_html(analysis: Analysis, options: Options | None = None) -> str:
    """Return the summary of a network as an HTML fragment."""
    shown = view(analysis, options)
    table = tabulate(shown).only(lambda h: h.priority < MOST)
    facts = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in closing(shown)
    )
    return fragment(f"{write(table, heading(shown))}\n<dl>{facts}</dl>")


def write(table: Table, caption: str = "") -> str:
    """Write a table as HTML, every text escaped."""
    right = [h.align == "right" for h in table.headings]

    def line(cells: tuple[Cell, ...], tag: str) -> str:
        return "".join(
            f"<{tag}{_CLASS if r else ''}>{escape(c.text)}</{tag}>"
            for c, r in zip(cells, right, strict=True)
        )

    titles = cells_of(*(h.title for h in table.headings))
    rows = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in table.rows)
    foot = f"<tfoot><tr>{line(table.foot, 'td')}</tr></tfoot>" if table.foot else ""
    return (
        f"<table><caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{line(titles, 'th')}</tr></thead>\n"
        f"<tbody>{rows}</tbody>{foot}</table>"
    )


_CLASS = ' class="number"'
