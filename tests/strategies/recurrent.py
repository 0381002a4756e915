"""Recurrent layers on sequences."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.strategies.case import Case, maps

flags = st.booleans()


@st.composite
def recurrences(draw: st.DrawFn, kind: str) -> Case:
    attributes: dict[str, Any] = {
        "units": draw(st.sampled_from((1, 3, 7))),
        "output": draw(st.sampled_from(("sequence", "last"))),
        "bidirectional": draw(flags),
        "layers": draw(st.sampled_from((1, 1, 2, 3))),
        "biases": draw(st.sampled_from((0, 1, 2))),
    }
    if kind == "gru":
        attributes["reset_after"] = draw(flags)
    if kind == "rnn":
        attributes["activation"] = draw(st.sampled_from(("tanh", "relu")))
    return Case(kind, (draw(maps(rank=1)),), attributes)


STRATEGIES = {kind: recurrences(kind) for kind in ("lstm", "gru", "rnn")}
