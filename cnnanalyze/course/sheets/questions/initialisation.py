"""Variances of initial weights, from the numbers that a unit reads and feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import Field

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.course.sheets.questions.values import as_number
from cnnanalyze.layers.attributes import Count, Extent, per_axis


class InitialisationQuestion(Section):
    """A layer whose weights are drawn."""

    kernel: Extent = Field(default=1, description="size of the kernel; 1 of a dense layer")
    channels: Count = Field(description="channels, or units, that it reads")
    filters: Count = Field(description="filters, or units, that it has")


def _fan(q: InitialisationQuestion, word: str) -> Expression:
    sides = per_axis(q.kernel, 2 if isinstance(q.kernel, int) else len(q.kernel), "kernel")
    taps = [given(k, Name("kernel")) for k in sides if q.kernel != 1]
    name = "fan in" if word == "channels" else "fan out"
    return made("*", *taps, given(getattr(q, word), Name(word)))._replace(name=Name(name))


def _he(q: InitialisationQuestion) -> Expression:
    return made("/", given(2), _fan(q, "channels"))


def _glorot(q: InitialisationQuestion) -> Expression:
    return made("/", given(2), made("+", _fan(q, "channels"), _fan(q, "filters")))


def _lecun(q: InitialisationQuestion) -> Expression:
    return made("/", given(1), _fan(q, "channels"))


def _limit(variance: Callable[[InitialisationQuestion], Expression]) -> Callable[..., Expression]:
    return lambda q: made("sqrt", made("*", given(3), variance(q)))


def _quantity(
    words: str, symbol: str, tree: Callable[..., Expression], *reasons: str
) -> TopicQuantity:
    def solve(q: InitialisationQuestion, builder: ExplanationBuilder) -> Solution:
        subject = f"{q.channels} to {q.filters}"
        return as_number(builder, f"What is {words}?", subject, symbol, tree(q), reasons)

    return TopicQuantity(words, solve)


def _swapped(
    q: InitialisationQuestion, quantity: str
) -> Iterator[tuple[InitialisationQuestion, str]]:
    if q.channels != q.filters:
        yield q.model_copy(update={"channels": q.filters, "filters": q.channels}), quantity


def _without_kernel(
    q: InitialisationQuestion, quantity: str
) -> Iterator[tuple[InitialisationQuestion, str]]:
    if q.kernel != 1:
        yield q.model_copy(update={"kernel": 1}), quantity


def _other_scheme(
    q: InitialisationQuestion, quantity: str
) -> Iterator[tuple[InitialisationQuestion, str]]:
    scheme, _, form = quantity.partition("_")
    for other in INITIALISATION.quantities:
        if scheme != "fan" and other != quantity and other.endswith(form):
            yield q, other


INITIALISATION = Topic(
    "the variance of initial weights",
    InitialisationQuestion,
    {
        "fan_in": _quantity("the fan-in", "fan in", lambda q: _fan(q, "channels"),
                            "Each output is a sum of so many products."),
        "fan_out": _quantity("the fan-out", "fan out", lambda q: _fan(q, "filters"),
                             "Each input is read by so many weights."),
        "he_variance": _quantity("He's variance", "variance", _he,
                                 "ReLU halves the variance, so it is doubled."),
        "glorot_variance": _quantity("Glorot's variance", "variance", _glorot,
                                     "It lies between what keeps activations and gradients."),
        "lecun_variance": _quantity("LeCun's variance", "variance", _lecun,
                                    "So the variance of activations stays what it was."),
        "he_limit": _quantity("the limit of He's uniform distribution", "limit", _limit(_he),
                              "A uniform distribution from -a to a has the variance a²/3."),
        "glorot_limit": _quantity("the limit of Glorot's uniform distribution", "limit",
                                  _limit(_glorot),
                                  "A uniform distribution from -a to a has the variance a²/3."),
    },
    misreadings=(
        Misreading(kind("fan-in and fan-out exchanged", "exchanged fan-in and fan-out"), _swapped),
        Misreading(
            kind("kernel left out of the fan", "left the size of the kernel out"), _without_kernel
        ),
        Misreading(kind("another initialisation", "took another initialisation"), _other_scheme),
    ),
)  # fmt: skip
