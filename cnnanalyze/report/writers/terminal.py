"""Text for a terminal: as wide as it is, and nothing lost where it is narrow."""

from __future__ import annotations

from itertools import chain
from typing import ClassVar

from cnnanalyze.characters import cells, legible, pad, wrap
from cnnanalyze.report.document import (
    Code,
    Facts,
    Figure,
    Formula,
    Heading,
    Inline,
    Items,
    Paragraph,
    Tabular,
    spans,
)
from cnnanalyze.report.table import Cell, Table
from cnnanalyze.report.terminal import GAP, LONGEST_LINE, NARROWEST, Grid
from cnnanalyze.report.writers.writer import Writer, writer

PROSE = 80
"""The longest lines of sentences."""
LONGEST_NAME = 32
"""The text beside longer names begins on a line of its own."""
LEAST_TEXT = 16
"""Columns of text are no narrower; where there is less room, each row becomes a few lines."""
CODE = "    "
"""What lines of code begin with: they are not broken, so that they can be copied."""


@writer("text", ".txt")
class Terminal(Writer):
    """Writes lines for a width."""

    is_brief: ClassVar[bool] = True

    def __init__(self, width: int) -> None:
        super().__init__(max(width, NARROWEST))

    def heading(self, block: Heading) -> str:
        """Return a heading with what is remarked of it."""
        remark = f" ({block.remark})" if block.remark else ""
        return self._lines(f"{block.text}{remark}")

    def paragraph(self, block: Paragraph) -> str:
        """Return sentences; set in below their title."""
        return self._titled(
            block.title, self._lines(_words(block.text), GAP if block.title else "")
        )

    def facts(self, block: Facts) -> str:
        """Return names with their texts side by side."""
        rows = [(legible(_words(name)), _words(text)) for name, text in block.rows]
        room = min(LONGEST_NAME, self.width // 2)
        widest = max((w for name, _ in rows if (w := cells(name)) <= room), default=0)
        found = []
        for name, text in rows:
            first = f"{GAP}{pad(name, widest)}{GAP}"
            rest = " " * cells(f"{GAP}{'':{widest}}{GAP}")
            if cells(name) > room:
                found += wrap(name, self.width, first=GAP, rest=GAP * 2)
                first = rest
            found += self._wrapped(text, first, rest, LONGEST_LINE)
        return self._titled(block.title, "\n".join(found))

    def items(self, block: Items) -> str:
        """Return a list."""
        lines = (self._wrapped(_words(item), f"{GAP}- ", GAP * 2, PROSE) for item in block.items)
        return self._titled(block.title, "\n".join(chain.from_iterable(lines)))

    def tabular(self, block: Tabular) -> str:
        """Return a table.

        One of numbers loses its least important columns where it is narrow; one of texts breaks
        them, and at last gives each row a few lines of its own.
        """
        table = block.table
        if any(h.priority for h in table.headings):
            body = Grid(table).plain(self.width).rstrip("\n")
        else:
            widths = _fit(table, min(self.width, LONGEST_LINE) - len(GAP))
            body = (
                _aligned(table, widths, has_headings=block.has_headings)
                if widths
                else self._stacked(table)
            )
        return self._titled(block.title, body)

    def code(self, block: Code) -> str:
        """Return lines as they are; those that a program prints are broken."""
        lines = block.text.rstrip("\n").split("\n")
        if block.language == "text":
            body = "\n".join(self._lines(line, GAP) for line in lines)
        else:
            body = "\n".join(f"{CODE}{legible(line)}".rstrip() for line in lines)
        gap = "\n" if block.title else ""
        return self._titled(block.title, f"{gap}{body}")

    def figure(self, block: Figure) -> str:
        """Return the words for a picture."""
        return self._lines(f"[{block.text}]")

    def formula(self, block: Formula) -> str:
        """Return the text of a formula."""
        return "\n".join(f"{CODE}{legible(line)}" for line in block.text.split("\n"))

    def _titled(self, title: str, body: str) -> str:
        return f"{self._lines(f'{title}:')}\n{body}" if title else body

    def _lines(self, text: str, indent: str = "") -> str:
        return "\n".join(self._wrapped(text, indent, indent, PROSE))

    def _wrapped(self, text: str, first: str, rest: str, longest: int) -> list[str]:
        lines = wrap(legible(text), min(self.width, longest), first=first, rest=rest)
        return lines or [first.rstrip()]

    def _stacked(self, table: Table) -> str:
        """Return each row as what its first cell says, with the others below it."""
        found = []
        for row in (*table.rows, *((table.foot,) if table.foot else ())):
            found += self._wrapped(row[0].text, GAP, GAP * 2, PROSE)
            for head, cell in zip(table.headings[1:], row[1:], strict=True):
                if cell.text:
                    line = f"{head.title}: {cell.text}"
                    found += self._wrapped(line, GAP * 2, GAP * 3, PROSE)
        return "\n".join(found)


def _words(text: Inline) -> str:
    """Return a sentence with its code between backticks, or code without them.

    Examples
    --------
    >>> from cnnanalyze.report.document import prose
    >>> _words(prose("write `bias: false`")), _words(prose("`s > d`"))
    ('write `bias: false`', 's > d')
    """
    parts = spans(text)
    if len(parts) == 1:
        return parts[0].text
    return "".join(f"`{part.text}`" if part.is_code else part.text for part in parts)


def _fit(table: Table, width: int) -> list[int]:
    """Return the width of each column, those of long sentences narrower; none if none would fit."""
    widths = list(table.widths())
    room = width - len(GAP) * (len(widths) - 1)
    if sum(widths) <= room:
        return widths
    texts = sorted(
        (i for i, h in enumerate(table.headings) if h.align == "left" and not h.is_code),
        key=lambda i: widths[i],
    )
    room -= sum(w for i, w in enumerate(widths) if i not in texts)
    for done, i in enumerate(texts):
        share = room // (len(texts) - done)
        if widths[i] > share and share < LEAST_TEXT:
            return []
        widths[i] = min(widths[i], share)
        room -= widths[i]
    return widths


def _aligned(table: Table, widths: list[int], *, has_headings: bool) -> str:
    heads = tuple(Cell(h.title, h.title) for h in table.headings)
    rule = tuple(Cell("", "─" * w) for w in widths)
    rows = [heads, rule, *table.rows] if has_headings else list(table.rows)
    rows += [rule, table.foot] if table.foot else []
    lines = []
    for row in rows:
        broken = [wrap(legible(cell.text), w) or [""] for cell, w in zip(row, widths, strict=True)]
        for i in range(max(map(len, broken))):
            parts = (
                pad(part[i] if i < len(part) else "", w, right=head.align == "right")
                for part, w, head in zip(broken, widths, table.headings, strict=True)
            )
            lines.append(f"{GAP}{GAP.join(parts)}".rstrip())
    return "\n".join([*lines, *wrap(table.note, sum(widths))])
