"""Unpooling, beside what the pool read."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, maps, one_or_each, spread


@st.composite
def unpools(draw: st.DrawFn) -> Case:
    x = draw(maps())
    kernel = draw(one_or_each(st.integers(1, 4), x.rank))
    each = spread(kernel, x.rank)
    size = tuple(max(n, k) for n, k in zip(x.size, each, strict=True))
    pooled = Shape(tuple(n // k for n, k in zip(size, each, strict=True)), x.channels)
    return Case("unpool", (pooled, Shape(size, x.channels)), {"kernel": kernel})


STRATEGIES = {"unpool": unpools()}
