"""Layers that give the elements another shape."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, anything, maps


@st.composite
def flattens(draw: st.DrawFn) -> Case:
    return Case("flatten", (draw(anything),))


@st.composite
def reshapes(draw: st.DrawFn) -> Case:
    x = draw(maps())
    everything = Shape((), x.count)
    turned = Shape((*x.size[1:], x.channels), x.size[0])
    target = draw(st.sampled_from((x, everything, turned)))
    source = draw(st.sampled_from((x, everything)))
    return Case("reshape", (source,), {"to": str(target)})


STRATEGIES = {
    "flatten": flattens(),
    "reshape": reshapes(),
}
