"""Scatter of a sweep: two numbers of its points against each other, with the front among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from cnnanalyze.characters import cells, legible
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.character_plot import framed
from cnnanalyze.report.numbers import short
from cnnanalyze.report.terminal import Line

ONE, SEVERAL, FRONT = "·", "○", "■"
"""One point, several in one cell, and one of the front."""
WIDEST, ROWS = 100, 18
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 26, 44
SPREAD = 30
"""From this ratio of the largest value to the smallest an axis is logarithmic."""
TICKS = 5
MOST_POWERS = 8
"""So many powers of ten are named."""


class Dot(NamedTuple):
    """One point on the paper."""

    x: float
    y: float
    is_front: bool
    title: str = ""
    """What the point is, for those who point at it."""
    point: int | None = None
    """Its number, by which a page finds its row."""


class Axis(NamedTuple):
    """Where the values of an axis lie: from 0, its beginning, to 1, its end."""

    title: str
    least: float
    most: float
    is_logarithmic: bool

    @classmethod
    def of(cls, title: str, values: Sequence[float]) -> Axis:
        """Return the axis that has room for some values.

        Examples
        --------
        >>> axis = Axis.of("MACs", [1_000, 100_000])
        >>> axis.is_logarithmic, axis.at(10_000), [words for _, words in axis.ticks()]
        (True, 0.5, ['1 k', '10 k', '100 k'])
        >>> axis = Axis.of("depth", [10, 20])
        >>> axis.is_logarithmic, axis.at(15), [words for _, words in axis.ticks()]
        (False, 0.5, ['10', '12', '14', '16', '18', '20'])
        """
        least, most = min(values), max(values)
        is_logarithmic = least > 0 and most >= SPREAD * least
        if is_logarithmic:
            return cls(title, log10(least), log10(most), is_logarithmic)
        return cls(title, least, most, is_logarithmic)

    def at(self, value: float) -> float:
        """Return where a value lies."""
        found = log10(value) if self.is_logarithmic else value
        return 0.5 if self.most == self.least else (found - self.least) / (self.most - self.least)

    def value(self, share: float) -> float:
        """Return the value that lies at a share of the axis."""
        found = self.least + share * (self.most - self.least)
        return 10.0**found if self.is_logarithmic else found

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield where round values lie, with their words."""
        if self.is_logarithmic:
            first, last = ceil(self.least), floor(self.most)
            for power in range(first, last + 1, max(1, ceil((last - first) / MOST_POWERS))):
                value = 10.0**power
                yield self.at(value), short(10**power) if power >= 0 else f"{value:g}"
            return
        step = _round_step((self.most - self.least) / TICKS)
        for k in range(ceil(self.least / step), floor(self.most / step) + 1):
            value = k * step
            yield self.at(value), short(int(value)) if step >= 1 else f"{value:.4g}"


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, ... that is no less, or of their parts."""
    if least <= 0:
        return 1
    power: float = 10 ** floor(log10(least))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= least * 0.999)


def axes_of(dots: Sequence[Dot], titles: tuple[str, str]) -> tuple[Axis, Axis]:
    """Return the axes to the right and upwards."""
    return (
        Axis.of(titles[0], [dot.x for dot in dots]),
        Axis.of(titles[1], [dot.y for dot in dots]),
    )


def outline(dots: Sequence[Dot], titles: tuple[str, str], width: int) -> Iterator[Line]:
    """Yield the lines of the picture for a terminal."""
    x, y = axes_of(dots, titles)
    marks = {ROWS - 1 - round(at * (ROWS - 1)): words for at, words in y.ticks()}
    margin = max((cells(words) for words in marks.values()), default=0) + 1
    wide = max(min(width, WIDEST) - margin - 1, 1)
    paper = [[(" ", "")] * wide for _ in range(ROWS)]
    for dot in sorted(dots, key=lambda one: one.is_front):  # the front over what is there
        column, row = round(x.at(dot.x) * (wide - 1)), ROWS - 1 - round(y.at(dot.y) * (ROWS - 1))
        mark = ONE if paper[row][column][0] == " " else SEVERAL
        paper[row][column] = (FRONT, "bold green") if dot.is_front else (mark, "cyan")
    columns = ((round(at * (wide - 1)), words) for at, words in x.ticks())
    yield from framed(paper, margin, marks, columns, titles)
    yield [(f"{ONE} one point  {SEVERAL} several  {FRONT} of the front", "dim")]


def across(share: float) -> float:
    """Return how far to the right a share of an axis lies on a page."""
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def up(share: float) -> float:
    """Return where a share of an axis lies on a page that goes upwards."""
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def svg(dots: Sequence[Dot], titles: tuple[str, str]) -> str:
    """Return the picture, in colours that light and dark pages have."""
    from cnnanalyze.report.page.svg import element  # noqa: PLC0415 - for pages only

    x, y = axes_of(dots, titles)
    marks = [
        element(
            "circle",
            *((element("title", legible(dot.title)),) if dot.title else ()),
            cx=across(x.at(dot.x)),
            cy=up(y.at(dot.y)),
            r=4.0 if dot.is_front else 2.5,
            class_="front" if dot.is_front else None,
            data_point=dot.point,
            fill="#1f7a3a" if dot.is_front else "#5b6b80",
            fill_opacity=None if dot.is_front else "0.45",
        )
        for dot in sorted(dots, key=lambda one: one.is_front)
    ]
    return frame(x, y, describe(dots, titles), marks)


def frame(x: Axis, y: Axis, words: str, marks: Sequence[object]) -> str:
    """Return marks in a picture with a grid and its axes."""
    from cnnanalyze.report.page.svg import element  # noqa: PLC0415 - for pages only

    lines, texts = [], []
    for share, text in x.ticks():
        lines.append(f"M{across(share):.1f} {TOP}V{HEIGHT - BOTTOM}")
        texts.append(
            element("text", text, x=across(share), y=HEIGHT - BOTTOM + 16, text_anchor="middle")
        )
    for share, text in y.ticks():
        lines.append(f"M{LEFT} {up(share):.1f}H{WIDTH - RIGHT}")
        texts.append(element("text", text, x=LEFT - 6, y=up(share) + 4, text_anchor="end"))
    texts.append(element("text", y.title, x=6, y=TOP - 10))
    middle = (LEFT + WIDTH - RIGHT) / 2
    texts.append(element("text", x.title, x=middle, y=HEIGHT - 8, text_anchor="middle"))
    return str(
        element(
            "svg",
            element("title", words),
            element("path", d="".join(lines), class_="grid", fill="none", stroke="#c3ccd8"),
            element("g", *texts, font_size=11, fill="#5b6b80", font_family="sans-serif"),
            element("g", *marks),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            class_="plot",
            role="img",
            aria_label=words,
        )
    )


def describe(dots: Sequence[Dot], titles: tuple[str, str]) -> str:
    """Say what the picture shows."""
    front = sum(dot.is_front for dot in dots)
    return (
        f"{titles[1]} against {titles[0]} of {count_of(len(dots), 'point')}, "
        f"{front:,} of them on the front"
    )
