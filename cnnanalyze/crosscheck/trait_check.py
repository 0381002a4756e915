"""Traits against kernels: does a layer do what its kind says it is?

What a kind declares is asked of its kernel, on numbers that floats hold exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ExecutionError, ShapeError
from cnnanalyze.execute.kernels import INIT, kernel_of
from cnnanalyze.execute.operation_counter import Tally
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.traits import Trait

Array = np.ndarray[Any, Any]

SMALL = (5, 7, 11, 13)
"""Spatial extents that are tried in place of the given ones, to have less to compute."""
ROUNDING = 1e-7
COMPARED = 199
"""Numbers of which the exact function is asked."""


@dataclass(frozen=True)
class Trial:
    """One layer on inputs and tensors of odd quarters between -8 and 8: floats that are exact."""

    layer: Layer
    shapes: tuple[Shape, ...]
    given: tuple[Array, ...]
    tensors: Mapping[str, Array]

    def run(self, *given: Array) -> Array:
        """Return the output of the kernel for these inputs."""
        kernel = kernel_of(self.layer.kind)
        with np.errstate(all="ignore"):
            return kernel(Tally(), list(given), dict(self.tensors), **self.layer.attributes)

    def run_on(self, first: Array) -> Array:
        """Return what the kernel makes of another first input, beside the others as they are."""
        return self.run(first, *self.given[1:])

    @cached_property
    def result(self) -> Array:
        """The output of the kernel for the given inputs."""
        return self.run(*self.given)

    @property
    def first(self) -> Array:
        """The first input."""
        return self.given[0]

    def changed_by(self, channel: int) -> set[int]:
        """Return the channels of the output that change with a channel of the input."""
        other = self.first.copy()
        other[..., channel] += 0.5 + np.random.default_rng(11).random(other.shape[:-1])
        differs = self.run_on(other) != self.result
        return set(np.flatnonzero(differs.any(axis=tuple(range(differs.ndim - 1)))).tolist())


def try_out(layer: Layer, shapes: Sequence[Shape]) -> Trial:
    """Prepare a layer for a trial, on inputs no larger than they have to be.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> trial = try_out(Relu(), [Shape((224, 224), 3)])
    >>> trial.shapes, bool((trial.result >= 0).all())
    ((Shape(size=(5, 5), channels=3),), True)
    """
    small = _small(layer, tuple(shapes))
    numbers = np.random.default_rng(7)

    def draw(shape: Sequence[int], *_: Any, **__: Any) -> Array:  # noqa: ANN401 - a kernel's options
        return (2 * numbers.integers(-16, 16, tuple(shape)) + 1) / 4

    given = tuple(draw((1, *s.extents)) for s in small)
    make = INIT.get(layer.kind)
    tensors = make(draw, [x.shape for x in given], **layer.attributes) if make else {}
    held = {role: np.asarray(tensor, np.float64) for role, tensor in tensors.items()}
    return Trial(layer, small, given, held)


def _small(layer: Layer, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return the smallest inputs of this rank that the layer takes."""
    for extent in SMALL:
        tried = tuple(Shape(tuple(min(n, extent) for n in s.size), s.channels) for s in shapes)
        try:
            layer.shape(*tried)
        except ShapeError:
            continue
        return tried
    return shapes


def contradictions(layer: Layer, shapes: Sequence[Shape]) -> Iterator[str]:
    """Yield what a layer of a kind does otherwise than the kind declares.

    Examples
    --------
    >>> from cnnanalyze.layers.pool import GlobalMaxPool
    >>> list(contradictions(GlobalMaxPool(), [Shape((5, 7), 3)]))
    []
    """
    trial = try_out(layer, shapes)
    for trait, (law, holds) in LAWS.items():
        if trait in layer.traits and not holds(trial):
            yield f"declares the trait '{trait}', but {law}"
    if layer.without_effect(*trial.shapes) and not _is_passed_on(trial):
        yield f"says '{layer.without_effect(*trial.shapes)}', but changes its input"
    if layer.formula:
        yield from _other_values(trial)


def _other_values(trial: Trial) -> Iterator[str]:
    """Yield the first number of which the exact function says otherwise than the kernel."""
    layer = trial.layer
    if any(x.shape != trial.result.shape for x in trial.given):
        return  # an extent of 1 is repeated: the places do not correspond
    flats = [x.reshape(-1) for x in trial.given]
    places = trial.result.shape[1:]
    tensors = {r: np.broadcast_to(t, places).reshape(-1) for r, t in trial.tensors.items()}
    for place, observed in enumerate(trial.result.reshape(-1)[:COMPARED]):
        numbers = [Fraction(float(flat[place])) for flat in flats]
        held = {role: Fraction(float(tensor[place])) for role, tensor in tensors.items()}
        exact = float(layer.value(*numbers, **held))
        if not np.isclose(exact, observed, rtol=1e-6, atol=ROUNDING, equal_nan=True):
            said = ", ".join(f"{float(n):g}" for n in numbers)
            yield f"has the value {exact:g} at {said} by its formula, observed {observed:g}"
            return


def _keeps_shape(trial: Trial) -> bool:
    return len(trial.given) == 1 and trial.result.shape == trial.first.shape


def _is_passed_on(trial: Trial) -> bool:
    return np.array_equal(trial.result, trial.first)


def _holds_nothing(trial: Trial) -> bool:
    return not trial.tensors


def _learns(trial: Trial) -> bool:
    return any(p.trainable and len(p.shape) > 1 for p in trial.layer.params(*trial.shapes))


def _is_linear(trial: Trial) -> bool:
    """Whether it is a weighted sum of its input with learned weights, maybe with a bias."""
    other, nothing = trial.first[..., ::-1], np.zeros_like(trial.first)
    sums = trial.run_on(trial.first + other) + trial.run_on(nothing)
    return _learns(trial) and np.allclose(sums, trial.result + trial.run_on(other), rtol=1e-5)


def _filters_channels_alone(trial: Trial) -> bool:
    channels = trial.first.shape[-1]
    each, rest = divmod(trial.result.shape[-1], channels)
    return not rest and trial.changed_by(0) <= set(range(each))


def _reads_all_channels(trial: Trial) -> bool:
    if getattr(trial.layer, "groups", 1) > 1:
        return len(trial.changed_by(0)) > 0
    everything = set(range(trial.result.shape[-1]))
    return trial.changed_by(0) == everything == trial.changed_by(trial.first.shape[-1] - 1)


def _has_weights_per_position(trial: Trial) -> bool:
    positions = int(np.prod(trial.result.shape[1:-1]))
    return sum(p.size for p in trial.layer.params(*trial.shapes)) >= positions


def _keeps_channels(trial: Trial) -> bool:
    return _holds_nothing(trial) and trial.result.shape[-1] == trial.first.shape[-1]


def _is_one_position(trial: Trial) -> bool:
    ones = (1,) * (trial.first.ndim - 2)
    return bool(ones) and trial.result.shape[1:] == (*ones, trial.first.shape[-1])


def _chooses(trial: Trial) -> bool:
    """Whether each number of the output is one of its channel."""
    channels = range(trial.first.shape[-1])
    return all(bool(np.isin(trial.result[..., c], trial.first[..., c]).all()) for c in channels)


def _chooses_largest(trial: Trial) -> bool:
    return _chooses(trial) and float(trial.result.sum()) >= float(-trial.run(-trial.first).sum())


def _is_mean(trial: Trial) -> bool:
    other, ones = trial.first[..., ::-1], trial.run(np.ones_like(trial.first))
    is_sum = np.allclose(trial.result + trial.run(other), trial.run(trial.first + other))
    return is_sum and bool((ones <= 1 + ROUNDING).all())


def _cancels_constants(trial: Trial) -> bool:
    if trial.layer.is_any({Trait.BATCH_STATISTICS}):
        return True  # in training only, and kernels run inference
    shift = np.arange(trial.first.shape[-1])
    return np.allclose(trial.run(trial.first + shift), trial.result, rtol=1e-4, atol=1e-4)


def _keeps_statistics(trial: Trial) -> bool:
    return any(not p.trainable for p in trial.layer.params(*trial.shapes))


def _never_falls(trial: Trial) -> bool:
    order = np.argsort(trial.first, axis=None)
    return bool((np.diff(trial.result.reshape(-1)[order]) >= -ROUNDING).all())


def _rectifies(trial: Trial) -> bool:
    low, middle = trial.first <= 0, (trial.first > 0) & (trial.first <= 1)
    passed = np.array_equal(trial.result[middle], trial.first[middle])
    return passed and not trial.result[low].any()


def _is_flat_outside(trial: Trial) -> bool:
    far = np.sign(trial.first) * 40
    return np.allclose(trial.run(far), trial.run(2 * far), atol=1e-6)


def _is_probable(trial: Trial) -> bool:
    return bool(((trial.result >= 0) & (trial.result <= 1 + 1e-6)).all())


def _sums_to_one(trial: Trial) -> bool:
    is_log = trial.layer.is_any({Trait.LOG_PROBABILITIES})
    powers = np.exp(trial.result) if is_log else trial.result
    return _keeps_shape(trial) and np.allclose(powers.sum(axis=-1), 1, atol=1e-5)


def _joins(trial: Trial) -> bool:
    least, most = trial.layer.arity
    return least >= 2 and (most is None or most >= least)  # noqa: PLR2004 - a join needs two


def _concatenates(trial: Trial) -> bool:
    shapes = zip(*(x.shape for x in trial.given), trial.result.shape, strict=True)
    grown = [axis for axis, (*given, made) in enumerate(shapes) if {*given} != {made}]
    axis = grown[0] if len(grown) == 1 else -1
    rests = {(*x.shape[:axis], *x.shape[axis % x.ndim + 1 :]) for x in trial.given}
    return len(rests) == 1 and np.array_equal(trial.result, np.concatenate(trial.given, axis))


def _keeps_order(trial: Trial) -> bool:
    return np.array_equal(trial.result.reshape(-1), trial.first.reshape(-1))


def _surrounds(trial: Trial) -> bool:
    return all(n >= m for n, m in zip(trial.result.shape, trial.first.shape, strict=True))


def _crops(trial: Trial) -> bool:
    smaller = all(n <= m for n, m in zip(trial.result.shape, trial.first.shape, strict=True))
    return smaller and _chooses(trial)


def _sums(trial: Trial) -> bool:
    return np.allclose(trial.result, sum(trial.given))


def _multiplies(trial: Trial) -> bool:
    product = trial.given[0]
    for factor in trial.given[1:]:
        product = product * factor
    return np.allclose(trial.result, product)


def _remembers(trial: Trial) -> bool:
    # Large numbers would saturate the gates, which then let nothing through.
    small = {role: tensor / 64 for role, tensor in trial.tensors.items()}
    calm = Trial(trial.layer, trial.shapes, trial.given, small)
    other = trial.first.copy()
    other[:, 0] += 1
    later = calm.run(other) != calm.result
    return bool(later.any() if later.ndim == 2 else later[:, -1].any())  # noqa: PLR2004 - a vector


def _puts_back(trial: Trial) -> bool:
    back = trial.result[trial.result != 0]
    return np.array_equal(np.sort(back), np.sort(trial.first, axis=None))


def _is_run_by_nobody(trial: Trial) -> bool:
    try:
        trial.run(*trial.given)
    except ExecutionError:
        return True
    return False


def _looks_up(trial: Trial) -> bool:
    held = [t for t in trial.tensors.values() if t.ndim == 2]  # noqa: PLR2004 - a table
    rows = {tuple(row) for table in held for row in table}
    return {tuple(row) for row in trial.result.reshape(-1, trial.result.shape[-1])} <= rows


_NONLINEAR = "it does not keep the shape of its only input"
_LINEAR = "its output is no weighted sum of the input with learned weights"

LAWS: dict[Trait, tuple[str, Callable[[Trial], bool]]] = {
    Trait.CONVOLUTION: (_LINEAR, _is_linear),
    Trait.TRANSPOSED_CONVOLUTION: (_LINEAR, _is_linear),
    Trait.DENSE: (_LINEAR, lambda t: _is_linear(t) and t.result.ndim == 2),  # noqa: PLR2004 - a vector
    Trait.FULLY_CONNECTED: ("its output is not a vector", lambda t: t.result.ndim == 2),  # noqa: PLR2004
    Trait.DEPTHWISE: ("an output channel reads several channels", _filters_channels_alone),
    Trait.SEPARABLE: (
        "it holds fewer than two kernels",
        lambda t: sum(len(p.shape) > 1 for p in t.layer.params(*t.shapes)) >= 2,  # noqa: PLR2004
    ),
    Trait.FULL_DEPTH: ("an output channel does not read all channels", _reads_all_channels),
    Trait.UNSHARED_WEIGHTS: (
        "there are fewer weights than positions of the output",
        _has_weights_per_position,
    ),
    Trait.POOLING: ("it holds tensors, or does not keep the channels", _keeps_channels),
    Trait.SLIDING_POOLING: ("it lays no windows: fit()", lambda t: bool(t.layer.fit(*t.shapes))),
    Trait.GLOBAL_POOLING: ("a channel does not become one position", _is_one_position),
    Trait.ADAPTIVE_POOLING: (
        "it has no attribute 'size'",
        lambda t: "size" in type(t.layer).model_fields,
    ),
    Trait.MAX_POOLING: ("it does not take the largest number", _chooses_largest),
    Trait.MEAN_POOLING: ("it does not take a mean", _is_mean),
    Trait.NORMALISATION: (_NONLINEAR, _keeps_shape),
    Trait.RESPONSE_NORMALISATION: (_NONLINEAR, _keeps_shape),
    Trait.BATCH_STATISTICS: ("it keeps no statistics", _keeps_statistics),
    Trait.CHANNEL_STATISTICS: (
        "a constant added to a channel is not cancelled",
        _cancels_constants,
    ),
    Trait.ACTIVATION: (_NONLINEAR, _keeps_shape),
    Trait.ARITHMETIC: (
        "it does not work number by number: value()",
        lambda t: bool(t.layer.formula),
    ),
    Trait.RECTIFIER: ("what lies below zero comes out, or what lies above does not", _rectifies),
    Trait.MONOTONE: ("it falls somewhere", _never_falls),
    Trait.SATURATING: ("it is not flat far from zero", _is_flat_outside),
    Trait.SOFTMAX: ("the exponentials of a position do not add up to 1", _sums_to_one),
    Trait.PROBABILITIES: ("a number outside of 0 to 1 comes out", _is_probable),
    Trait.LOG_PROBABILITIES: (
        "a number above 0 comes out",
        lambda t: bool((t.result <= 0).all()),
    ),
    Trait.JOIN: ("it takes fewer than two inputs", _joins),
    Trait.SUM: ("its output is not the sum of its inputs", _sums),
    Trait.PRODUCT: ("its output is not the product of its inputs", _multiplies),
    Trait.CONCATENATION: ("its inputs do not lie one behind the other", _concatenates),
    Trait.RECURRENT: ("what comes later does not depend on what comes first", _remembers),
    Trait.LOOKUP: ("what comes out is no row of its tensor", _looks_up),
    Trait.OPAQUE: ("its kernel computes something", _is_run_by_nobody),
    Trait.UNPOOLING: ("numbers of its first input are lost, or others come out", _puts_back),
    Trait.IDENTITY: ("it changes its input", _is_passed_on),
    Trait.IDENTITY_AT_INFERENCE: ("it changes its input", _is_passed_on),
    Trait.DROPOUT: ("it has no attribute 'rate'", lambda t: "rate" in type(t.layer).model_fields),
    Trait.FLATTENING: ("its output is not a vector", lambda t: t.result.ndim == 2),  # noqa: PLR2004
    Trait.RESHAPING: ("the numbers change or move", _keeps_order),
    Trait.PADDING: ("an extent shrinks", _surrounds),
    Trait.CROPPING: ("an extent grows, or a number is new", _crops),
    Trait.SHIFTING: (_NONLINEAR, _keeps_shape),
}
"""By trait: what would be wrong, and whether a trial shows that it is right."""


def _enlarges(trial: Trial) -> bool:
    extents = zip(trial.result.shape[1:-1], trial.first.shape[1:-1], strict=True)
    return any(n > m for n, m in extents)


def _mixes(trial: Trial) -> bool:
    """Whether some channel acts on another one, or two on one."""
    seen: set[int] = set()
    for channel in range(min(trial.first.shape[-1], MOST_CHANNELS)):
        changed = trial.changed_by(channel)
        if changed & seen or (changed and changed != {channel} and trial.result.shape[-1] > 1):
            return True
        seen |= changed
    return False


SHOWN: dict[Trait, tuple[str, Callable[[Trial], bool]]] = {
    Trait.UPSAMPLING: ("none of its examples enlarges a map", _enlarges),
    Trait.MIXES_CHANNELS: ("in none of its examples do channels mix", _mixes),
}
"""By trait: what one trial of several has to show."""
MOST_CHANNELS = 7


def not_shown(layers: Iterable[tuple[Layer, Sequence[Shape]]]) -> Iterator[str]:
    """Yield the traits that no layer of a kind shows.

    Examples
    --------
    >>> from cnnanalyze.layers.resize import Resize
    >>> list(not_shown([(Resize(scale=1), [Shape((5, 7), 3)])]))
    ["declares the trait 'upsampling', but none of its examples enlarges a map"]
    """
    trials = [try_out(layer, shapes) for layer, shapes in layers]
    for trait, (law, holds) in SHOWN.items():
        if trials and trait in trials[0].layer.traits and not any(map(holds, trials)):
            yield f"declares the trait '{trait}', but {law}"
