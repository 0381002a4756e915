"""Convolutions, plain and grouped."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import FILTERS, Case, channels, windows

STANDARDIZED: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"weight_standardized": True},
    {"weight_standardized": True, "gain": True},
)
filters = st.sampled_from(FILTERS)


@st.composite
def convs(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows())
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    attributes |= {
        "filters": groups * draw(st.sampled_from((1, 5, 7))),
        "groups": groups,
        "bias": draw(st.booleans()),
        **draw(st.sampled_from(STANDARDIZED)),
    }
    return Case("conv", (Shape(size, groups * draw(channels)),), attributes)


STRATEGIES = {
    "conv": convs(),
}
