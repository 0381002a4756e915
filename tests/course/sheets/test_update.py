"""One step of an optimizer in sheets: what PyTorch's optimizers do, and what is typically wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.errors import CnnError
from tests.course.marking import one, solved

WEIGHTS = "weights: [1.5, -2, 0.7]"
FIRST, SECOND = "gradients: [0.5, 3, -1.1]", "gradients: [0.2, -0.4, 0.9]"
THIRD = "gradients: [-0.3, 0.6, 0.8]"

# PyTorch 2.13 in double precision: torch.optim.SGD, Adam and AdamW, lr=0.1, with the gradients
# above one after the other; the state is optimizer.state.
SGD_DECAY = (1.4485, -2.298, 0.8093)
MOMENTUM_1 = (0.515, 2.98, -1.093)
MOMENTUM_W2 = (1.3807015, -2.523902, 0.8168607)
MOMENTUM_2 = (0.677985, 2.25902, -0.075607)
ADAM_DECAY_1 = (1.4000000019417476, -2.0999999996644294, 0.7999999990850869)
ADAM_W2 = (1.3101424839029283, -2.1565778382668586, 0.8047135665703341)
ADAM_W3 = (1.2805871509237354, -2.2119104729427623, 0.7765345416827427)
ADAM_M2, ADAM_S2 = (0.065, 0.23, -0.009), (0.00028975, 0.009151, 0.00201879)
ADAM_M3 = (0.0285, 0.267, 0.0719)
ADAM_S3 = (0.00037946025, 0.009501849, 0.00265677121)
ADAMW_W2 = (1.295679983892928, -2.136127838268525, 0.7972310665748796)
ADAMW_W3 = (1.2596462509942705, -2.180779833753086, 0.765065886354414)


def value(update: str, find: str = "weights") -> Any:
    """Return the answer of a question."""
    (answer,) = solved(f"- {{id: A, update: {{{update}}}, find: {find}}}")["A"].answers.values()
    return answer.solution.value


def after(numbers: tuple[float, ...], key: str = "weights") -> str:
    """Return numbers as a sheet writes them."""
    return f"{key}: {list(numbers)}"


@pytest.mark.parametrize(
    ("update", "find", "right"),
    [
        (f"{WEIGHTS}, {FIRST}, weight_decay: 0.01", "weights", SGD_DECAY),
        (f"rule: momentum, {WEIGHTS}, {FIRST}, weight_decay: 0.01", "velocity", MOMENTUM_1),
        (
            f"rule: momentum, {after(SGD_DECAY)}, {SECOND}, weight_decay: 0.01, "
            + after(MOMENTUM_1, "velocity"),
            "velocity",
            MOMENTUM_2,
        ),
        (
            f"rule: momentum, {after(SGD_DECAY)}, {SECOND}, weight_decay: 0.01, "
            + after(MOMENTUM_1, "velocity"),
            "weights",
            MOMENTUM_W2,
        ),
        (f"rule: adam, {WEIGHTS}, {FIRST}, weight_decay: 0.01", "weights", ADAM_DECAY_1),
        (
            f"rule: adam, {after(ADAM_W2)}, {THIRD}, step: 3, {after(ADAM_M2, 'first_moment')}, "
            + after(ADAM_S2, "second_moment"),
            "weights",
            ADAM_W3,
        ),
        (
            f"rule: adam, {WEIGHTS}, {THIRD}, {after(ADAM_M2, 'first_moment')}",
            "first_moment",
            ADAM_M3,
        ),
        (
            f"rule: adam, {WEIGHTS}, {THIRD}, {after(ADAM_S2, 'second_moment')}",
            "second_moment",
            ADAM_S3,
        ),
        (
            f"rule: adam, {after(ADAMW_W2)}, {THIRD}, step: 3, weight_decay: 0.05, "
            f"decoupled: true, {after(ADAM_M2, 'first_moment')}, "
            + after(ADAM_S2, "second_moment"),
            "weights",
            ADAMW_W3,
        ),
    ],
)
def test_a_step_is_that_of_pytorch(update: str, find: str, right: tuple[float, ...]) -> None:
    found = value(f"{update}, rate: 0.1", find)
    assert [float(v) for v in found] == pytest.approx(right, rel=1e-12)


def test_both_forms_of_momentum_go_the_same_way_from_rest() -> None:
    given = f"rule: momentum, {WEIGHTS}, {FIRST}, rate: 0.1"
    assert value(given) == value(f"{given}, form: cs231n")
    velocities = zip(
        value(given, "velocity"), value(f"{given}, form: cs231n", "velocity"), strict=True
    )
    assert all(own * 10 == -other * 100 for own, other in velocities)


def test_the_first_step_of_adam_is_as_long_as_the_rate() -> None:
    found = value(f"rule: adam, {WEIGHTS}, {FIRST}, rate: 0.25, epsilon: 0")
    assert [float(v) for v in found] == pytest.approx([1.25, -2.25, 0.95], rel=1e-15)


@pytest.mark.parametrize(
    ("update", "find", "given", "mistake"),
    [
        (f"{WEIGHTS}, {FIRST}", "weights", "1.55, -1.7, 0.59", "went uphill"),
        (
            f"{WEIGHTS}, {FIRST}, weight_decay: 0.01",
            "weights",
            "1.45, -2.3, 0.81",
            "weight decay forgotten",
        ),
        (
            f"rule: momentum, {WEIGHTS}, {FIRST}, velocity: [1, 2, 3]",
            "weights",
            "1.45, -2.3, 0.81",
            "momentum forgotten",
        ),
        (
            f"rule: adam, {WEIGHTS}, {FIRST}, beta2: 0.99, epsilon: 0",
            "weights",
            "1.4, -2.1, 0.8",
            "",
        ),
        (
            f"rule: adam, {WEIGHTS}, {FIRST}, beta2: 0.99, epsilon: 0, step: 2",
            "weights",
            "1.4, -2.1, 0.8",
            "moments not corrected",
        ),
        (
            f"rule: momentum, {WEIGHTS}, {FIRST}, velocity: [1, 2, 3]",
            "velocity",
            "0.85, 1.5, 2.81",
            "other form of momentum",
        ),
    ],
)
def test_what_is_typically_wrong_is_named(update: str, find: str, given: str, mistake: str) -> None:
    mark = one(f"update: {{{update}, rate: 0.1}}, find: {find}", given)
    assert mark.outcome == ("wrong" if mistake else "right")
    assert [name for m in mark.mistakes for name in m.names][:1] == ([mistake] if mistake else [])


@pytest.mark.parametrize(
    ("update", "find", "said"),
    [
        (
            "weights: [1, 2], gradients: [3]",
            "weights",
            "the length of 'gradients' is 1, that of 'weights' 2: 1 ≠ 2",
        ),
        ("weights: [1], gradients: [3]", "velocity", "'sgd' keeps no velocity"),
        ("weights: [1], gradients: [3]", "second_moment", "'sgd' keeps no second moment"),
        (
            "rule: adam, weights: [1], gradients: [3], beta1: 1",
            "weights",
            "'beta1' of 1 is no share that stays: it is at least 0 and below 1",
        ),
        (
            "rule: adam, weights: [1], gradients: [3], step: 1001",
            "weights",
            "step 1,001 is too late to be computed by hand: 1,001 > 1,000",
        ),
        (
            "rule: adam, weights: [1], gradients: [3], second_moment: [-1]",
            "weights",
            "a mean of squares of -0.99 has no root: it is at least 0",
        ),
        (
            "rule: adam, weights: [1], gradients: [0], epsilon: 0",
            "weights",
            "the root of the mean of squares and epsilon add up to 0, so nothing can be divided",
        ),
    ],
)
def test_what_cannot_be_stepped_is_told_at_its_place(update: str, find: str, said: str) -> None:
    with pytest.raises(CnnError) as caught:
        value(f"{update}, rate: 0.1", find)
    assert said in str(caught.value)
    assert "here:4:" in str(caught.value)


def test_keys_of_another_rule_are_refused() -> None:
    with pytest.raises(CnnError, match="'beta1' is not read by any answer"):
        value(f"{WEIGHTS}, {FIRST}, rate: 0.1, beta1: 0.8")
    with pytest.raises(CnnError, match="'momentum' is not read by any answer"):
        value(f"rule: adam, {WEIGHTS}, {FIRST}, rate: 0.1, momentum: 0.8")
