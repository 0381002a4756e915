"""Joins, with extents of 1 that are repeated."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape, axis_name
from tests.strategies.case import CHANNELS, Case, anything


@st.composite
def joins(draw: st.DrawFn, kind: str, most: int = 4) -> Case:
    common = draw(anything)
    keep = st.sampled_from((True, True, True, False))
    inputs = []
    for _ in range(draw(st.integers(2, most))):
        *size, channels = (n if draw(keep) else 1 for n in common.extents)
        inputs.append(Shape(tuple(size), channels))
    return Case(kind, tuple(inputs))


@st.composite
def concats(draw: st.DrawFn) -> Case:
    common = draw(anything)
    several = st.lists(st.sampled_from(CHANNELS), min_size=2, max_size=4)
    along = draw(st.sampled_from((common.rank, *range(common.rank))))
    inputs = tuple(common.with_extent(along, n) for n in draw(several))
    if along == common.rank:
        return Case("concat", inputs)
    words = (axis_name(along, common.rank), along + 1)
    return Case("concat", inputs, {"axis": draw(st.sampled_from(words))})


STRATEGIES = {
    **{kind: joins(kind) for kind in ("add", "multiply")},
    "concat": concats(),
}
