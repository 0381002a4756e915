"""Taps: how windows lie on a map, and how often every tap reads it, and not only padding."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from cnnanalyze.layers.base import Fit
from cnnanalyze.lint import walk

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import NodeFacts


def sides(facts: NodeFacts) -> Iterator[tuple[Fit, int, int, int, int]]:
    """Yield how a layer's windows lie along every axis: fit, kernel, stride, dilation, extent."""
    node = facts.node
    windows = walk.kernel(node), walk.stride(node), walk.dilation(node)
    return zip(facts.fit, *windows, node.input_shapes[0].size, strict=True)


@cache
def readings(fit: Fit, kernel: int, stride: int, dilation: int, n: int) -> tuple[int, ...]:
    """Return, for every tap along one axis, how many outputs read the map by it.

    Examples
    --------
    >>> readings(Fit(output=4, before=1, after=1, exact=True, unread=0), 3, 1, 1, 4)
    (3, 4, 3)
    """
    found = []
    for tap in range(kernel):
        offset = tap * dilation - fit.before  # of output o it reads o * stride + offset
        first = max(0, -(offset // stride))
        last = min(fit.output - 1, (n - 1 - offset) // stride)
        found.append(max(0, last - first + 1))
    return tuple(found)
