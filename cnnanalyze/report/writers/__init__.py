"""Writers: one class for each format, which writes the document of any subject.

It may import ``core`` and below. Smallest example: :mod:`~cnnanalyze.report.writers.markdown`.

A writer is imported when its format is first asked for. Other packages add theirs under the entry
point ``cnnanalyze.formats``.
"""

from __future__ import annotations

from cnnanalyze.report import no_format
from cnnanalyze.report.document import Document
from cnnanalyze.report.formats import OWN_FORMATS
from cnnanalyze.report.writers.writer import FORMATS, BlockWriter, Format, Writer, writer

__all__ = [
    "FORMATS",
    "USUAL",
    "BlockWriter",
    "Format",
    "Writer",
    "find",
    "known",
    "render",
    "writer",
]

USUAL = "text"
"""The format for people who look at a terminal."""
for _name, _entry in OWN_FORMATS.items():
    FORMATS.house(f"{__name__}.{_entry.module}", _name)


def known(*, tables: bool = False) -> tuple[str, ...]:
    """Return the names of the formats, those of installed packages among them, the usual one first.

    Parameters
    ----------
    tables
        Whether those are among them that write nothing but results that are a table.

    Examples
    --------
    >>> known()[0], {"html", "json"} <= set(known()), "csv" in known(), "csv" in known(tables=True)
    ('text', True, False, True)
    """
    FORMATS.load_plugins()
    names = FORMATS.names()
    if not tables:
        names = [name for name in names if not find(name).is_tabular]
    return (USUAL, *(name for name in names if name != USUAL))


def find(name: str) -> type[Format]:
    """Return the format of a name, or refuse it with the nearest known.

    Raises
    ------
    UsageError
        If there is no such format.

    Examples
    --------
    >>> find("latex").endings
    ('.tex',)
    """
    if (found := FORMATS.get(name)) is None:
        raise no_format(name, known())
    return found


def render(document: Document, format: str = USUAL, width: int = 80) -> str:  # noqa: A002 - the word of the option
    """Return a document as text in a format; lines for a terminal are as long as the width.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    return find(format)(width).write(document)
