"""Rooflines as pictures: work for a byte to the right, the highest rate upwards."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from cnnanalyze.characters import legible
from cnnanalyze.report.numbers import short
from cnnanalyze.report.page.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, plot
from cnnanalyze.report.page.cost_plot import LogScale
from cnnanalyze.report.page.svg import element, number
from cnnanalyze.report.roofline import Roofline, RooflinePoint, powers

RADIUS = 4.5


def draw(roofline: Roofline) -> Markup:
    """Draw the roof of a target, and the operations upon it; each has its numbers as a tooltip."""
    x = LogScale(*roofline.across, LEFT, WIDTH - RIGHT)
    y = LogScale(*roofline.upwards, HEIGHT - BOTTOM, TOP)
    left, right = (10**end for end in roofline.across)
    corners = [(value, roofline.roof(value)) for value in (left, roofline.ridge, right)]
    path = "L".join(f"{number(x.at(i))} {number(y.at(rate))}" for i, rate in corners)
    return plot(
        roofline.text,
        *_axes(x, y),
        element("path", d=f"M{path}", class_="peak-line", fill="none"),
        *(_dot(point, x, y) for point in roofline.points),
    )


def _dot(point: RooflinePoint, x: LogScale, y: LogScale) -> Markup:
    """Draw an operation, coloured by what binds it."""
    words = (
        f"{point.name}: {point.intensity:.3g} MACs per byte, at most "
        f"{short(round(point.rate))} MACs/s, bound by "
        f"{'memory' if point.bound == 'memory' else 'arithmetic'}"
    )
    return element(
        "circle",
        element("title", legible(words)),
        cx=x.at(point.intensity),
        cy=y.at(point.rate),
        r=RADIUS,
        class_="f-pool" if point.bound == "memory" else "f-conv",
    )


def _axes(x: LogScale, y: LogScale) -> Iterator[Markup]:
    """Draw both axes with lines at the powers of ten."""
    foot, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value, words in powers(y.least, y.most):
        at = y.at(value)
        yield element("path", d=f"M{LEFT} {number(at)}H{end}", class_="grid")
        yield element("text", words, x=LEFT - 4, y=at + 4, text_anchor="end", class_="tick")
    for value, words in powers(x.least, x.most):
        at = x.at(value)
        yield element("path", d=f"M{number(at)} {TOP}V{foot}", class_="grid")
        yield element("text", words, x=at, y=foot + 14, text_anchor="middle", class_="tick")
    middle = (LEFT + end) / 2
    yield element(
        "text", "MACs per byte", x=middle, y=foot + 30, text_anchor="middle", class_="tick"
    )
    yield element("text", "MACs/s", x=4, y=TOP - 3, class_="tick")
