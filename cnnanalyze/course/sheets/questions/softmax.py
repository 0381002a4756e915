"""Softmax and cross-entropy of given values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.matrices import NumberList
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder, Topic, TopicQuantity
from cnnanalyze.course.sheets.questions.values import LARGEST, Trees, as_list, as_number, listed
from cnnanalyze.course.worked_steps.class_labels import advise
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count

NO_POWERS = kind("exponential forgotten", "divided the logits by their sum")
NOT_NORMALISED = kind("not normalised", "did not divide by the sum of the exponentials")
OVER_CLASSES = kind("averaged over the classes", "averaged over the classes")
SQUARED_ERROR = kind("squared error", "took the squared error")


class Logits(Section):
    """The input of a softmax."""

    logits: NumberList = Field(description="one number for each class")


class Prediction(Section):
    """A prediction and the label that it should meet."""

    prediction: NumberList | None = Field(
        default=None, description="one probability for each class"
    )
    label: NumberList | None = Field(default=None, description="the label: 1 for the class, else 0")
    classes: Count | None = Field(
        default=None, description="a uniform prediction over so many classes"
    )

    @field_validator("label", mode="before")
    @classmethod
    def _label(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, list | tuple):
            return value
        many = len(info.data.get("prediction") or ())
        text = f"must be a list of numbers, not {show_value(value)}: {advise(value, many)}"
        raise PydanticCustomError("label", "{text}", {"text": text})


def _powers(s: Logits) -> Trees:
    for z in s.logits:
        if not -LARGEST <= z <= LARGEST:
            raise UsageError(f"the exponential of {z} is out of bounds: at most {LARGEST}")
    return tuple(made("exp", given(z)) for z in s.logits)


def exponentials(s: Logits, builder: ExplanationBuilder) -> Solution:
    """What are the exponentials of the logits?"""
    words = "What are the exponentials?"
    return as_list(builder, words, f"logits {listed(s.logits)}", "e", _powers(s), ())


def normaliser(s: Logits, builder: ExplanationBuilder) -> Solution:
    """What is the sum of the exponentials?"""
    words = "What is the sum of the exponentials?"
    tree = made("+", *_powers(s))
    return as_number(builder, words, f"logits {listed(s.logits)}", "sum", tree)


def probabilities(s: Logits, builder: ExplanationBuilder) -> Solution:
    """What are the probabilities?"""
    powers = _powers(s)
    total = made("+", *powers)
    trees = tuple(made("/", p, total) for p in powers)
    reason = "Each exponential is divided by the sum of all, so the probabilities add up to 1."

    def wrong_answers() -> Iterator[WrongAnswer]:
        sum_ = sum(s.logits)
        if sum_:
            shares = tuple(plain(Fraction(z) / sum_) for z in s.logits)
            yield WrongAnswer(NO_POWERS, shares)
        raw = tuple(plain(p.value) for p in powers)
        yield WrongAnswer(NOT_NORMALISED, raw)

    return as_list(
        builder,
        "What are the probabilities of the softmax?",
        f"logits {listed(s.logits)}",
        "S",
        trees,
        (reason,),
        wrong_answers,
    )


SOFTMAX = Topic(
    "the softmax of given logits",
    Logits,
    {
        "probabilities": TopicQuantity("the probabilities", probabilities),
        "exponentials": TopicQuantity("the exponentials", exponentials),
        "sum": TopicQuantity("the sum of the exponentials", normaliser),
    },
    "probabilities",
)


# --- cross-entropy --------------------------------------------------------------------------------


def _predicted(p: Prediction) -> tuple[Trees, Trees]:
    if (p.classes is None) == (p.prediction is None):
        raise UsageError(
            "a cross-entropy takes either 'prediction' and 'label', or 'classes' alone",
            help="cross_entropy: {prediction: [0.9, 0.1], label: [1, 0]}",
        )
    if p.prediction is None:
        n = p.classes or 1
        share = given(Fraction(1, n))
        return (share,) * n, tuple(given(int(k == 0), Name("label")) for k in range(n))
    label = p.label or ()
    if len(label) != len(p.prediction):
        raise UsageError(
            f"the prediction holds {count_of(len(p.prediction), 'number')}, but the label "
            f"{len(label)}: {len(p.prediction)} ≠ {len(label)}",
            help=advise(label[0] if len(label) == 1 else None, len(p.prediction)),
        )
    for probability, weight in zip(p.prediction, label, strict=True):
        if not 0 <= probability <= 1 or (weight and not probability):
            raise UsageError(
                f"a probability of {short_number(probability)} has no logarithm that could be used",
                help="probabilities are between 0 and 1; that of the label is above 0",
            )
    return tuple(map(given, p.prediction)), tuple(given(w, Name("label")) for w in label)


def loss(p: Prediction, builder: ExplanationBuilder) -> Solution:
    """What is the cross-entropy?"""
    chances, labels = _predicted(p)
    weighed = [
        made("*", label, made("ln", chance))
        for chance, label in zip(chances, labels, strict=True)
        if chance.value
    ]
    tree = made("-", made("+", *weighed))
    counted = [w for w in weighed if w.args[0].value]
    total = made("+", *(_short(w) for w in counted))
    shown = made("-", total) if counted else total
    subject = (
        f"a uniform prediction over {p.classes} classes"
        if p.classes
        else f"prediction {listed(p.prediction or ())}, label {listed(p.label or ())}"
    )
    value = plain(tree.value)
    reasons = ("Only the class of the label counts: its natural logarithm, with the sign changed.",)
    worked = builder.explain(
        "What is the cross-entropy?",
        subject,
        [DerivationStep(Name("loss"), shown)],
        value,
        reasons=reasons,
    )

    def wrong_answers() -> Iterator[WrongAnswer]:
        mean = plain(Fraction(value) / len(chances))
        yield WrongAnswer(OVER_CLASSES, mean)
        if p.prediction is not None:
            squares = sum(
                (Fraction(c.value) - Fraction(w.value)) ** 2
                for c, w in zip(chances, labels, strict=True)
            )
            yield WrongAnswer(SQUARED_ERROR, plain(squares))

    return Solution(value, explanations=(worked,), trees=lambda: tree, wrong_answers=wrong_answers)


def _short(product: Expression) -> Expression:
    label, logarithm = product.args
    return logarithm if label.value == 1 else made("*", given(label.value), logarithm)


CROSS_ENTROPY = Topic(
    "the cross-entropy of a prediction",
    Prediction,
    {"loss": TopicQuantity("the loss", loss)},
    "loss",
    instead={"classes": ("prediction", "label"), "prediction": ("classes",), "label": ("classes",)},
)
