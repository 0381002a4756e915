"""Pooling over windows, over everything; subsampling."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, Cases, channels, maps, spread, windows


@st.composite
def pools(draw: st.DrawFn, kind: str) -> Case:
    attributes, size = draw(
        windows(dilated=kind != "subsample", strided=draw(st.booleans()), pools=True)
    )
    if kind != "subsample":
        attributes["ceil_mode"] = draw(st.booleans()) and attributes["padding"] != "same"
        if attributes["ceil_mode"] and draw(st.booleans()):
            size = draw(short(attributes, size))
    if kind == "lppool":
        attributes["norm"] = draw(st.sampled_from((1, 1.5, 2)))
    if kind == "avgpool":
        attributes["count_padding"] = draw(st.booleans())
    return Case(kind, (Shape(size, draw(channels)),), attributes)


@st.composite
def short(draw: st.DrawFn, attributes: dict[str, Any], size: tuple[int, ...]) -> tuple[int, ...]:
    """Return a size that some window is larger than, by less than a stride."""
    kernel = spread(attributes["kernel"], len(size))
    stride = spread(attributes.get("stride", kernel), len(size))
    return tuple(max(1, n - draw(st.integers(0, s - 1))) for n, s in zip(size, stride, strict=True))


def whole(kind: str) -> Cases:
    return maps().map(lambda x: Case(kind, (x,)))


STRATEGIES = {
    **{kind: pools(kind) for kind in ("maxpool", "avgpool", "lppool", "subsample")},
    **{kind: whole(kind) for kind in ("global_maxpool", "global_avgpool")},
}
