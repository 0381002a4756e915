"""One step of an optimizer on given weights and gradients: SGD, momentum, weight decay, Adam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from cnnanalyze.course.sheets.questions.values import Trees, as_list, listed
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, Flag, choice

LAST_STEP = 1_000
"""Corrections of later steps have more digits than one writes down."""


class UpdateQuestion(Section):
    """Weights, their gradients, and how a step is taken."""

    rule: choice("sgd", "momentum", "adam") = Field(  # type: ignore[valid-type]
        default="sgd", description="how a step is taken"
    )
    weights: NumberList = Field(description="the weights before the step")
    gradients: NumberList = Field(description="the gradient by each weight")
    rate: Exact = Field(description="learning rate")
    weight_decay: Exact = Field(  # type: ignore[assignment]
        default=0, description="factor of the weight that is added to its gradient"
    )
    decoupled: Flag = Field(
        default=False, description="whether decay is taken off the weight itself (AdamW)"
    )
    momentum: Exact = Field(default=Fraction(9, 10), description="share of the velocity that stays")
    velocity: NumberList | None = Field(
        default=None, description="the velocity before the step; 0 without it"
    )
    form: choice("pytorch", "cs231n") = Field(  # type: ignore[valid-type]
        default="pytorch",
        description="v = m·v + g and w - rate·v, or v = m·v - rate·g and w + v",
    )
    beta1: Exact = Field(default=Fraction(9, 10), description="share of the first moment")
    beta2: Exact = Field(default=Fraction(999, 1000), description="share of the second moment")
    epsilon: Exact = Field(
        default=Fraction(1, 10**8), description="what is added to the root of Adam"
    )
    step: Count = Field(default=1, description="the number of the step, from 1, for Adam")
    first_moment: NumberList | None = Field(
        default=None, description="Adam's mean of gradients before the step; 0 without it"
    )
    second_moment: NumberList | None = Field(
        default=None, description="Adam's mean of squares before the step; 0 without it"
    )
    corrected: Flag = Field(default=True, description="whether Adam's moments are corrected")


_ONE = {"weights": "weight", "gradients": "gradient"}


def _listed(q: UpdateQuestion, name: str, otherwise: int = 0) -> Trees:
    """Return a list of the question, with a number for each weight."""
    found = getattr(q, name)
    numbers = (otherwise,) * len(q.weights) if found is None else found
    if len(numbers) != len(q.weights):
        raise UsageError(
            f"the length of '{name}' is {len(numbers)}, that of 'weights' {len(q.weights)}: "
            f"{len(numbers)} ≠ {len(q.weights)}",
            help="give one for each weight",
        )
    word = _ONE.get(name, name.replace("_", " "))
    return tuple(given(v, Name(f"{word}_{n}")) for n, v in enumerate(numbers, start=1))


def _times(share: Fraction, name: str, tree: Expression) -> Expression:
    return made("*", given(share, Name(name)), tree)


def _less(whole: Expression, part: Expression) -> Expression:
    return made("+", whole, made("-", part))


def _gradients(q: UpdateQuestion) -> Trees:
    """Return the gradients with the decay of the weights."""
    found = _listed(q, "gradients")
    if not q.weight_decay or q.decoupled:
        return found
    return tuple(
        made("+", g, _times(q.weight_decay, "weight decay", w))
        for g, w in zip(found, _listed(q, "weights"), strict=True)
    )


def _velocities(q: UpdateQuestion) -> Trees:
    _refuse_other(q, "momentum", "velocity")
    pairs = zip(_listed(q, "velocity"), _gradients(q), strict=True)
    if q.form == "pytorch":
        return tuple(made("+", _times(q.momentum, "momentum", v), g) for v, g in pairs)
    return tuple(
        _less(_times(q.momentum, "momentum", v), _times(q.rate, "rate", g)) for v, g in pairs
    )


def _refuse_other(q: UpdateQuestion, rule: str, quantity: str) -> None:
    if q.rule != rule:
        raise UsageError(f"'{q.rule}' keeps no {quantity}", help=f"write rule: {rule}")


def _share(q: UpdateQuestion, power: int) -> tuple[Fraction, Name]:
    """Return the share that stays of one of Adam's means."""
    share, word = (q.beta1, "beta1") if power == 1 else (q.beta2, "beta2")
    if not 0 <= share < 1:
        raise UsageError(
            f"'{word}' of {short_number(share)} is no share that stays: it is at least 0 and "
            "below 1",
            help=f"{word}: 0.9",
        )
    return share, Name(word)


def _moment(q: UpdateQuestion, power: int) -> Trees:
    """Return Adam's mean of gradients, or of their squares."""
    word = "first_moment" if power == 1 else "second_moment"
    _refuse_other(q, "adam", word.replace("_", " "))
    share, name = _share(q, power)
    rest = _less(given(1), given(share, name))
    return tuple(
        made(
            "+",
            made("*", given(share, name), kept),
            made("*", rest, g if power == 1 else made("^", g, given(2))),
        )
        for kept, g in zip(_listed(q, word), _gradients(q), strict=True)
    )


def _corrected(q: UpdateQuestion, moment: Expression, power: int) -> Expression:
    if not q.corrected:
        return moment
    if q.step > LAST_STEP:
        raise UsageError(
            f"step {q.step:,} is too late to be computed by hand: {q.step:,} > {LAST_STEP:,}",
            help=f"give a step up to {LAST_STEP:,}, or corrected: false",
        )
    kept = made("^", given(*_share(q, power)), given(q.step, Name("step")))
    return made("/", moment, _less(given(1), kept))


def _changes(q: UpdateQuestion) -> Trees:
    """Return what is added to each weight."""
    if q.rule == "sgd":
        return tuple(made("-", _times(q.rate, "rate", g)) for g in _gradients(q))
    if q.rule == "momentum":
        moved = _velocities(q)
        if q.form == "cs231n":
            return moved
        return tuple(made("-", _times(q.rate, "rate", v)) for v in moved)
    return tuple(
        made("-", made("/", _times(q.rate, "rate", _corrected(q, m, 1)), _spread(q, s)))
        for m, s in zip(_moment(q, 1), _moment(q, 2), strict=True)
    )


def _spread(q: UpdateQuestion, moment: Expression) -> Expression:
    """Return what Adam divides by."""
    if moment.value < 0:
        raise UsageError(
            f"a mean of squares of {short_number(moment.value)} has no root: it is at least 0",
            help="give numbers of at least 0 in 'second_moment'",
        )
    root = made("sqrt", _corrected(q, moment, 2))
    found = made("+", root, given(q.epsilon, Name("epsilon"))) if q.epsilon else root
    if found.value <= 0:
        raise UsageError(
            f"the root of the mean of squares and epsilon add up to {short_number(found.value)}, "
            "so nothing can be divided",
            help="give an epsilon above 0",
        )
    return found


def _weights(q: UpdateQuestion) -> Trees:
    found = []
    for w, change in zip(_listed(q, "weights"), _changes(q), strict=True):
        parts = [w, change]
        if q.decoupled and q.weight_decay:
            decay = _times(q.rate, "rate", _times(q.weight_decay, "weight decay", w))
            parts.append(made("-", decay))
        found.append(made("+", *parts))
    return tuple(found)


_REASONS = {
    "sgd": "Each weight goes against its gradient, as far as the learning rate says.",
    "momentum": "The velocity keeps a share of itself and adds the gradient; the weight follows.",
    "adam": "The mean of gradients is divided by the root of the mean of their squares; both are "
    "corrected for having begun at 0.",
}


def _quantity(
    words: str, symbol: str, trees: Callable[[UpdateQuestion], Trees]
) -> Callable[[UpdateQuestion, ExplanationBuilder], Solution]:
    def solve(q: UpdateQuestion, builder: ExplanationBuilder) -> Solution:
        reasons = [_REASONS[q.rule]]
        if q.weight_decay and not q.decoupled:
            reasons.append("Weight decay adds a share of each weight to its gradient.")
        subject = f"weights {listed(q.weights)}, gradients {listed(q.gradients)}, "
        subject += f"rate {short_number(q.rate)}"
        return as_list(builder, words, subject, symbol, trees(q), tuple(reasons))

    return solve


# --- read wrongly ---------------------------------------------------------------------------------

Read = Iterator[tuple[UpdateQuestion, str]]


def _uphill(q: UpdateQuestion, quantity: str) -> Read:
    if quantity == "weights":
        yield q.model_copy(update={"rate": -q.rate}), quantity


def _without_decay(q: UpdateQuestion, quantity: str) -> Read:
    if q.weight_decay:
        yield q.model_copy(update={"weight_decay": Fraction(0)}), quantity


def _without_momentum(q: UpdateQuestion, quantity: str) -> Read:
    if q.rule == "momentum" and quantity == "weights":
        yield q.model_copy(update={"rule": "sgd"}), quantity


def _uncorrected(q: UpdateQuestion, quantity: str) -> Read:
    if q.rule == "adam" and q.corrected and quantity == "weights":
        yield q.model_copy(update={"corrected": False}), quantity


def _other_form(q: UpdateQuestion, quantity: str) -> Read:
    if q.rule == "momentum":
        other = "cs231n" if q.form == "pytorch" else "pytorch"
        yield q.model_copy(update={"form": other}), quantity


def _idle(quantity: str, q: UpdateQuestion) -> tuple[str, ...]:
    """Return the keys that do not affect a quantity."""
    of_momentum = ("momentum", "velocity", "form")
    of_adam = ("beta1", "beta2", "epsilon", "step", "first_moment", "second_moment", "corrected")
    idle: tuple[str, ...] = ()
    if q.rule != "momentum":
        idle += of_momentum
    if q.rule != "adam":
        idle += of_adam
    if quantity != "weights":
        idle += ("epsilon", "step", "corrected")
        idle += {"first_moment": ("beta2", "second_moment")}.get(quantity, ())
        idle += {"second_moment": ("beta1", "first_moment")}.get(quantity, ())
        idle += ("weight_decay", "decoupled") if q.decoupled else ()
    return idle


UPDATE = Topic(
    "one step of an optimizer",
    UpdateQuestion,
    {
        "weights": TopicQuantity("the weights after the step", _quantity(
            "What are the weights after the step?", "w", _weights)),
        "velocity": TopicQuantity("the velocity after the step", _quantity(
            "What is the velocity after the step?", "v", _velocities)),
        "first_moment": TopicQuantity("Adam's mean of gradients", _quantity(
            "What is the mean of gradients?", "m", lambda q: _moment(q, 1))),
        "second_moment": TopicQuantity("Adam's mean of squares", _quantity(
            "What is the mean of squares?", "s", lambda q: _moment(q, 2))),
    },
    "weights",
    without=_idle,
    misreadings=(
        Misreading(kind("went uphill", "went along the gradient, not against it"), _uphill),
        Misreading(kind("weight decay forgotten", "forgot the weight decay"), _without_decay),
        Misreading(kind("momentum forgotten", "forgot the momentum"), _without_momentum),
        Misreading(
            kind("moments not corrected", "did not correct the moments of Adam"), _uncorrected
        ),
        Misreading(
            kind("other form of momentum", "kept the velocity in the other form"), _other_form
        ),
    ),
)  # fmt: skip
