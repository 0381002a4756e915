"""What questions about given values share: lists of numbers, each with its equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain
from cnnanalyze.course.sheets.answer_text import short_number
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder

Trees = tuple[Expression, ...]
LARGEST = 700
"""Exponentials of larger numbers are no numbers that one writes down."""


def reduced(method: str, numbers: Sequence[Expression]) -> Expression:
    """Return the one number that is made of several: their ``max``, their ``sum``, or the mean.

    Examples
    --------
    >>> [str(reduced(m, [given(1), given(2)]).value) for m in ("max", "sum", "average")]
    ['2', '3', '3/2']
    """
    if method == "max":
        return made("max", *numbers)
    total = made("+", *numbers)
    if method == "sum":
        return total
    return made("/", total, given(len(numbers)))._replace(name=Name("mean"))


def as_list(
    builder: ExplanationBuilder,
    words: str,
    subject: str,
    key: str,
    trees: Trees,
    reasons: tuple[str, ...],
    wrong_answers: Callable[[], Iterator[WrongAnswer]] = lambda: iter(()),
) -> Solution:
    """Return a list of numbers, each with its equation."""
    value = tuple(plain(t.value) for t in trees)
    found = [
        DerivationStep(Name(key, of=str(n)), tree._replace(name=None) if tree.args else tree)
        for n, tree in enumerate(trees, start=1)
    ]
    worked = builder.explain(words, subject, found, value, form="list", reasons=reasons)
    return Solution(
        value, "list", explanations=(worked,), trees=lambda: trees, wrong_answers=wrong_answers
    )


def as_number(
    builder: ExplanationBuilder,
    words: str,
    subject: str,
    key: str,
    tree: Expression,
    reasons: tuple[str, ...] = (),
    wrong_answers: Callable[[], Iterator[WrongAnswer]] = lambda: iter(()),
) -> Solution:
    """Return one number with its equation."""
    value = plain(tree.value)
    bare = tree._replace(name=None) if tree.args else tree
    worked = builder.explain(
        words, subject, [DerivationStep(Name(key), bare)], value, reasons=reasons
    )
    return Solution(value, explanations=(worked,), trees=lambda: tree, wrong_answers=wrong_answers)


def listed(values: tuple[int | Fraction, ...]) -> str:
    """Return numbers as a sentence lists them."""
    return ", ".join(map(short_number, values))
