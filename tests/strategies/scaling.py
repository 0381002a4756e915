"""Layers that scale and shift."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything


@st.composite
def scales(draw: st.DrawFn) -> Case:
    factor, offset = draw(st.sampled_from((0.17, 2, 1, -1))), draw(st.sampled_from((0, 0.5, -3)))
    return Case("scale", (draw(anything),), {"factor": factor, "offset": offset})


@st.composite
def affines(draw: st.DrawFn) -> Case:
    attributes = {name: draw(st.booleans()) for name in ("scale", "center", "shared")}
    return Case("affine", (draw(anything),), attributes)


@st.composite
def layer_scales(draw: st.DrawFn) -> Case:
    return Case("layer_scale", (draw(anything),), {"shared": draw(st.booleans())})


@st.composite
def constant_maps(draw: st.DrawFn) -> Case:
    attributes = {
        "operation": draw(st.sampled_from(("add", "multiply"))),
        "along": draw(st.sampled_from(("all", "channels"))),
        **draw(st.sampled_from(({}, {"table": 1}, {"table": 7}, {"table": 1009}))),
    }
    return Case("constant_map", (draw(anything),), attributes)


STRATEGIES = {
    "layer_scale": layer_scales(),
    "scale": scales(),
    "affine": affines(),
    "constant_map": constant_maps(),
}
