"""Normalisation by statistics of the image."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, anything, channels, maps


@st.composite
def lrn(draw: st.DrawFn) -> Case:
    attributes = {
        "size": draw(st.integers(1, 7)),
        "alpha": draw(st.sampled_from((1e-4, 0.5))),
        "offset": draw(st.sampled_from((1.0, 2.0))),
    }
    return Case("lrn", (draw(anything),), attributes)


@st.composite
def layernorm(draw: st.DrawFn) -> Case:
    axes = st.sampled_from(("channels", "all"))
    attributes = {"axes": draw(axes), "scale": draw(st.booleans()), "center": draw(st.booleans())}
    return Case("layernorm", (draw(anything),), attributes)


@st.composite
def groupnorm(draw: st.DrawFn) -> Case:
    x, groups = draw(maps()), draw(st.sampled_from((1, 2, 3)))
    attributes = {"scale": draw(st.booleans()), "center": draw(st.booleans()), "groups": groups}
    return Case("groupnorm", (Shape(x.size, groups * draw(channels)),), attributes)


@st.composite
def instancenorm(draw: st.DrawFn) -> Case:
    attributes = {"scale": draw(st.booleans()), "center": draw(st.booleans())}
    return Case("instancenorm", (draw(maps()),), attributes)


@st.composite
def rmsnorm(draw: st.DrawFn) -> Case:
    axes = st.sampled_from(("channels", "all"))
    return Case("rmsnorm", (draw(anything),), {"axes": draw(axes), "scale": draw(st.booleans())})


STRATEGIES = {
    "rmsnorm": rmsnorm(),
    "grn": anything.map(lambda x: Case("grn", (x,))),
    "layernorm": layernorm(),
    "groupnorm": groupnorm(),
    "instancenorm": instancenorm(),
    "lrn": lrn(),
}
