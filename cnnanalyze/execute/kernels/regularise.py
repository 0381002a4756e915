"""Layers that regularise: nothing is left of them at inference, or a factor."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.execute.kernels._base import Draw, along_rows, as_rows, init, run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("dropout")
@run("drop_path")
@run("identity")
def identity(_tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Return the input as it is."""
    return single(inputs)


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
    tally: Tally, inputs: list[Array], _weights: Tensors, *, factor: float, **_: object
) -> Array:
    """Multiply everything by one number."""
    x = single(inputs)
    return tally.multiply(x, factor, out=tally.room(x))
