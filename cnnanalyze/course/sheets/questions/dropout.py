"""Dropout of given values: what is expected, and how it is scaled."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.matrices import Exact, NumberList
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.course.sheets.questions.values import as_list, as_number, listed
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Flag


class DropoutQuestion(Section):
    """Values of which some are dropped."""

    rate: Exact = Field(description="share of the values that is dropped")
    values: NumberList | None = Field(default=None, description="what goes in")
    kept: NumberList | None = Field(default=None, description="1 for each value that stays, else 0")
    inverted: Flag = Field(
        default=True, description="whether what stays is scaled up in training already"
    )


def _share(q: DropoutQuestion) -> Expression:
    """Return the share that stays."""
    if not 0 <= q.rate < 1:
        raise UsageError(
            f"a rate of {short_number(q.rate)} is no share: it is at least 0 and below 1",
            help="rate: 0.4 drops four of ten",
        )
    return made("+", given(1), made("-", given(q.rate, Name("rate"))))


def _values(q: DropoutQuestion) -> tuple[int | Fraction, ...]:
    if q.values is None:
        raise UsageError("'dropout' needs 'values'", help="values: [1, 2, 3]")
    return q.values


def scale(q: DropoutQuestion, builder: ExplanationBuilder) -> Solution:
    """What is each value that stays multiplied with in training?"""
    tree = made("/", given(1), _share(q)) if q.inverted else given(1)
    reason = "So the expected value stays what it was, and nothing is scaled later."
    reasons = (reason,) if q.inverted else ("Nothing is scaled in training.",)
    words = "What is each value that stays multiplied with in training?"
    return as_number(builder, words, f"rate {short_number(q.rate)}", "scale", tree, reasons)


def later_scale(q: DropoutQuestion, builder: ExplanationBuilder) -> Solution:
    """What is each value multiplied with at inference?"""
    tree = given(1) if q.inverted else _share(q)
    words = "What is each value multiplied with at inference?"
    return as_number(builder, words, f"rate {short_number(q.rate)}", "scale", tree)


def _expected(q: DropoutQuestion) -> tuple[Expression, ...]:
    share = _share(q)
    return tuple(given(v) if q.inverted else made("*", share, given(v)) for v in _values(q))


def expected(q: DropoutQuestion, builder: ExplanationBuilder) -> Solution:
    """What is expected of each value?"""
    reason = "A value stays with the probability 1 - rate, and is 0 otherwise."
    words, subject = "What is expected of each value?", f"values {listed(_values(q))}"
    return as_list(builder, words, subject, "E", _expected(q), (reason,))


def expected_sum(q: DropoutQuestion, builder: ExplanationBuilder) -> Solution:
    """What is the expected sum?"""
    total = made("+", *map(given, _values(q)))
    tree = total if q.inverted else made("*", _share(q), total)
    reason = "An expectation of a sum is the sum of expectations."
    words, subject = "What is the expected sum?", f"values {listed(_values(q))}"
    return as_number(builder, words, subject, "E", tree, (reason,))


def output(q: DropoutQuestion, builder: ExplanationBuilder) -> Solution:
    """What comes out of training, if these values stay?"""
    values, share = _values(q), _share(q)
    kept = q.kept or ()
    if len(kept) != len(values) or not set(kept) <= {0, 1}:
        raise UsageError(
            f"'kept' needs 1 or 0 for each of the {len(values)} values", help="kept: [1, 0, 1]"
        )
    trees = []
    for value, stays in zip(values, kept, strict=True):
        held = made("*", given(value), given(stays))
        trees.append(made("/", held, share) if q.inverted else held)
    words, subject = "What comes out?", f"values {listed(values)}"
    scaled = "What stays is divided by the share that stays."
    reason = scaled if q.inverted else "Nothing is scaled in training."
    return as_list(builder, words, subject, "y", tuple(trees), (reason,))


def _other_scaling(q: DropoutQuestion, quantity: str) -> Iterator[tuple[DropoutQuestion, str]]:
    yield q.model_copy(update={"inverted": not q.inverted}), quantity


def _rate_kept(q: DropoutQuestion, quantity: str) -> Iterator[tuple[DropoutQuestion, str]]:
    if q.rate:
        yield q.model_copy(update={"rate": 1 - q.rate}), quantity


def _idle(quantity: str, _: DropoutQuestion) -> tuple[str, ...]:
    idle: tuple[str, ...] = () if quantity == "output" else ("kept",)
    idle += ("values",) if quantity in {"scale", "inference_scale"} else ()
    return idle


DROPOUT = Topic(
    "dropout of given values",
    DropoutQuestion,
    {
        "scale": TopicQuantity("the factor of what stays, in training", scale),
        "inference_scale": TopicQuantity("the factor at inference", later_scale),
        "expected": TopicQuantity("what is expected of each value", expected),
        "expected_sum": TopicQuantity("the expected sum", expected_sum),
        "output": TopicQuantity("what comes out if these stay", output),
    },
    without=_idle,
    misreadings=(
        Misreading(kind("scaled at the other time", "scaled at the other time"), _other_scaling),
        Misreading(
            kind("rate taken for what stays", "took the rate for the share that stays"), _rate_kept
        ),
    ),
)
