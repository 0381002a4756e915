"""Normalisation: with the statistics of a group, and across neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.execute.kernels._base import (
    Draw,
    init,
    mean,
    pieces,
    run,
    single,
    thin,
)
from cnnanalyze.execute.kernels.conv import split_channels
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("lrn")
def lrn(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    offset: float = 1.0,
    **_: object,
) -> Array:
    """Divide by a power of the squares of the neighbouring channels."""
    x = single(inputs)
    squares = tally.multiply(x, x)
    sums = squares.copy()
    channels = x.shape[-1]
    before, after = 0, 0
    while before + 1 + after < size:
        # Neighbours are taken in turn, the one before first: an even window leans that way.
        if before == after:
            before += 1
            near, far = slice(before, None), slice(None, max(channels - before, 0))
        else:
            after += 1
            near, far = slice(None, max(channels - after, 0)), slice(after, None)
        tally.add(sums[..., near], squares[..., far], out=sums[..., near])
    tally.multiply(sums, alpha / size, out=sums)
    tally.add(sums, offset, out=sums)
    tally.power(sums, beta, out=sums)
    return tally.divide(x, sums, out=sums)


@run("layernorm")
def layernorm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    axes: str = "channels",
    epsilon: float = 1e-6,
    **_: object,
) -> Array:
    """Standardise the channels of every position, or everything together."""

    def standardise(row: Array, out: Array) -> None:
        tally.subtract(row, mean(tally, row, (-1,)), out=out)
        _divide_by_root(tally, out, epsilon, out)

    return _by_rows(tally, single(inputs), weights, axes, standardise)


def _by_rows(
    tally: Tally,
    x: Array,
    weights: Tensors,
    axes: str,
    normalise: Callable[[Array, Array], None],
) -> Array:
    """Normalise every position, or everything together, and apply what is learned."""
    out = tally.room(x)
    leading = x.shape[:1] if axes == "all" else x.shape[:-1]
    # Either way, what belongs together lies in one row.
    rows, target = (a.reshape(prod(leading), -1) for a in (x, out))
    for some in pieces(rows):
        part = target[some]
        normalise(rows[some], part)
        if "gamma" in weights:
            tally.multiply(part, weights["gamma"].reshape(-1), out=part)
        if "beta" in weights:
            tally.add(part, weights["beta"].reshape(-1), out=part)
    return out


def _divide_by_root(tally: Tally, rows: Array, epsilon: float, out: Array) -> None:
    """Divide every row by the root of its mean square."""
    square = mean(tally, tally.multiply(rows, rows), (-1,))
    tally.multiply(rows, _inverse_root(tally, square, epsilon), out=out)


def _inverse_root(tally: Tally, variance: Array, epsilon: float) -> Array:
    return tally.power(tally.add(variance, epsilon), -0.5)


@init("layernorm")
def init_layernorm(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    axes: str = "channels",
    scale: bool = True,
    center: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make the learned numbers of every channel, or of every activation."""
    return _learned(draw, shapes[0][1:] if axes == "all" else shapes[0][-1:], scale, center)


def _learned(draw: Draw, shape: tuple[int, ...], scale: bool, center: bool) -> dict[str, Array]:
    made = {"gamma": draw(shape)} if scale else {}
    return made | ({"beta": draw(shape)} if center else {})


@run("groupnorm")
def groupnorm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    groups: int = 32,
    epsilon: float = 1e-5,
    **_: object,
) -> Array:
    """Standardise every group of channels, over all positions."""
    return _standardised(tally, single(inputs), weights, groups, epsilon)


@init("groupnorm")
def init_groupnorm(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    scale: bool = True,
    center: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make the learned numbers of every channel."""
    return _learned(draw, shapes[0][-1:], scale, center)


@run("instancenorm")
def instancenorm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    epsilon: float = 1e-5,
    **_: object,
) -> Array:
    """Standardise every channel, over all positions."""
    x = single(inputs)
    return _standardised(tally, x, weights, x.shape[-1], epsilon)


@init("instancenorm")
def init_instancenorm(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    scale: bool = False,
    center: bool = False,
    **_: object,
) -> dict[str, Array]:
    """Make the learned numbers of every channel, if any are asked for."""
    return _learned(draw, shapes[0][-1:], scale, center)


def _standardised(tally: Tally, x: Array, weights: Tensors, groups: int, epsilon: float) -> Array:
    images, channels = len(x), x.shape[-1]
    members = len(split_channels(channels, groups, "channels")[0])
    maps = x.reshape(images, -1, channels)

    def mean_of(values: Array) -> Array:
        """Return one mean per group; first along the positions, where rows are long."""
        sums = tally.total(values, (1,)).reshape(images, groups, members)
        return tally.divide(tally.total(sums, (2,)), maps.shape[1] * members)

    def each(statistic: Array) -> Array:
        """Repeat the number of a group for its channels."""
        return np.repeat(statistic, members, axis=2).reshape(images, 1, channels)

    out = tally.room(x).reshape(maps.shape)
    tally.subtract(maps, each(mean_of(maps)), out=out)
    variance = mean_of(tally.multiply(out, out))
    tally.multiply(out, each(_inverse_root(tally, variance, epsilon)), out=out)
    if "gamma" in weights:
        tally.multiply(out, weights["gamma"], out=out)
    if "beta" in weights:
        tally.add(out, weights["beta"], out=out)
    return out.reshape(x.shape)


@run("rmsnorm")
def rmsnorm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    axes: str = "channels",
    epsilon: float = 1e-6,
    **_: object,
) -> Array:
    """Divide by the root of the mean square of a position, or of everything together."""

    def scale(row: Array, out: Array) -> None:
        _divide_by_root(tally, row, epsilon, out)

    return _by_rows(tally, single(inputs), weights, axes, scale)


@init("rmsnorm")
def init_rmsnorm(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    axes: str = "channels",
    scale: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make the learned numbers of every channel, or of every activation."""
    return init_layernorm(draw, shapes, axes=axes, scale=scale, center=False)


@run("grn")
def grn(
    tally: Tally, inputs: list[Array], weights: Tensors, *, epsilon: float = 1e-6, **_: object
) -> Array:
    """Weigh every channel by its response beside the others, and add what came in."""
    x = single(inputs)
    maps = x.reshape(len(x), -1, x.shape[-1])
    response = tally.power(tally.total(tally.multiply(maps, maps), (1,)), 0.5)
    compared = tally.divide(response, tally.add(mean(tally, response, (-1,)), epsilon))
    out = tally.multiply(maps, compared)
    tally.multiply(out, weights["gamma"], out=out)
    tally.add(out, weights["beta"], out=out)
    return tally.add(out, maps, out=out).reshape(x.shape)


@init("grn")
def init_grn(draw: Draw, shapes: Sequence[tuple[int, ...]], **_: object) -> dict[str, Array]:
    """Make the learned numbers of every channel."""
    return _learned(draw, shapes[0][-1:], scale=True, center=True)


@thin("layernorm")
@thin("groupnorm")
@thin("instancenorm")
def thin_statistic(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one group, and far from a division by zero."""
    return {**attributes, "groups": 1, "epsilon": 1.0}
