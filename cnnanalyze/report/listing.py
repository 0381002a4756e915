"""Listings: what is read in a table, as objects of Python, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.report.document import Document
from cnnanalyze.report.writers import USUAL, render

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, repr=False)
class Listing(Tabular):
    """A table of things, each with what is to be said of it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = cnn.zoo_table(family="LeNet", since=1998)
    >>> found
    <Listing: The zoo, 3 rows>
    >>> next(found.rows())["parameters"]
    60000
    """

    document: Document
    """What it says, apart from any format."""
    entries: tuple[Row, ...]
    """The rows: plain values by the name of the column."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows, each as a mapping from columns to plain values."""
        yield from self.entries

    def headline(self) -> str:
        """Return in one line what is listed, and how many rows there are."""
        return f"{self.document.title}, {count_of(len(self.entries), 'row')}"

    def to_dict(self) -> Any:  # noqa: ANN401 - plain data
        """Return everything as plain data: what ``--format json`` prints."""
        return self.document.data()

    def render(self, format: str = USUAL, *, width: int | None = None) -> str:  # noqa: A002
        """Return the listing as text.

        Parameters
        ----------
        format
            ``text``, ``markdown``, ``latex``, ``html``, ``json``, or what packages add; a table
            also as ``csv``.
        width
            The characters in a line; by default as many as the terminal has.

        Raises
        ------
        UsageError
            If there is no such format.
        """
        from cnnanalyze.report.terminal import terminal_width  # noqa: PLC0415 - for this alone

        return render(self.document, format, width or terminal_width())

    def __rich__(self) -> RenderableType:
        from cnnanalyze.report.writers.terminal import Screen  # noqa: PLC0415 - likewise

        return Screen(self.document)

    def __str__(self) -> str:
        return self.render()


def of_table(document: Document) -> Listing:
    """Return the listing of a document that is one table, with the exact value of every cell."""
    assert document.table is not None, f"{document.title} is not a table"
    return Listing(document, tuple(document.table().records()))
