"""Thumbnails: a network as bars that follow the size of its maps."""

from __future__ import annotations

from math import log2, sqrt
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.families import FAMILIES, family
from cnnanalyze.drawing.text_metrics import escape, number, shorten
from cnnanalyze.graph.box_grouping import group_boxes
from cnnanalyze.layers.traits import Category

EDGE = 10.0
DEEP, SHALLOWEST = 200, 0.3
"""The boxes of a network that fills the width, and the part of it that the shallowest take."""
LEAST_BAR, LEAST_HEIGHT = 1.5, 7.0
PARTS_OF_BARS = frozenset({Category.JOIN, "point", "move"})
"""Families that join the bar before them."""
POOL_BESIDE = (Category.POOLING, Category.CONVOLUTION)
"""A pool that keeps the size joins convolutions: it is one of their branches."""


class StageBar(NamedTuple):
    """Consecutive boxes of one map size and one family."""

    family: str
    shape: Shape
    boxes: int


def bars(analysis: Analysis) -> list[StageBar]:
    """Return the bars of a network, from its input on.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> [(b.family, str(b.shape), b.boxes) for b in bars(cnn.analyze("zoo:vgg16").analysis)][:3]
    [('conv', '224x224x64', 2), ('pool', '112x112x64', 1), ('conv', '112x112x128', 2)]
    """
    found: list[StageBar] = []
    boxes = group_boxes(analysis.network)
    maps = [i for i, box in enumerate(boxes) if box.nodes[-1].output.positions > 1]
    last_map = maps[-1] if maps else -1
    for i, box in enumerate(boxes):
        shape, name = box.nodes[-1].output, family(box.main)
        if shape.positions == 1 and i < last_map:
            continue  # a gate beside the maps, as in squeeze and excitation
        if found and found[-1].shape.size == shape.size:
            last = found[-1]
            if name in PARTS_OF_BARS or name == last.family or (name, last.family) == POOL_BESIDE:
                wide = max(last.shape, shape, key=lambda s: s.channels)
                found[-1] = StageBar(last.family, wide, last.boxes + 1)
                continue
        found.append(StageBar(name, shape, 1))
    return found


def _extent(shape: Shape) -> float:
    """Return the mean extent of a map; a vector is a point."""
    return float(shape.positions ** (1 / shape.rank)) if shape.rank else 1.0


def thumbnail(analysis: Analysis, width: int = 320, height: int = 200) -> str:
    """Return the thumbnail of a network as SVG.

    Each bar is a run of layers with maps of one size. Its height shows the size of the maps, its
    width the number of layers and channels, its colour the kind of layer. The whole is the
    longer the deeper the network is, on one scale for all. It has no text.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> thumbnail(cnn.analyze("zoo:lenet5").analysis).count("<rect")
    6
    """
    stages = bars(analysis)
    given = (one.shape for one in analysis.network.inputs.values())
    largest = max(_extent(s) for s in (*given, *(b.shape for b in stages)))
    depth = sqrt(sum(b.boxes for b in stages) / DEEP)
    inner, tall = (width - 2 * EDGE) * min(max(depth, SHALLOWEST), 1.0), height - 2 * EDGE
    gap = 2.0 if len(stages) * 4 < inner else 0.4
    wishes = [sqrt(b.boxes) * (1 + log2(1 + b.shape.channels)) for b in stages]
    room = inner - gap * (len(stages) - 1) - LEAST_BAR * len(stages)
    each = max(room, 0.0) / sum(wishes)
    squeeze = min(1.0, inner / (inner - min(room, 0.0)))
    most = inner / 3
    widths = [min((LEAST_BAR + w * each) * squeeze, most) for w in wishes]
    x = (width - sum(widths) - gap * squeeze * (len(stages) - 1)) / 2
    name = escape(shorten(analysis.network.name, 100))
    out = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Thumbnail of {name}" '
            f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        )
    ]
    for bar, wide in zip(stages, widths, strict=True):
        share = log2(1 + _extent(bar.shape)) / log2(1 + max(largest, 1.0))
        high = LEAST_HEIGHT + (tall - LEAST_HEIGHT) * max(0.0, share) ** 1.5
        colour = FAMILIES[bar.family].light[1]
        out.append(
            f'<rect x="{number(x)}" y="{number((height - high) / 2)}" width="{number(wide)}" '
            f'height="{number(high)}" rx="{number(min(3.0, wide / 3))}" fill="{colour}"/>'
        )
        x += wide + gap * squeeze
    out.append("</svg>\n")
    return "\n".join(out)
