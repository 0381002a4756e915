"""Resizing, by nearest neighbour and linearly."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.strategies.case import Case, maps, one_or_each

COORDINATES = ("half_pixel", "align_corners", "asymmetric")


@st.composite
def resizes(draw: st.DrawFn) -> Case:
    x = draw(maps())
    attributes: dict[str, Any] = {}
    if draw(st.booleans()):
        whole = one_or_each(st.integers(1, 4), x.rank)
        attributes["scale"] = draw(st.one_of(whole, st.sampled_from((1.5, 2.25, 1.1))))
    else:
        attributes["size"] = draw(one_or_each(st.sampled_from((1, 2, 3, 7, 17, 31)), x.rank))
    methods = ("nearest", "nearest_exact", "bilinear", "bilinear", "bicubic")
    attributes["method"] = draw(st.sampled_from(methods))
    if attributes["method"].startswith("bi"):
        attributes["align_corners"] = draw(st.booleans())
        if not attributes["align_corners"]:
            attributes["coordinates"] = draw(st.sampled_from(COORDINATES))
    if attributes["method"] == "bicubic":
        attributes["exclude_outside"] = draw(st.booleans())
    return Case("resize", (x,), attributes)


STRATEGIES = {"resize": resizes()}
