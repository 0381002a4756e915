"""Layers that put elements in other places."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.axes import backwards, stretches
from tests.strategies.case import Case, anything, maps, one_or_each, spread

blocks = st.sampled_from((1, 2, 3))


@st.composite
def permutations(draw: st.DrawFn) -> Case:
    x = draw(maps())
    return Case("permute", (x,), {"order": draw(st.permutations(range(1, x.rank + 1)))})


@st.composite
def slices(draw: st.DrawFn) -> Case:
    x = draw(anything)
    start = draw(st.integers(0, x.channels - 1))
    return Case("slice", (x,), {"channels": [start, draw(st.integers(start + 1, x.channels))]})


@st.composite
def widenings(draw: st.DrawFn) -> Case:
    counts = st.integers(0, 5)
    return Case("pad_channels", (draw(anything),), {"before": draw(counts), "after": draw(counts)})


@st.composite
def shuffles(draw: st.DrawFn) -> Case:
    x, groups = draw(anything), draw(st.sampled_from((1, 2, 3)))
    return Case("channel_shuffle", (Shape(x.size, groups * x.channels),), {"groups": groups})


@st.composite
def to_depth(draw: st.DrawFn) -> Case:
    x, block = draw(maps()), draw(blocks)
    shape = Shape(tuple(block * n for n in x.size), x.channels)
    return Case("space_to_depth", (shape,), {"block": block})


@st.composite
def to_space(draw: st.DrawFn) -> Case:
    x, block = draw(maps()), draw(blocks)
    return Case("depth_to_space", (Shape(x.size, x.channels * block**x.rank),), {"block": block})


@st.composite
def shifts(draw: st.DrawFn) -> Case:
    x = draw(maps())
    amount = draw(one_or_each(st.integers(-4, 4), x.rank))
    size = tuple(max(n, abs(a) + 1) for n, a in zip(x.size, spread(amount, x.rank), strict=True))
    return Case("shift", (Shape(size, x.channels),), {"amount": amount})


STRATEGIES = {
    "permute": permutations(),
    "slice": st.one_of(slices(), stretches(), backwards()),
    "pad_channels": widenings(),
    "channel_shuffle": shuffles(),
    "space_to_depth": to_depth(),
    "depth_to_space": to_space(),
    "shift": shifts(),
}
