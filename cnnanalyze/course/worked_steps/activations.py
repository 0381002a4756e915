"""Activations, softmax, cross-entropy and batch norm on given numbers, column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import exp, log, sqrt
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number, exact, whole
from cnnanalyze.core.spelling import count_of, noun_for
from cnnanalyze.course.worked_steps.class_labels import advise
from cnnanalyze.course.worked_steps.volume import Volume, vector, volume_of_flat
from cnnanalyze.course.worked_steps.worked_layer import WorkingTable
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Layer

MOST_ROWS = 64
"""Of a working; the rest goes the same way."""

Tensors = Mapping[str, tuple[Number, ...]]
"""The given numbers of a layer by role, flat."""


class ActivationResult(NamedTuple):
    """The output of a layer, with its formula and working."""

    after: Volume
    formula: str
    working: WorkingTable
    remarks: tuple[str, ...] = ()


def activate(layer: Layer, tensors: Tensors, x: Volume) -> ActivationResult:
    """Work a layer out that makes each number of the number in its place.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> worked = activate(Relu(), {}, Volume((((-5, 4),),)))
    >>> worked.after.planes, worked.working.rows
    ((((0, 4),),), ((-5, 0), (4, 4)))
    """
    # How many elements, channels side by side, share a number with their neighbours.
    shares = {p.role: x.channels if p.shape[-1] == 1 else 1 for p in layer.params(x.shape)}

    def value(number: Number, place: int) -> Number:
        held = {role: given[place // shares[role] % len(given)] for role, given in tensors.items()}
        return layer.value(number, **held)

    after = _each(x, value)
    formula = layer.formula
    for name, given in layer.attributes.items():
        if given is not None and re.search(rf"\b{name}\b", layer.formula):
            formula += f", {name} {given:g}"
    return ActivationResult(after, formula, _pairs(x, after, layer.formula))


def _each(x: Volume, function: Callable[[Number, int], Number]) -> Volume:
    return Volume(
        tuple(
            tuple(
                tuple(
                    function(v, (row * x.width + column) * x.channels + c)
                    for column, v in enumerate(numbers)
                )
                for row, numbers in enumerate(plane)
            )
            for c, plane in enumerate(x.planes)
        ),
        x.rank,
    )


def _pairs(before: Volume, after: Volume, heading: str) -> WorkingTable:
    rows = tuple(zip(before.flat()[:MOST_ROWS], after.flat()[:MOST_ROWS], strict=True))
    return WorkingTable(("x", heading), rows, total=before.shape.count)


def softmax(x: Volume, *, logarithm: bool = False) -> ActivationResult:
    """Work softmax out, along the channels of every position.

    Examples
    --------
    >>> worked = softmax(vector([-2, -1, 0, 1, 2]))
    >>> [round(row[1], 2) for row in worked.working.rows]
    [0.14, 0.37, 1.0, 2.72, 7.39]
    """
    rows: list[tuple[Number, ...]] = []
    out: list[Number] = []
    sums: list[float] = []
    shifted = any(abs(float(v)) > _STEEP for v in x.numbers())
    for pixel in x.pixels():
        largest = max(pixel) if shifted else 0
        powers = [exp(v - largest) for v in pixel]
        total = sum(powers)
        sums.append(total)
        results = [
            float(v - largest) - log(total) if logarithm else p / total
            for v, p in zip(pixel, powers, strict=True)
        ]
        out += results
        rows += zip(pixel, powers, results, strict=True)
    power = "e^(x - max)" if shifted else "e^x"
    last = "ln(e^x / sum)" if logarithm else f"{power} / sum"
    facts = (("sum", sums[0]),) if len(sums) == 1 else ()
    return ActivationResult(
        volume_of_flat(out, x.height, x.width, x.channels, x.rank),
        f"{last}, the sum over {'the channels of a position' if x.rank else 'all'}",
        WorkingTable(("x", power, last), tuple(rows[:MOST_ROWS]), facts, len(rows)),
        tuple(_remarks(x, shifted=shifted)),
    )


def _remarks(x: Volume, *, shifted: bool) -> Iterator[str]:
    """Return remarks on surprising results of a softmax."""
    if shifted:
        yield (
            "the largest is subtracted first: e^x would be too large, and the quotients are the "
            "same"
        )
    if x.channels == 1:
        yield (
            "with one channel each sum has one term, so every quotient is 1; a flat list "
            '"[1, 2, 3]" is a vector with a channel for each number'
        )


_STEEP = 300
"""Beyond, powers of e come near what a float can hold."""


def cross_entropy(x: Volume, target: Sequence[Number]) -> ActivationResult:
    """Work the cross-entropy of probabilities out: ``-sum of y*ln p``.

    Raises
    ------
    UsageError
        If these are no probabilities, or there is not a target for each.

    Examples
    --------
    >>> worked = cross_entropy(vector([0.97, 0.02, 0.01]), [1, 0, 0])
    >>> round(worked.after.flat()[0], 4)
    0.0305
    """
    given = x.flat()
    if len(target) != len(given):
        raise UsageError(
            f"--target holds {count_of(len(target), 'number')} for {len(given)} "
            f"{noun_for(len(given), 'probability', 'probabilities')}: "
            f"{len(target)} ≠ {len(given)}",
            help=advise(target[0] if len(target) == 1 else None, len(given)),
        )
    total = sum(given)
    for name, numbers in (("the values", given), ("--target", tuple(target))):
        if wrong := next((v for v in numbers if not 0 <= v <= 1), None):
            raise UsageError(
                f"cross-entropy is of probabilities, and {name} hold{'s' * (name[0] == '-')} "
                f"{float(wrong):g}",
                help="--apply softmax first makes probabilities of any numbers",
            )
    rows: list[tuple[Number, ...]] = []
    for p, y in zip(given, target, strict=True):
        if y and not p:
            raise UsageError(
                "the cross-entropy is infinite: a class with a target has the probability 0"
            )
        rows.append((p, y, log(p) if p else float("-inf"), -y * log(p) + 0.0 if y else 0))
    loss = sum(row[-1] for row in rows)
    working = WorkingTable(
        ("p", "y", "ln p", "-y*ln p"), tuple(rows[:MOST_ROWS]), (("loss", loss),), len(rows)
    )
    remarks = (
        () if abs(float(total) - 1) < _NEAR else (f"the probabilities add up to {float(total):g}",)
    )
    return ActivationResult(
        vector([loss]), "-sum of y*ln p, the natural logarithm", working, remarks
    )


_NEAR = 1e-6


def batch_norm(x: Volume, tensors: Tensors, epsilon: float) -> ActivationResult:
    """Work batch norm out; without given statistics, with the mean and variance of the numbers.

    Examples
    --------
    >>> worked = batch_norm(vector([1, 2, 3, 4]), {"gamma": (2,), "beta": (1,)}, 0)
    >>> dict(worked.working.facts)["mean"], [round(v, 4) for v in worked.after.flat()]
    (Fraction(5, 2), [-1.6833, 0.1056, 1.8944, 3.6833])
    """
    given = tensors.get("moving mean"), tensors.get("moving variance")
    # A vector that comes without statistics is one feature of several examples.
    planes = x.planes if x.rank or given[0] is not None else ((x.flat(),),)
    facts: list[tuple[str, Number]] = []
    out: list[list[list[Number]]] = []
    rows: list[tuple[Number, ...]] = []
    for c, plane in enumerate(planes):
        numbers = [v for row in plane for v in row]
        mean, variance = (given[0][c], given[1][c]) if given[0] and given[1] else _moments(numbers)
        gamma, beta = (_of(tensors, role, c, blank) for role, blank in (("gamma", 1), ("beta", 0)))
        if variance + exact(epsilon) <= 0:
            raise UsageError(
                f"the variance is {float(variance):g} and epsilon {epsilon:g}: nothing can be "
                "divided by the root of their sum",
                help="all numbers are equal; give an --epsilon above 0",
            )
        deviation = sqrt(variance + exact(epsilon))
        where = f" of channel {c + 1}" if len(planes) > 1 else ""
        facts += [(f"mean{where}", mean), (f"variance{where}", variance)]
        facts += [(f"root of variance + epsilon{where}", deviation)]
        facts += [(f"gamma{where}", gamma), (f"beta{where}", beta)]
        scaled: list[list[Number]] = []
        for row in plane:
            normal = [(v - mean) / deviation for v in row]
            scaled.append([gamma * n + beta for n in normal])
            rows += zip(row, [v - mean for v in row], normal, scaled[-1], strict=True)
        out.append(scaled)
    if len(planes) == len(x.planes):
        after = Volume(tuple(tuple(map(tuple, plane)) for plane in out), x.rank)
    else:
        after = vector(out[0][0])
    headings = ("x", "x - mean", "normalised", "gamma*normalised + beta")
    return ActivationResult(
        after,
        f"gamma*(x - mean)/root(variance + epsilon) + beta, epsilon {epsilon:g}",
        WorkingTable(headings, tuple(rows[:MOST_ROWS]), tuple(facts), len(rows)),
        () if given[0] else ("mean and variance are those of the numbers; divided by their count",),
    )


def _moments(numbers: list[Number]) -> tuple[Number, Number]:
    count = len(numbers)
    if any(isinstance(v, float) for v in numbers):
        mean = sum(numbers) / count
        return mean, sum((v - mean) ** 2 for v in numbers) / count
    exactly = Fraction(sum(numbers)) / count
    variance = sum(((v - exactly) ** 2 for v in numbers), Fraction(0)) / count
    return whole(exactly), whole(variance)


def _of(tensors: Tensors, role: str, channel: int, blank: int) -> Number:
    given = tensors.get(role) or (blank,)
    return given[channel % len(given)]
