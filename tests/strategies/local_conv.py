"""Convolutions with a connection table, or with weights at every position."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, channels, windows
from tests.strategies.conv import filters


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
    "table_conv": table_convs(),
}
