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
    wide = [spread(each, rank) for each in (kernel, stride, dilation)]
    word, given = (
        draw(
            st.sampled_from(("same", "valid", "")),
        ),
        draw(st.booleans()),
    )
    limits = [s if word else max(s, d) for _, s, d in zip(*wide, strict=True)]
    extra = [draw(st.integers(0, limit - 1)) if given else 0 for limit in limits]
    if given:
        attributes["output_padding"] = extra
    if word:
        attributes["padding"] = word
        if word == "same" and given:
            # With an even window and nothing added, the last stride is all that is left.
            size = tuple(max(n, 2) for n in size)
        return Case("transposed_conv", (Shape(size, shape.channels),), attributes)
    pads = []
    for n, k, s, d, o in zip(size, *wide, extra, strict=True):
        # At least one index must be left of what the windows cover.
        spare = min((n - 1) * s + d * (k - 1) + o, 7)
        before = draw(st.integers(0, spare))
        pads.append([before, draw(st.integers(0, spare - before))])
    attributes["padding"] = pads
    return Case("transposed_conv", (shape,), attributes)


STRATEGIES = {"transposed_conv": transposed()}
