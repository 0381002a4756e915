"""Activation functions of newer networks."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.activation import activations

KINDS = (
    *("selu", "silu", "hard_sigmoid", "hard_swish"),
    *("softplus", "mish", "log_softmax"),
)
STRATEGIES = {
    **{kind: activations(kind) for kind in KINDS},
    "celu": activations("celu", {"alpha": st.sampled_from((1.0, 0.5, 2.0))}),
    "gelu": activations("gelu", {"approximate": st.booleans()}),
}
