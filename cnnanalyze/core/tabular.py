"""Results that are rows: shown in a notebook, handed to pandas, told in one line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

Row = Mapping[str, Any]
"""The plain values of one row, by the name of the column."""

# Colours come from the page: borders and shades are made of its own text colour, so the fragment
# is readable on a light and on a dark ground alike.
STYLE = """\
.cnnanalyze { font-size: 13px; color: inherit; max-width: 100%; overflow-x: auto; }
.cnnanalyze table { border-collapse: collapse; border: 0; margin: 0.5em 0; color: inherit; }
.cnnanalyze caption { text-align: left; font-weight: 600; padding: 0.3em 0; color: inherit; }
.cnnanalyze th, .cnnanalyze td { padding: 0.15em 0.7em; border: 0; background: none; \
white-space: nowrap; text-align: left; }
.cnnanalyze .n { text-align: right; font-variant-numeric: tabular-nums; }
.cnnanalyze thead th { border-bottom: 1px solid currentColor; }
.cnnanalyze tfoot td { border-top: 1px solid currentColor; font-weight: 600; }
.cnnanalyze dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1em 1em; margin: 0; }
.cnnanalyze dt { font-weight: 600; }
.cnnanalyze dd { margin: 0; }"""
MOST = 200
"""Rows that a notebook shows of a result; pandas gets all of them."""


class Tabular(ABC):
    """A result with rows.

    Examples
    --------
    >>> class Squares(Tabular):
    ...     def rows(self):
    ...         yield from ({"n": n, "square": n * n} for n in (2, 3))
    ...
    ...     def headline(self):
    ...         return "2 squares"
    >>> Squares(), [row["square"] for row in Squares().rows()]
    (<Squares: 2 squares>, [4, 9])
    """

    __slots__ = ()

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Yield the rows, each as a mapping from columns to plain values."""

    @abstractmethod
    def headline(self) -> str:
        """Return what the result says in one short line."""

    def to_pandas(self) -> DataFrame:
        """Return the rows as a data frame of pandas.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - nobody else needs it
        except ImportError:
            raise UsageError(
                "a data frame needs the package pandas, which is not installed",
                help="pip install 'cnnanalyze[tables]'; or take 'rows()', which needs nothing",
            ) from None
        return pd.DataFrame(list(self.rows()))

    def _repr_html_(self) -> str:
        return fragment(table_of(self.rows(), self.headline()))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.headline()}>"


def fragment(content: str) -> str:
    """Return HTML as a piece that brings its own style and no script."""
    return f'<div class="cnnanalyze"><style>{STYLE}</style>\n{content}</div>'


def table_of(rows: Iterator[Row], caption: str, most: int = MOST) -> str:
    """Return rows as a table of HTML; of many, the first.

    Examples
    --------
    >>> "<td>&lt;b&gt;</td>" in table_of(iter([{"name": "<b>"}]), "names")
    True
    """
    from html import escape  # noqa: PLC0415 - needed in notebooks only

    shown = list(islice(rows, most))
    hidden = sum(1 for _ in rows)
    columns = list(dict.fromkeys(key for row in shown for key in row))

    def cell(value: object) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        tag = '<td class="n">' if is_number else "<td>"
        return f"{tag}{escape(_text(value))}</td>"

    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "\n".join(f"<tr>{''.join(cell(row.get(c)) for c in columns)}</tr>" for row in shown)
    more = f"<p>and {hidden:,} more rows</p>" if hidden else ""
    return (
        f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table>{more}"
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
