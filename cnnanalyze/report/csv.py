"""CSV: one line per row, exact numbers, no total, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from io import StringIO
from itertools import chain

from cnnanalyze.characters import legible
from cnnanalyze.report.columns import Value
from cnnanalyze.report.table import Table


def write(table: Table) -> str:
    """Write a table as RFC 4180 says, with column keys as its first line.

    The total is left out, so that a sum over a column is the total and not twice of it.
    """
    keys = [heading.key for heading in table.headings]
    return write_lines(chain([keys], ([_field(cell.value) for cell in r] for r in table.rows)))


def write_lines(lines: Iterable[Sequence[str | int]], end: str = "\r\n") -> str:
    r"""Write lines of texts, none of which a spreadsheet works out or a terminal obeys.

    Examples
    --------
    >>> write_lines([["layer", "change"], ["=cmd|' /C calc'!A0", "-1.5"]], "\n")
    "layer,change\n'=cmd|' /C calc'!A0,-1.5\n"
    """
    out = StringIO()
    csv.writer(out, lineterminator=end).writerows(
        [guard(one) if isinstance(one, str) else one for one in line] for line in lines
    )
    return out.getvalue()


def guard(text: str) -> str:
    """Return a text that a spreadsheet shows as it is: no formula; numbers stay numbers.

    Examples
    --------
    >>> guard("=1+1"), guard("@home"), guard("-12,345.6"), guard("-x")
    ("'=1+1", "'@home", '-12,345.6', "'-x")
    """
    is_formula = text[:1] in _FORMULA and not _NUMBER.fullmatch(text)
    return f"'{legible(text)}" if is_formula else legible(text)


_FORMULA = {*"=+-@\t\r\n＝＋－＠"}
_NUMBER = re.compile(r"[+-](?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?", re.ASCII)


def _field(value: Value) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int():
            return value
        case Fraction():
            return f"{float(value):.6g}"
        case _:
            return str(value)
