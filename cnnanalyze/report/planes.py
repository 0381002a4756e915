"""Planes of numbers side by side: columns in a terminal, matrices elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cnnanalyze.characters import cells, legible, pad
from cnnanalyze.report.formula import Formula, in_latex, in_mathml
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


@dataclass(frozen=True, slots=True)
class Plane:
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


@dataclass(frozen=True, slots=True)
class Planes:
    """Planes side by side."""

    planes: tuple[Plane, ...]

    @property
    def formula(self) -> Formula:
        r"""The planes as matrices, each with its title below it.

        Examples
        --------
        >>> planes = Planes(
        ...     (Plane("", (("1", "2"),), (("in", ""),)), Plane("", (("3",),), (), "*"))
        ... )
        >>> print(planes.formula.latex)
        \begin{bmatrix} \mathbf{\underline{1}} & 2 \end{bmatrix} * \begin{bmatrix} 3 \end{bmatrix}
        """
        latex, mathml = [], []
        for n, plane in enumerate(self.planes):
            if n:
                latex.append(_SIGNS.get(plane.sign, r"\quad"))
                mathml.append(f"<mo>{plane.sign or ' '}</mo>")
            latex.append(_latex(plane))
            mathml.append(_mathml(plane))
        words = "; ".join(plane.title for plane in self.planes)
        return Formula(words, " ".join(latex), "".join(mathml))

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


_SIGNS = {"*": "*", "=": "=", "→": r"\to"}


# --- mathematics ----------------------------------------------------------------------------------


def _latex(plane: Plane) -> str:
    rows = r" \\ ".join(
        " & ".join(_marked(text, plane.mark(r, c)) for c, text in enumerate(row))
        for r, row in enumerate(plane.rows)
    )
    matrix = rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"
    return rf"\underset{{{in_latex(plane.title)}}}{{{matrix}}}" if plane.title else matrix


def _marked(text: str, mark: Mark) -> str:
    if mark == "to come" or not text:
        return r"\cdot"
    number = in_latex(text)
    if mark in {"at", "wrong"}:
        return rf"\boxed{{{number}}}"
    return rf"\mathbf{{\underline{{{number}}}}}" if mark == "in" else number


def _mathml(plane: Plane) -> str:
    rows = "".join(
        "<mtr>"
        + "".join(
            f"<mtd{_class(mark)}>{in_mathml('·' if mark == 'to come' else text or '·')}</mtd>"
            for c, text in enumerate(row)
            for mark in (plane.mark(r, c),)
        )
        + "</mtr>"
        for r, row in enumerate(plane.rows)
    )
    matrix = f"<mrow><mo>[</mo><mtable>{rows}</mtable><mo>]</mo></mrow>"
    return f"<munder>{matrix}{in_mathml(plane.title)}</munder>" if plane.title else matrix


def _class(mark: Mark) -> str:
    return f' class="{mark}"' if mark in BRACKETED else ""


# --- terminals ------------------------------------------------------------------------------------


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
