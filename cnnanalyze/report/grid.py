"""Tables in a terminal, laid out for its width; what there is no room for is named below.

A table of numbers loses its least important columns where the terminal is narrow; one of texts
breaks them, and at last gives each row a few lines. A file or a pipe has no width: nothing is left
out there. The lines are laid out here and given to rich as coloured stretches: its own tables
measure and wrap every cell, which takes longer than the whole analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat, zip_longest

from cnnanalyze.characters import cells, elide, legible, pad, wrap
from cnnanalyze.layers.traits import Category
from cnnanalyze.report.table import Cell, Heading, Table, cells_of
from cnnanalyze.report.terminal import (
    GAP,
    LEAST_SHARE,
    LONGEST_LINE,
    Line,
    Lines,
    UnbrokenLine,
    set_in,
)

LEAST_NAME = 12
"""Names are shortened, in their middle, to no less than this; numbers never are."""
LONG_NAME = 28
"""Longer names are shortened before a column is left out."""
LEAST_TEXT = 16
"""Columns of text are no narrower; where there is less room, each row becomes a few lines."""
LEAST_REMARK = 30
"""Remarks have a column of their own if there is at least this much room for them."""
COLOURS = {
    Category.CONVOLUTION: "cyan",
    Category.TRANSPOSED_CONVOLUTION: "cyan",
    Category.POOLING: "green",
    Category.DENSE: "magenta",
    Category.SEQUENCE: "blue",
    Category.JOIN: "yellow",
    Category.NORMALISATION: "dim",
    Category.ACTIVATION: "dim",
    Category.REGULARISATION: "dim",
    "group": "bold",
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "faint": "dim",
}
"""By the family or the tone of a row; what is not here has no colour."""


class Grid(Lines):
    """A table for a terminal."""

    def __init__(self, table: Table, *, has_headings: bool = True) -> None:
        self.table = table.signed()
        self.has_headings = has_headings

    def lines(self, width: int) -> Iterator[Line]:
        """Lay out the table."""
        whole = self.table
        table = whole.only(lambda h: h.role != "remark")
        groups, remarks = whole.texts("group"), whole.texts("remark")
        if groups and _wide(table.widths()) > min(width, LONGEST_LINE):
            table = table.only(lambda h: h.role != "group")
        else:
            groups = ()
        indent = GAP if groups else ""
        layout = _layout(table, width - len(indent))
        widest = max(
            (cells(line) for text in remarks or () for line in text.split("\n")), default=0
        )
        room = width - len(indent) - layout.width - len(GAP)
        is_beside = layout.width > 0 and room >= max(widest, LEAST_REMARK)
        is_beside = is_beside and not any("\n" in text for text in remarks or ())
        if self.has_headings:
            title = whole.title("remark") if is_beside and remarks else ""
            yield from set_in(indent, _heading(layout, title))
            yield from set_in(indent, _rule(layout, widest if is_beside else 0))
        shown = ""
        families = whole.families or [status.tone for status in whole.statuses] or repeat("")
        for row, family, group, remark in zip(
            table.rows, families, groups or repeat(""), remarks or repeat(""), strict=False
        ):
            if group != shown:
                shown = group
                yield from _dim(wrap(legible(group), min(width, LONGEST_LINE)))
            lines = layout.row(row, COLOURS.get(family, ""))
            if is_beside and remark:
                lines = _beside(lines, remark, layout)
            yield from set_in(indent, lines) if indent else lines
            if remark and not is_beside:
                for text in remark.split("\n"):
                    first, rest = f"{indent}{GAP * 2}", f"{indent}{GAP * 3}"
                    yield from _dim(wrap(legible(text), width, first=first, rest=rest, whole=True))
        if table.foot:
            yield from set_in(indent, _rule(layout, 0))
            yield from set_in(indent, layout.row(table.foot, "bold"))
        yield from _dim(wrap(legible(table.note), min(width, LONGEST_LINE)))
        if left_out := [h.title or h.key for h in table.headings if h not in layout.headings]:
            words = f"no room here for {', '.join(left_out)}; a wider terminal or a file has them"
            yield from _dim(wrap(words, min(width, LONGEST_LINE)))


def _dim(lines: list[str]) -> Iterator[Line]:
    for line in lines:
        yield [(line, "dim")]


def _heading(layout: Layout, remark: str) -> Iterator[Line]:
    heads = cells_of(*(h.title for h in layout.whole))
    lines = layout.row(heads, "bold") if layout.width else iter([[(heads[0].text, "bold")]])
    return _beside(lines, remark, layout, "bold")


def _rule(layout: Layout, remark: int) -> Iterator[Line]:
    if layout.width:
        widths = [*layout.widths, remark] if remark else layout.widths
        yield layout.line([(GAP.join("─" * w for w in widths), "dim")])


def _beside(
    lines: Iterator[Line], remark: str, layout: Layout, style: str = "dim"
) -> Iterator[Line]:
    """Yield the lines of a row with its remark beside the first of them."""
    for i, line in enumerate(lines):
        if i or not remark:
            yield line
            continue
        blanks = layout.width - sum(cells(text) for text, _ in line)
        yield [*line, (f"{' ' * blanks}{GAP}{legible(remark)}", style)]


# --- how rows are laid out ------------------------------------------------------------------------


class Layout:
    """Lays out rows: here each in a few lines, what its first cell says and the others below it."""

    def __init__(
        self, whole: tuple[Heading, ...], headings: tuple[Heading, ...], width: int
    ) -> None:
        self.whole = whole
        """The headings of the cells that a row has."""
        self.headings = headings
        """Those that are shown."""
        self.room = width
        self.widths: list[int] = []

    @property
    def width(self) -> int:
        """The cells of a line; 0 where rows have no columns."""
        return _wide(self.widths) if self.widths else 0

    def line(self, stretches: Line) -> Line:
        """Return a line that may be broken if it is too long."""
        return stretches

    def row(self, row: tuple[Cell, ...], style: str) -> Iterator[Line]:
        """Yield the lines of a row."""
        for i, (head, cell) in enumerate(zip(self.whole, row, strict=True)):
            if i and not cell.text:
                continue
            text = f"{head.title}: {cell.text}" if i and head.title else cell.text
            first, rest = (GAP, GAP * 2) if i else ("", GAP)
            for part in wrap(legible(text), self.room, first=first, rest=rest):
                yield [(part, style)]


class Columns(Layout):
    """Lays out each row in a line; the first cell is shortened where it is too long."""

    def __init__(self, table: Table, width: int) -> None:
        super().__init__(table.headings, fit(table, width), width)
        self._at = [i for i, h in enumerate(self.whole) if h in self.headings]
        widths = table.widths()
        self.widths = [widths[i] for i in self._at]
        least = min(self.widths[0], _least(width))
        self.widths[0] = max(least, self.widths[0] - max(0, self.width - width))
        self._line: type[Line] = UnbrokenLine if table.is_chosen else list

    def line(self, stretches: Line) -> Line:
        """Return a line; one of columns that somebody chose is not broken."""
        return self._line(stretches)

    def row(self, row: tuple[Cell, ...], style: str) -> Iterator[Line]:
        """Yield the line of a row."""
        texts = [legible(row[i].text) for i in self._at]
        texts[0] = elide(texts[0], self.widths[0])
        parts = map(_aligned, texts, self.widths, self.headings)
        yield self._line([(GAP.join(parts).rstrip(), style)])


class BrokenColumns(Layout):
    """Lays out rows in columns whose texts are broken."""

    def __init__(self, table: Table, widths: list[int], width: int) -> None:
        super().__init__(table.headings, table.headings, width)
        self.widths = widths

    def row(self, row: tuple[Cell, ...], style: str) -> Iterator[Line]:
        """Yield the lines of a row."""
        broken = [
            wrap(legible(cell.text), width) or [""]
            for cell, width in zip(row, self.widths, strict=True)
        ]
        for texts in zip_longest(*broken, fillvalue=""):
            parts = map(_aligned, texts, self.widths, self.headings)
            yield [(GAP.join(parts).rstrip(), style)]


def _aligned(text: str, width: int, heading: Heading) -> str:
    return pad(text, width, right=heading.align == "right")


def _layout(table: Table, width: int) -> Layout:
    if table.is_chosen or any(h.priority for h in table.headings):
        return Columns(table, width)
    room = min(width, LONGEST_LINE)
    if widths := _broken_widths(table, room):
        return BrokenColumns(table, widths, width)
    return Layout(table.headings, table.headings, room)


def _broken_widths(table: Table, width: int) -> list[int]:
    """Return the width of each column, those of long sentences narrower; none if none would fit."""
    widths = list(table.widths())
    room = width - len(GAP) * (len(widths) - 1)
    if sum(widths) <= room:
        return widths
    texts = sorted(
        (
            i
            for i, h in enumerate(table.headings)
            if h.align == "left" and not h.is_code and h.formula is None
        ),
        key=lambda i: widths[i],
    )
    room -= sum(w for i, w in enumerate(widths) if i not in texts)
    for done, i in enumerate(texts):
        share = room // (len(texts) - done)
        if widths[i] > share and share < LEAST_TEXT:
            return []
        widths[i] = min(widths[i], share)
        room -= widths[i]
    return widths if room >= 0 else []


def fit(table: Table, width: int) -> tuple[Heading, ...]:
    """Return the columns for which there is room, the most important ones first."""
    if table.is_chosen:
        return table.headings
    widths = list(table.widths())
    if table.headings[0].align == "left":
        widths[0] = min(widths[0], LONG_NAME)
    needed = {h.key: w + len(GAP) for h, w in zip(table.headings, widths, strict=True)}
    kept = {h.key for h in table.headings if not h.priority}
    room = width + len(GAP) - sum(needed[key] for key in kept)
    for h in sorted(table.headings, key=lambda h: h.priority):
        if h.priority and needed[h.key] <= room:
            kept.add(h.key)
            room -= needed[h.key]
    # Where there is no room even for those that every table has, the last ones go.
    least = min(widths[0], _least(width))
    needed[table.headings[0].key] = least + len(GAP)
    standing = [h.key for h in table.headings if h.key in kept]
    for key in reversed(standing[2:]):
        if sum(needed[key] for key in kept) - len(GAP) > width:
            kept.discard(key)
    return tuple(h for h in table.headings if h.key in kept)


def _wide(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _least(width: int) -> int:
    return min(LEAST_NAME, max(1, width // LEAST_SHARE))
