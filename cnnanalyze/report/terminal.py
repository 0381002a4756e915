"""Tables in a terminal: as wide as it is, without the least important columns where it is narrow.

What is left out is named below the table. A file or a pipe has no width: nothing is left out there.
The lines are laid out here and handed to rich as coloured stretches: its own tables measure and
wrap every cell, which takes longer than the whole analysis.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import cells, elide, harmless, legible, pad, wrap
from cnnanalyze.layers.traits import Category
from cnnanalyze.report.numbers import count_of
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Cell, Heading, Table, tabulate
from cnnanalyze.report.totals_text import closing, heading
from cnnanalyze.report.view import View, view

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style

GAP = "  "
LEAST_NAME = 12
"""Names are shortened, in their middle, to no less than this; numbers never are."""
LEAST_SHARE = 3
"""In a terminal so narrow that this is more, to no less than this part of a line."""
LONG_NAME = 28
"""Longer names are shortened before a column is left out."""
NARROWEST = 20
"""In a narrower terminal lines are longer than it is."""
LONGEST_LINE = 100
"""Longer lines of prose are not easier to read."""
UNBOUNDED = 1_000_000
"""The width of what has none: a file, a pipe."""
COLOURS = {
    Category.CONVOLUTION: "cyan",
    Category.TRANSPOSED_CONVOLUTION: "cyan",
    Category.POOLING: "green",
    Category.DENSE: "magenta",
    Category.JOIN: "yellow",
    Category.NORMALISATION: "dim",
    Category.ACTIVATION: "dim",
    Category.REGULARISATION: "dim",
    "group": "bold",
}
"""By category of kind; what is not here has no colour."""

Stretch = tuple[str, str]
"""A text and its style."""


def broken(line: list[Stretch], width: int) -> Iterator[list[Stretch]]:
    """Yield a line in lines of a width, broken between words; what goes on is set in.

    A rule is cut off, and a word that is longer than a line stays whole.

    Examples
    --------
    >>> list(broken([("  one", "bold"), (" two three", "")], 9))
    [[('  ', 'bold'), ('one', 'bold'), (' ', ''), ('two', '')], [('   ', ''), ('three', '')]]
    """
    text = "".join(part for part, _ in line)
    if cells(text) <= width:
        yield line
        return
    if not text.strip("─ "):
        yield [(text[:width], line[0][1])]
        return
    indent = " " * min(len(text) - len(text.lstrip(" ")) + len(GAP), width // LEAST_SHARE)
    found: list[Stretch] = []
    used, is_begun = 0, False
    for blanks, word in _words(line):
        wide = sum(cells(part) for part, _ in word)
        if is_begun and used + cells(blanks[0]) + wide > width:
            yield found
            found, used, blanks = [(indent, "")], len(indent), ("", "")  # noqa: PLW2901
        found += [blanks] if blanks[0] else []
        found += word
        used += cells(blanks[0]) + wide
        is_begun = True
    yield found


def _words(line: list[Stretch]) -> Iterator[tuple[Stretch, list[Stretch]]]:
    """Yield the words of a line, each with the blanks before it; one may have several styles."""
    blanks: Stretch = ("", "")
    word: list[Stretch] = []
    for text, style in line:
        for part in re.findall(r" +|[^ ]+", text):
            if not part.startswith(" "):
                word.append((part, style))
                continue
            if word:
                yield blanks, word
                blanks, word = ("", ""), []
            blanks = (blanks[0] + part, style)
    if word:
        yield blanks, word


def narrowed(text: str, width: int) -> str:
    r"""Return a text whose lines are broken where they are too long for a width.

    Examples
    --------
    >>> print(narrowed("one two three\n- four five six", 9))
    one two
      three
    - four
      five
      six
    """
    lines = chain.from_iterable(broken([(line, "")], width) for line in text.split("\n"))
    return "\n".join("".join(part for part, _ in line) for line in lines)


class UnbrokenLine(list[Stretch]):
    """A line that is not broken: a row of a table whose columns somebody chose."""


class Lines:
    """Something that rich can print: lines made for the width at hand."""

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Return the lines for a width, each as stretches of one style."""
        raise NotImplementedError

    def legible(self, width: int) -> Iterator[list[Stretch]]:
        """Return the lines with nothing in them that a terminal or a workflow would obey.

        One that is too long is broken between words, whoever laid it out.
        """
        room = max(width, NARROWEST)
        for line in chain.from_iterable(
            (line,) if isinstance(line, UnbrokenLine) else broken(line, room)
            for line in self.lines(room)
        ):
            texts = [legible(text) for text, _ in line]
            if texts and "::" in texts[0]:
                texts[0] = harmless(texts[0])
            yield [(text, style) for text, (_, style) in zip(texts, line, strict=True)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        styles: dict[str, Style | None] = {"": None}
        for line in self.legible(options.max_width):
            for text, style in line:
                if style not in styles:
                    styles[style] = console.get_style(style)
                yield Segment(text, styles[style])
            yield Segment.line()

    def plain(self, width: int) -> str:
        """Return the lines as one text without any style."""
        return "".join(
            "".join(text for text, _ in line).rstrip() + "\n" for line in self.legible(width)
        )


class Together(Lines):
    """Several of them, one below the other."""

    def __init__(self, parts: Sequence[Lines]) -> None:
        self.parts = parts

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay them out."""
        for part in self.parts:
            yield from part.lines(width)


class Grid(Lines):
    """A table that drops columns until it fits."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out the table."""
        table = fit(self.table, width)
        left_out = [h.title or h.key for h in self.table.headings if h not in table.headings]
        widths = list(table.widths())
        least = min(widths[0], _least(width))
        widths[0] = max(least, widths[0] - max(0, _room(widths) - width))
        headings = table.headings
        kept = UnbrokenLine if is_chosen(self.table) else list[Stretch]
        yield kept(_line([Cell(h.title, h.title) for h in headings], headings, widths, "bold"))
        rule = GAP.join("─" * w for w in widths)
        yield kept([(rule, "dim")])
        families = table.families or ("",) * len(table.rows)
        for row, family in zip(table.rows, families, strict=True):
            yield kept(_line(row, headings, widths, COLOURS.get(family, "")))
        if table.foot:
            yield kept([(rule, "dim")])
            yield kept(_line(table.foot, headings, widths, "bold"))
        for part in wrap(table.note, min(width, LONGEST_LINE)):
            yield [(part, "dim")]
        if left_out:
            words = f"no room here for {', '.join(left_out)}; a wider terminal or a file has them"
            yield from ([(part, "dim")] for part in wrap(words, min(width, LONGEST_LINE)))


class Summary(Lines):
    """The summary of one network: heading, table, totals in words."""

    def __init__(self, shown: View) -> None:
        self.view = shown

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out the summary."""
        yield [(heading(self.view), "bold")]
        yield []
        yield from Grid(tabulate(self.view)).lines(width)
        yield []
        lines = closing(self.view)
        indent = max(len(label) for label, _ in lines) + len(GAP)
        room = max(NARROWEST, min(width, LONGEST_LINE) - indent)
        for label, sentence in lines:
            for i, part in enumerate(wrap(sentence, room) or [""]):
                yield [(f"{label if i == 0 else '':{indent}}", "bold"), (part, "")]
        if hint := _hint(self.view):
            yield []
            yield [(part, "dim") for part in (hint,)]


def _hint(shown: View) -> str:
    if not shown.collapsed or shown.options.depth is not None:
        return ""
    return f"{count_of(shown.collapsed, 'layer')} in groups; --depth shows more or less of them"


def summary(analysis: Analysis, options: Options | None = None) -> Summary:
    """Return the summary of a network for rich to print."""
    return Summary(view(analysis, options))


def fit(table: Table, width: int) -> Table:
    """Return the table with the columns for which there is room, the most important ones first."""
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
    if is_chosen(table):
        return table
    # Where there is no room even for those that every table has, the last ones go.
    least = min(widths[0], _least(width))
    needed[table.headings[0].key] = least + len(GAP)
    standing = [h.key for h in table.headings if h.key in kept]
    for key in reversed(standing[2:]):
        if sum(needed[key] for key in kept) - len(GAP) > width:
            kept.discard(key)
    return table.only(lambda h: h.key in kept)


def is_chosen(table: Table) -> bool:
    """Whether none of the columns may be left out, since somebody asked for them."""
    return not any(h.priority for h in table.headings)


def _least(width: int) -> int:
    return min(LEAST_NAME, max(1, width // LEAST_SHARE))


def _room(widths: list[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _line(
    cells: list[Cell] | tuple[Cell, ...],
    headings: tuple[Heading, ...],
    widths: list[int],
    style: str,
) -> list[Stretch]:
    parts = []
    for i, (cell, head, width) in enumerate(zip(cells, headings, widths, strict=True)):
        text = legible(cell.text)
        text = text if i else elide(text, width)
        parts.append(pad(text, width, right=head.align == "right"))
    return [(GAP.join(parts).rstrip(), style)]


def terminal_width() -> int:
    """Return the cells in a line of the terminal, or of what ``COLUMNS`` says.

    Where stdout is a file or a pipe there is no width, unless ``COLUMNS`` gives it one.
    """
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and (columns := int(given[:_DIGITS])):
        return columns
    with suppress(AttributeError, ValueError, OSError):  # closed, or no terminal
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or USUAL  # type: ignore[union-attr]
    return UNBOUNDED


def line_width() -> int:
    """Return the cells in a line of prose: no more than one reads well."""
    return max(NARROWEST, min(terminal_width(), LONGEST_LINE))


def folded(text: str, width: int) -> str:
    """Return a text whose lines are broken where they are too long for a width.

    What stands in columns goes on below its last column, where that leaves room; prose is broken
    where it would be hard to read, and code, which stands four cells in, not at all.

    Examples
    --------
    >>> print(folded("  relu   the larger one of a number and zero", 32))
      relu   the larger one of a
             number and zero
    """
    lines = []
    for line in text.split("\n"):
        body = line.lstrip(" ")
        columns = line.rstrip().rfind(GAP, len(line) - len(body)) + len(GAP)
        room = max(NARROWEST, min(width, UNBOUNDED if columns >= len(GAP) else LONGEST_LINE))
        if cells(line) <= room or line.startswith("    "):
            lines.append(line)
            continue
        start = columns if len(GAP) <= columns <= room - NARROWEST else len(line) - len(body)
        hang = " " * (start if start == columns else start + len(GAP) if start else 0)
        lines += wrap(line[start:], room, first=line[:start], rest=hang)
    return "\n".join(lines)


USUAL = 80
"""The columns of a terminal that does not tell."""
_DIGITS = 6
