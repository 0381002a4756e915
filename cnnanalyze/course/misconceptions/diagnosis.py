"""Diagnosis: which misconceptions, one or two, lead from the right answer to the given one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from cnnanalyze.core.expression import Expression, parts
from cnnanalyze.course.misconceptions.misconception import MISCONCEPTIONS
from cnnanalyze.course.misconceptions.mistakes import (
    SMALL,
    Mistake,
    misread_answers,
    mistake_pairs,
    part_count,
    quick_mistakes,
    with_misconception,
    with_size_formulas,
)
from cnnanalyze.course.misconceptions.solution import Nested, Solution, flattened, layer_of

Predicate = Callable[[Nested], bool]
"""Whether a value is the one that was given."""

CHANCE = 5
"""Two mistakes together are believed if they explain less than one number of so many."""


def diagnose(solution: Solution, matches: Predicate) -> tuple[Mistake, ...]:
    """Return the mistakes that lead exactly to the given value, the most common first.

    Two together are looked for only where one alone explains nothing.
    """
    return Diagnosis(solution).explain(matches)


class Diagnosis:
    """The mistakes that one answer allows, worked out once for all papers."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution

    def explain(self, matches: Predicate) -> tuple[Mistake, ...]:
        """Return the mistakes that lead exactly to a given value, the most common first."""
        for candidates in ("single", "read", "pairs"):
            found: dict[tuple[str, ...], Mistake] = {}
            for mistake in getattr(self, candidates):
                if _leads_there(mistake, matches):
                    known = found.get(mistake.names)
                    if known is None or mistake.weight < known.weight:
                        found[mistake.names] = mistake
            if found:
                ordered = sorted(found.values(), key=lambda m: m.weight)
                return tuple(_placed(m, self.solution) for m in ordered)
        return ()

    @cached_property
    def single(self) -> tuple[Mistake, ...]:
        """The wrong answers of one mistake."""
        return self._wrong(quick_mistakes(self.solution))

    @cached_property
    def read(self) -> tuple[Mistake, ...]:
        """The answers for a large network that is misread in one place."""
        large = len(self.solution.contexts) > SMALL
        return self._wrong(misread_answers(self.solution)) if large else ()

    @cached_property
    def pairs(self) -> tuple[Mistake, ...]:
        """The wrong answers of two mistakes; none if they could lead to almost any value."""
        found = self._wrong(mistake_pairs(self.solution))
        right = self.solution.value
        if isinstance(right, int | Fraction):
            explained = len({repr(m.value) for m in found})
            if explained * CHANCE > abs(Fraction(right)) and not _is_long(right):
                return ()
        return found

    def _wrong(self, mistakes: Iterator[Mistake]) -> tuple[Mistake, ...]:
        """Return each value once per name, by its most likely mistake."""
        right = self.solution.value
        found: dict[tuple[tuple[str, ...], str], Mistake] = {}
        for mistake in mistakes:
            if mistake.value == right:
                continue
            key = (mistake.names, repr(mistake.value))
            known = found.get(key)
            if known is None or mistake.weight < known.weight:
                found[key] = mistake
        return tuple(found.values())


def _leads_there(mistake: Mistake, matches: Predicate) -> bool:
    """Whether a mistake leads to the given value; a whole number may be a rounded one."""
    value = mistake.value
    if not matches(value):
        return False
    is_cut = isinstance(value, Fraction) and value.denominator > 1
    return not (
        is_cut and mistake.names == UNROUNDED and (matches(floor(value)) or matches(ceil(value)))
    )


UNROUNDED = ("not rounded",)


def _is_long(value: int | Fraction) -> bool:
    """Whether a number has too many decimals to be met by chance."""
    return value.denominator > MANY


MANY = 1_000


def _placed(mistake: Mistake, solution: Solution) -> Mistake:
    """Find the step of the mistake: the smallest named one with another value."""
    trees = solution.worked
    if (
        not mistake.misconceptions
        or trees is None
        or any(s.change in _UNSHOWN for s in mistake.misconceptions)
    ):
        return mistake

    def otherwise(tree: Expression) -> Expression:
        for misconception in mistake.misconceptions:
            tree = with_misconception(tree, misconception, solution.contexts)
        return tree

    for whole in flattened(trees):
        in_sizes = any(s.in_sizes for s in mistake.misconceptions)
        tree = with_size_formulas(whole, solution.contexts) if in_sizes else whole
        steps = [p for p in parts(tree) if len(p.args) > 1 and (p.name is not None or p is tree)]
        steps += [tree] if len(tree.args) == 1 else []
        steps = [p for p in steps if not mistake.layers or layer_of(p) in mistake.layers]
        for step in sorted(steps, key=part_count):
            wrong = otherwise(step)
            if wrong.value != step.value and max(part_count(step), part_count(wrong)) <= LONGEST:
                return mistake._replace(right=step, wrong=wrong)
    return mistake


_UNSHOWN = frozenset(s.change for s in MISCONCEPTIONS if s.name == "opposite sign")
LONGEST = 40
"""A longer step is not shown: nobody would find the place in it."""
