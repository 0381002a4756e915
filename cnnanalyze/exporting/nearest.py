"""Which pixels a resizing by the nearest one reads, and which ones a program would find."""

from __future__ import annotations

import struct
from collections.abc import Callable

from cnnanalyze.graph.node import Node

Places = tuple[tuple[int, ...], ...]
"""For every axis, the pixel that each output reads."""


def exact(node: Node) -> Places:
    """Return the pixels that a resizing reads."""
    half = node.attributes["method"] == "nearest_exact"
    return found(node, lambda o, over, under: (2 * o + half) * over // (2 * under))


def found(node: Node, place: Callable[[int, int, int], float]) -> Places:
    """Return the pixels that a program finds.

    Parameters
    ----------
    node
        The resizing.
    place
        Gives a place, the whole part of which is the pixel, for an output and the step from one
        output to the next, a ratio.
    """
    x = node.input_shapes[0]
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    return tuple(
        tuple(min(int(place(o, *step)), n - 1) for o in range(m))
        for n, m, step in zip(x.size, node.output.size, steps, strict=True)
    )


def in_32_bits(number: float) -> float:
    """Return the nearest number of 32 bits.

    Examples
    --------
    >>> in_32_bits(1.5), in_32_bits(1.1)
    (1.5, 1.100000023841858)
    """
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded
