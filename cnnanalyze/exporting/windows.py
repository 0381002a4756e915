"""Windows: how they lie on a map, and how large those of attention are."""

from __future__ import annotations

from typing import Any

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


def single(values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a number, or one for each axis
    """Return one number for all axes where they are the same.

    Examples
    --------
    >>> single((3, 3)), single((1, 7))
    (3, (1, 7))
    """
    return values[0] if len(set(values)) == 1 else values


def sides_of(node: Node) -> tuple[tuple[int, int], ...]:
    """Return the padding of every axis."""
    return tuple((fit.before, fit.after) for fit in node.layer.fit(*node.input_shapes))


def with_overhang(node: Node) -> tuple[tuple[int, int], ...]:
    """Return the padding of every axis, and behind it what a last window hangs over the border."""
    return tuple(
        (fit.before, max(fit.after, fit.covered - fit.before - fit.size))
        for fit in node.layer.fit(*node.input_shapes)
    )
