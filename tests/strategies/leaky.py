"""Activation functions that keep something of what is negative."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.activation import activations

factors = st.sampled_from((0.01, 0.2, 1.0))


STRATEGIES = {
    "leaky_relu": activations("leaky_relu", {"slope": factors}),
    "elu": activations("elu", {"alpha": factors}),
    "prelu": activations("prelu", {"shared": st.booleans(), "per_position": st.booleans()}),
}
