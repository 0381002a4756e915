"""Notebooks: a report as a piece of HTML that brings its own style and no script."""

from __future__ import annotations

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.tabular import fragment
from cnnanalyze.report.document import Facts, Tabular
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import tabulate
from cnnanalyze.report.totals_text import closing, heading
from cnnanalyze.report.view import view
from cnnanalyze.report.writers.html import Html

MOST = 9
"""Columns with a larger priority are left out: a notebook is about as wide as a terminal of 140."""


def to_html(analysis: Analysis, options: Options | None = None) -> str:
    """Return the summary of a network as an HTML fragment."""
    shown = view(analysis, options, folding=True)
    table = tabulate(shown).only(lambda h: h.priority < MOST)
    blocks = (Tabular(table, heading(shown)), Facts(tuple(closing(shown))))
    return fragment(Html(0).blocks(blocks))
