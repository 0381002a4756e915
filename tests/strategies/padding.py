"""Layers that put a border around the map, or cut one off."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, borders, maps


@st.composite
def zeropads(draw: st.DrawFn) -> Case:
    x = draw(maps())
    padding, _ = draw(borders(x.rank))
    return Case("zeropad", (x,), {"padding": padding})


@st.composite
def crops(draw: st.DrawFn) -> Case:
    x = draw(maps())
    amount, pads = draw(borders(x.rank))
    size = tuple(
        max(n, before + after + 1) for n, (before, after) in zip(x.size, pads, strict=True)
    )
    return Case("crop", (Shape(size, x.channels),), {"amount": amount})


@st.composite
def reflections(draw: st.DrawFn) -> Case:
    x = draw(maps())
    padding, pads = draw(borders(x.rank))
    size = tuple(max(n, max(pair) + 1) for n, pair in zip(x.size, pads, strict=True))
    return Case("reflectpad", (Shape(size, x.channels),), {"padding": padding})


@st.composite
def rounds(draw: st.DrawFn) -> Case:
    x = draw(maps())
    padding, pads = draw(borders(x.rank))
    size = tuple(max(n, *pair) for n, pair in zip(x.size, pads, strict=True))
    return Case("circularpad", (Shape(size, x.channels),), {"padding": padding})


@st.composite
def replications(draw: st.DrawFn) -> Case:
    x = draw(maps())
    padding, _ = draw(borders(x.rank))
    return Case("replicatepad", (x,), {"padding": padding})


@st.composite
def pads(draw: st.DrawFn) -> Case:
    mode = draw(st.sampled_from(("constant", "reflect", "replicate", "circular")))
    x = draw(maps())
    padding, pads_ = draw(borders(x.rank))
    size = tuple(max(n, max(pair) + 1) for n, pair in zip(x.size, pads_, strict=True))
    more: dict[str, Any] = {"mode": mode}
    if mode == "constant" and draw(st.booleans()):
        more["fill"] = 2.5
    most = {"reflect": x.channels - 1, "circular": x.channels}.get(mode, 3)
    ends = [draw(st.integers(0, most)) for _ in range(2)]
    if any(ends) and draw(st.booleans()):
        more["channels"] = ends
        if draw(st.booleans()):  # the channels alone, maybe of a vector
            return Case("pad", (draw(st.sampled_from((x, Shape((), x.channels)))),), more)
    return Case("pad", (Shape(size, x.channels),), {"padding": padding, **more})


STRATEGIES = {
    "pad": pads(),
    "circularpad": rounds(),
    "reflectpad": reflections(),
    "replicatepad": replications(),
    "zeropad": zeropads(),
    "crop": crops(),
}
