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
    x = single(inputs)
    out = tally.room(x)
    tally.multiply(as_rows(x), along_rows(weights["gamma"], x), out=as_rows(out))
    return out


@init("layer_scale")
def init_layer_scale(
    draw: Draw, shapes: Sequence[tuple[int, ...]], **_: object
) -> dict[str, Array]:
    """Make one number per channel."""
    return {"gamma": draw((shapes[0][-1],))}


@run("scale")
def scale(
    tally: Tally, inputs: list[Array], _weights: Tensors, *, factor: float, **_: object
) -> Array:
    """Multiply everything by one number."""
    x = single(inputs)
    return tally.multiply(x, factor, out=tally.room(x))
