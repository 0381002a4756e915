"""Powers, roots, exponentials, logarithms and limits, element by element."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.strategies.activation import activations
from tests.strategies.case import Case, anything

KINDS = ("abs", "sqrt", "exp", "log")
LIMITS: tuple[dict[str, Any], ...] = (
    {"min": -0.5, "max": 0.5},
    {"min": 0.25},
    {"max": 0},
    {},
    {"min": 2, "max": 2},
)
STRATEGIES = {
    **{kind: activations(kind) for kind in KINDS},
    "power": activations("power", {"exponent": st.sampled_from((2, 3, 0.5, -1, 1.7))}),
    "hard_tanh": activations(
        "hard_tanh", {"min": st.sampled_from((-1, -0.5)), "max": st.sampled_from((1, 0.25))}
    ),
    "clip": st.builds(
        lambda x, limits: Case("clip", (x,), limits), anything, st.sampled_from(LIMITS)
    ),
}
