"""Reduction along axes that the input has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import axis_name
from tests.strategies.case import Case, anything

METHODS = ("mean", "sum", "max", "min", "var", "l2")


@st.composite
def reductions(draw: st.DrawFn) -> Case:
    x = draw(anything)
    names = [axis_name(axis, x.rank) for axis in range(x.rank)]
    several = st.lists(st.sampled_from([*names, "channels"]), min_size=1, unique=True)
    words = ["all", "channels", *names, *(("positions",) if names else ())]
    axes: Any = draw(st.sampled_from(words) | several | st.integers(1, x.rank + 1))
    named = axes if isinstance(axes, list) else [axes]
    may_go = not {"all", "channels", x.rank + 1}.intersection(named)
    keep = draw(st.booleans()) if may_go else True
    method = draw(st.sampled_from(METHODS))
    return Case("reduce", (x,), {"axes": axes, "method": method, "keep": keep})


STRATEGIES = {"reduce": reductions()}
