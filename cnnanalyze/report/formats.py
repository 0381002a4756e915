"""Formats of documents: where the writer of each is, and what the names of its files end in.

The command line lists and recognises formats by this table, so that no writer is imported for it.
"""

from __future__ import annotations

from typing import NamedTuple


class FormatEntry(NamedTuple):
    """What must be known of a format to offer it."""

    module: str
    """The module of its writer in ``cnnanalyze.report.writers``."""
    endings: tuple[str, ...]
    """What the names of its files end in, the usual one first."""
    is_tabular: bool = False
    """Whether it writes only results that are a table."""


OWN_FORMATS = {
    "text": FormatEntry("terminal", (".txt",)),
    "markdown": FormatEntry("markdown", (".md", ".markdown")),
    "latex": FormatEntry("latex", (".tex",)),
    "html": FormatEntry("html", (".html", ".htm")),
    "json": FormatEntry("json", (".json",)),
    "csv": FormatEntry("csv", (".csv",), is_tabular=True),
}
"""The formats of this package by name, in the order of help texts, the usual one first."""


def own_formats(*, tables: bool = False) -> tuple[str, ...]:
    """Return the names of the formats of this package.

    Parameters
    ----------
    tables
        Whether those are among them that write nothing but results that are a table.

    Examples
    --------
    >>> own_formats()[:2], set(own_formats(tables=True)) - set(own_formats())
    (('text', 'markdown'), {'csv'})
    """
    return tuple(name for name, entry in OWN_FORMATS.items() if tables or not entry.is_tabular)
