"""Activation functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.strategies.case import Case, anything

PLAIN: Mapping[str, Any] = {}


@st.composite
def activations(
    draw: st.DrawFn, kind: str, attributes: Mapping[str, st.SearchStrategy[Any]] = PLAIN
) -> Case:
    return Case(kind, (draw(anything),), {name: draw(s) for name, s in attributes.items()})


STRATEGIES = {
    **{k: activations(k) for k in ("relu", "relu6", "sigmoid", "tanh", "softmax")},
}
