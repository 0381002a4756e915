"""Receptive fields to look at: index maps for the viewer, and a figure that needs no script.

The viewer follows a unit back through the network with the very index maps that the rules use
(:mod:`cnnanalyze.core.reach`). They are written once each, and layers name them by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis.pipeline import index_maps
from cnnanalyze.analysis.receptive_field import Maps
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.seen_input import SeenInput, seen_inputs
from cnnanalyze.analysis.trace import trace
from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.partition import Blocks, Gathered
from cnnanalyze.core.periodic_field import Interval
from cnnanalyze.core.reach import POINT, Continued, Everywhere, Past, Reach, Whole, Window
from cnnanalyze.core.resampling import Sampled, Transposed
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId
from cnnanalyze.report.page import effective_field
from cnnanalyze.report.page.background import Background
from cnnanalyze.report.page.effective_field import axes_through
from cnnanalyze.report.page.svg import box, element, number


def encode(reach: Reach) -> list[object]:
    """Write an index map as a short list: a letter for its class, and its numbers.

    Examples
    --------
    >>> encode(Window(7, stride=2, before=3)), encode(Bins(7, 3))
    (['w', 7, 2, 1, 3], ['b', 7, 3])
    """
    match reach:
        case Continued(kernel, stride, dilation, before, border):
            return ["c", kernel, stride, dilation, before, border]
        case Window(kernel, stride, dilation, before):
            return ["w", kernel, stride, dilation, before]
        case Transposed(kernel, stride, dilation, before):
            return ["t", kernel, stride, dilation, before]
        case Sampled(step, unit, offset, neighbours):
            return ["s", step, unit, offset, neighbours]
        case Bins(inputs, outputs):
            return ["b", inputs, outputs]
        case Blocks(size, offset, count):
            return ["k", size, offset, count]
        case Gathered(range() as positions, _):  # within a map, that is a window that goes back
            return ["w", 1, positions.step, 1, -positions.start]
        case Gathered(positions, extent):
            return ["g", extent, *positions]
        case Everywhere():
            return ["e"]
        case Past():
            return ["p"]
        case Whole():
            return ["a"]
        case _:
            raise TypeError(f"the viewer cannot follow {reach!r}")


def viewer(network: Network, maps: Mapping[str, Maps]) -> dict[str, Any] | None:
    """Return what the viewer needs beside the result: the index maps of every layer.

    ``maps`` lists them. ``reads`` gives, for each input of the network that has axes, by the place
    of a layer in the order of execution, the numbers of its maps for each of its inputs and axes. A
    layer that is not there works point by point; one with null cannot tell what it reads.
    """
    numbers: dict[tuple[object, ...], int] = {}
    reads = {
        str(name): _reads(network, maps, given.shape.rank, numbers)
        for name, given in network.inputs.items()
        if given.shape.rank
    }
    return {"maps": [list(m) for m in numbers], "reads": reads} if reads else None


def _reads(
    network: Network,
    maps: Mapping[str, Maps],
    rank: int,
    numbers: dict[tuple[object, ...], int],
) -> dict[str, list[list[int]] | None]:
    """Return the numbers of the maps of every layer, as seen from an input of so many axes."""
    reads: dict[str, list[list[int]] | None] = {}
    for i, node in enumerate(network.nodes):
        own = maps[node.id]
        if own is None:
            reads[str(i)] = None
            continue
        through = [axes_through(node, k, m, rank) for k, m in enumerate(own)]
        if any(r is not POINT for axes in through for r in axes):
            reads[str(i)] = [
                [numbers.setdefault(tuple(encode(r)), len(numbers)) for r in axes]
                for axes in through
            ]
    return reads


class Picture(NamedTuple):
    """What the middle units of some layers see of one input."""

    of: str
    """Words for the end of a phrase that say which input it is; none of the only one."""
    figure: Markup
    rows: tuple[tuple[str, str, str], ...]
    """For each field in the figure a layer, its unit and what that sees."""
    effective: Markup | None
    """Where most paths to the unit with the largest field come from."""
    effective_text: str


SIDE = 260.0
MOST = 6
"""Fields that are drawn into one another."""
MOST_UNITS = 500_000
"""Units that are looked at for the drawing; layers beyond that are not in it."""


def centres(analysis: Analysis, background: Background | None = None) -> tuple[Picture, ...]:
    """What does the middle unit of some layers see inside the image, of each input with axes?

    Parameters
    ----------
    analysis
        What the rules say.
    background
        A picture to lay below.
    """
    found = (_centres(image, background) for image in seen_inputs(analysis))
    return tuple(picture for picture in found if picture is not None)


def _centres(image: SeenInput, background: Background | None) -> Picture | None:
    network, extents = image.network, image.shape.size
    if not extents:
        return None
    maps = index_maps(network)
    clipped = trace(network, maps, MOST_UNITS, of=image.name)
    found: dict[tuple[Interval, ...], tuple[str, str]] = {}
    before: object = None
    for f in image:
        if f.output.rank != len(extents) or f.node.id not in clipped:
            continue
        if (part := clipped[f.node.id]) is before:  # as after every pointwise layer
            continue
        before = part
        unit = [n // 2 for n in f.output.size]
        seen = [c.intervals[u] for c, u in zip(part, unit, strict=True)]
        box_ = tuple(s for s in seen if s is not None)
        if len(box_) == len(extents) and any(b > a for a, b in box_):
            found.setdefault(box_, (f.node.id, ", ".join(map(str, unit))))
    fields = _spread(list(found.items()))
    if not fields:
        return None
    rows = tuple(
        (name, unit, " x ".join(f"{a}…{b}" for a, b in seen)) for seen, (name, unit) in fields
    )
    names = [name for _, (name, _) in fields]
    drawn = _nested(image, [seen for seen, _ in fields], names, background)
    return Picture(image.label, drawn, rows, *_effective(image, maps, *fields[-1][1]))


def _effective(
    image: SeenInput, maps: Mapping[str, Maps], layer: str, unit: str
) -> tuple[Markup | None, str]:
    """Draw where most paths to a unit come from, and say what is drawn."""
    counts = effective_field.path_counts(image, maps, NodeId(layer), [*map(int, unit.split(", "))])
    if counts is None or not counts.any():
        return None, ""
    extents = image.shape.size
    height, width = (extents[-2] if len(extents) > 1 else extents[-1] / 8), extents[-1]
    scale = SIDE / max(height, width)
    whole = effective_field.plane(counts)
    shares = ", ".join(
        f"{share} % from {100 * len(effective_field.fewest(whole, share)) / whole.size:.1f} %"
        for share in effective_field.SHARES
    )
    where = "" if image.is_only else f" in {image.name}"
    words = f"Where{where} the paths to the unit {unit} of {layer} come from: {shares}"
    words += " of the positions"
    brief = f"Where the paths to a unit of {layer} come from"
    return effective_field.draw(counts, width * scale, height * scale, brief), words


def _spread(found: list[Any]) -> list[Any]:
    """Return some of the fields, from the first to the last, about equally far apart."""
    if len(found) <= MOST:
        return found
    return [found[i * (len(found) - 1) // (MOST - 1)] for i in range(MOST)]


def _nested(
    image: SeenInput,
    fields: list[tuple[Interval, ...]],
    names: list[str],
    background: Background | None,
) -> Markup:
    """Draw fields into the image, along its last two axes; a signal is a band."""
    extents = image.shape.size
    rows, columns = ((0, 0), extents[-1]) if len(extents) == 1 else (extents[-2:], extents[-1])
    height = rows[0] or columns / 8
    scale = SIDE / max(height, columns)
    shapes = [
        element(
            "path",
            element("title", name),
            d=_rectangle(seen, scale, height),
            class_=f"seen seen-{k}",
        )
        for k, (seen, name) in reversed(list(enumerate(zip(fields, names, strict=True))))
    ]
    read = "the image" if image.is_only else image.name
    words = f"What the middle units of some layers see of {read}, drawn into one another"
    return element(
        "svg",
        element("path", d=box(0, 0, columns * scale, height * scale), class_="image"),
        *([_below(background, columns * scale, height * scale)] if background else ()),
        *shapes,
        viewBox=f"-1 -1 {number(columns * scale + 2)} {number(height * scale + 2)}",
        class_="centres",
        role="img",
        aria_label=words,
    )


def _below(background: Background, width: float, height: float) -> Markup:
    """Return the middle of a picture, as large as has room, in the shape of the input."""
    return element(
        "image",
        href=background.address,
        width=width,
        height=height,
        preserveAspectRatio="xMidYMid slice",
    )


def _rectangle(seen: tuple[Interval, ...], scale: float, height: float) -> str:
    left, right = seen[-1]
    top, bottom = seen[-2] if len(seen) > 1 else (0, height - 1)
    return box(left * scale, top * scale, (right - left + 1) * scale, (bottom - top + 1) * scale)
