"""Frames in a terminal: the image with its window, the kernel, the products, the output so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cnnanalyze.characters import cells as cells_of
from cnnanalyze.characters import pad, wrap
from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.layer_section import WorkedLayer, Working
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import Cells, Walk, WindowStep
from cnnanalyze.report.convolution.step_selection import (
    Kernel,
    Shown,
    heading,
    is_large,
    judged,
    kernel,
    number_of,
    say,
    show,
    summation,
    where,
)
from cnnanalyze.report.numbers import count_of, exact
from cnnanalyze.report.terminal import Lines, Stretch

Line = list[Stretch]
Mark = Callable[[int, int], str]
"""The style of a cell: nothing, ``in`` the window, ``border``, ``at``, ``to come`` or ``wrong``."""

STYLES = {
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
MOST_ROWS = 12
"""Of a working in columns."""


class TextBlock(NamedTuple):
    """Lines of one width, to stand beside others."""

    lines: list[Line]
    width: int


class Frames(Lines):
    """Sections worked out by hand."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown

    def lines(self, width: int) -> Iterator[Line]:
        """Lay everything out."""
        if len(self.shown.sections) > 1:
            yield [(self.shown.title, "bold")]
            yield []
        for number, section in enumerate(self.shown.sections):
            if number:
                yield []
            yield from _wrapped(heading(section), width, "bold")
            if section.formula:
                yield from _wrapped(section.formula, width, "dim")
            yield from self._section(section, width)
        if self.shown.verdict is not None:
            yield []
            bad = "red" if self.shown.verdict.mistakes else "green"
            for n, line in enumerate(judged(self.shown.verdict)):
                yield from _wrapped(line, width, f"bold {bad}" if not n else "")

    def _section(self, section: WorkedLayer, width: int) -> Iterator[Line]:
        walk = section.walk
        for step in self.shown.chosen(section):
            assert walk is not None
            yield []
            yield from _frame(walk, step, width)
        yield []
        if walk is not None:
            left = walk.places - len(self.shown.chosen(section))
            if left and self.shown.place is None and self.shown.steps != 0:
                yield from _wrapped(
                    f"... {count_of(left, 'more step')}; --steps {walk.places} shows all, "
                    "--step ROW,COLUMN one",
                    width,
                    "dim",
                )
                yield []
        if section.working is not None:
            told = list(_working(section.working, width, with_rows=not section.after.rank))
            yield from told
            if told:
                yield []
        yield from self._result(section, width)
        for remark in section.remarks:
            yield from _wrapped(f"note: {remark}", width, "dim")

    def _result(self, section: WorkedLayer, width: int) -> Iterator[Line]:
        after = section.after
        if not after.rank:
            numbers = [show(n) for n in after.flat()]
            yield from _wrapped(f"output: {', '.join(numbers[:_VECTOR])}", width, "")
            if len(numbers) > _VECTOR:
                yield [(f"... {count_of(len(numbers) - _VECTOR, 'more number')}", "dim")]
            return
        if is_large(after):
            yield from _wrapped(_told(after), width, "")
            return
        verdict = self.shown.verdict
        wrong = (
            {(m.row, m.column, m.channel) for m in verdict.mistakes}
            if verdict is not None and section is self.shown.sections[-1]
            else set()
        )
        blocks = [
            _block(
                _title("output", after, c),
                plane,
                lambda r, k, c=c: "wrong" if (r, k, c) in wrong else "",  # type: ignore[misc]
            )
            for c, plane in enumerate(after.planes[:_PLANES])
        ]
        if section.walk is None and len(section.before) * after.channels <= _PLANES:
            before = [
                _block(_title("input", volume, c), plane, lambda *_: "")
                for volume in section.before
                for c, plane in enumerate(volume.planes)
                if volume.rank and not is_large(volume)
            ]
            blocks = before + blocks
        yield from _beside(blocks, width)
        if after.channels > _PLANES:
            yield [(f"... {count_of(after.channels - _PLANES, 'more channel')}", "dim")]


_VECTOR = 40
_PLANES = 8


def _frame(walk: Walk, step: WindowStep, width: int) -> Iterator[Line]:
    yield [(where(walk, step), "bold")]
    written = kernel(step) if walk.kernels else None
    bands = [_band(walk, step, n, written) for n in range(min(len(step.reads), _PLANES))]
    if not is_large(Volume((walk.output.planes[step.channel],), walk.image.rank)):
        bands[0].append(_output(walk, step))
    for band in bands:
        yield from _beside(band, width)
    if len(step.reads) > _PLANES:
        yield [(f"  ... {count_of(len(step.reads) - _PLANES, 'more channel')}", "dim")]
    told = summation(walk, step)
    if len(told.parts) == 1:
        yield from _wrapped(told.line, width, "", indent="  ")
        return
    for channel, part in list(zip(step.reads, told.parts, strict=True))[:_PLANES]:
        yield from _wrapped(f"channel {channel + 1}: {part}", width, "", indent="  ")
    yield from _wrapped(f"sum: {told.ending}", width, "bold", indent="  ")


def _band(walk: Walk, step: WindowStep, number: int, written: Kernel | None) -> list[TextBlock]:
    channel = step.reads[number]
    several = walk.image.channels > 1
    name = f"channel {channel + 1}" if several else "image" if walk.image.rank else "input"
    padded = walk.padded[channel]
    top, left = (at * s for at, s in zip((step.row, step.column), walk.stride, strict=True))
    rows = {top + i * walk.dilation[0] for i in range(walk.size[0])}
    columns = {left + i * walk.dilation[1] for i in range(walk.size[1])}
    (above, _), (before, _) = walk.padding

    def mark(r: int, c: int) -> str:
        if r in rows and c in columns:
            return "in"
        inside = above <= r < above + walk.image.height and (
            before <= c < before + walk.image.width
        )
        return "" if inside else "border"

    if is_large(walk.image):
        window = step.windows[number]
        place = f"rows {top + 1 - above}-{max(rows) + 1 - above}"
        place += f", columns {left + 1 - before}-{max(columns) + 1 - before}"
        blocks = [_block(f"{name}, {place}", window, lambda *_: "in")]
    else:
        blocks = [_block(name, padded, mark)]
    if written is not None:
        title = "kernel turned" if walk.flipped else "kernel"
        if written.divisor > 1:
            title += f", 1/{written.divisor} of"
        blocks.append(_block(title, written.planes[number], lambda *_: ""))
        products = tuple(
            tuple((v or 0) * w for v, w in zip(*pair, strict=True))
            for pair in zip(step.windows[number], written.planes[number], strict=True)
        )
        blocks.append(_block("products", products, lambda *_: ""))
    return blocks


def _output(walk: Walk, step: WindowStep) -> TextBlock:
    at = number_of(walk, step)
    columns = walk.counts[1]
    plane = walk.output.planes[step.channel]
    start = step.channel * walk.counts[0] * columns

    def mark(r: int, c: int) -> str:
        number = start + r * columns + c + 1
        return "at" if number == at else "to come" if number > at else ""

    if not walk.image.rank:
        return _block("output", ((step.result,),), lambda *_: "at")
    return _block("output so far", plane, mark)


def _title(name: str, volume: Volume, channel: int) -> str:
    return f"{name}, channel {channel + 1}" if volume.channels > 1 else name


# --- blocks ---------------------------------------------------------------------------------------


def _block(title: str, cells: Cells, mark: Mark) -> TextBlock:
    """Lay numbers out in columns; what is marked stands in brackets."""
    marks = [[mark(r, c) for c in range(len(row))] for r, row in enumerate(cells)]
    texts = [
        ["." if m == "to come" else show(v) or "." for v, m in zip(*pair, strict=True)]
        for pair in zip(cells, marks, strict=True)
    ]
    # All cells take the room of the widest, those to come, too: nothing moves from step to step.
    wide = max(cells_of(show(v)) for row in cells for v in row)
    lines: list[Line] = []
    for row, found in zip(texts, marks, strict=True):
        line: Line = []
        before = ""
        for text, m in zip(row, found, strict=True):
            line.append((_between(before, m), STYLES[m if m in BRACKETED else before]))
            line.append((pad(text, max(wide, 1), right=True), STYLES[m]))
            before = m
        line.append((_between(before, ""), STYLES[before if before in BRACKETED else ""]))
        lines.append(line)
    width = sum(cells_of(text) for text, _ in lines[0])
    head = [(title, "dim")]
    return TextBlock([head, *lines], max(width, cells_of(title)))


def _between(before: str, after: str) -> str:
    opens, closes = after in BRACKETED, before in BRACKETED
    return " " if opens == closes else "[" if opens else "]"


def _beside(blocks: Sequence[TextBlock], width: int) -> Iterator[Line]:
    """Put blocks beside one another as far as there is room, the rest below."""
    band: list[TextBlock] = []
    for block in (*blocks, None):
        used = sum(b.width + len(GAP) for b in band)
        if band and (block is None or used + block.width + 2 > width):
            for n in range(max(len(b.lines) for b in band)):
                line: Line = [("  ", "")]
                for b in band:
                    part = b.lines[n] if n < len(b.lines) else []
                    line += part
                    line.append((" " * (b.width - sum(cells_of(t) for t, _ in part)) + GAP, ""))
                yield _trimmed(line)
            band = []
        if block is not None:
            band.append(block)


def _trimmed(line: Line) -> Line:
    while line and not line[-1][0].strip():
        line.pop()
    if line:
        text, style = line[-1]
        line[-1] = (text.rstrip(), style)
    return line


def _wrapped(text: str, width: int, style: str, indent: str = "") -> Iterator[Line]:
    # A break comes before an operator, never between a sign and its number.
    shown = wrap(
        text,
        max(30, width),
        first=indent,
        rest=indent + "  ",
        whole=True,
    )
    for line in shown:
        yield [(line, style)]


# --- workings and summaries -----------------------------------------------------------------------


def _working(working: Working, width: int, *, with_rows: bool) -> Iterator[Line]:
    if with_rows:
        yield from _columns(working)
    if working.facts:
        told = ", ".join(f"{name} {say(value)}" for name, value in working.facts[:_FACTS])
        yield from _wrapped(told, width, "", indent="  ")


_FACTS = 15


def _columns(working: Working) -> Iterator[Line]:
    rows = [[show(n) for n in row] for row in working.rows[:MOST_ROWS]]
    widths = [
        max(cells_of(h), *(cells_of(row[i]) for row in rows))
        for i, h in enumerate(working.headings)
    ]

    def line(cells: Sequence[str]) -> str:
        return "  " + "   ".join(pad(c, w, right=True) for c, w in zip(cells, widths, strict=True))

    yield [(line(working.headings), "dim")]
    for row in rows:
        yield [(line(row), "")]
    if left := working.total - len(rows):
        yield [(f"  ... {exact(left)} more", "dim")]


def _told(volume: Volume) -> str:
    numbers: list[Number] = list(volume.numbers())
    mean = sum(map(float, numbers)) / len(numbers)
    return (
        f"output {volume.shape}: {exact(len(numbers))} numbers from {show(min(numbers))} to "
        f"{show(max(numbers))}, mean {mean:.4g}"
    )
