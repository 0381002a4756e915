"""One layer with the shapes it gets, and sizes that no two axes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.testing import network_of

EXTENTS = ((5, 11, 17, 23, 41), (7, 13, 19, 29, 43), (2, 3, 31))
"""Extents by spatial axis: distinct primes, so that a swapped axis cannot hide."""
CHANNELS = (2, 3, 5)
FILTERS = (7, 11, 13)


@dataclass(frozen=True)
class Case:
    """One valid layer: its kind, its input shapes and its attributes as a spec would write them."""

    kind: str
    inputs: tuple[Shape, ...]
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """The input shapes as in a spec."""
        return tuple(map(str, self.inputs))

    @property
    def network(self) -> Network:
        """The layer in a network that does little else than feed it."""
        return network_of(self.kind, self.texts, self.attributes)


Cases = st.SearchStrategy[Case]

ranks = st.sampled_from((2, 2, 2, 1, 1, 3))
channels = st.sampled_from(CHANNELS)


def at_least(least: int, axis: int) -> st.SearchStrategy[int]:
    """Return an extent that is just large enough, or a prime that is."""
    enough = [n for n in EXTENTS[axis] if n > least]
    return st.sampled_from([max(least, 1), *enough])


@st.composite
def maps(draw: st.DrawFn, rank: int | None = None) -> Shape:
    """Return the shape of a feature map, some with an extent of 1."""
    axes = range(draw(ranks) if rank is None else rank)
    return Shape(tuple(draw(at_least(1, axis)) for axis in axes), draw(channels))


vectors = st.builds(Shape, st.just(()), st.sampled_from((1, 2, 5, 11, 31)))
anything = st.one_of(maps(), vectors)


@st.composite
def one_or_each(draw: st.DrawFn, values: st.SearchStrategy[int], rank: int) -> int | list[int]:
    """Return one number for all axes, or one per axis."""
    if draw(st.booleans()):
        return draw(values)
    return [draw(values) for _ in range(rank)]


def spread(value: int | list[int], rank: int) -> list[int]:
    """Return one number per axis."""
    return [value] * rank if isinstance(value, int) else value


@st.composite
def borders(
    draw: st.DrawFn, rank: int, most: int = 3, kernel: list[int] | None = None
) -> tuple[int | list[int] | list[list[int]], list[tuple[int, int]]]:
    """Return padding in one of its forms, and what it means per axis.

    Around a window that pools, a number is at most half of it, and a border smaller than it.
    """
    halves = [most] * rank if kernel is None else [min(k // 2, most) for k in kernel]
    wholes = [most] * rank if kernel is None else [min(k - 1, most) for k in kernel]
    match draw(st.sampled_from(("side", "axis", "border"))):
        case "side":
            one = draw(st.integers(0, min(halves)))
            return one, [(one, one)] * rank
        case "axis":
            each = [draw(st.integers(0, half)) for half in halves]
            return each, [(n, n) for n in each]
        case _:
            pairs = [[draw(st.integers(0, whole)) for _ in range(2)] for whole in wholes]
            return pairs, [(before, after) for before, after in pairs]


@st.composite
def windows(
    draw: st.DrawFn, *, dilated: bool = True, strided: bool = True, pools: bool = False
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return the attributes of a sliding window, and a size into which it fits."""
    rank = draw(ranks)
    kernel = draw(one_or_each(st.integers(1, 5), rank))
    attributes: dict[str, Any] = {"kernel": kernel}
    if strided:
        attributes["stride"] = draw(one_or_each(st.integers(1, 6), rank))
    dilation: int | list[int] = 1
    if dilated:
        attributes["dilation"] = dilation = draw(one_or_each(st.sampled_from((1, 1, 2, 3)), rank))
    pads = [(0, 0)] * rank
    convolved = () if pools else ("circular", "reflect", "replicate", "same")
    words = ("valid", "same", *convolved, *(("causal",) if rank == 1 and not pools else ()))
    match draw(st.sampled_from((*words, "numbers"))):
        case "numbers":
            attributes["padding"], pads = draw(
                borders(rank, kernel=spread(kernel, rank) if pools else None)
            )
        case word:
            attributes["padding"] = word
    extents = [
        d * (k - 1) + 1 for k, d in zip(spread(kernel, rank), spread(dilation, rank), strict=True)
    ]
    if attributes["padding"] in ("circular", "reflect"):
        # As much as the kernel covers is enough, whatever the stride.
        return attributes, tuple(draw(at_least(extents[axis], axis)) for axis in range(rank))
    if attributes["padding"] in ("same", "causal", "replicate"):
        return attributes, tuple(draw(at_least(1, axis)) for axis in range(rank))
    return attributes, tuple(
        draw(at_least(extent - before - after, axis))
        for axis, (extent, (before, after)) in enumerate(zip(extents, pads, strict=True))
    )
