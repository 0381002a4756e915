"""Convolutions by hand as documents: each step as planes with its window, then the sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import Cells, SlidingWindow, WindowStep
from cnnanalyze.course.worked_steps.worked_layer import UPSTREAM, WorkedLayer, WorkingTable
from cnnanalyze.report.convolution.json import to_dict
from cnnanalyze.report.convolution.step_selection import (
    Kernel,
    Shown,
    heading,
    input_name,
    is_large,
    judged,
    kernel,
    number_of,
    output_name,
    say,
    show,
    summation,
    where,
)
from cnnanalyze.report.document import (
    Block,
    Deferred,
    Document,
    Group,
    Heading,
    Paragraph,
    Span,
    Tabular,
    Tone,
    faint,
    lines,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.matrices import in_latex
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.planes import Mark, Plane, Planes
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.table import Table, cells_of

Marking = Callable[[int, int], Mark]
MOST_ROWS = 12
"""Of a working in columns."""
MOST_FACTS = 15
MOST_NUMBERS = 40
"""Of a vector."""
MOST_PLANES = 8
"""Of channels side by side."""


def document(shown: Shown) -> Document:
    """Return sections worked out by hand as a document; its page plays the steps."""

    def page() -> str:
        from cnnanalyze.report.page.convolution import page as whole  # noqa: PLC0415 - heavy

        return whole(shown)

    return Document(
        shown.title, Deferred(lambda: _blocks(shown)), lambda: to_dict(shown), page=page
    )


def _blocks(shown: Shown) -> Iterator[Block]:
    level = 1
    if len(shown.sections) > 1:
        yield Heading(shown.title)
        level = 2
    for section in shown.sections:
        yield Heading(heading(section), level, section.formula)
        yield from _section(shown, section)
    if shown.verdict is not None:
        tone: Tone = "bad" if shown.verdict.mistakes else "good"
        first, *others = judged(shown.verdict)
        yield Paragraph(lines((Span(first, tone=tone),), *others))


def _section(shown: Shown, section: WorkedLayer) -> Iterator[Block]:
    window, steps = section.sliding_window, shown.chosen(section)
    if window is not None:
        yield from (_step(window, step) for step in steps)
        left = window.places - len(steps)
        if left and shown.place is None and shown.steps != 0:
            said = f"... {count_of(left, 'more step')}; --steps {window.places} shows all, "
            yield Paragraph(faint(f"{said}--step ROW,COLUMN one"))
    if section.working is not None:
        with_rows = section.working.is_shown or not section.after.rank
        yield from _working(section.working, with_rows=with_rows)
    yield from _result(shown, section)
    if section.remarks:
        yield Paragraph(lines(*(faint(f"note: {remark}") for remark in section.remarks)))


# --- steps ----------------------------------------------------------------------------------------


def _step(window: SlidingWindow, step: WindowStep) -> Group:
    """Return the planes of a step, a row of them for each channel, and its sum."""
    written = kernel(step) if window.kernels else None
    blocks: list[Block] = []
    for n in range(min(len(step.reads), MOST_PLANES)):
        planes = list(_channel(window, step, n, written))
        plane = Volume((window.output.planes[step.channel],), window.image.rank)
        if not n and not is_large(plane):
            planes.append(_output(window, step))
        blocks.append(Planes(tuple(planes)))
    if len(step.reads) > MOST_PLANES:
        blocks.append(
            Paragraph(faint(f"... {count_of(len(step.reads) - MOST_PLANES, 'more channel')}"))
        )
    blocks += _sums(window, step)
    return Group(where(window, step), tuple(blocks))


def _sums(window: SlidingWindow, step: WindowStep) -> Iterator[Formula]:
    plain, latex = summation(window, step), summation(window, step, times=r" \cdot ")
    if len(plain.parts) == 1:
        yield _sum("", plain.line, latex.line)
        return
    parts = zip(step.reads, plain.parts, latex.parts, strict=True)
    for channel, part, typeset in list(parts)[:MOST_PLANES]:
        yield _sum(f"channel {channel + 1}: ", part, typeset)
    yield _sum("sum: ", plain.ending, latex.ending)


def _sum(label: str, text: str, latex: str) -> Formula:
    """Return a sum; in place of too many terms there are words."""
    words, *more = latex.split(" = ")
    if " of " in words:
        words = in_latex(words)
    latex = " = ".join((words, *more)).replace("max(", r"\max(").replace("~", r"\approx")
    latex = latex.replace("(bias)", r"\text{ (bias)}")
    sides = f"{label}{text}".split(" = ")
    broken = (sides[0], *(f"= {side}" for side in sides[1:]))
    lead = rf"\text{{{label}}}" if label else ""
    return Formula(f"{label}{text}", f"{lead}{latex}", sides=broken if len(broken) > 1 else ())


def _channel(
    window: SlidingWindow, step: WindowStep, number: int, written: Kernel | None
) -> Iterator[Plane]:
    """Yield the image with its window, the kernel, and their products, of one channel."""
    channel = step.reads[number]
    name = input_name(window, channel)
    top, left = (at * s for at, s in zip((step.row, step.column), window.stride, strict=True))
    rows = {top + i * window.dilation[0] for i in range(window.size[0])}
    columns = {left + i * window.dilation[1] for i in range(window.size[1])}
    (above, _), (before, _) = window.padding

    def mark(r: int, c: int) -> Mark:
        if r in rows and c in columns:
            return "in"
        inside = above <= r < above + window.image.height and (
            before <= c < before + window.image.width
        )
        return "" if inside else "border"

    if is_large(window.image):
        place = f"rows {top + 1 - above}-{max(rows) + 1 - above}"
        place += f", columns {left + 1 - before}-{max(columns) + 1 - before}"
        yield _plane(f"{name}, {place}", step.windows[number], lambda *_: "in")
    else:
        yield _plane(name, window.padded[channel], mark)
    if written is None:
        return
    title = f"{window.names.kernel} rotated" if window.flipped else window.names.kernel
    if written.divisor > 1:
        title += f", 1/{written.divisor} of"
    yield _plane(title, written.planes[number], sign="*")
    products = tuple(
        tuple((v or 0) * w for v, w in zip(*pair, strict=True))
        for pair in zip(step.windows[number], written.planes[number], strict=True)
    )
    yield _plane("products", products, sign="=")


def _output(window: SlidingWindow, step: WindowStep) -> Plane:
    at = number_of(window, step)
    columns = window.counts[1]
    start = step.channel * window.counts[0] * columns

    def mark(r: int, c: int) -> Mark:
        number = start + r * columns + c + 1
        return "at" if number == at else "to come" if number > at else ""

    if not window.image.rank:
        return _plane(window.names.output, ((step.result,),), lambda *_: "at", "→")
    return _plane(f"{window.names.output} so far", window.output.planes[step.channel], mark, "→")


def _plane(title: str, rows: Cells, mark: Marking | None = None, sign: str = "") -> Plane:
    marks = (
        tuple(tuple(mark(r, c) for c in range(len(row))) for r, row in enumerate(rows))
        if mark
        else ()
    )
    return Plane(title, tuple(tuple(map(show, row)) for row in rows), marks, sign)


# --- workings and results -------------------------------------------------------------------------


def _working(working: WorkingTable, *, with_rows: bool) -> Iterator[Block]:
    rows = working.rows[:MOST_ROWS]
    if with_rows and rows:
        left = working.total - len(rows)
        yield Tabular(
            Table(
                tuple(Column(h, h, "right") for h in working.headings),
                tuple(cells_of(*map(show, row)) for row in rows),
                note=f"... {exact(left)} more" if left else "",
            )
        )
    if working.facts:
        yield Paragraph(
            ", ".join(f"{name} {say(value)}" for name, value in working.facts[:MOST_FACTS])
        )


def _result(shown: Shown, section: WorkedLayer) -> Iterator[Block]:
    after = section.after
    if not after.rank:
        numbers = [show(n) for n in after.flat()]
        yield Paragraph(f"{output_name(section)}: {', '.join(numbers[:MOST_NUMBERS])}")
        if len(numbers) > MOST_NUMBERS:
            yield Paragraph(faint(f"... {count_of(len(numbers) - MOST_NUMBERS, 'more number')}"))
        return
    if is_large(after):
        yield Paragraph(_described(after))
        return
    planes = tuple(_outputs(shown, section))
    if section.sliding_window is None and len(section.before) * after.channels <= MOST_PLANES:
        planes = (*_inputs(section), *planes)
    yield Planes(planes)
    if after.channels > MOST_PLANES:
        yield Paragraph(faint(f"... {count_of(after.channels - MOST_PLANES, 'more channel')}"))


def _inputs(section: WorkedLayer) -> Iterator[Plane]:
    names = ["input"] * len(section.before)
    if section.gradient_of:
        names[-1] = UPSTREAM
    for name, volume in zip(names, section.before, strict=True):
        if volume.rank and not is_large(volume):
            for c, plane in enumerate(volume.planes):
                yield _plane(_title(name, volume, c), plane)


def _outputs(shown: Shown, section: WorkedLayer) -> Iterator[Plane]:
    verdict = shown.verdict
    wrong = (
        {(m.row, m.column, m.channel) for m in verdict.mistakes}
        if verdict is not None and section is shown.sections[-1]
        else set()
    )
    for c, plane in enumerate(section.after.planes[:MOST_PLANES]):

        def mark(row: int, column: int, channel: int = c) -> Mark:
            return "wrong" if (row, column, channel) in wrong else ""

        sign = "" if c or section.sliding_window is not None else "→"
        name = section.plane_names[c] if section.plane_names else ""
        name = name or _title(output_name(section), section.after, c)
        yield _plane(name, plane, mark if wrong else None, sign)


def _title(name: str, volume: Volume, channel: int) -> str:
    return f"{name}, channel {channel + 1}" if volume.channels > 1 else name


def _described(volume: Volume) -> str:
    numbers: list[Number] = list(volume.numbers())
    mean = sum(map(float, numbers)) / len(numbers)
    return (
        f"output {volume.shape}: {exact(len(numbers))} numbers from {show(min(numbers))} to "
        f"{show(max(numbers))}, mean {mean:.4g}"
    )
