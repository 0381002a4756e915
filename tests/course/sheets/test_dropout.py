"""Dropout in sheets: expectations over every mask, and what is typically wrong."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import pytest

from cnnanalyze.errors import CnnError
from tests.course.marking import one, solved

RATE, VALUES = Fraction(2, 5), (2, -3, 7)


def value(dropout: str, find: str) -> Any:
    """Return the answer of a question."""
    (answer,) = solved(f"- {{id: A, dropout: {{{dropout}}}, find: {find}}}")["A"].answers.values()
    return answer.solution.value


@pytest.mark.parametrize("inverted", [True, False])
def test_expectations_are_the_means_over_every_mask(inverted: bool) -> None:
    given = f"rate: 0.4, values: {list(VALUES)}, inverted: {str(inverted).lower()}"
    means = [Fraction(0)] * len(VALUES)
    for mask in product((0, 1), repeat=len(VALUES)):
        probability = prod((1 - RATE) if stays else RATE for stays in mask)
        out = value(f"{given}, kept: {list(mask)}", "output")
        means = [mean + probability * v for mean, v in zip(means, out, strict=True)]
    assert value(given, "expected") == tuple(means)
    assert value(given, "expected_sum") == sum(means)


def test_what_stays_is_doubled_at_a_rate_of_a_half() -> None:
    # PyTorch's documentation of Dropout: "scaled by a factor of 1/(1-p) during training. This means
    # that during evaluation the module simply computes an identity function."
    assert value("rate: 0.5", "scale") == 2
    assert value("rate: 0.5", "inference_scale") == 1
    assert value("rate: 0.5, values: [3, 5], kept: [0, 1]", "output") == (0, 10)


def test_without_scaling_in_training_outputs_are_scaled_later() -> None:
    # Srivastava et al. 2014, figure 2: at test time weights are multiplied by p, what is retained.
    assert value("rate: 0.2, inverted: false", "scale") == 1
    assert value("rate: 0.2, inverted: false", "inference_scale") == Fraction(4, 5)


@pytest.mark.parametrize(
    ("dropout", "find", "given", "mistake"),
    [
        ("rate: 0.2", "scale", "1", "scaled at the other time"),
        ("rate: 0.2", "scale", "5", "rate taken for what stays"),
        ("rate: 0.4, values: [2, 5], kept: [1, 0]", "output", "2, 0", "scaled at the other time"),
        ("rate: 0.4, values: [2, 5], kept: [1, 0]", "output", "5, 0", "rate taken for what stays"),
    ],
)
def test_what_is_typically_wrong_is_named(
    dropout: str, find: str, given: str, mistake: str
) -> None:
    mark = one(f"dropout: {{{dropout}}}, find: {find}", given)
    assert mark.outcome == "wrong"
    assert mistake in [name for m in mark.mistakes for name in m.names]


@pytest.mark.parametrize(
    ("dropout", "find", "said"),
    [
        ("rate: 1", "scale", "a rate of 1 is no share: it is at least 0 and below 1"),
        ("rate: -0.5", "scale", "a rate of -0.5 is no share: it is at least 0 and below 1"),
        ("rate: 0.5", "expected", "'dropout' needs 'values'"),
        (
            "rate: 0.5, values: [1, 2]",
            "output",
            "'kept' needs 1 or 0 for each of the 2 values",
        ),
        (
            "rate: 0.5, values: [1, 2], kept: [1, 3]",
            "output",
            "'kept' needs 1 or 0 for each of the 2 values",
        ),
    ],
)
def test_what_cannot_be_dropped_is_told_at_its_place(dropout: str, find: str, said: str) -> None:
    with pytest.raises(CnnError) as caught:
        value(dropout, find)
    assert said in str(caught.value)
    assert "here:4:" in str(caught.value)
