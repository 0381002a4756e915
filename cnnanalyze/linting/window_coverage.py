"""Taps: how windows lie on a map, and how often every tap reads it, and not only padding."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cnnanalyze.layers.attributes import CONTINUED
from cnnanalyze.layers.base import Fit
from cnnanalyze.linting import layer_queries

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import NodeFacts
    from cnnanalyze.linting.context import RuleContext


def windowed(context: RuleContext) -> Iterator[NodeFacts]:
    """Yield what is known of every convolution and every pool."""
    assert context.analysis is not None
    for facts in context.analysis:
        if facts.node.layer.is_any(layer_queries.CONVOLUTIONS | layer_queries.POOLS):
            yield facts


def sides(facts: NodeFacts) -> Iterator[tuple[Fit, int, int, int, int]]:
    """Yield how a layer's windows lie along every axis: fit, kernel, stride, dilation, extent.

    Of a map that goes on beyond its borders nothing is yielded: no window reads anything but it.
    """
    node = facts.node
    if getattr(node.layer, "padding", None) in CONTINUED:
        return iter(())
    windows = layer_queries.kernel(node), layer_queries.stride(node), layer_queries.dilation(node)
    return zip(facts.fit, *windows, node.input_shapes[0].size, strict=True)


class TapReadings(NamedTuple):
    """How often the taps of a kernel read the map, and not only padding, along one axis."""

    total: int
    """Over all outputs and taps."""
    dead: int
    """The taps that never do."""


@cache
def readings(fit: Fit, kernel: int, stride: int, dilation: int, n: int) -> TapReadings:
    """Count the readings without a look at each tap or output, of which there may be any number.

    Examples
    --------
    >>> readings(Fit(output=4, before=1, after=1, size=4, covered=6), 3, 1, 1, 4)
    TapReadings(total=10, dead=0)
    """

    def up_to(index: int) -> int:
        """Count, over all taps, the outputs for which it reads no index beyond this one."""
        start = index + fit.before - dilation * (kernel - 1)  # of the last tap
        some = _within(-(start // dilation), kernel)
        every = _within(-((start - (fit.output - 1) * stride) // dilation), kernel)
        between = every - some
        rising = between + floor_sum(between, dilation, start + some * dilation, stride)
        return rising + fit.output * (kernel - every)

    total = up_to(n - 1) - up_to(-1)
    if stride > n:  # no tap reads the map for more than one output
        return TapReadings(total, kernel - total)
    behind = kernel - _within((n - 1 + fit.before) // dilation + 1, kernel)
    in_front = _within(-((-fit.before + (fit.output - 1) * stride) // dilation), kernel)
    return TapReadings(total, min(kernel, behind + in_front))


def _within(count: int, most: int) -> int:
    return max(0, min(count, most))


def floor_sum(count: int, factor: int, term: int, divisor: int) -> int:
    """Return the sum of ``(factor * i + term) // divisor`` for ``i`` below ``count``.

    It takes as many steps as Euclid's algorithm for the factor and the divisor.

    Examples
    --------
    >>> floor_sum(4, 3, 1, 2), sum((3 * i + 1) // 2 for i in range(4))
    (10, 10)
    """
    found = 0
    while count > 0:
        found += (factor // divisor) * (count * (count - 1) // 2) + (term // divisor) * count
        factor, term = factor % divisor, term % divisor
        most = factor * count + term
        # What is left is the number of points below a line; seen from the other axis it is less.
        count, term, factor, divisor = most // divisor, most % divisor, divisor, factor
        if divisor == 0:
            break
    return found
