"""Attention in all its forms."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.axes import axis_words
from tests.strategies.case import Case, spread

EXTENTS = (1, 2, 3, 5, 7)
HEADS = (1, 2, 3)


@st.composite
def small(draw: st.DrawFn, channels: int, rank: int | None = None) -> Shape:
    """Return a map with few positions: each of them asks each other."""
    axes = draw(st.sampled_from((1, 1, 2, 3))) if rank is None else rank
    return Shape(tuple(draw(st.sampled_from(EXTENTS)) for _ in range(axes)), channels)


@st.composite
def projected(draw: st.DrawFn) -> dict[str, Any]:
    """Return the sizes of projections, and which of them add a bias."""
    found: dict[str, Any] = {}
    for name in ("key_size", "value_size", "output"):
        if draw(st.booleans()):
            found[name] = draw(st.sampled_from((1, 2, 5)))
    for name in ("bias", "output_bias"):
        if draw(st.booleans()):
            found[name] = draw(st.booleans())
    return found


@st.composite
def windows(draw: st.DrawFn, x: Shape) -> tuple[Shape, dict[str, Any]]:
    """Return windows with a shift, and a map that they tile."""
    one = st.sampled_from((1, 2, 3, 4))
    window = draw(st.one_of(one, st.tuples(*(one,) * x.rank).map(list)))
    found: dict[str, Any] = {"window": window}
    sides = spread(window, x.rank)
    size = tuple(w * draw(st.sampled_from((1, 2, 3))) for w in sides)
    if draw(st.booleans()):
        found["shift"] = [draw(st.integers(0, w - 1)) for w in sides]
    return Shape(size, x.channels), found


@st.composite
def placed(draw: st.DrawFn, x: Shape) -> tuple[Shape, dict[str, Any]]:
    """Return who sees whom, and a map in which that can be."""
    found: dict[str, Any] = {"relative_position": True} if draw(st.booleans()) else {}
    match draw(st.sampled_from(("windows", "axis", "causal", "distances"))):
        case "windows":
            x, more = draw(windows(x))
            found |= more
        case "axis":
            word, axis = draw(axis_words(x))
            found["axis"] = 1 if axis == x.rank else word
            if draw(st.booleans()):
                found["causal"] = True
        case "causal":
            x = Shape(x.size[:1], x.channels)
            found["causal"] = True
        case _:
            found["relative_position"] = True
    return x, found


@st.composite
def attentions(draw: st.DrawFn) -> Case:
    heads = draw(st.sampled_from(HEADS))
    channels = st.sampled_from((1, 2, 3)).map(lambda n: n * heads)
    x = draw(small(draw(channels)))
    attributes: dict[str, Any] = {"heads": heads}
    is_placed = draw(st.booleans())
    if is_placed:
        x, more = draw(placed(x))
        attributes |= more
    if is_learned := draw(st.sampled_from((True, True, False))):
        attributes |= draw(projected())
    else:
        attributes["projections"] = False
    inputs = [x]
    if draw(st.booleans()):
        deep = draw(channels) if is_learned else x.channels
        key = Shape(x.size, deep) if is_placed else draw(small(deep, x.rank))
        inputs.append(key)
        if draw(st.booleans()):
            inputs.append(Shape(key.size, draw(channels)))
    return Case("attention", tuple(inputs), attributes)


STRATEGIES = {"attention": attentions()}
