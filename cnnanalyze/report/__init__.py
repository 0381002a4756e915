"""Reports: results as tables, text, pages and data. Rendering never touches analysis.

It may import ``course`` and below. Smallest example:
:mod:`~cnnanalyze.report.findings.rule_reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.report.options import Options
    from cnnanalyze.report.table import Table

COMPACT = 5
"""Columns with a larger priority are left out of tables for paper and web pages."""


def _terminal(analysis: Analysis, options: Options) -> str:
    from cnnanalyze.report.terminal import summary, terminal_width

    return summary(analysis, options).plain(options.width or terminal_width())


def _json(analysis: Analysis, options: Options) -> str:
    from cnnanalyze.report.json import dump, to_stream

    _refuse_shaping(options)
    return dump(to_stream(analysis, options))


def _csv(analysis: Analysis, options: Options) -> str:
    from cnnanalyze.report.columns import columns
    from cnnanalyze.report.csv import write
    from cnnanalyze.report.table import tabulate
    from cnnanalyze.report.view import view

    shown = view(analysis, options, fitting=False)
    return write(
        tabulate(
            shown, None if options.columns else [(c, 0) for c in columns().values() if not c.drawn]
        )
    )


def _markdown(analysis: Analysis, options: Options) -> str:
    from cnnanalyze.report.markdown import escape, write

    table, heading, lines = _compact(analysis, options)
    facts = "\n".join(f"- {f'{label}: ' if label else ''}{escape(text)}" for label, text in lines)
    return f"### {escape(heading)}\n\n{write(table)}\n{facts}\n"


def _latex(analysis: Analysis, options: Options) -> str:
    from cnnanalyze.characters import legible
    from cnnanalyze.report.latex import write

    table, heading, _ = _compact(analysis, options)
    return f"% {legible(heading)}\n{write(table)}"


def _compact(analysis: Analysis, options: Options) -> tuple[Any, str, Any]:
    from cnnanalyze.report.table import tabulate
    from cnnanalyze.report.totals_text import closing, heading
    from cnnanalyze.report.view import view

    shown = view(analysis, options)
    table = tabulate(shown).only(lambda h: h.priority < COMPACT)
    return table, heading(shown), closing(shown)


def _refuse_shaping(options: Options) -> None:
    for name in ("depth", "columns", "sort"):
        if getattr(options, name):
            raise UsageError(
                f"'{name}' shapes tables; json always holds every layer with everything",
                help=f"leave out '{name}', or choose the format csv",
            )


FORMATS: dict[str, Callable[[Analysis, Options], str]] = {
    "table": _terminal,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
    "latex": _latex,
}
"""How one network is written, by the name of the format."""


def check_format(name: str, known: Sequence[str] = tuple(FORMATS)) -> str:
    """Return the name of a format, or refuse it with the nearest known."""
    if name not in known:
        raise UsageError(
            f"there is no format '{name}'{nearest(name, list(known))}",
            help=f"the formats are {', '.join(known)}",
        )
    return name


def render(analysis: Analysis, format: str = "table", **options: Any) -> str:  # noqa: A002, ANN401
    """Return the report of one network as text.

    Parameters
    ----------
    analysis
        What the rules say.
    format
        ``table``, ``json``, ``csv``, ``markdown`` or ``latex``.
    **options
        As in :class:`~cnnanalyze.report.options.Options`.

    Raises
    ------
    UsageError
        If a format, an option, a column or a convention is unknown.
    """
    from cnnanalyze.report.options import Options

    return FORMATS[check_format(format)](analysis, Options.read(options))


def compare(analyses: Sequence[Analysis], format: str = "table", **options: Any) -> str:  # noqa: A002, ANN401
    """Return several networks side by side as text; options and formats as in :func:`render`."""
    from cnnanalyze.report.options import Options

    check_format(format)
    chosen = refuse_depth(Options.read(options))
    if format == "json":
        from cnnanalyze.report.json import dump, to_stream

        _refuse_shaping(chosen)
        networks = (to_stream(a, chosen) for a in analyses)
        return dump({"schema": VERSIONS["summary"], "networks": networks})
    from cnnanalyze.report.comparison import side_by_side

    return write_table(side_by_side(analyses, chosen), format, chosen.width)


def refuse_depth(options: Options) -> Options:
    """Return the options of a comparison, which has no layers to collapse."""
    if options.depth is not None:
        raise UsageError(
            "'depth' is for the table of one network; several give one row each",
            help="name one spec, or leave out 'depth'",
        )
    return options


def write_table(table: Table, format: str, width: int | None = None) -> str:  # noqa: A002
    """Return any table as text in a format; JSON is no table and is written from other data."""
    return _TABLE_WRITERS[check_format(format, tuple(_TABLE_WRITERS))](table, width)


def _table(table: Table, width: int | None) -> str:
    from cnnanalyze.report.terminal import Grid, terminal_width

    return Grid(table).plain(width or terminal_width())


def _table_csv(table: Table, _width: int | None) -> str:
    from cnnanalyze.report.csv import write

    return write(table)


def _table_markdown(table: Table, _width: int | None) -> str:
    from cnnanalyze.report.markdown import write

    return write(table)


def _table_latex(table: Table, _width: int | None) -> str:
    from cnnanalyze.report.latex import write

    return write(table)


_TABLE_WRITERS: dict[str, Callable[[Table, int | None], str]] = {
    "table": _table,
    "csv": _table_csv,
    "markdown": _table_markdown,
    "latex": _table_latex,
}
"""How any table is written, by the name of the format."""
