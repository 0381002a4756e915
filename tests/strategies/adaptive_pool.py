"""Pooling into a given size."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.case import Case, maps, one_or_each


@st.composite
def adaptive(draw: st.DrawFn, kind: str) -> Case:
    x = draw(maps())
    size = draw(one_or_each(st.sampled_from((1, 2, 3, 7, 13)), x.rank))
    return Case(kind, (x,), {"size": size})


STRATEGIES = {kind: adaptive(kind) for kind in ("adaptive_maxpool", "adaptive_avgpool")}
