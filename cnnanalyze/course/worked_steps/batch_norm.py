"""Batch norm on given numbers, with kept statistics or with their own, forward and backward."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number, exact, quotient, root, whole
from cnnanalyze.course.worked_steps.volume import Plane, Volume, vector
from cnnanalyze.course.worked_steps.worked_layer import (
    MOST_ROWS,
    UPSTREAM,
    LayerGradients,
    TensorGradient,
    WorkedLayer,
    WorkingTable,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.batchnorm import BatchNorm

Tensors = Mapping[str, tuple[Number, ...]]
KIND = BatchNorm.kind


class _Normalised(NamedTuple):
    """A channel, normalised."""

    numbers: Plane
    deviation: Number
    gamma: Number


def batch_norm(
    x: Volume,
    tensors: Tensors,
    epsilon: float,
    *,
    name: str = KIND,
    learned: tuple[str, ...] = ("gamma", "beta"),
) -> WorkedLayer:
    """Work batch norm out; without given statistics, with the mean and variance of the numbers.

    Parameters
    ----------
    learned
        What has a gradient.

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
    out: list[Plane] = []
    rows: list[tuple[Number, ...]] = []
    found: list[_Normalised] = []
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
        deviation = root(variance + exact(epsilon))
        where = f" of channel {c + 1}" if len(planes) > 1 else ""
        facts += [(f"mean{where}", mean), (f"variance{where}", variance)]
        facts += [(f"root of variance + epsilon{where}", deviation)]
        facts += [(f"gamma{where}", gamma), (f"beta{where}", beta)]
        normal = tuple(tuple(quotient(v - mean, deviation) for v in row) for row in plane)
        scaled = tuple(tuple(whole(gamma * n + beta) for n in row) for row in normal)
        for row, normal_row, scaled_row in zip(plane, normal, scaled, strict=True):
            rows += zip(row, [v - mean for v in row], normal_row, scaled_row, strict=True)
        out.append(scaled)
        found.append(_Normalised(normal, deviation, gamma))
    after = Volume(tuple(out), x.rank) if len(planes) == len(x.planes) else vector(out[0][0])
    headings = ("x", "x - mean", "normalised", "gamma*normalised + beta")
    return WorkedLayer(
        name,
        KIND,
        "batch normalisation",
        (x,),
        after,
        formula=f"gamma*(x - mean)/root(variance + epsilon) + beta, epsilon {epsilon:g}",
        working=WorkingTable(headings, tuple(rows[:MOST_ROWS]), tuple(facts), len(rows)),
        remarks=()
        if given[0]
        else ("mean and variance are those of the numbers; divided by their count",),
        backward=partial(_gradients, name, x, tuple(found), learned, is_of_batch=given[0] is None),
    )


def _moments(numbers: list[Number]) -> tuple[Number, Number]:
    count = len(numbers)
    mean = quotient(sum(numbers), count)
    return mean, quotient(sum((v - mean) ** 2 for v in numbers), count)


def _of(tensors: Tensors, role: str, channel: int, blank: int) -> Number:
    given = tensors.get(role) or (blank,)
    return given[channel % len(given)]


def _gradients(
    name: str,
    x: Volume,
    normalised: tuple[_Normalised, ...],
    learned: tuple[str, ...],
    upstream: Volume,
    *,
    is_of_batch: bool,
) -> LayerGradients:
    alike = len(normalised) == len(x.planes)
    behind = upstream.planes if alike else ((upstream.flat(),),)
    sums: dict[str, list[Number]] = {"gamma": [], "beta": []}
    planes: list[Plane] = []
    rows: list[tuple[Number, ...]] = []
    for plane, (normal, deviation, gamma) in zip(behind, normalised, strict=True):
        total = whole(sum(g for row in plane for g in row))
        weighed = whole(
            sum(
                g * n
                for pair in zip(plane, normal, strict=True)
                for g, n in zip(*pair, strict=True)
            )
        )
        sums["gamma"].append(weighed)
        sums["beta"].append(total)
        count = len(plane) * len(plane[0])
        slope = quotient(gamma, deviation)
        planes.append(
            tuple(
                tuple(
                    whole(slope * (g - quotient(total + n * weighed, count) * is_of_batch))
                    for g, n in zip(*pair, strict=True)
                )
                for pair in zip(plane, normal, strict=True)
            )
        )
        for triple in zip(plane, normal, planes[-1], strict=True):
            rows += zip(*triple, strict=True)
    after = Volume(tuple(planes), x.rank) if alike else x.like(planes[0][0])
    formulas = {"gamma": f"sum of {UPSTREAM}*normalised", "beta": f"sum of {UPSTREAM}"}
    sections = [
        WorkedLayer(
            name, KIND, f"gradient of {role}", (upstream,), vector(sums[role]),
            formula=formulas[role], gradient_of=role,
        )
        for role in learned
    ]  # fmt: skip
    formula = "dL/dx = gamma/root(variance + epsilon)*dL/dy"
    if is_of_batch:
        formula = (
            "dL/dx = gamma/root(variance + epsilon)*(dL/dy - dL/dbeta/n - normalised*dL/dgamma/n)"
        )
    working = WorkingTable(
        (UPSTREAM, "normalised", "dL/dx"), tuple(rows[:MOST_ROWS]), total=len(rows), is_shown=True
    )
    title = "gradient of the input"
    title += ": mean and variance depend on it, too" if is_of_batch else ""
    sections.append(
        WorkedLayer(
            name, KIND, title, (upstream,), after, formula=formula, working=working,
            gradient_of="input",
        )
    )  # fmt: skip
    tensors = {r: TensorGradient((len(sums[r]),), tuple(sums[r])) for r in learned}
    return LayerGradients((after,), tensors, tuple(sections))
