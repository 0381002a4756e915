"""Batch norm, weight decay and activations of given values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field

from cnnanalyze.core.expression import Expression, Name, given, made, rewrite
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.explanations.kind_formulas import activations, apply_formula, attributes
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.matrices import Exact, NumberList
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.course.sheets.questions.values import LARGEST, as_list, as_number, listed
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.activation import Relu
from cnnanalyze.layers.attributes import Count, choice
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.traits import Trait

NOT_SQUARED = kind("weights not squared", "added the weights without squaring")


class Batch(Section):
    """A batch of values to be normalised."""

    values: NumberList = Field(description="the values of one channel")
    gamma: Exact = Field(default=1, description="scale")  # type: ignore[assignment]
    beta: Exact = Field(default=0, description="shift")  # type: ignore[assignment]
    epsilon: Exact = Field(default=0, description="what is added to the variance")  # type: ignore[assignment]


class Decay(Section):
    """Weights that are kept small."""

    weights: NumberList = Field(description="the weights")
    rate: Exact = Field(description="lambda")
    samples: Count = Field(default=1, description="training examples, m of the lambda / 2m")


class ActivationQuestion(Section):
    """Values that go through an activation."""

    function: choice(*activations()) = Field(  # type: ignore[valid-type]
        description="what is applied"
    )
    values: NumberList = Field(description="what goes in")
    slope: Exact = Field(default=Fraction(1, 10), description="slope below 0, of what has one")
    alpha: Exact = Field(default=1, description="alpha, of what has one")  # type: ignore[assignment]


def _mean(b: Batch) -> Expression:
    total = made("+", *map(given, b.values))
    return made("/", total, given(len(b.values), Name("batch")))._replace(name=Name("mean"))


def _variance(b: Batch, mean: Expression) -> Expression:
    squares = [made("^", made("+", given(v), made("-", mean)), given(2)) for v in b.values]
    count = given(len(b.values), Name("batch"))
    return made("/", made("+", *squares), count)._replace(name=Name("variance"))


def mean(b: Batch, builder: ExplanationBuilder) -> Solution:
    """What is the mean of the batch?"""
    subject = f"values {listed(b.values)}"
    return as_number(builder, "What is the mean of the batch?", subject, "mean", _mean(b))


def variance(b: Batch, builder: ExplanationBuilder) -> Solution:
    """What is the variance of the batch?"""
    found = _mean(b)
    tree = _variance(b, given(found.value, Name("mean")))
    return as_number(
        builder,
        "What is the variance of the batch?",
        f"values {listed(b.values)}",
        "variance",
        tree,
        ("Batch norm divides by m, not by m - 1.",),
    )


def normalised(b: Batch, builder: ExplanationBuilder) -> Solution:
    """What does batch norm make of the values?"""
    mu = _mean(b)
    spread = _variance(b, mu)
    if not spread.value + b.epsilon:
        raise UsageError(
            "all values are equal and epsilon is 0, so nothing can be divided",
            help="give an epsilon above 0",
        )
    gamma, beta = given(plain(b.gamma), Name("gamma")), given(plain(b.beta), Name("beta"))
    inside = made("+", spread, given(plain(b.epsilon), Name("epsilon"))) if b.epsilon else spread
    root = made("sqrt", inside)
    trees = tuple(
        made(
            "+",
            made("*", gamma, made("/", made("+", given(v), made("-", mu)), root)),
            beta,
        )
        for v in b.values
    )
    value = tuple(plain(t.value) for t in trees)
    known = given(mu.value, Name("mean"))
    found = [
        DerivationStep(Name("mean"), mu._replace(name=None)),
        DerivationStep(Name("variance"), _variance(b, known)._replace(name=None)),
    ]
    for n, tree in enumerate(trees, start=1):
        found.append(DerivationStep(Name("y", of=str(n)), rewrite(tree, _called)))
    worked = builder.explain(
        "What does batch norm make of them?",
        f"values {listed(b.values)}, gamma {short_number(b.gamma)}, beta {short_number(b.beta)}",
        found,
        value,
        form="list",
        reasons=(
            (
                "Subtract the mean and divide by the root of the variance, then scale by gamma "
                "and add beta."
            ),
            "Batch norm divides by m, not by m - 1.",
        ),
    )
    return Solution(value, "list", explanations=(worked,), trees=lambda: trees)


def _called(part: Expression) -> Expression:
    """Replace earlier results by their names."""
    is_known = part.name is not None and part.name.key in {"mean", "variance"}
    return given(part.value, part.name) if is_known else part


BATCH_NORM = Topic(
    "batch norm of given values",
    Batch,
    {
        "output": TopicQuantity("the output", normalised),
        "mean": TopicQuantity("the mean", mean),
        "variance": TopicQuantity("the variance", variance),
    },
    "output",
    without=lambda quantity, _: () if quantity == "output" else ("gamma", "beta", "epsilon"),
)


# --- weight decay ---------------------------------------------------------------------------------


def penalty(d: Decay, builder: ExplanationBuilder) -> Solution:
    """How large is the penalty of weight decay?"""
    squares = made("+", *(made("^", given(w), given(2)) for w in d.weights))
    rate = given(plain(d.rate), Name("lambda"))
    below = made("*", given(2, Name("two")), given(d.samples, Name("samples")))
    tree = made("*", made("/", rate, below), squares)
    shown = made("*", made("/", rate, made("*", given(2), below.args[1])), squares)
    solution = as_number(
        builder,
        "How large is the penalty?",
        f"weights {listed(d.weights)}, lambda {short_number(d.rate)}, {d.samples} examples",
        "penalty",
        shown,
        ("The penalty is lambda / 2m times the sum of the squared weights.",),
    )

    def wrong_answers() -> Iterator[WrongAnswer]:
        sizes = sum(abs(Fraction(w)) for w in d.weights)
        wrong = Fraction(d.rate) / (2 * d.samples) * sizes
        yield WrongAnswer(NOT_SQUARED, plain(wrong))

    return Solution(
        solution.value,
        explanations=solution.explanations,
        trees=lambda: tree,
        wrong_answers=wrong_answers,
    )


WEIGHT_DECAY = Topic(
    "the penalty of weight decay",
    Decay,
    {"penalty": TopicQuantity("the penalty", penalty)},
    "penalty",
)


# --- activations ----------------------------------------------------------------------------------


def activate(a: ActivationQuestion, builder: ExplanationBuilder) -> Solution:
    """What does the activation make of the values?"""
    for v in a.values:
        if not -LARGEST <= v <= LARGEST:
            raise UsageError(f"{v} is out of bounds: at most {LARGEST}")

    cls = activations()[a.function]
    numbers = {**attributes(cls()), **{w: plain(getattr(a, w)) for w in _words_of(cls)}}
    trees = tuple(apply_formula(cls, v, numbers) for v in a.values)
    words = f"What does {a.function} make of them?"
    return as_list(builder, words, f"values {listed(a.values)}", "y", trees, ())


def _words_of(cls: type[Layer]) -> tuple[str, ...]:
    """Return the words of the section that are attributes of a kind."""
    return tuple(w for w in ("slope", "alpha") if w in cls.model_fields)


SLOPES = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))
"""Slopes of leaky ReLU that are somebody's default: PyTorch, lectures, TensorFlow, Keras."""


def _other_slopes(a: ActivationQuestion, quantity: str) -> Iterator[tuple[ActivationQuestion, str]]:
    if "slope" in activations()[a.function].model_fields:
        for slope in SLOPES:
            yield a.model_copy(update={"slope": slope}), quantity


def _plain_relu(a: ActivationQuestion, quantity: str) -> Iterator[tuple[ActivationQuestion, str]]:
    """Take a relative of ReLU for ReLU itself."""
    cls = activations()[a.function]
    if cls is not Relu and Trait.MONOTONE in cls.traits and Trait.SATURATING not in cls.traits:
        yield a.model_copy(update={"function": Relu.kind}), quantity


def _of_the_same_form(
    a: ActivationQuestion, quantity: str
) -> Iterator[tuple[ActivationQuestion, str]]:
    """Take an activation for another one that rectifies, saturates or does neither as well."""

    def form(cls: type[Layer]) -> frozenset[Trait]:
        return cls.traits & {Trait.RECTIFIER, Trait.SATURATING, Trait.MONOTONE}

    own = form(activations()[a.function])
    for name, cls in activations().items():
        if name != a.function and form(cls) == own:
            yield a.model_copy(update={"function": name}), quantity


OTHER_SLOPE = Misreading(
    kind("slope of another framework", "took the default slope of another framework"),
    _other_slopes,
)
NO_SLOPE = Misreading(
    kind("ReLU instead of its relative", "took plain ReLU"),
    _plain_relu,
)
OTHER_ACTIVATION = Misreading(
    kind("another activation", "took another activation"),
    _of_the_same_form,
)

ACTIVATION = Topic(
    "an activation of given values",
    ActivationQuestion,
    {"output": TopicQuantity("the output", activate)},
    "output",
    without=lambda _, a: tuple(
        word for word in ("slope", "alpha") if word not in _words_of(activations()[a.function])
    ),
    misreadings=(OTHER_SLOPE, NO_SLOPE, OTHER_ACTIVATION),
)
