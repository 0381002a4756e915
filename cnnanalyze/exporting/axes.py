"""Axes: where they lie in programs that put channels first, and places along them."""

from __future__ import annotations

from cnnanalyze.core.reach import Border, Continued
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import axis_number


def channels_first(number: int, shape: Shape) -> int:
    """Return the number of an axis of ours where channels are the first after the batch.

    Examples
    --------
    >>> channels_first(0, Shape((5, 7), 3)), channels_first(2, Shape((5, 7), 3))
    (2, 1)
    """
    return 1 if number == shape.rank else number + 2


def named_axis(node: Node) -> int:
    """Return which of the extents of its first input the axis of a layer is, counted from 0."""
    return axis_number(node.attributes["axis"], node.input_shapes[0], node.kind)


def continued(n: int, before: int, after: int, border: Border) -> list[int]:
    """Return which of ``n`` places stand where a padding continues them.

    Examples
    --------
    >>> continued(3, 1, 2, "circular"), continued(3, 2, 0, "reflect")
    ([2, 0, 1, 2, 0, 1], [2, 1, 0, 1, 2])
    """
    reach = Continued(1, before=before, border=border)
    return [reach.inside(o, n)[0] for o in range(before + n + after)]
