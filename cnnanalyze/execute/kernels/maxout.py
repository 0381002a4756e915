"""Layers whose units compare: the largest of several sums, or the distance from a centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, init, run, single, thin
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("maxout")
def maxout(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    units: int,
    pieces: int = 2,
    **_: object,
) -> Array:
    """Take the largest of several dense layers, unit by unit."""
    x = single(inputs)
    flat = x.reshape(len(x), -1)
    out = tally.contract(flat, weights["kernel"].reshape(flat.shape[1], -1))
    out = out.reshape(len(x), pieces, units)
    if "bias" in weights:
        tally.add(out, weights["bias"], out=out)
    return tally.largest(out, (1,))[:, 0]


@init("maxout")
def init_maxout(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    units: int,
    pieces: int = 2,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make the kernel and the bias of every piece."""
    read = prod(shapes[0][1:])
    made = {"kernel": draw((read, pieces, units), fan=read)}
    return made | ({"bias": draw((pieces, units))} if bias else {})


@run("rbf")
def rbf(tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Return the squared distance to the centre of every unit."""
    x = single(inputs)
    away = tally.subtract(x.reshape(len(x), 1, -1), weights["centres"])
    return np.reshape(tally.contract(away[..., None, :], away[..., None]), away.shape[:-1])


@init("rbf")
def init_rbf(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, units: int, **_: object
) -> dict[str, Array]:
    """Make the centres."""
    return {"centres": draw((units, prod(shapes[0][1:])))}


@thin("maxout")
@thin("rbf")
def thin_units(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one unit."""
    return {**attributes, "units": 1}
