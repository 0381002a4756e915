"""Gated units: one half of the channels is multiplied with a function of the other half."""

from __future__ import annotations

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import run, single, thin_run
from cnnanalyze.execute.kernels.activation import sigmoid_divisor
from cnnanalyze.execute.kernels.smooth import gelu, silu
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


def _halves(inputs: list[Array]) -> tuple[Array, Array]:
    x = single(inputs)
    if x.shape[-1] % 2:
        raise ExecutionError(f"{x.shape[-1]} channels have no halves")
    first, second = np.split(x, 2, axis=-1)
    return first, second


@run("glu")
def glu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Open the first half by the sigmoid of the second."""
    opened, gate = _halves(inputs)
    divisor = sigmoid_divisor(tally, gate)
    return tally.divide(opened, divisor, out=divisor)


@run("geglu")
def geglu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Open the first half by the second, weighed by the share of a normal distribution below."""
    opened, gate = _halves(inputs)
    weighed = gelu(tally, [gate], {})
    return tally.multiply(opened, weighed, out=weighed)


@run("swiglu")
def swiglu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Open the first half by the second, weighed by its sigmoid."""
    opened, gate = _halves(inputs)
    weighed = silu(tally, [gate], {})
    return tally.multiply(opened, weighed, out=weighed)


@thin_run("glu")
@thin_run("geglu")
@thin_run("swiglu")
def thin_gate(_tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Let each position through: both halves lie there."""
    return single(inputs)
