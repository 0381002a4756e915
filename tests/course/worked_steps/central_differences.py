"""Book two of gradients: the executor's kernels, a little to either side of the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.volume import Volume, volume_of_flat
from cnnanalyze.execute.kernels import RUN, Tally
from cnnanalyze.layers.base import KINDS, Layer
from tests.strategies.case import Case
from tests.witnesses.case import frozen

Array = np.ndarray[Any, Any]
STEPS = (1e-5, 1e-6, 1e-7)
DIRECTIONS = 4


def numbers(count: int, seed: int, *, positive: bool = False) -> list[Number]:
    """Return fractions that differ from each other and lie on no kink, in an order of their own."""
    order = np.random.default_rng(seed).permutation(count)
    middle = 0 if positive else count // 2
    own = Fraction(seed, 1009)  # no two inputs have a number in common
    return [Fraction(30 * (int(n) - middle) + 10, 311) + own for n in order]


def volume(shape: Shape, seed: int, *, positive: bool = False) -> Volume:
    """Return numbers of a shape."""
    height, width = (1, 1, *shape.size)[-2:]
    given = numbers(shape.count, seed, positive=positive)
    return volume_of_flat(given, height, width, shape.channels, shape.rank)


def tensors_of(layer: Layer, shapes: tuple[Shape, ...]) -> dict[str, tuple[Number, ...]]:
    """Return numbers for what a layer holds; variances are positive."""
    return {
        p.role: tuple(numbers(prod(p.shape), n, positive="variance" in p.role))
        for n, p in enumerate(layer.params(*shapes), 7)
    }


def call_of(case: Case, *, positive: bool = False) -> LayerCall:
    """Return a layer with numbers to work with."""
    cls = KINDS.get(case.kind)
    assert cls is not None
    layer = cls(**frozen(case.attributes))
    inputs = tuple(volume(s, n, positive=positive) for n, s in enumerate(case.inputs))
    tensors = tensors_of(layer, case.inputs)
    return LayerCall(case.kind, layer, tensors, inputs, layer.shape(*case.inputs))


def array(given: Volume | tuple[Number, ...], extents: tuple[int, ...]) -> Array:
    """Return numbers as an array, channels last."""
    flat = given.flat() if isinstance(given, Volume) else given
    return np.array([float(v) for v in flat]).reshape(extents)


def run(call: LayerCall, inputs: list[Array], tensors: Mapping[str, Array]) -> Array:
    """Run the kernel of a layer, in double precision."""
    with np.errstate(all="ignore"):
        arrays = [x[None].copy() for x in inputs]
        held = {role: t.copy() for role, t in tensors.items()}
        found: Array = RUN[call.layer.kind](Tally(), arrays, held, **call.attributes)[0]
    return found


def assert_slopes(
    loss: Callable[[Array], float], at: Array, gradient: Array, tolerance: float = 1e-6
) -> None:
    """Assert that a loss rises along a gradient as much as it says, in directions drawn by lot.

    A kink may lie closer than the first step; then a shorter one must agree.
    """
    generator = np.random.default_rng(at.size)
    assert gradient.shape == at.shape
    for _ in range(DIRECTIONS):
        direction = generator.choice([-1.0, 1.0], at.shape) * generator.random(at.shape)
        told = float((gradient * direction).sum())
        allowed = tolerance * (1 + float(np.abs(gradient * direction).sum()) + abs(told))
        rises = [
            (loss(at + step * direction) - loss(at - step * direction)) / (2 * step)
            for step in STEPS
        ]
        assert min(abs(rise - told) for rise in rises) <= allowed, (told, rises)
