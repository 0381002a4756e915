"""Training arithmetic: examples, iterations, updates; and which regime transfer learning takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from pydantic import Field

from cnnanalyze.analysis.training import exactly, plan
from cnnanalyze.core.expression import Name, given, made
from cnnanalyze.core.number import Num, Ratio
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, kind
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain, substituted
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.training import Training
from cnnanalyze.layers.attributes import Count, Natural

DIVIDED = kind("divided by the epochs", "divided by the epochs")
REGIME = kind("regime mistaken", "took the data set for another regime")
_EXTREMES = ("batch_iterations", "stochastic_iterations")


def _one_of(kind: MistakeKind, *pairs: tuple[str, str]) -> Misreading:
    """Return the mistake of answering another question of the topic."""

    def read(section: Training, quantity: str) -> Iterator[tuple[Training, str]]:
        for asked, taken in pairs:
            if asked == quantity:
                yield section, taken

    return Misreading(kind, read)


SWAPPED = _one_of(
    kind(
        "swapped batch and stochastic gradient descent",
        "swapped batch and stochastic gradient descent",
    ),
    _EXTREMES,
    _EXTREMES[::-1],
)
PER_EPOCH = _one_of(
    kind("examples for iterations", "gave the examples, not the batches of them"),
    ("iterations", "training_samples"),
)


def _held_back(section: Training, quantity: str) -> Iterator[tuple[Training, str]]:
    if section.validation_split:
        rest = 1 - exactly(section.validation_split)
        yield section.model_copy(update={"validation_split": float(rest)}), quantity


VALIDATION = Misreading(
    kind("trained on what is held back", "took the examples that are held back"),
    _held_back,
)


def _one_batch(section: Training, quantity: str) -> Iterator[tuple[Training, str]]:
    if quantity == "updates":
        yield section.model_copy(update={"batch": 1}), quantity


BATCHES = Misreading(kind("batch size forgotten", "took an update for every example"), _one_batch)


def _named(given_: Training, batch: int | None) -> Training:
    share: Fraction = exactly(given_.validation_split)
    samples = Num(given_.samples, Name("samples"))
    return given_.model_copy(
        update={
            "samples": samples,
            "batch": Num(batch or given_.batch, Name("batch")),
            "epochs": Num(given_.epochs, Name("epochs")),
            "validation_split": Ratio(share, Name("validation share")) if share else share,
        }
    )


def _planned(
    key: str, words: str, reason: str, batch: Callable[[Training], int | None] = lambda _: None
) -> TopicQuantity:
    def solve(section: Training, builder: ExplanationBuilder) -> Solution:
        named = _named(section, batch(section))
        result = plan(named, trained=0, stored=0, macs=0, saved=0)
        number = {
            "training samples": result.samples,
            "iterations": result.iterations_per_epoch,
            "updates": result.updates,
        }[key]
        found = builder.steps(key, number)
        value = int(number)
        worked = builder.explain(words, _subject(section), found, value, reasons=(reason,))

        def wrong_answers() -> Iterator[WrongAnswer]:
            if section.epochs > 1 and key == "iterations":
                yield WrongAnswer(DIVIDED, plain(Fraction(value, section.epochs)))

        return Solution(
            value,
            explanations=(worked,),
            trees=lambda: substituted(ExplanationBuilder().steps(key, number)),
            wrong_answers=wrong_answers,
        )

    return TopicQuantity(words, solve)


def _subject(section: Training) -> str:
    words = [f"{section.samples:,} examples", f"batches of {section.batch}"]
    if section.epochs > 1:
        words.append(f"{section.epochs} epochs")
    if section.validation_split:
        words.append(f"{section.validation_split:.0%} held back for validation")
    return ", ".join(words)


_EPOCH = (
    "An epoch is one pass over the training examples, one batch per iteration; an incomplete last "
    "batch counts as an iteration unless it is dropped."
)


def _all(section: Training) -> int:
    return int(plan(section, trained=0, stored=0, macs=0, saved=0).samples)


_FOR_THE_READER = ("optimizer", "loss", "classes", "learning_rate", "weight_decay")
"""What a spec may say of its training, and what no number here follows from."""
_IDLE = {
    "training_samples": ("batch", "epochs", "drop_last"),
    "iterations": ("epochs",),
    "batch_iterations": ("batch", "epochs", "drop_last"),
    "stochastic_iterations": ("batch", "epochs", "drop_last"),
}
"""What does not affect a quantity."""


TRAIN = Topic(
    "how long a training takes",
    Training,
    {
        "training_samples": _planned(
            "training samples",
            "How many examples are trained on?",
            "What is held back for validation is not trained on.",
        ),
        "iterations": _planned("iterations", "How many iterations does an epoch have?", _EPOCH),
        "updates": _planned(
            "updates",
            "How often are the weights updated?",
            "Each iteration updates the weights once, and every epoch has the same number of "
            "iterations.",
        ),
        "batch_iterations": _planned(
            "iterations",
            "How many iterations has an epoch of batch gradient descent?",
            "Batch gradient descent takes all examples at once.",
            _all,
        ),
        "stochastic_iterations": _planned(
            "iterations",
            "How many iterations has an epoch of stochastic gradient descent?",
            "Stochastic gradient descent takes one example at a time.",
            lambda _: 1,
        ),
    },
    without=lambda quantity, _: (*_FOR_THE_READER, *_IDLE.get(quantity, ())),
    misreadings=(SWAPPED, VALIDATION, PER_EPOCH, BATCHES),
)


class LabelsQuestion(Section):
    """How many labelled examples there are for a new task."""

    labels_per_class: Natural = Field(description="labelled examples of each class")
    tiny_below: Count = Field(default=500, description="fewer than so many are a tiny data set")
    large_above: Count = Field(default=1000, description="more than so many are a large data set")


REGIMES = {
    "tiny": "train the new head only, and freeze all the rest",
    "small": "train the new head and the last layers",
    "large": "train everything, from the weights that are there",
}
"""What lecture 003 does with so many labels."""


def regime(section: LabelsQuestion, builder: ExplanationBuilder) -> Solution:
    """Which regime of transfer learning is it?"""
    n, low, high = section.labels_per_class, section.tiny_below, section.large_above
    if low > high:
        raise UsageError(
            f"a data set cannot be tiny below {low:,} and large above {high:,} labels: "
            f"{low:,} > {high:,}",
            help="give 'tiny_below' a number that is at most that of 'large_above'",
        )
    value = "tiny" if n < low else "large" if n > high else "small"
    step = DerivationStep(Name("labels per class"), made("+", given(n)))
    reasons = (
        (
            f"Fewer than {low} labels per class are a tiny data set, more than {high} a large "
            "one; both ends belong to the middle."
        ),
        f"{value.capitalize()}: {REGIMES[value]}.",
    )
    words = "Which regime of transfer learning is it?"
    worked = builder.explain(words, f"{n} labels per class", [step], value, reasons=reasons)

    def wrong_answers() -> Iterator[WrongAnswer]:
        for other in REGIMES:
            if other != value:
                yield WrongAnswer(REGIME, other, f": {low} to {high} labels are the middle one")

    also = tuple(f"{value} {thing}" for thing in ("data", "data set", "data sets"))
    return Solution(value, "words", explanations=(worked,), wrong_answers=wrong_answers, also=also)


TRANSFER = Topic(
    "which layers transfer learning trains",
    LabelsQuestion,
    {"regime": TopicQuantity("regime", regime)},
    "regime",
)
