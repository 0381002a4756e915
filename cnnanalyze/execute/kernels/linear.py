"""The layer that weighs its whole input for every unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnanalyze.execute.kernels._base import Draw, init, run, single, thin
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("dense")
def dense(tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Weigh all activations for every unit."""
    x = single(inputs)
    out = tally.contract(x.reshape(len(x), -1), weights["kernel"])
    return tally.add(out, weights["bias"], out=out) if "bias" in weights else out


@init("dense")
def init_dense(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, units: int, bias: bool = True, **_: object
) -> dict[str, Array]:
    """Make kernel and bias."""
    read = prod(shapes[0][1:])
    made = {"kernel": draw((read, units), fan=read)}
    return made | ({"bias": draw((units,))} if bias else {})


@thin("dense")
def thin_units(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one unit."""
    return {**attributes, "units": 1}
