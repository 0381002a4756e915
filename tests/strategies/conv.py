"""Convolutions: plain and grouped, depthwise, separable, with a connection table."""

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


@st.composite
def table_convs(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows())
    read = draw(channels)
    row = st.lists(st.integers(0, read - 1), min_size=1, max_size=read, unique=True)
    attributes |= {
        "table": draw(st.lists(row, min_size=1, max_size=7)),
        "bias": draw(st.booleans()),
    }
    return Case("table_conv", (Shape(size, read),), attributes)


@st.composite
def local_convs(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows())
    attributes |= {"filters": draw(filters), "bias": draw(st.booleans())}
    return Case("local_conv", (Shape(size, draw(channels)),), attributes)


STRATEGIES = {
    "local_conv": local_convs(),
    "conv": convs(),
    "depthwise": depthwise(),
    "separable": separable(),
    "table_conv": table_convs(),
}
