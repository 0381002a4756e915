"""Softmax and cross-entropy on given numbers, forward and backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import exp, log

from cnnanalyze.core.exact_number import Number, quotient, whole
from cnnanalyze.core.spelling import count_of, noun_for
from cnnanalyze.course.worked_steps.class_labels import advise
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.course.worked_steps.worked_layer import (
    MOST_ROWS,
    UPSTREAM,
    LayerGradients,
    WorkedLayer,
    WorkingTable,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.activation import Softmax

CROSS_ENTROPY = "cross-entropy"
SOFTMAX_CROSS_ENTROPY = "softmax-cross-entropy"


def softmax(
    x: Volume, *, logarithm: bool = False, name: str = Softmax.kind, kind: str = ""
) -> WorkedLayer:
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
    after = x.like(out)
    kind = kind or name
    return WorkedLayer(
        name,
        kind,
        kind.replace("_", " "),
        (x,),
        after,
        formula=f"{last}, the sum over {'the channels of a position' if x.rank else 'all'}",
        working=WorkingTable(("x", power, last), tuple(rows[:MOST_ROWS]), facts, len(rows)),
        remarks=tuple(_remarks(x, shifted=shifted)),
        backward=partial(_softmax_gradients, name, kind, x, after, logarithm),
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


def _softmax_gradients(
    name: str,
    kind: str,
    x: Volume,
    after: Volume,
    logarithm: bool,
    upstream: Volume,
) -> LayerGradients:
    rows: list[tuple[Number, ...]] = []
    back: list[Number] = []
    sums: list[Number] = []
    for given, behind in zip(after.pixels(), upstream.pixels(), strict=True):
        shares = [exp(v) for v in given] if logarithm else given
        weighed = behind if logarithm else [s * g for s, g in zip(shares, behind, strict=True)]
        sums.append(sum(weighed))
        each = [
            g - s * sums[-1] if logarithm else s * (g - sums[-1])
            for s, g in zip(shares, behind, strict=True)
        ]
        rows += zip(shares, behind, weighed, each, strict=True)
        back += each
    found = x.like(back)
    formula = "dL/dx = dL/dy - s*sum" if logarithm else "dL/dx = s*(dL/dy - sum)"
    heading = UPSTREAM if logarithm else f"s*{UPSTREAM}"
    working = WorkingTable(
        ("softmax s", UPSTREAM, f"summed: {heading}", "dL/dx"),
        tuple(rows[:MOST_ROWS]),
        (("sum", sums[0]),) if len(sums) == 1 else (),
        len(rows),
        is_shown=True,
    )
    title = "gradient of the input: every output depends on every number"
    section = WorkedLayer(
        name, kind, title, (upstream,), found, formula=formula, working=working,
        gradient_of="input",
    )  # fmt: skip
    return LayerGradients((found,), {}, (section,))


# --- losses ---------------------------------------------------------------------------------------


def cross_entropy(x: Volume, target: Sequence[Number]) -> WorkedLayer:
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
    _refuse_other_count(given, target)
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
    return WorkedLayer(
        CROSS_ENTROPY,
        CROSS_ENTROPY,
        CROSS_ENTROPY,
        (x,),
        vector([loss]),
        formula="-sum of y*ln p, the natural logarithm",
        working=working,
        remarks=remarks,
        backward=partial(_loss_gradients, CROSS_ENTROPY, x, x.flat(), tuple(target)),
    )


_NEAR = 1e-6


def softmax_cross_entropy(x: Volume, target: Sequence[Number]) -> WorkedLayer:
    """Work the cross-entropy of the softmax of logits out, whose gradient is ``p - y``.

    Raises
    ------
    UsageError
        If there is not a target for each.

    Examples
    --------
    >>> worked = softmax_cross_entropy(vector([2, 1, 0]), [0, 1, 0])
    >>> (found,) = worked.backward(vector([1])).inputs
    >>> [round(g, 4) for g in found.flat()]
    [0.6652, -0.7553, 0.09]
    """
    given = x.flat()
    _refuse_other_count(given, target)
    logarithms = softmax(x, logarithm=True).after.flat()
    chances = tuple(map(exp, logarithms))
    rows = tuple(
        (z, p, y, -y * low + 0.0 if y else 0)
        for z, p, y, low in zip(given, chances, target, logarithms, strict=True)
    )
    loss = sum(row[-1] for row in rows)
    return WorkedLayer(
        SOFTMAX_CROSS_ENTROPY,
        SOFTMAX_CROSS_ENTROPY,
        "softmax with cross-entropy",
        (x,),
        vector([loss]),
        formula="-sum of y*ln p, where p = e^x / sum",
        working=WorkingTable(
            ("x", "p", "y", "-y*ln p"), rows[:MOST_ROWS], (("loss", loss),), len(rows)
        ),
        backward=partial(_loss_gradients, SOFTMAX_CROSS_ENTROPY, x, chances, tuple(target)),
    )


def _refuse_other_count(given: Sequence[Number], target: Sequence[Number]) -> None:
    """Refuse a target that has not one number for each class."""
    if len(target) != len(given):
        raise UsageError(
            f"--target holds {count_of(len(target), 'number')} for {len(given)} "
            f"{noun_for(len(given), 'probability', 'probabilities')}: "
            f"{len(target)} ≠ {len(given)}",
            help=advise(target[0] if len(target) == 1 else None, len(given)),
        )


def _loss_gradients(
    kind: str, x: Volume, chances: tuple[Number, ...], target: tuple[Number, ...], upstream: Volume
) -> LayerGradients:
    (behind,), whole_label = upstream.flat(), sum(target)
    is_fused = kind == SOFTMAX_CROSS_ENTROPY
    back = []
    for p, y in zip(chances, target, strict=True):
        slope = p * whole_label - y if is_fused else quotient(-y, p) if y else 0
        back.append(whole(behind * slope))
    found = x.like(back)
    formula = "dL/dx = p - y" if is_fused else "dL/dp = -y/p"
    working = WorkingTable(
        ("p", "y", formula.split(" = ")[1]),
        tuple(zip(chances, target, back, strict=True))[:MOST_ROWS],
        total=len(back),
        is_shown=True,
    )
    remarks = () if is_fused else ("behind a softmax, both together give p - y",)
    section = WorkedLayer(
        kind, kind, "gradient of the input", (x,), found, formula=formula, working=working,
        remarks=remarks, gradient_of="input",
    )  # fmt: skip
    return LayerGradients((found,), {}, (section,))
