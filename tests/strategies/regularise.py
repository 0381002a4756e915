"""Layers that do nothing at inference."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, anything


@st.composite
def dropouts(draw: st.DrawFn) -> Case:
    rate, per_channel = draw(st.sampled_from((0, 0.3, 0.5, 1))), draw(st.booleans())
    return Case("dropout", (draw(anything),), {"rate": rate, "per_channel": per_channel})


@st.composite
def drop_paths(draw: st.DrawFn) -> Case:
    return Case("drop_path", (draw(anything),), {"rate": draw(st.sampled_from((0, 0.2)))})


STRATEGIES = {
    "dropout": dropouts(),
    "drop_path": drop_paths(),
    "identity": anything.map(lambda x: Case("identity", (x,))),
}
