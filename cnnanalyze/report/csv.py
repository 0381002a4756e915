"""CSV: one line per row, exact numbers, no total, for spreadsheets and scripts."""

from __future__ import annotations

import csv
from fractions import Fraction
from io import StringIO

from cnnanalyze.report.columns import Value
from cnnanalyze.report.table import Table


def write(table: Table) -> str:
    """Write a table as RFC 4180 says, with column keys as its first line.

    The total is left out, so that a sum over a column is the total and not twice of it.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading.key for heading in table.headings])
    writer.writerows([_field(cell.value) for cell in row] for row in table.rows)
    return out.getvalue()


def _field(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Fraction():
            return f"{float(value):.6g}"
        case _:
            return str(value)
