"""Lines for a terminal: stretches of text with a style, made for the width at hand."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from cnnanalyze.characters import cells, harmless, legible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style

GAP = "  "
LEAST_SHARE = 3
"""In a narrow terminal no indentation and no name takes more than this part of a line."""
NARROWEST = 20
"""In a narrower terminal lines are longer than it is."""
LONGEST_LINE = 100
"""Longer lines of prose are not easier to read."""
UNBOUNDED = 1_000_000
"""The width of what has none: a file, a pipe."""
Stretch = tuple[str, str]
"""A text and its style."""
Line = list[Stretch]


def broken(line: Line, width: int) -> Iterator[Line]:
    """Yield a line in lines of a width, broken between words; continued lines are indented.

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
    found: Line = []
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


def _words(line: Line) -> Iterator[tuple[Stretch, Line]]:
    """Yield the words of a line, each with the blanks before it; one may have several styles."""
    blanks: Stretch = ("", "")
    word: Line = []
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


class UnbrokenLine(list[Stretch]):
    """A line that is not broken: code, or a row of a table whose columns somebody chose."""


def set_in(indent: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines with an indentation."""
    if not indent:
        yield from lines
        return
    for line in lines:
        kept = UnbrokenLine if isinstance(line, UnbrokenLine) else list
        yield kept([(indent, ""), *line])


def trimmed(line: Line) -> Line:
    """Return a line without blanks at its end.

    Examples
    --------
    >>> trimmed([("one ", "bold"), ("  ", "")])
    [('one', 'bold')]
    """
    while line and not line[-1][0].strip():
        line = line[:-1]
    return [*line[:-1], (line[-1][0].rstrip(), line[-1][1])] if line else line


class Lines:
    """Something that rich can print: lines made for the width at hand."""

    def lines(self, width: int) -> Iterator[Line]:
        """Return the lines for a width, each as stretches of one style."""
        raise NotImplementedError

    def legible(self, width: int) -> Iterator[Line]:
        """Return the lines without control characters and workflow commands.

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


USUAL = 80
"""The columns of a terminal whose width is not known."""
_DIGITS = 6
