"""Rows of a table in the place of numbers."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, maps, vectors


@st.composite
def embeddings(draw: st.DrawFn) -> Case:
    x = draw(vectors) if draw(st.booleans()) else Shape(draw(maps()).size, 1)
    attributes = {"words": draw(st.sampled_from((1, 2, 17))), "size": draw(st.integers(1, 5))}
    return Case("embedding", (x,), attributes)


STRATEGIES = {"embedding": embeddings()}
