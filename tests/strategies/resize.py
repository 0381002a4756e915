"""Resizing, by nearest neighbour and linearly."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.strategies.case import Case, maps, one_or_each


@st.composite
def resizes(draw: st.DrawFn) -> Case:
    x = draw(maps())
    attributes: dict[str, Any] = {}
    if draw(st.booleans()):
        attributes["scale"] = draw(one_or_each(st.integers(1, 4), x.rank))
    else:
        attributes["size"] = draw(one_or_each(st.sampled_from((1, 2, 3, 7, 17, 31)), x.rank))
    attributes["method"] = draw(st.sampled_from(("nearest", "nearest_exact", "bilinear")))
    if attributes["method"] == "bilinear":
        attributes["align_corners"] = draw(st.booleans())
    return Case("resize", (x,), attributes)


STRATEGIES = {"resize": resizes()}
