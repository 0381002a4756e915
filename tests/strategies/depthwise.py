"""Depthwise and separable convolutions."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, channels, windows
from tests.strategies.conv import filters


@st.composite
def depthwise(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows())
    attributes |= {"multiplier": draw(st.sampled_from((1, 2, 7))), "bias": draw(st.booleans())}
    return Case("depthwise", (Shape(size, draw(channels)),), attributes)


@st.composite
def separable(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows())
    attributes |= {
        "filters": draw(filters),
        "multiplier": draw(st.sampled_from((1, 2))),
        "bias": draw(st.booleans()),
    }
    return Case("separable", (Shape(size, draw(channels)),), attributes)


STRATEGIES = {
    "depthwise": depthwise(),
    "separable": separable(),
}
