"""Convolutions of each channel by itself: depthwise, and separable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnanalyze.execute.kernels._base import (
    Draw,
    Extents,
    Padding,
    add_bias,
    feature_map,
    init,
    need_map,
    per_axis,
    place_windows,
    run,
    thin,
)
from cnnanalyze.execute.kernels.conv import by_taps
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("depthwise")
def depthwise(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution that leaves the channels apart."""
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    return add_bias(tally, by_taps(tally, x, weights["kernel"], axes), weights)


@init("depthwise")
def init_depthwise(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    kernel: Extents,
    multiplier: int = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make kernel and bias."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    made = {"kernel": draw((*taps, shape[-1], multiplier), fan=prod(taps))}
    return made | ({"bias": draw((shape[-1] * multiplier,))} if bias else {})


@thin("depthwise")
def thin_depthwise(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one output channel."""
    return {**attributes, "multiplier": 1}


@run("separable")
def separable(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a depthwise convolution and mix its channels."""
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    deep = by_taps(tally, x, weights["depthwise kernel"], axes)
    mixed = tally.contract(deep.reshape(-1, deep.shape[-1]), weights["pointwise kernel"])
    return add_bias(tally, mixed.reshape(*deep.shape[:-1], -1), weights)


@init("separable")
def init_separable(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    multiplier: int = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make both kernels and the bias."""
    shape = shapes[0]
    need_map(shape)
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    deep = shape[-1] * multiplier
    made = {
        "depthwise kernel": draw((*taps, shape[-1], multiplier), fan=prod(taps)),
        "pointwise kernel": draw((deep, filters), fan=deep),
    }
    return made | ({"bias": draw((filters,))} if bias else {})


@thin("separable")
def thin_separable(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1, "multiplier": 1}
