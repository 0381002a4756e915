"""Layers that read their whole input."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything

units = st.sampled_from((1, 3, 7, 19))
flags = st.booleans()


@st.composite
def dense(draw: st.DrawFn) -> Case:
    return Case("dense", (draw(anything),), {"units": draw(units), "bias": draw(flags)})


@st.composite
def maxout(draw: st.DrawFn) -> Case:
    pieces = draw(st.sampled_from((1, 2, 5)))
    attributes = {"units": draw(units), "pieces": pieces, "bias": draw(flags)}
    return Case("maxout", (draw(anything),), attributes)


@st.composite
def rbf(draw: st.DrawFn) -> Case:
    return Case("rbf", (draw(anything),), {"units": draw(units)})


STRATEGIES = {"dense": dense(), "maxout": maxout(), "rbf": rbf()}
