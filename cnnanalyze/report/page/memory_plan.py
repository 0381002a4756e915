"""Memory plans as pictures: time across, bytes or addresses up, a band for each tensor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.characters import legible
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.memory_plan import MemoryPlan, Tensor
from cnnanalyze.report.numbers import size
from cnnanalyze.report.page.axes import (
    BOLD,
    BOTTOM,
    HEIGHT,
    LEFT,
    LETTERS,
    RIGHT,
    TOP,
    WIDTH,
    axes,
    beside,
    byte_unit,
    plot,
    shortened,
    steps,
)
from cnnanalyze.report.page.svg import AxisScale, Canvas, element

MOST = 64
"""So many bands are drawn, those of the largest areas; the others are left of the outline."""
NARROWEST, LOWEST, SMALLEST = 3.0, 3.0, 60.0
"""Bands of a smaller width, height or area are not told apart."""
ROOM = 14
"""The height that a name in a band needs."""
INPUT = "input"
"""The colour of what no layer makes."""


class Stretch(NamedTuple):
    """Where a band is level: from one edge to another, its upper edge and its lower."""

    left: int
    right: int
    top: int
    bottom: int


Band = list[Stretch]


def draw(plan: MemoryPlan, across: str = "layers in execution order") -> Markup:
    """Draw a plan: at their addresses if it is laid out, and upon one another if it is not.

    What stands in a band is the name of its tensor; the others have theirs as a tooltip, or lead to
    the row of their layer, of which a script of the page says it. ``across`` names the steps.
    """
    unit, name = byte_unit(plan.extent)
    x = AxisScale(len(plan.steps), LEFT, WIDTH - RIGHT)
    y = AxisScale(1.12 * plan.extent / unit, HEIGHT - BOTTOM, TOP)
    up = AxisScale(1.12 * plan.extent, HEIGHT - BOTTOM, TOP)
    bands = _laid(plan, x, up) if plan.is_laid_out else _stacked(plan, x, up)
    at = round(x.at(plan.peak_step + 0.5))
    paper, words = Canvas(), Canvas()
    for tensor, band in bands:
        own = (
            [] if tensor.place is not None else [element("title", legible(_tooltip(plan, tensor)))]
        )
        colour = f"f-{tensor.family or INPUT}"
        paper.draw(colour, element("path", *own, d=_outline(band), data_i=tensor.place))
        for text in _name(tensor, band, at):
            words.draw("inside", text)
    outline = []
    if not plan.is_laid_out:
        path = steps(x, [up.at(count) for count in plan.live], HEIGHT - BOTTOM)
        outline = [element("path", d=path, class_="area")]
    top = round(up.at(plan.extent))
    is_full = plan.extent == plan.peak
    most = f"{size(plan.peak)}, {shortened(plan.peak_at)}"
    return plot(
        legible(plan.text),
        *axes(x, y, across, unit=name),
        *outline,
        *paper.groups(),
        element("path", d=f"M{at} {top}V{HEIGHT - BOTTOM}", class_="peak-line"),
        *words.groups(),  # after all bands, so that none is painted over a name
        element("path", d=f"M{at - 4} {top - 6}h8l-4 6z", class_="peak"),
        beside(
            legible(most if is_full else f"{size(plan.extent)}, in use at most {most}"),
            at,
            top - 9,
            "peak-name",
        ),
    )


def _tooltip(plan: MemoryPlan, tensor: Tensor) -> str:
    """Return what a band is, for those who point at it."""
    first, last = plan.steps[tensor.first], plan.steps[tensor.last]
    held = f"at {first}" if first == last else f"from {first} to {last}"
    lies = "" if tensor.offset is None else f", from byte {tensor.offset:,} on"
    return f"{tensor.name}: {size(tensor.size)}{lies}, held {held}"


def _laid(plan: MemoryPlan, x: AxisScale, up: AxisScale) -> Iterator[tuple[Tensor, Band]]:
    """Yield the tensors at their addresses."""
    for tensor in plan.tensors:
        if tensor.size:
            low = tensor.offset or 0
            left, right = round(x.at(tensor.first)), round(x.at(tensor.last + 1))
            top, bottom = round(up.at(low + tensor.size)), round(up.at(low))
            yield tensor, [Stretch(left, max(right, left + 1), min(top, bottom - 1), bottom)]


def _stacked(plan: MemoryPlan, x: AxisScale, up: AxisScale) -> Iterator[tuple[Tensor, Band]]:
    """Yield the tensors upon one another; those that are held longest lie lowest."""
    wide, high = x.at(1) - x.at(0), (up.start - up.end) / up.most

    def is_seen(tensor: Tensor) -> bool:
        width, height = wide * held(tensor), high * tensor.size
        return width >= NARROWEST and height >= LOWEST and width * height >= SMALLEST

    def held(tensor: Tensor) -> int:
        return tensor.last + 1 - tensor.first

    seen = sorted(filter(is_seen, plan.tensors), key=lambda t: -t.size * held(t))[:MOST]
    # Of two that follow each other, one lies below and one above, and neither moves.
    seen.sort(key=lambda t: (-held(t), t.first % 2, t.first))
    columns = _columns(plan.live, x)
    heights = [0] * len(columns)
    for tensor in seen:
        band: Band = []
        for i, (step, left, right) in enumerate(columns):
            if tensor.first <= step <= tensor.last:
                low, heights[i] = heights[i], heights[i] + tensor.size
                band.append(Stretch(left, right, round(up.at(heights[i])), round(up.at(low))))
        if band:
            yield tensor, band


def _columns(live: Sequence[int], x: AxisScale) -> list[tuple[int, int, int]]:
    """Return the columns of the paper, each with the step of most bytes among those it shows."""
    found = []
    places = [round(x.at(i)) for i in range(len(live) + 1)]
    for left, within in groupby(range(len(live)), key=places.__getitem__):
        own = [*within]
        found.append((max(own, key=live.__getitem__), left, places[own[-1] + 1]))
    return found


def _outline(band: Band) -> str:
    """Return the path around a band: along its upper edge, and back along its lower one."""
    x, y = band[0].left, band[0].bottom
    corners = [(s.left, s.top) for s in band]
    corners += [(s.right, s.bottom) for s in reversed(band)]
    path = f"M{x} {y}"
    for across, down in corners:
        if down != y:
            path += f"h{across - x}v{down - y}" if across != x else f"v{down - y}"
            x, y = across, down
    return f"{path}z"


def _name(tensor: Tensor, band: Band, peak: int) -> Iterator[Markup]:
    """Write the name of a tensor where there is room in its band, beside the line of the peak."""
    parts = legible(tensor.name).split("/")
    if (place := _room(band)) is None:
        return
    if place.left < peak < place.right:
        is_left = 2 * peak > place.left + place.right
        place = place._replace(right=peak) if is_left else place._replace(left=peak)
    room = place.right - place.left - 6
    while parts and BOLD * text_width("/".join(parts), LETTERS) > room:
        parts.pop(0)  # the end of a path tells more than its beginning
    if parts:
        x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2 + 4
        yield element("text", "/".join(parts), x=x, y=y, text_anchor="middle")


def _room(band: Band) -> Stretch | None:
    """Return the widest level place of a band that is high enough for a name."""
    best: Stretch | None = None
    for place in _runs(band):
        if best is None or place.right - place.left > best.right - best.left:
            best = place
    return best


def _runs(band: Band) -> Iterable[Stretch]:
    """Yield, from each stretch on, as many as leave room for a name between them."""
    start = 0
    while start < len(band):
        top, bottom, end = band[start].top, band[start].bottom, start
        while end + 1 < len(band):
            above, below = max(top, band[end + 1].top), min(bottom, band[end + 1].bottom)
            if below - above < ROOM:
                break
            top, bottom, end = above, below, end + 1
        if bottom - top >= ROOM:
            yield Stretch(band[start].left, band[end].right, top, bottom)
        start = end + 1
