"""Layers whose units compare."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything
from tests.strategies.linear import flags, units


@st.composite
def maxout(draw: st.DrawFn) -> Case:
    pieces = draw(st.sampled_from((1, 2, 5)))
    attributes = {"units": draw(units), "pieces": pieces, "bias": draw(flags)}
    return Case("maxout", (draw(anything),), attributes)


@st.composite
def rbf(draw: st.DrawFn) -> Case:
    return Case("rbf", (draw(anything),), {"units": draw(units)})


STRATEGIES = {"maxout": maxout(), "rbf": rbf()}
