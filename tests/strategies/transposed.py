"""Transposed convolutions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, channels, one_or_each, ranks, spread


@st.composite
def transposed(draw: st.DrawFn) -> Case:
    rank, groups = draw(ranks), draw(st.sampled_from((1, 1, 2, 3)))
    axes = range(rank)
    kernel = draw(one_or_each(st.integers(1, 5), rank))
    stride = draw(one_or_each(st.integers(1, 5), rank))
    dilation = draw(one_or_each(st.sampled_from((1, 1, 2, 3)), rank))
    size = tuple(draw(st.sampled_from(((1, 5, 11), (1, 7, 13), (2, 3))[axis])) for axis in axes)
    attributes: dict[str, Any] = {
        "filters": groups * draw(st.sampled_from((1, 5, 7))),
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    shape = Shape(size, groups * draw(channels))
    if draw(st.booleans()):
        attributes["padding"] = "same"
        return Case("transposed_conv", (shape,), attributes)
    wide = [spread(each, rank) for each in (kernel, stride, dilation)]
    extra = [draw(st.integers(0, max(s, d) - 1)) for _, s, d in zip(*wide, strict=True)]
    attributes["output_padding"] = extra
    pads = []
    for n, k, s, d, o in zip(size, *wide, extra, strict=True):
        # At least one index must be left of what the windows cover.
        spare = min((n - 1) * s + d * (k - 1) + o, 7)
        before = draw(st.integers(0, spare))
        pads.append([before, draw(st.integers(0, spare - before))])
    attributes["padding"] = pads
    return Case("transposed_conv", (shape,), attributes)


STRATEGIES = {"transposed_conv": transposed()}
