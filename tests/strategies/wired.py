"""Random networks of any wiring: several inputs and outputs, joins from afar, dead ends."""

from __future__ import annotations

from hypothesis import strategies as st

import cnnanalyze as cnn

PLAIN = ("relu", "tanh", "identity", "bn")
JOINS = ("add", "maximum", "multiply")


@st.composite
def wired(draw: st.DrawFn) -> cnn.Network:
    """Return a network; all its tensors have one shape, so that each may read any before it."""
    b = cnn.NetworkBuilder("wired")
    tensors = [b.input(5, 3, 2) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, 12))):
        # What was made last is read more often: long paths.
        near = st.sampled_from(tensors[-2:])
        read = draw(st.lists(near | st.sampled_from(tensors), min_size=1, max_size=3))
        kind = draw(st.sampled_from(PLAIN if len(read) == 1 else JOINS))
        tensors.append(b.layer(kind, *read))
    layers = [t for t in tensors if t.id.rstrip("0123456789") != "input"]
    ends = draw(st.lists(st.sampled_from(layers), unique_by=lambda t: t.id, max_size=2))
    return b.build(outputs=[*ends, layers[-1]])
