"""Batch normalisation."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything


@st.composite
def batchnorm(draw: st.DrawFn) -> Case:
    attributes = {"scale": draw(st.booleans()), "center": draw(st.booleans())}
    return Case("batchnorm", (draw(anything),), attributes)


STRATEGIES = {"batchnorm": batchnorm()}
