"""Diverging bars: what became more and what became less, to the right and to the left of a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.characters import legible
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.numbers import short
from cnnanalyze.report.page.axes import LETTERS, NAMES, WIDTH, name_beside, plot
from cnnanalyze.report.page.svg import box, element, number

STEP, BAR, TOP = 20, 14, 20
GAP = 10


class Changes(NamedTuple):
    """What became of one quantity in each row."""

    title: str
    changes: tuple[int, ...]


def draw(names: Sequence[str], measured: Sequence[Changes], words: str) -> Markup:
    """Draw a row for each name, and a bar in it for each quantity, each quantity on its own scale.

    Parameters
    ----------
    names
        What stands beside the rows.
    measured
        The changes, row by row.
    words
        What the picture shows.
    """
    panel = (WIDTH - NAMES - GAP * (len(measured) - 1)) / len(measured)
    bottom = TOP + STEP * len(names)
    texts = [text for i, n in enumerate(names) for text in name_beside(n, TOP + STEP * i + 11)]
    bars: dict[str, list[str]] = {"more": [], "less": []}
    lines = []
    for column, quantity in enumerate(measured):
        left = NAMES + (panel + GAP) * column
        texts.append(element("text", quantity.title, x=left, y=12, class_="name"))
        zero, scale = _scale(quantity.changes, left, panel)
        lines.append(f"M{number(zero)} {TOP - 3}V{bottom}")
        for row, change in enumerate(quantity.changes):
            top, long = TOP + STEP * row, abs(change) * scale
            if change:
                sign = "more" if change > 0 else "less"
                bars[sign].append(box(zero if change > 0 else zero - long, top, long, BAR))
                texts.append(_label(change, zero, long, top + 11))
    return plot(
        legible(words),
        *(element("path", d="".join(d), class_=sign) for sign, d in bars.items() if d),
        element("path", d="".join(lines), class_="axis"),
        *texts,
        height=bottom + 4,
    )


def _scale(changes: Sequence[int], left: float, panel: float) -> tuple[float, float]:
    """Return where nothing lies, and how wide one is; beyond the bars there is room for words."""
    more, less = max(0, *changes, 0), max(0, *(-c for c in changes), 0)
    before = _room([c for c in changes if c < 0])
    after = _room([c for c in changes if c > 0])
    scale = (panel - before - after) / ((more + less) or 1)
    return left + before + less * scale, scale


def _room(changes: Sequence[int]) -> float:
    return max((text_width(_words(c), LETTERS) + 6 for c in changes), default=0.0)


def _words(change: int) -> str:
    return f"{'+' if change > 0 else '−'}{short(abs(change))}"


def _label(change: int, zero: float, long: float, y: float) -> Markup:
    if change > 0:
        return element("text", _words(change), x=round(zero + long + 4), y=y)
    return element("text", _words(change), x=round(zero - long - 4), y=y, text_anchor="end")
