"""Layers that scale and shift, by learned numbers or fixed ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, along_rows, as_rows, init, run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("layer_scale")
def layer_scale(tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Multiply every channel by a learned number."""
    x, gamma = single(inputs), weights["gamma"]
    out = tally.room(x)
    factors = along_rows(gamma, x) if gamma.size == x.shape[-1] else gamma
    tally.multiply(as_rows(x), factors, out=as_rows(out))
    return out


@init("layer_scale")
def init_layer_scale(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, shared: bool = False, **_: object
) -> dict[str, Array]:
    """Make one number per channel, or one."""
    return {"gamma": draw((1 if shared else shapes[0][-1],))}


@run("scale")
def scale(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    factor: float,
    offset: float = 0.0,
    **_: object,
) -> Array:
    """Multiply everything by one number, and add another one."""
    x = single(inputs)
    out = x
    if factor != 1:
        out = tally.multiply(x, factor, out=tally.room(x))
    if offset:
        out = tally.add(out, offset, out=tally.room(x) if out is x else out)
    return out


@run("affine")
def affine(tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Multiply every channel by a learned number, and add another one."""
    x = single(inputs)
    out = x
    for work, role in ((tally.multiply, "gamma"), (tally.add, "beta")):
        if role not in weights:
            continue
        numbers = weights[role]
        target = tally.room(x) if out is x else out
        each = along_rows(numbers, x) if numbers.size == x.shape[-1] else numbers
        work(as_rows(out), each, out=as_rows(target))
        out = target
    return out


@init("affine")
def init_affine(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    scale: bool = True,
    center: bool = True,
    shared: bool = False,
    **_: object,
) -> dict[str, Array]:
    """Make one number per channel, or one, of each sort."""
    shape = (1 if shared else shapes[0][-1],)
    wanted = (("gamma", scale), ("beta", center))
    return {role: draw(shape) for role, held in wanted if held}


@run("constant_map")
def constant_map(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    operation: str = "add",
    along: str = "all",
    **_: object,
) -> Array:
    """Join every element with the number of its place, or of its channel."""
    x = single(inputs)
    (numbers,) = weights.values()
    # A table that is shorter comes again from its beginning.
    laid = np.resize(numbers, x.shape[1:] if along == "all" else x.shape[-1:])
    work = tally.add if operation == "add" else tally.multiply
    return work(x, laid, out=tally.room(x))


@init("constant_map")
def init_constant_map(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    along: str = "all",
    table: int | None = None,
    **_: object,
) -> dict[str, Array]:
    """Make the table, or a number for every element or channel."""
    if table is not None:
        return {"table": draw((table,))}
    return {"constants": draw(shapes[0][1:] if along == "all" else shapes[0][-1:])}
