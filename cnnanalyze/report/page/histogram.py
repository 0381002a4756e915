"""Histograms: how many values lie in each of some equal parts of a range."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from cnnanalyze.characters import legible
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.page.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, plot
from cnnanalyze.report.page.svg import AxisScale, box, element, number

MOST_PARTS = 10


def counts(values: Sequence[Fraction], most: Fraction) -> list[int]:
    """Return how many values lie in each part from 0 on; the last part has its end, too.

    Parts are as wide as the same whole number.

    Examples
    --------
    >>> counts([Fraction(0), Fraction(7, 2), Fraction(4)], Fraction(4))
    [1, 0, 0, 2]
    """
    step = width_of_parts(most)
    found = [0] * max(1, ceil(most / step))
    for value in values:
        found[min(len(found) - 1, int(value / step))] += 1
    return found


def width_of_parts(most: Fraction) -> int:
    """Return the least whole number with which few parts are enough.

    Examples
    --------
    >>> width_of_parts(Fraction(16)), width_of_parts(Fraction(7, 2))
    (2, 1)
    """
    return max(1, ceil(most / MOST_PARTS))


def draw(values: Sequence[Fraction], most: Fraction, across: str, words: str) -> str:
    """Draw a bar for each part.

    Parameters
    ----------
    values
        From 0 to the most.
    most
        The end of the range.
    across
        What the values are.
    words
        What the picture shows.
    """
    found = counts(values, most)
    bottom = HEIGHT - BOTTOM
    x = AxisScale(len(found), LEFT, WIDTH - RIGHT)
    y = AxisScale(1.1 * max(found), bottom, TOP)
    texts, bars = [], []
    for i, count in enumerate(found):
        left, right, middle = x.at(i) + 2, x.at(i + 1) - 2, x.at(i + 0.5)
        top = y.at(count)
        if count:
            bars.append(box(left, top, right - left, bottom - top))
            said = element("text", exact(count), x=middle, y=top - 4, text_anchor="middle")
            texts.append(said)
    for i in range(len(found) + 1):
        edge = exact(i * width_of_parts(most))
        texts.append(element("text", edge, x=x.at(i), y=bottom + 15, text_anchor="middle"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    return str(
        plot(
            legible(words),
            element("path", d="".join(bars), class_="more"),
            element("path", d=f"M{LEFT} {number(bottom)}H{WIDTH - RIGHT}", class_="axis"),
            *texts,
            element("text", across, x=middle, y=HEIGHT - 5, text_anchor="middle", class_="name"),
        )
    )
