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
    "gelu": activations("gelu", {"approximate": st.booleans()}),
}
