"""Deformable convolutions, with offsets and masks that belong to them."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.attributes import as_tuples
from cnnanalyze.layers.conv import Conv
from tests.strategies.case import Case, spread, windows


@st.composite
def deformed(draw: st.DrawFn) -> Case:
    attributes, size = draw(windows(pools=True))
    rank = len(size)
    together = draw(st.sampled_from((1, 1, 2)))
    groups = draw(st.sampled_from((1, 1, 3)))
    x = Shape(size, together * groups * draw(st.sampled_from((1, 2))))
    attributes |= {"filters": groups * draw(st.sampled_from((1, 5))), "groups": groups}
    attributes["bias"] = draw(st.booleans())
    taps = prod(spread(attributes["kernel"], rank))
    window: dict[str, Any] = {
        k: as_tuples(attributes[k]) for k in ("kernel", "stride", "padding", "dilation")
    }
    output = Conv(filters=1, **window).slid(x)
    offset = Shape(output, together * rank * taps)
    masks = (Shape(output, together * taps),) if draw(st.booleans()) else ()
    return Case("deform_conv", (x, offset, *masks), attributes)


STRATEGIES = {"deform_conv": deformed()}
