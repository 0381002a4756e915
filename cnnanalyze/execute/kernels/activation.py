"""Activation functions, element by element; softmax along the channels."""

from __future__ import annotations

import numpy as np

from cnnanalyze.execute.kernels._base import as_rows, pieces, run, single
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("relu")
def relu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Cut off what is negative."""
    x = single(inputs)
    return tally.maximum(x, 0, out=tally.room(x))


@run("relu6")
def relu6(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Cut off what is negative or above six."""
    x = single(inputs)
    out = tally.room(x)
    source, target = as_rows(x), as_rows(out)
    for some in pieces(source):
        tally.maximum(source[some], 0, out=target[some])
        tally.minimum(target[some], 6, out=target[some])
    return out


@run("sigmoid")
def sigmoid(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Squeeze between zero and one."""
    x = single(inputs)
    divisor = sigmoid_divisor(tally, x, tally.room(x))
    return tally.divide(1, divisor, out=divisor)


def sigmoid_divisor(tally: Tally, x: Array, out: Array | None = None) -> Array:
    """Return ``1 + exp(-x)``: what is divided by it is weighed by the sigmoid."""
    out = np.negative(x, out=out)
    tally.exp(out, out=out)
    return tally.add(out, 1, out=out)


@run("tanh")
def tanh(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Squeeze between minus one and one."""
    x = single(inputs)
    return tally.tanh(x, out=tally.room(x))


@run("softmax")
def softmax(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Turn the channels of every position into probabilities."""
    x = single(inputs)
    out = tally.subtract(x, tally.largest(x, (-1,)))
    tally.exp(out, out=out)
    return tally.divide(out, tally.total(out, (-1,)), out=out)
