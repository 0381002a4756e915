"""The page on which a convolution plays: every window, its products, the output as it grows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.worked_steps.volume import Plane, Volume
from cnnanalyze.course.worked_steps.window_steps import Cells, SlidingWindow, WindowStep
from cnnanalyze.course.worked_steps.worked_layer import UPSTREAM, WorkedLayer
from cnnanalyze.report.convolution.json import to_dict
from cnnanalyze.report.convolution.step_selection import (
    FEW,
    Kernel,
    Shown,
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
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.page.frame import SCRIPT, render

MOST_PRODUCTS = 8_000
"""Of the steps that a page plays; of more steps, evenly spaced ones are played."""
MOST_ROWS = 64
LISTED = 100
"""Steps whose sums are listed for readers without a script."""
PICTURE = 512
"""Pixels of a picture, along its longer side, at most."""


class PlaneTable(NamedTuple):
    """A plane as a table, or as a picture if it is large."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    border: tuple[int, int, int, int]
    """Rows above and below, columns left and right that are padding."""
    wrong: dict[tuple[int, int], str]
    """The printed numbers that are wrong, by place."""
    greys: tuple[tuple[int | None, ...], ...] = ()
    """The grey of each cell, from 0 for black to 255, where the numbers are those of a picture."""

    tints: tuple[tuple[str, ...], ...] = ()
    """The style of each cell of an output, by which large numbers of either sign stand out."""

    def style(self, row: int, column: int) -> str:
        """Return the style of a cell: its grey, its tint, or nothing; padding has none."""
        if self.greys and (grey := self.greys[row][column]) is not None:
            return f"--grey:{grey}"
        return self.tints[row][column] if self.tints else ""

    def is_border(self, row: int, column: int) -> bool:
        """Whether a cell is padding."""
        above, below, left, right = self.border
        return not (
            above <= row < len(self.rows) - below and left <= column < len(self.rows[0]) - right
        )


class FilterPlane(NamedTuple):
    """A plane of a filter."""

    filter: int
    divisor: int
    grid: PlaneTable


class Lane(NamedTuple):
    """A channel of the input, with the planes of the filters that read it."""

    image: PlaneTable | None
    kernels: tuple[FilterPlane, ...]


class Player(NamedTuple):
    """What the script plays of one walk."""

    large: bool
    lanes: tuple[Lane, ...]
    outputs: tuple[PlaneTable, ...]
    data: dict[str, Any]
    listed: tuple[tuple[str, tuple[str, ...]], ...]
    """Steps and their sums, for readers without a script."""
    places: int
    played: int


class SectionView(NamedTuple):
    """One section of the page."""

    key: str
    section: WorkedLayer
    shapes: str
    player: Player | None
    before: tuple[PlaneTable, ...]
    after: tuple[PlaneTable, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    facts: tuple[tuple[str, str], ...]


def page(shown: Shown) -> str:
    """Return the page of sections worked out by hand, as one file.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import pool
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image
    >>> text = page(Shown("Pooling", (pool(read_image(["1 3 2 1; 3 6 8 9"]), "max", 2),)))
    >>> text.startswith("<!DOCTYPE html>"), "max(1, 3, 3, 6) = 6" in text
    (True, True)
    """
    parts = [_part(shown, number, s) for number, s in enumerate(shown.sections, 1)]
    return render(
        "convolution.html.j2",
        scripts=(SCRIPT, "player.js"),
        title=shown.title,
        parts=parts,
        verdict=judged(shown.verdict) if shown.verdict is not None else [],
        is_wrong=bool(shown.verdict and shown.verdict.mistakes),
        result=_light(shown),
    )


def _light(shown: Shown) -> dict[str, Any]:
    """Return the whole result with the steps that are asked for; large ones without their steps."""
    small = all(not is_large(v) for s in shown.sections for v in (*s.before, s.after))
    if not small:
        return {
            "schema": VERSIONS["convolve"],
            "title": shown.title,
            "sections": [s.title for s in shown.sections],
        }
    steps = shown.steps if shown.steps is not None else FEW
    return to_dict(shown._replace(steps=steps))


def _part(shown: Shown, number: int, section: WorkedLayer) -> SectionView:
    shapes = " and ".join(str(v.shape) for v in section.before)
    working = section.working
    if working is not None and section.after.rank and not working.is_shown:
        working = working._replace(headings=(), rows=(), total=0)
    marked: dict[int, dict[tuple[int, int], str]] = {}
    if shown.verdict is not None and section is shown.sections[-1]:
        for m in shown.verdict.mistakes:
            marked.setdefault(m.channel, {})[m.row, m.column] = say(m.printed)
    is_map = bool(section.after.rank) and section.sliding_window is None
    shaded = shown.is_picture
    return SectionView(
        f"section{number}",
        section,
        f"{shapes} → {section.shape_text}",
        _player(shown, section, marked) if section.sliding_window is not None else None,
        tuple(_inputs(section, shaded=shaded)) if is_map else (),
        tuple(_grids(section.after, output_name(section), marked, shaded=shaded)) if is_map else (),
        working.headings if working else (),
        tuple(tuple(map(show, row)) for row in working.rows[:MOST_ROWS]) if working else (),
        working.total - min(MOST_ROWS, len(working.rows)) if working else 0,
        tuple((name, say(value)) for name, value in working.facts) if working else (),
    )


def _inputs(section: WorkedLayer, *, shaded: bool) -> Iterator[PlaneTable]:
    """Yield what a section without windows reads."""
    for n, volume in enumerate(section.before, 1):
        is_upstream = section.gradient_of and n == len(section.before)
        yield from _grids(volume, UPSTREAM if is_upstream else "input", shaded=shaded)


def _grids(
    volume: Volume,
    name: str,
    marked: dict[int, dict[tuple[int, int], str]] | None = None,
    *,
    shaded: bool = False,
) -> list[PlaneTable]:
    if is_large(volume):
        return []
    return [
        _grid(f"{name}, channel {c + 1}" if volume.channels > 1 else name, plane,
              wrong=(marked or {}).get(c), shaded=shaded)
        for c, plane in enumerate(volume.planes)
    ]  # fmt: skip


def _grid(
    name: str,
    cells: Cells | Plane,
    border: tuple[int, int, int, int] = (0, 0, 0, 0),
    wrong: dict[tuple[int, int], str] | None = None,
    *,
    shaded: bool = False,
    tinted: bool = False,
) -> PlaneTable:
    return PlaneTable(
        name,
        tuple(tuple(map(show, row)) for row in cells),
        border,
        wrong or {},
        _greys(cells, border) if shaded else (),
        _tints(cells) if tinted and not shaded else (),
    )


def _tints(cells: Cells | Plane) -> tuple[tuple[str, ...], ...]:
    """Return the styles of the cells: how large each is against the largest, and its sign.

    Examples
    --------
    >>> from fractions import Fraction
    >>> _tints(((Fraction(0), Fraction(-30)), (Fraction(7), Fraction(60))))
    (('', '--less:.5'), ('--more:.12', '--more:1'))
    """
    numbers = [[0.0 if v is None else float(v) for v in row] for row in cells]
    most = max((abs(v) for row in numbers for v in row), default=0.0)

    def tint(value: float) -> str:
        share = f"{abs(value) / most:.2g}".removeprefix("0") if value else ""
        return f"--{'more' if value > 0 else 'less'}:{share}" if share else ""

    return tuple(tuple(map(tint, row)) for row in numbers)


def _greys(
    cells: Cells | Plane, border: tuple[int, int, int, int]
) -> tuple[tuple[int | None, ...], ...]:
    """Return the numbers of a plane as greys, from 0 for the smallest to 255 for the largest."""
    above, below, left, right = border
    rows = range(above, len(cells) - below)
    columns = range(left, len(cells[0]) - right)
    inner = [v for r in rows for c in columns if (v := cells[r][c]) is not None]
    low, span = _range(map(float, inner))
    return tuple(
        tuple(
            None
            if v is None or r not in rows or c not in columns
            else round(255 * (float(v) - low) / span)
            for c, v in enumerate(row)
        )
        for r, row in enumerate(cells)
    )


def _range(numbers: Iterable[float]) -> tuple[float, float]:
    """Return the number that is black, and how much lies between it and white."""
    found = list(numbers)
    low, high = min(found, default=0.0), max(found, default=0.0)
    if low >= 0 and high <= 255:  # noqa: PLR2004 - a picture as it is
        low, high = 0.0, 255.0
    return low, (high - low) or 1.0


# --- what is played -------------------------------------------------------------------------------


def _player(
    shown: Shown, section: WorkedLayer, marked: dict[int, dict[tuple[int, int], str]]
) -> Player:
    sliding_window = section.sliding_window
    assert sliding_window is not None
    large = is_large(sliding_window.image)
    steps = _steps(shown, section)
    written = _kernels(sliding_window)
    return Player(
        large,
        tuple(
            _lane(sliding_window, written, channel, shaded=shown.is_picture)
            for channel in range(sliding_window.image.channels)
        ),
        () if large else tuple(_outputs(sliding_window, marked, shaded=shown.is_picture)),
        _data(sliding_window, steps, written, large=large),
        tuple(_listed(sliding_window, step) for step in steps[:LISTED]),
        sliding_window.places,
        len(steps),
    )


def _lane(
    sliding_window: SlidingWindow, written: Sequence[Kernel], channel: int, *, shaded: bool
) -> Lane:
    (above, below), (left, right) = sliding_window.padding
    several = sliding_window.image.channels > 1
    name = input_name(sliding_window, channel)
    image = None
    if not is_large(sliding_window.image):
        image = _grid(
            name, sliding_window.padded[channel], (above, below, left, right), shaded=shaded
        )
    names = sliding_window.names
    title = f"{names.kernel}, turned" if sliding_window.flipped else names.kernel
    kernels = tuple(
        FilterPlane(
            k,
            one.divisor,
            _grid(f"{title} for {names.channel} {channel + 1}" if several else title, plane),
        )
        for k, (one, reads) in enumerate(zip(written, sliding_window.reads, strict=bool(written)))
        for c, plane in zip(reads, one.planes, strict=True)
        if c == channel
    )
    return Lane(image, kernels)


def _kernels(sliding_window: SlidingWindow) -> list[Kernel]:
    """Return the filters as they are written."""
    if not sliding_window.kernels:
        return []
    rows, columns, channels = sliding_window.counts
    return [kernel(sliding_window.nth(k * rows * columns)) for k in range(channels)]


def _outputs(
    sliding_window: SlidingWindow, marked: dict[int, dict[tuple[int, int], str]], *, shaded: bool
) -> Iterable[PlaneTable]:
    output = sliding_window.output
    if not sliding_window.image.rank:  # the units of a dense layer, below one another
        units = tuple((n,) for n in output.flat())
        by_unit = {(k, 0): told[0, 0] for k, told in marked.items()}
        yield _grid(sliding_window.names.output, units, wrong=by_unit, tinted=True)
        return
    word = "filter" if sliding_window.kernels else "channel"
    for k, plane in enumerate(output.planes):
        names = sliding_window.names
        name = f"{names.output}, {word} {k + 1}" if output.channels > 1 else names.output
        if names.planes:
            name = ", ".join(filter(None, (names.output, names.planes[k])))
        yield _grid(name, plane, wrong=marked.get(k), shaded=shaded, tinted=True)


def _steps(shown: Shown, section: WorkedLayer) -> Sequence[WindowStep]:
    sliding_window = section.sliding_window
    assert sliding_window is not None
    if shown.place is not None:
        return shown.chosen(section)
    each = sliding_window.size[0] * sliding_window.size[1] * max(map(len, sliding_window.reads))
    most = max(
        1, min(sliding_window.places, MOST_PRODUCTS // each, shown.steps or sliding_window.places)
    )
    if shown.steps:
        return [sliding_window.nth(n) for n in range(most)]
    return [sliding_window.nth(n * sliding_window.places // most) for n in range(most)]


def _listed(sliding_window: SlidingWindow, step: WindowStep) -> tuple[str, tuple[str, ...]]:
    told = summation(sliding_window, step, "·")
    if len(told.parts) == 1:
        return where(sliding_window, step), (_signed(told.line),)
    parts = [f"channel {c + 1}: {part}" for c, part in zip(step.reads, told.parts, strict=True)]
    return where(sliding_window, step), (*map(_signed, parts), _signed(f"sum: {told.ending}"))


def _signed(text: str) -> str:
    return text.replace("-", "\u2212").replace("~", "≈")


def _data(
    sliding_window: SlidingWindow,
    steps: Sequence[WindowStep],
    written: Sequence[Kernel],
    *,
    large: bool,
) -> dict[str, Any]:
    """Return what the script needs: places, and every text that changes from step to step."""
    data: dict[str, Any] = {
        "size": sliding_window.size,
        "stride": sliding_window.stride,
        "dilation": sliding_window.dilation,
        "counts": sliding_window.counts,
        "joins": sliding_window.reduction,
        "dense": not sliding_window.image.rank,
        "steps": [
            {
                "at": [step.row, step.column, step.channel],
                "number": number_of(sliding_window, step),
                "reads": step.reads,
                "where": where(sliding_window, step),
                "sum": list(_listed(sliding_window, step)[1]),
                "products": _products(step, written),
                **({"window": [[list(map(show, r)) for r in w] for w in step.windows]}
                   if large else {}),
                "result": show(step.result),
            }
            for step in steps
        ],
    }  # fmt: skip
    if large:
        (above, _), (left, _) = sliding_window.padding
        data["image"] = _picture(sliding_window.image) | {"above": above, "left": left}
        data["output"] = [
            _picture(Volume((plane,))) | {"step": sliding_window.stride}
            for plane in sliding_window.output.planes
        ]
    return data


def _products(step: WindowStep, written: Sequence[Kernel]) -> list[list[list[str]]]:
    if not written:
        return []
    return [
        [
            [show((v or 0) * w) for v, w in zip(*pair, strict=True)]
            for pair in zip(window, plane, strict=True)
        ]
        for window, plane in zip(step.windows, written[step.channel].planes, strict=True)
    ]


def _picture(volume: Volume) -> dict[str, Any]:
    """Return a plane, or three as colours, as bytes: 0 for the smallest number, 255 the largest."""
    skip = max(1, -(-max(volume.height, volume.width) // PICTURE))
    colours = volume.planes if volume.channels == 3 else volume.planes[:1]  # noqa: PLR2004 - RGB
    thin = [[[float(v) for v in row[::skip]] for row in plane[::skip]] for plane in colours]
    low, span = _range(v for plane in thin for row in plane for v in row)
    flat = bytes(
        round(255 * (v - low) / span)
        for pixel_rows in zip(*thin, strict=True)
        for pixel in zip(*pixel_rows, strict=True)
        for v in pixel
    )
    return {
        "bytes": b64encode(flat).decode(),
        "height": len(thin[0]),
        "width": len(thin[0][0]),
        "deep": len(thin),
        "skip": skip,
        "rows": volume.height,
        "columns": volume.width,
        "said": f"{exact(volume.height)}x{exact(volume.width)}, "
        f"{show(min(volume.numbers()))} to {show(max(volume.numbers()))}",
    }
