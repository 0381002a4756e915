"""Charts of one network, as vector graphics that need no script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.analysis.statistics import is_beside
from cnnanalyze.characters import capitalized
from cnnanalyze.core.quantities import QUANTITIES, Terms
from cnnanalyze.core.shape import axis_name
from cnnanalyze.drawing.families import family
from cnnanalyze.report.memory_plan import memory_plan
from cnnanalyze.report.numbers import exact, size
from cnnanalyze.report.options import Options
from cnnanalyze.report.page import stage_costs, treemap
from cnnanalyze.report.page.axes import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    axes,
    plot,
)
from cnnanalyze.report.page.memory_plan import draw as draw_memory
from cnnanalyze.report.page.svg import AxisScale, Canvas, Point, box, element, number, polyline

FEWEST = 2
"""One part alone is the whole."""


class Chart(NamedTuple):
    """One chart with what it shows in words."""

    key: str
    title: str
    about: str
    drawing: Markup


class Switched(NamedTuple):
    """One of several charts in the same place."""

    key: str
    title: str
    drawing: Markup


def treemaps(analysis: Analysis, groups: dict[str, str]) -> tuple[Switched, ...]:
    """Which layers have most of what? ``groups`` gives the group of every layer."""
    found = []
    for key in MAPPED:
        words, of_layer = QUANTITIES[key].title, QUANTITIES[key].of_layer
        assert of_layer is not None
        leaves: dict[str, list[treemap.Leaf]] = {}
        for i, f in enumerate(analysis):
            leaf = treemap.Leaf(of_layer(f, Terms()) or 0, f.node.id, family(f.node), i)
            leaves.setdefault(groups[f.node.id], []).append(leaf)
        total = sum(x.value for group in leaves.values() for x in group)
        if total:
            title = f"{exact(total)} {words}, shared out among the layers as areas"
            found.append(Switched(key, words, treemap.draw(leaves, title)))
    return tuple(found)


MAPPED = ("parameters", "macs", "activations")
"""What the areas of layers measure."""


def charts(analysis: Analysis, options: Options) -> tuple[Chart, ...]:
    """Return the charts that have something to show."""
    seen = map(fields, seen_inputs(analysis))
    found = (*seen, memory(analysis, options), costs(analysis))
    return tuple(c for c in found if c is not None)


def depths(image: SeenInput) -> dict[str, int]:
    """Return the number of layers on the longest path from an input to each layer, itself too."""
    found = {str(image.name): 0}
    for facts in image:
        node = facts.node
        found[node.id] = 1 + max(found[i] for i in node.inputs if i in found)
    return found


def fields(image: SeenInput) -> Chart | None:
    """How does the receptive field grow, and where does it pass the size of the image?"""
    extents = image.shape.size
    if not extents:
        return None
    axis = max(range(len(extents)), key=lambda a: extents[a])
    extent, depth = extents[axis], depths(image)
    seen: dict[tuple[int, int], tuple[str, int]] = {}
    sizes = {str(image.name): 1}
    told: dict[int, int | None] = {}  # layers that change nothing share what they see
    for i, id_ in enumerate(image.analysis.facts):
        f = image.facts.get(id_)
        if f is None or not f.fields or not f.output.rank:
            continue
        if id(f.fields) not in told:
            moves = any(x.local.advance for x in f.fields)
            told[id(f.fields)] = f.fields[axis].local.size if moves else None
        if (size_ := told[id(f.fields)]) is not None:
            sizes[f.node.id] = size_
            if any(sizes.get(source) != size_ for source in f.node.inputs):  # it changes the field
                seen.setdefault((depth[f.node.id], size_), (family(f.node), i))
    if not seen:
        return None
    most = max(s for _, s in seen)
    x = AxisScale(max(d for d, _ in seen), LEFT, WIDTH - RIGHT)
    y = AxisScale(1.08 * max(most, extent), HEIGHT - BOTTOM, TOP)
    widest: dict[int, int] = {}
    for d, s in seen:
        widest[d] = max(widest.get(d, 0), s)
    line = [(x.at(0), y.at(1)), *((x.at(d), y.at(widest[d])) for d in sorted(widest))]
    pixels = {(round(a), round(b)): None for a, b in line}
    corners = [p for p, q, r in _triples([*pixels]) if not p[1] == q[1] == r[1]]
    level, along = y.at(extent), axis_name(axis, len(extents))
    marks = {(round(x.at(d)), round(y.at(s))): mark for (d, s), mark in sorted(seen.items())}
    dots = Canvas()
    for (a, b), (kind, i) in marks.items():
        dots.draw(f"f-{kind}", element("circle", cx=a, cy=b, data_i=i))
    read = "the image" if image.is_only else str(image.name)
    where = f"{read} is never covered"
    covered = [d for d, s in sorted(seen) if s >= extent]
    if covered:
        where = f"{read} is covered from depth {covered[0]} on"
    beside = next((f for f in image if f.fields and is_beside(f.fields[axis])), None)
    if beside is not None:
        where += f"; all of it is seen besides from {beside.node.id} on"
    field = f"receptive field{'' if image.is_only else f' in {image.name}'}"
    words = f"{capitalized(field)} along the {along} against depth: at most {exact(most)}, {where}"
    drawing = plot(
        words,
        *axes(x, y, f"layers on the longest path from {image.noun}"),
        element(
            "path", d=box(LEFT, TOP, WIDTH - RIGHT - LEFT, max(0, level - TOP)), class_="beyond"
        ),
        element("path", d=f"M{LEFT} {number(level)}H{WIDTH - RIGHT}", class_="limit"),
        element(
            "text",
            f"{along} of {read}: {exact(extent)}",
            x=LEFT + 6,
            y=level - 5,
            class_="limit-name",
        ),
        element("path", d=polyline(corners), class_="line"),
        *dots.groups(),
    )
    about = (
        f"Theoretical field along the {along}, a dot for each layer that changes it. "
        f"Above the dashed line a unit's field is larger than {read}."
    )
    if beside is not None:
        about += f" From {beside.node.id} on a unit sees all of {read} besides."
    key = "fields" if image.is_only else f"fields-{image.name}"
    return Chart(key, f"{capitalized(field)} against depth", about, drawing)


def memory(analysis: Analysis, options: Options) -> Chart:
    """How much memory do the activations need while the network runs, and which of them?"""
    plan = memory_plan(analysis, options)
    about = (
        f"Live activations in execution order ({options.dtype}, batch {options.batch}): at most "
        f"{size(plan.peak)} at {plan.peak_at}, where {plan.at_peak}. Each band is one tensor, from "
        "the layer that makes it to the last that reads it; smaller ones are left of the outline. "
        "Nothing is computed in place, and workspace is not counted."
    )
    return Chart("memory", "Live memory by tensor", about, draw_memory(plan))


def costs(analysis: Analysis) -> Chart | None:
    """Which parts of the network have most of its parameters, operations and outputs?"""
    parts, measured = stage_costs.shares(analysis)
    if len(parts) < FEWEST or not measured:
        return None
    words = capitalized(stage_costs.describe(parts, measured))
    about = f"{words}. The exact numbers stand beside the groups of the table above."
    return Chart("stages", "Cost by stage", about, stage_costs.draw(parts, measured))


def _triples(points: list[Point]) -> Iterator[tuple[Point, Point, Point]]:
    """Yield each point with its neighbours; the ends have none, and are never between equals."""
    none = (-1.0, -1.0)
    yield from zip(points, [none, *points[:-1]], [*points[1:], none], strict=True)
