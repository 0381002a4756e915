"""The windows of attention: their sizes, and by how much they are moved."""

from __future__ import annotations

from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import axis_number, per_axis


def windows(node: Node) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the sizes of the windows of an attention, and by how much they are moved."""
    a, x = node.attributes, node.input_shapes[0]
    each = x.size if a["window"] is None else per_axis(a["window"], x.rank, "window")
    window = tuple(map(min, each, x.size))
    if a["axis"] is not None:
        only = axis_number(a["axis"], x, node.kind)
        window = tuple(w if place == only else 1 for place, w in enumerate(window))
    moved = per_axis(a["shift"], x.rank, "shift")
    shift = tuple(s if 1 < w < n else 0 for n, w, s in zip(x.size, window, moved, strict=True))
    return window, shift
