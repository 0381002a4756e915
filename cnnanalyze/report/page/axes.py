"""Axes: the frame that charts share, with grid lines, round ticks and names."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from cnnanalyze.characters import cells, legible
from cnnanalyze.characters import end as end_of
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.page.svg import AxisScale, element, number

WIDTH, HEIGHT = 640, 270
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 14, 36
LETTERS, BOLD = 11, 1.07
"""The height of letters, and how much wider bold ones are."""
LONGEST = 40
"""Longer names are shortened."""
NAMES = 118
"""The width of the names beside rows of bars."""


def plot(words: str, *parts: Markup, height: float = HEIGHT) -> Markup:
    """Return a chart that says in words what it shows."""
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {number(height)}",
        class_="plot",
        role="img",
        aria_label=words,
    )


def axes(x: AxisScale, y: AxisScale, name: str, unit: str = "") -> Iterator[Markup]:
    """Yield grid lines, the labels of both axes, and the name of the one to the right."""
    for tick in y.ticks():
        height = y.at(tick)
        if tick:
            yield element("path", d=f"M{LEFT} {number(height)}H{WIDTH - RIGHT}", class_="grid")
        label = f"{exact(tick)}{f' {unit}' if unit else ''}"
        yield element("text", label, x=LEFT - 6, y=height + 4, text_anchor="end", class_="tick")
    bottom = HEIGHT - BOTTOM
    for tick in x.ticks(8):
        yield element(
            "text", exact(tick), x=x.at(tick), y=bottom + 15, text_anchor="middle", class_="tick"
        )
    yield element("path", d=f"M{LEFT} {bottom}H{WIDTH - RIGHT}", class_="axis")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield element("text", name, x=middle, y=HEIGHT - 5, text_anchor="middle", class_="name")


def steps(x: AxisScale, ends: list[float], foot: float) -> str:
    """Return the outline of bars side by side, of which only the longest of a pixel is seen."""
    longest: dict[int, float] = {}
    for i, end in enumerate(ends):
        at = round(x.at(i))
        longest[at] = max(end, longest.get(at, foot), key=lambda e: abs(e - foot))
    path, level = f"M{round(x.at(0))} {number(foot)}", foot
    for at, end in longest.items():
        if round(end) != round(level):
            path, level = f"{path}H{at}V{round(end)}", end
    return f"{path}H{round(x.at(len(ends)))}V{number(foot)}z"


def beside(words: str, middle: float, y: float, class_: str) -> Markup:
    """Write bold words at the middle of something, shifted where the paper ends."""
    half = BOLD * text_width(words, LETTERS) / 2
    x = min(max(middle, LEFT + half), WIDTH - RIGHT - half)
    return element("text", words, x=x, y=y, class_=class_, text_anchor="middle")


def byte_unit(most: int) -> tuple[int, str]:
    """Return the binary unit for the labels of an axis up to a number of bytes.

    Examples
    --------
    >>> byte_unit(4095), byte_unit(4096)
    ((1, 'B'), (1024, 'KiB'))
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    power = 0
    while power + 1 < len(units) and most >= 4 * 1024 ** (power + 1):
        power += 1
    return 1024**power, units[power]


def shortened(path: str) -> str:
    """Return the end of a path that there is room for.

    Examples
    --------
    >>> shortened("stage/" + "畳" * 30), shortened("stage/conv1")
    ('…畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳畳', 'stage/conv1')
    """
    return path if cells(path) <= LONGEST else f"…{end_of(path, LONGEST)}"


def name_beside(name: str, y: float) -> Iterator[Markup]:
    """Write as much of the beginning of a name as there is room for, left of rows of bars."""
    shown = legible(name)
    if text_width(shown, LETTERS) > NAMES - 8:
        while text_width(f"{shown}…", LETTERS) > NAMES - 8:
            shown = shown[:-1]
        shown += "…"
    yield element("text", shown, x=NAMES - 6, y=y, text_anchor="end")
