"""Pooling on given numbers, forward and backward."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.course.worked_steps.layer_call import EXACTLY, LayerCall
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow
from cnnanalyze.course.worked_steps.worked_layer import (
    MOST_ROWS,
    UPSTREAM,
    LayerGradients,
    WorkedLayer,
    WorkingTable,
)
from cnnanalyze.layers.traits import Trait


def pooling(call: LayerCall) -> WorkedLayer:
    """Take the largest of each window, or the mean."""
    layer: Any = call.layer
    highest = Trait.MAX_POOLING in layer.traits
    counted = not highest and layer.count_padding
    window = SlidingWindow(
        call.x,
        (),
        tuple((c,) for c in range(call.x.channels)),
        call.pair("kernel"),
        call.pair("stride", otherwise="kernel"),
        call.pair("dilation"),
        call.fits(),
        reduction="max" if highest else "mean",
        border_value=0 if counted else None,
    )
    what = "max pooling" if highest else "average pooling"
    worked = call.windowed(what, window, f"{'largest' if highest else 'mean'} of each window")
    return worked._replace(backward=partial(_gradients, call, window))


def global_pooling(call: LayerCall) -> WorkedLayer:
    """Take the largest of each channel, or the mean."""
    highest = Trait.MAX_POOLING in call.layer.traits
    window = SlidingWindow(
        call.x,
        (),
        tuple((c,) for c in range(call.x.channels)),
        (call.x.height, call.x.width),
        (1, 1),
        (1, 1),
        (EXACTLY, EXACTLY),
        reduction="max" if highest else "mean",
        border_value=None,
    )
    what = "global max pooling" if highest else "global average pooling"
    worked = call.windowed(what, window, f"{'largest' if highest else 'mean'} of each channel")
    return worked._replace(backward=partial(_gradients, call, window))


class _Cell(NamedTuple):
    """A number in a window; one of the padding has no place in the input."""

    row: int
    column: int
    number: Number
    is_inside: bool


def _cells(window: SlidingWindow, row: int, column: int, channel: int) -> Iterator[_Cell]:
    """Yield the numbers of a window, row by row."""
    (top, _), (left, _) = window.padding
    for i, line in enumerate(window.window(row, column, channel)):
        for j, number in enumerate(line):
            if number is None:
                continue
            r = row * window.stride[0] + i * window.dilation[0] - top
            c = column * window.stride[1] + j * window.dilation[1] - left
            is_inside = 0 <= r < window.image.height and 0 <= c < window.image.width
            yield _Cell(r, c, number, is_inside)


def _gradients(call: LayerCall, window: SlidingWindow, upstream: Volume) -> LayerGradients:
    highest = window.reduction == "max"
    found: list[list[list[Number]]] = [
        [[0] * call.x.width for _ in range(call.x.height)] for _ in range(call.x.channels)
    ]
    rows: list[tuple[Number, ...]] = []
    height, width, channels = window.counts
    for k in range(channels):
        for r in range(height):
            for c in range(width):
                cells, behind = list(_cells(window, r, c, k)), upstream.planes[k][r][c]
                taken = [max(cells, key=lambda cell: cell.number)] if highest and cells else cells
                share = behind if highest else _part(behind, len(cells))
                for cell in taken:
                    if cell.is_inside:
                        found[k][cell.row][cell.column] += share
                if len(rows) < MOST_ROWS:
                    place = (k + 1, r + 1, c + 1, behind)
                    rows.append((*place, *_told(taken, share, highest=highest)))
    planes = tuple(tuple(tuple(map(whole, row)) for row in plane) for plane in found)
    after = Volume(planes, call.x.rank)
    last = ("largest in row", "in column") if highest else ("numbers", "share of each")
    working = WorkingTable(
        ("channel", "output row", "output column", UPSTREAM, *last),
        tuple(rows), total=height * width * channels, is_shown=True,
    )  # fmt: skip
    title = (
        "dL/dy of each window goes to its largest number"
        if highest
        else "dL/dy of each window is shared by its numbers"
    )
    remarks = ("where several are the largest, the first gets all",) if highest else ()
    section = call.gradient("input", title, (call.x, upstream), after)
    section = section._replace(working=working, remarks=remarks)
    return LayerGradients((after,), {}, (section,))


def _part(number: Number, count: int) -> Number:
    if not count:
        return 0
    return number / count if isinstance(number, float) else whole(Fraction(number) / count)


def _told(taken: list[_Cell], share: Number, *, highest: bool) -> tuple[Number, ...]:
    """Return where the largest is, or how many share."""
    if not highest:
        return (len(taken), share)
    return (taken[0].row + 1, taken[0].column + 1) if taken else (0, 0)
