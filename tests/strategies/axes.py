"""Layers that take axes apart, join them and choose places along them."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, anything, maps, one_or_each

LENGTHS = (1, 2, 3, 5)
MOST_AXES = 4


@st.composite
def dealt(draw: st.DrawFn, names: list[str]) -> list[list[str]]:
    """Return names in brackets, the last for the channels; some axes have none."""
    count = draw(st.integers(1, min(MOST_AXES, len(names) + 1)))
    axes: list[list[str]] = [[] for _ in range(count)]
    for name in names:
        axes[draw(st.integers(0, count - 1))].append(name)
    return axes


@st.composite
def kept(draw: st.DrawFn, axes: list[list[str]]) -> list[list[str]]:
    """Return the same axes in another order, perhaps with blocks that change with the channels."""
    *space, channels = [list(names) for names in axes]
    space = draw(st.permutations(space)) if space else []
    for names in space:
        if len(names) > 1 and draw(st.booleans()):
            channels.append(names.pop())
    if space and len(channels) > 1 and draw(st.booleans()):
        space[0].append(channels.pop(0))
    return [*space, channels]


def show_tree(axes: list[list[str]]) -> str:
    """Return axes as a pattern has them."""
    return " ".join(
        names[0] if len(names) == 1 else f"({' '.join(names)})" if names else "1" for names in axes
    )


@st.composite
def rearrangements(draw: st.DrawFn) -> Case:
    names = list("abcde")[: draw(st.integers(1, 5))]
    lengths = {name: draw(st.sampled_from(LENGTHS)) for name in names}
    before = draw(dealt(names))
    after = draw(st.one_of(dealt(draw(st.permutations(names))), kept(before)))
    *size, channels = (prod(lengths[name] for name in axis) for axis in before)
    # All but one name of a bracket must be given; the others may be.
    told = {name for axis in before for name in axis[1:]}
    told |= set(draw(st.lists(st.sampled_from(names), max_size=2)))
    attributes: dict[str, Any] = {"pattern": f"{show_tree(before)} -> {show_tree(after)}"}
    if told:
        attributes["sizes"] = {name: lengths[name] for name in sorted(told)}
    return Case("rearrange", (Shape(tuple(size), channels),), attributes)


@st.composite
def axis_words(draw: st.DrawFn, x: Shape) -> tuple[str | int, int]:
    """Return an axis by its name or its number, and which it is, from 0."""
    axis = draw(st.integers(0, x.rank))
    names = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
    words = (*names.get(x.rank, ()), "channels")
    either: tuple[str | int, ...] = (words[axis], axis + 1)
    return draw(st.sampled_from(either)), axis


@st.composite
def gathers(draw: st.DrawFn) -> Case:
    x = draw(anything)
    word, axis = draw(axis_words(x))
    n = x.extents[axis]
    positions = draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=7))
    return Case("gather", (x,), {"axis": word, "positions": positions})


@st.composite
def stretches(draw: st.DrawFn) -> Case:
    x = draw(anything)
    word, axis = draw(axis_words(x))
    n = x.extents[axis]
    start = draw(st.integers(0, n - 1))
    stop = draw(st.integers(start + 1, n))
    attributes: dict[str, Any] = {"axis": word}
    attributes["start"] = draw(st.sampled_from((start, start - n)))
    if stop == n:
        attributes |= draw(st.sampled_from(({}, {"stop": n})))
    else:
        attributes["stop"] = draw(st.sampled_from((stop, stop - n)))
    if draw(st.booleans()):
        attributes["step"] = draw(st.integers(1, 4))
    return Case("slice", (x,), attributes)


@st.composite
def backwards(draw: st.DrawFn) -> Case:
    x = draw(anything)
    word, axis = draw(axis_words(x))
    n = x.extents[axis]
    start = draw(st.integers(0, n - 1))
    stop = draw(st.integers(-1, start - 1))
    attributes: dict[str, Any] = {"axis": word, "step": -draw(st.integers(1, 4))}
    if start < n - 1 or draw(st.booleans()):
        attributes["start"] = draw(st.sampled_from((start, start - n)))
    if stop >= 0:
        attributes["stop"] = draw(st.sampled_from((stop, stop - n)))
    return Case("slice", (x,), attributes)


@st.composite
def rolls(draw: st.DrawFn) -> Case:
    x = draw(maps())
    return Case("roll", (x,), {"amount": draw(one_or_each(st.integers(-9, 9), x.rank))})


STRATEGIES = {"rearrange": rearrangements(), "gather": gathers(), "roll": rolls()}
