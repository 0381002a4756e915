"""Layers that read their whole input."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything

units = st.sampled_from((1, 3, 7, 19))
flags = st.booleans()


@st.composite
def dense(draw: st.DrawFn) -> Case:
    return Case("dense", (draw(anything),), {"units": draw(units), "bias": draw(flags)})


STRATEGIES = {"dense": dense()}
