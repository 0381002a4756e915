"""Batch norm, weight decay and activations of given values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field

from cnnanalyze.core.binding import Section
from cnnanalyze.core.expression import Expression, Name, given, made, rewrite
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, Rank, kind
from cnnanalyze.course.misconceptions.solution import Solution, Twist, plain
from cnnanalyze.course.sheets.questions.matrices import Exact, NumberList
from cnnanalyze.course.sheets.questions.topic import Asking, Misreading, Topic, TopicQuantity
from cnnanalyze.course.sheets.questions.values import LARGEST, as_list, as_number, said
from cnnanalyze.course.sheets.wording import brief
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, choice

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

    function: choice("relu", "leaky_relu", "relu6", "sigmoid", "tanh", "elu") = Field(  # type: ignore[valid-type]
        description="what is applied"
    )
    values: NumberList = Field(description="what goes in")
    slope: Exact = Field(default=Fraction(1, 10), description="slope of leaky ReLU below 0")
    alpha: Exact = Field(default=1, description="alpha of ELU")  # type: ignore[assignment]


def _mean(b: Batch) -> Expression:
    total = made("+", *map(given, b.values))
    return made("/", total, given(len(b.values), Name("batch")))._replace(name=Name("mean"))


def _variance(b: Batch, mean: Expression) -> Expression:
    squares = [made("^", made("+", given(v), made("-", mean)), given(2)) for v in b.values]
    count = given(len(b.values), Name("batch"))
    return made("/", made("+", *squares), count)._replace(name=Name("variance"))


def mean(b: Batch, asking: Asking) -> Solution:
    """What is the mean of the batch?"""
    subject = f"values {said(b.values)}"
    return as_number(asking, "What is the mean of the batch?", subject, "mean", _mean(b))


def variance(b: Batch, asking: Asking) -> Solution:
    """What is the variance of the batch?"""
    found = _mean(b)
    tree = _variance(b, given(found.value, Name("mean")))
    return as_number(
        asking,
        "What is the variance of the batch?",
        f"values {said(b.values)}",
        "variance",
        tree,
        ("Batch norm divides by m, not by m - 1.",),
    )


def normalised(b: Batch, asking: Asking) -> Solution:
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
    worked = asking.explain(
        "What does batch norm make of them?",
        f"values {said(b.values)}, gamma {brief(b.gamma)}, beta {brief(b.beta)}",
        found,
        value,
        form="list",
        reasons=(
            "The mean is taken off, the root of the variance divided by; then gamma and beta.",
            "Batch norm divides by m, not by m - 1.",
        ),
    )
    return Solution(value, "list", explanations=(worked,), trees=lambda: trees)


def _called(part: Expression) -> Expression:
    """Put the names of what was worked out before in the place of how it was."""
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


def penalty(d: Decay, asking: Asking) -> Solution:
    """How large is the penalty of weight decay?"""
    squares = made("+", *(made("^", given(w), given(2)) for w in d.weights))
    rate = given(plain(d.rate), Name("lambda"))
    below = made("*", given(2, Name("two")), given(d.samples, Name("samples")))
    tree = made("*", made("/", rate, below), squares)
    shown = made("*", made("/", rate, made("*", given(2), below.args[1])), squares)
    solution = as_number(
        asking,
        "How large is the penalty?",
        f"weights {said(d.weights)}, lambda {brief(d.rate)}, {d.samples} examples",
        "penalty",
        shown,
        ("The penalty is lambda / 2m times the sum of the squared weights.",),
    )

    def twists() -> Iterator[Twist]:
        sizes = sum(abs(Fraction(w)) for w in d.weights)
        wrong = Fraction(d.rate) / (2 * d.samples) * sizes
        yield Twist(NOT_SQUARED, plain(wrong))

    return Solution(
        solution.value,
        explanations=solution.explanations,
        trees=lambda: tree,
        twists=twists,
    )


WEIGHT_DECAY = Topic(
    "the penalty of weight decay",
    Decay,
    {"penalty": TopicQuantity("the penalty", penalty)},
    "penalty",
)


# --- activations ----------------------------------------------------------------------------------


def _sigmoid(z: Expression) -> Expression:
    return made("/", given(1), made("+", given(1), made("exp", made("-", z))))


def _tanh(z: Expression) -> Expression:
    up, down = made("exp", z), made("exp", made("-", z))
    return made("/", made("+", up, made("-", down)), made("+", up, down))


def activate(a: ActivationQuestion, asking: Asking) -> Solution:
    """What does the activation make of the values?"""
    for v in a.values:
        if not -LARGEST <= v <= LARGEST:
            raise UsageError(f"{v} is out of bounds: at most {LARGEST}")

    def one(v: int | Fraction) -> Expression:
        z, zero = given(v), given(0)
        match a.function:
            case "relu":
                return made("max", zero, z)
            case "relu6":
                return made("min", made("max", zero, z), given(6))
            case "leaky_relu":
                return z if v > 0 else made("*", given(plain(a.slope)), z)
            case "elu":
                below = made("+", made("exp", z), given(-1))
                return z if v > 0 else made("*", given(plain(a.alpha)), below)
            case "sigmoid":
                return _sigmoid(z)
            case _:
                return _tanh(z)

    trees = tuple(map(one, a.values))
    words = f"What does {a.function} make of them?"
    return as_list(asking, words, f"values {said(a.values)}", "y", trees, ())


SLOPES = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))
"""Slopes of leaky ReLU that are somebody's default: PyTorch, lectures, TensorFlow, Keras."""


def _other_slopes(a: ActivationQuestion, quantity: str) -> Iterator[tuple[ActivationQuestion, str]]:
    if a.function == "leaky_relu":
        for slope in SLOPES:
            yield a.model_copy(update={"slope": slope}), quantity


def _taken_for(kind: MistakeKind, *pairs: tuple[str, str]) -> Misreading:
    """Return the mistake of taking one activation for another."""

    def read(a: ActivationQuestion, quantity: str) -> Iterator[tuple[ActivationQuestion, str]]:
        for right, taken in pairs:
            if a.function == right:
                yield a.model_copy(update={"function": taken}), quantity

    return Misreading(kind, read)


OTHER_SLOPE = Misreading(
    kind("slope of another framework", "took the slope that is the default somewhere else"),
    _other_slopes,
)
NO_SLOPE = _taken_for(
    kind("ReLU instead of its relative", "took plain ReLU"),
    ("leaky_relu", "relu"),
    ("relu6", "relu"),
    ("elu", "relu"),
)
NEGATIVE_KEPT = _taken_for(
    kind("another activation", "took another activation", Rank.OCCASIONAL),
    ("sigmoid", "tanh"),
    ("tanh", "sigmoid"),
    ("relu", "relu6"),
    ("elu", "leaky_relu"),
)

ACTIVATION = Topic(
    "an activation of given values",
    ActivationQuestion,
    {"output": TopicQuantity("the output", activate)},
    "output",
    without=lambda _, a: tuple(
        word
        for word, function in (("slope", "leaky_relu"), ("alpha", "elu"))
        if a.function != function
    ),
    misreadings=(OTHER_SLOPE, NO_SLOPE, NEGATIVE_KEPT),
)
