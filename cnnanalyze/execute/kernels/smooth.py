"""Smooth activation functions and their piecewise linear stand-ins; the logarithm of softmax."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt

import numpy as np

from cnnanalyze.execute.kernels._base import as_rows, pieces, run, single
from cnnanalyze.execute.kernels.activation import sigmoid_divisor
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805
"""Both keep mean zero and variance one (Klambauer et al. 2017)."""

Function = Callable[[Array, Array], object]
"""What computes some elements: it reads the first array and writes the second, last of all."""


def _each(tally: Tally, x: Array, function: Function) -> Array:
    """Compute piece by piece, so that what lies between input and output stays in the cache."""
    out = tally.room(x)
    source, target = as_rows(x), as_rows(out)
    for some in pieces(source):
        function(source[some], target[some])
    return out


@run("selu")
def selu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Bend what is negative, and scale so that activations stay standardised."""

    def bend(x: Array, out: Array) -> None:
        positive = tally.greater(x, 0)
        bent = tally.exp(x)
        tally.subtract(bent, 1, out=bent)
        tally.multiply(bent, _SELU_ALPHA, out=bent)
        np.copyto(bent, x, where=positive)
        tally.multiply(bent, _SELU_SCALE, out=out)

    return _each(tally, single(inputs), bend)


@run("celu")
def celu(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    alpha: float = 1.0,
    **_: object,
) -> Array:
    """Bend what is negative towards ``-alpha``, without a step in the slope."""

    def bend(x: Array, out: Array) -> None:
        positive = tally.greater(x, 0)
        bent = tally.exp(tally.divide(x, alpha))
        tally.subtract(bent, 1, out=bent)
        tally.multiply(bent, alpha, out=bent)
        np.copyto(bent, x, where=positive)
        np.copyto(out, bent)

    return _each(tally, single(inputs), bend)


@run("gelu")
def gelu(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    approximate: bool = False,
    **_: object,
) -> Array:
    """Weigh by the share of a normal distribution that lies below."""

    def below(x: Array) -> Array:
        return tally.erf(tally.multiply(x, sqrt(0.5)))

    def roughly_below(x: Array) -> Array:
        cube = tally.multiply(x, x)
        tally.multiply(cube, x, out=cube)
        tally.multiply(cube, 0.044715, out=cube)
        tally.add(cube, x, out=cube)
        tally.multiply(cube, sqrt(2 / pi), out=cube)
        return tally.tanh(cube, out=cube)

    def weigh(x: Array, out: Array) -> None:
        share = roughly_below(x) if approximate else below(x)
        tally.add(share, 1, out=share)
        tally.multiply(share, 0.5, out=share)
        tally.multiply(x, share, out=out)

    return _each(tally, single(inputs), weigh)


@run("silu")
def silu(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Weigh by the sigmoid."""

    def weigh(x: Array, out: Array) -> None:
        tally.divide(x, sigmoid_divisor(tally, x), out=out)

    return _each(tally, single(inputs), weigh)


def _ramp(tally: Tally, x: Array) -> Array:
    """Return a ramp from zero to six, in the middle at zero."""
    ramp = tally.add(x, 3)
    tally.maximum(ramp, 0, out=ramp)
    return tally.minimum(ramp, 6, out=ramp)


@run("hard_sigmoid")
def hard_sigmoid(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Squeeze between zero and one, along a straight line."""
    return _each(tally, single(inputs), lambda x, out: tally.divide(_ramp(tally, x), 6, out=out))


@run("hard_swish")
def hard_swish(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Weigh by the hard sigmoid."""

    def weigh(x: Array, out: Array) -> None:
        ramp = _ramp(tally, x)
        tally.multiply(ramp, x, out=ramp)
        tally.divide(ramp, 6, out=out)

    return _each(tally, single(inputs), weigh)


def _softplus(tally: Tally, x: Array) -> Array:
    """Return ``log(1 + exp(x))``, as ``log(1 + exp(-|x|))`` and what is positive of ``x``."""
    soft = np.copysign(x, -1)
    tally.exp(soft, out=soft)
    tally.log1p(soft, out=soft)
    # A look at the sign is free, as in the absolute value.
    return tally.add(soft, np.where(np.signbit(x), x.dtype.type(0), x), out=soft)


@run("softplus")
def softplus(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Cut off what is negative, smoothly."""
    return _each(tally, single(inputs), lambda x, out: np.copyto(out, _softplus(tally, x)))


@run("mish")
def mish(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Weigh by the hyperbolic tangent of the softplus."""

    def weigh(x: Array, out: Array) -> None:
        soft = _softplus(tally, x)
        tally.tanh(soft, out=soft)
        tally.multiply(x, soft, out=out)

    return _each(tally, single(inputs), weigh)


@run("log_softmax")
def log_softmax(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Turn the channels of every position into logarithms of probabilities."""
    x = single(inputs)
    out = tally.subtract(x, tally.largest(x, (-1,)))
    total = tally.total(tally.exp(out), (-1,))
    return tally.subtract(out, tally.log(total, out=total), out=out)
