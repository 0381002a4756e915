"""Tokens that are put first, and numbers that tell positions."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, maps


@st.composite
def class_tokens(draw: st.DrawFn) -> Case:
    attributes = draw(st.sampled_from(({}, {"tokens": 1}, {"tokens": 3})))
    return Case("class_token", (draw(maps(1)),), attributes)


@st.composite
def positions(draw: st.DrawFn) -> Case:
    method = draw(st.sampled_from(("learned", "sinusoidal")))
    x = draw(maps(1) if method == "sinusoidal" else maps())
    return Case("position_embedding", (x,), {"method": method})


STRATEGIES = {"class_token": class_tokens(), "position_embedding": positions()}
