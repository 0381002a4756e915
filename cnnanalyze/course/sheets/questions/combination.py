"""Combinations: ratios, sums, differences and shares of earlier answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, kind
from cnnanalyze.course.misconceptions.mistakes import single_mistakes
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer, plain
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.errors import UsageError


class Combination(NamedTuple):
    """One way to make a new answer of others."""

    words: str
    make: Callable[..., Expression]
    least: int = 2
    most: int = 2
    unit: str = ""


def _share(part: Expression, whole: Expression) -> Expression:
    return made("*", made("/", part, whole), given(100))


COMBINATIONS: dict[str, Combination] = {
    "ratio": Combination("What is the ratio of {0} to {1}?", lambda a, b: made("/", a, b)),
    "share": Combination("How many percent of {1} are {0}?", _share, unit="%"),
    "difference": Combination(
        "What is the difference of {0} and {1}?", lambda a, b: made("+", a, made("-", b))
    ),
    "sum": Combination("What is the sum of {0}?", lambda *a: made("+", *a), 1, 100),
    "product": Combination("What is the product of {0}?", lambda *a: made("*", *a), 1, 100),
}


TURNED = kind("the wrong way round", "took them the wrong way round")
OF_ONE = kind("share of one", "gave the share of 1, not of 100")


def combine(
    word: str, names: Sequence[str], parts: Mapping[str, Solution], builder: ExplanationBuilder
) -> Solution:
    """Work out a combination of answers, which may use one of them several times."""
    row = COMBINATIONS[word]
    leaves = [given(_number(name, parts[name]), Name(name)) for name in names]
    if word in {"ratio", "share"} and leaves[1].value == 0:
        raise UsageError(f"'{names[1]}' is 0, and nothing can be divided by that")
    tree = row.make(*leaves)
    value = plain(tree.value)
    said = [", ".join(names)] if row.most > 2 else names  # noqa: PLR2004 - a pair
    worked = builder.explain(
        row.words.format(*said), "", [DerivationStep(Name(word), tree)], value, unit=row.unit
    )

    def wrong_answers() -> Iterator[WrongAnswer]:
        if word in {"ratio", "share", "difference"}:
            turned = row.make(*leaves[::-1]) if leaves[0].value else None
            if turned is not None:
                where = f": {names[1]} to {names[0]}"
                yield WrongAnswer(TURNED, plain(turned.value), where)
        if word == "share":
            yield WrongAnswer(OF_ONE, value / Fraction(100))
        for n, name in enumerate(names):
            for mistake in single_mistakes(parts[name]):
                if isinstance(mistake.value, int | Fraction) and (mistake.value or word == "sum"):
                    others = [*leaves]
                    others[n] = given(mistake.value)
                    wrong = plain(row.make(*others).value)
                    made = MistakeKind(mistake.names[0], mistake.words, mistake.kinds[0].rank)
                    yield WrongAnswer(made, wrong, f", in {name}")

    return Solution(value, unit=row.unit, explanations=(worked,), wrong_answers=wrong_answers)


def _number(name: str, solution: Solution) -> Any:  # noqa: ANN401 - whole or a fraction
    if isinstance(solution.value, bool) or not isinstance(solution.value, int | Fraction):
        raise UsageError(f"'{name}' is not a number, so nothing can be computed from it")
    return solution.value
