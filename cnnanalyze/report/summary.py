"""The summary of a network: its layers in a table, its totals in words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import UsageError
from cnnanalyze.report.columns import columns
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Tabular,
    strong,
)
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Table, tabulate
from cnnanalyze.report.totals_text import closing, heading
from cnnanalyze.report.view import View, view


def summary(analysis: Analysis, options: Options | None = None, *, graph: bool = False) -> Document:
    """Return the summary of a network, with its architecture as a picture if that is asked for.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.writers import render
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 5x7x1, layers: [relu]}")
    >>> print(render(summary(cnn.analyze(net).analysis), "csv")[:23])
    name,kind,attributes,in
    """
    options = options or Options()

    @cache
    def shown() -> View:
        return view(analysis, options, folding=True)

    def blocks() -> Iterator[Block]:
        yield Heading(heading(shown()), SECTION)
        yield Tabular(tabulate(shown()), is_compact=True)
        yield Facts(tuple((label and strong(label), text) for label, text in closing(shown())))
        if words := _unseen(shown()):
            yield Paragraph(words)
        if graph:
            yield architecture(analysis)

    return Document(
        analysis.network.name,
        Deferred(blocks),
        lambda: data(analysis, options),
        table=lambda: exact_table(analysis, options),
    )


def _unseen(shown: View) -> str:
    """Return which layers have no row of their own, and how they get one."""
    groups = shown.collapsed if shown.options.depth is None else 0
    found = (
        (groups, "in groups", "--depth shows more or less of them"),
        (shown.beside, "in the row of another", "--all shows each"),
    )
    hidden = [(count_of(n, "layer"), where, how) for n, where, how in found if n]
    where = ", ".join(f"{number} {where}" for number, where, _ in hidden)
    return "; ".join(filter(None, [where, ", ".join(how for *_, how in hidden)]))


SECTION = 3
"""The level of headings: results are put into texts that have headings of their own."""


def exact_table(analysis: Analysis, options: Options) -> Table:
    """Return the table of all layers with all columns, or with those that are asked for."""
    chosen = None if options.columns else [(c, 0) for c in columns().values() if not c.drawn]
    return tabulate(view(analysis, options, fitting=False), chosen)


def data(analysis: Analysis, options: Options) -> dict[str, Any]:
    """Return everything as plain data, which no option leaves out or sorts.

    Raises
    ------
    UsageError
        If an option shapes tables.
    """
    for name in ("depth", "columns", "sort"):
        if getattr(options, name):
            raise UsageError(
                f"'{name}' shapes tables; json always holds every layer with everything",
                help=f"leave out '{name}', or choose the format csv",
            )
    from cnnanalyze.report.json import to_stream  # noqa: PLC0415 - programs ask for it

    return to_stream(analysis, options)


def architecture(analysis: Analysis, prefix: str = "") -> Figure:
    """Return the architecture of a network as a picture, in a terminal in lines of text."""
    from cnnanalyze.drawing.outline import outline  # noqa: PLC0415 - few ask for it
    from cnnanalyze.drawing.svg import draw  # noqa: PLC0415

    return Figure(
        lambda: draw(analysis, prefix=prefix),
        f"the architecture of {analysis.network.name}",
        lambda width: outline(analysis, width=width),
    )
