"""Planes of numbers side by side: columns in a terminal, matrices elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cnnanalyze.characters import cells, legible, pad
from cnnanalyze.report.terminal import Line, trimmed

Mark = Literal["", "in", "border", "at", "to come", "wrong"]
"""What a cell is: within the window, padding, the result of a step, not known yet, or wrong."""
STYLES: dict[Mark, str] = {
    "": "",
    "in": "bold cyan",
    "border": "dim",
    "at": "bold green",
    "to come": "dim",
    "wrong": "bold red",
}
BRACKETED = {"in", "at", "wrong"}
"""What is marked without colours, too."""
GAP = "    "
TO_COME = "."


class Plane(NamedTuple):
    """Numbers in rows and columns, some of them marked."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[Mark, ...], ...] = ()
    """What each cell is; empty where nothing is marked."""
    sign: str = ""
    """What stands between this plane and the one before it: ``*``, ``=`` or ``→``."""

    def mark(self, row: int, column: int) -> Mark:
        """Return what a cell is."""
        return self.marks[row][column] if self.marks else ""


class Planes(NamedTuple):
    """Planes side by side."""

    planes: tuple[Plane, ...]

    def lines(self, width: int) -> Iterator[Line]:
        """Yield the planes beside one another as far as there is room, the others below."""
        band: list[_Lines] = []
        for block in (*map(_laid_out, self.planes), None):
            used = sum(b.width + len(GAP) for b in band)
            if band and (block is None or used + block.width > width):
                yield from _joined(band)
                band = []
            if block is not None:
                band.append(block)


class _Lines(NamedTuple):
    """Lines of one width, to stand beside others."""

    lines: list[Line]
    width: int


def _laid_out(plane: Plane) -> _Lines:
    """Lay numbers out in columns; what is marked stands in brackets."""
    # All cells take the room of the widest, those to come, too: nothing moves from step to step.
    wide = max(1, *(cells(text) for row in plane.rows for text in row))
    lines: list[Line] = []
    for r, row in enumerate(plane.rows):
        line: Line = []
        before: Mark = ""
        for c, text in enumerate(row):
            mark = plane.mark(r, c)
            shown = TO_COME if mark == "to come" else text or TO_COME
            line.append((_between(before, mark), STYLES[mark if mark in BRACKETED else before]))
            line.append((pad(shown, wide, right=True), STYLES[mark]))
            before = mark
        line.append((_between(before, ""), STYLES[before if before in BRACKETED else ""]))
        lines.append(line)
    width = sum(cells(text) for text, _ in lines[0])
    title = legible(plane.title)
    return _Lines([[(title, "dim")], *lines], max(width, cells(title)))


def _between(before: Mark, after: Mark) -> str:
    opens, closes = after in BRACKETED, before in BRACKETED
    return " " if opens == closes else "[" if opens else "]"


def _joined(band: Sequence[_Lines]) -> Iterator[Line]:
    """Yield the lines of planes that stand side by side."""
    for n in range(max(len(block.lines) for block in band)):
        line: Line = []
        for block in band:
            part = block.lines[n] if n < len(block.lines) else []
            used = sum(cells(text) for text, _ in part)
            line += [*part, (" " * (block.width - used) + GAP, "")]
        yield trimmed(line)
