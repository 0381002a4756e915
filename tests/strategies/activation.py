"""Activation functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.strategies.case import Case, anything

factors = st.sampled_from((0.01, 0.2, 1.0))
PLAIN: Mapping[str, Any] = {}


@st.composite
def activations(
    draw: st.DrawFn, kind: str, attributes: Mapping[str, st.SearchStrategy[Any]] = PLAIN
) -> Case:
    return Case(kind, (draw(anything),), {name: draw(s) for name, s in attributes.items()})


STRATEGIES = {
    **{k: activations(k) for k in ("relu", "relu6", "sigmoid", "tanh", "softmax")},
    "leaky_relu": activations("leaky_relu", {"slope": factors}),
    "elu": activations("elu", {"alpha": factors}),
    "prelu": activations("prelu", {"shared": st.booleans(), "per_position": st.booleans()}),
}
