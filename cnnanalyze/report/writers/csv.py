"""CSV: one line per row, exact numbers, no total, for spreadsheets and scripts."""

from __future__ import annotations

from typing import ClassVar

from cnnanalyze.errors import UsageError
from cnnanalyze.report.csv import write
from cnnanalyze.report.document import Document
from cnnanalyze.report.writers.writer import Format, writer


@writer("csv", ".csv")
class Csv(Format):
    """Writes the table that a result is."""

    is_brief: ClassVar[bool] = True
    is_tabular: ClassVar[bool] = True

    def write(self, document: Document) -> str:
        """Return the table.

        Raises
        ------
        UsageError
            If the result is not a table.
        """
        if document.table is None:
            raise UsageError(
                f"'{document.title}' is not a table, and csv writes tables only",
                help="choose json for the data of any result",
            )
        return write(document.table())
