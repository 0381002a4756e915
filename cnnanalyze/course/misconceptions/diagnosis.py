"""Mistakes: which slips, alone or two together, turn the right answer into the one given?"""

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


def diagnose(solution: Solution, fits: Predicate) -> tuple[Mistake, ...]:
    """Return the mistakes that lead exactly to the given value, the most common first.

    Two together are looked for only where one alone explains nothing.
    """
    return Diagnosis(solution).explain(fits)


class Diagnosis:
    """What can go wrong with one answer; worked out once for all that are given to it."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution

    def explain(self, fits: Predicate) -> tuple[Mistake, ...]:
        """Return the mistakes that lead exactly to a given value, the most common first."""
        for candidates in ("single", "read", "pairs"):
            found: dict[tuple[str, ...], Mistake] = {}
            for mistake in getattr(self, candidates):
                if _leads_there(mistake, fits):
                    known = found.get(mistake.names)
                    if known is None or mistake.weight < known.weight:
                        found[mistake.names] = mistake
            if found:
                ordered = sorted(found.values(), key=lambda m: m.weight)
                return tuple(_placed(m, self.solution) for m in ordered)
        return ()

    @cached_property
    def single(self) -> tuple[Mistake, ...]:
        """What one mistake makes of the answer."""
        return self._wrong(quick_mistakes(self.solution))

    @cached_property
    def read(self) -> tuple[Mistake, ...]:
        """What becomes of a large network that is read wrongly in one place."""
        large = len(self.solution.scene) > SMALL
        return self._wrong(misread_answers(self.solution)) if large else ()

    @cached_property
    def pairs(self) -> tuple[Mistake, ...]:
        """What two mistakes make of it together, if they do not make almost anything of it."""
        found = self._wrong(mistake_pairs(self.solution))
        right = self.solution.value
        if isinstance(right, int | Fraction):
            explained = len({repr(m.value) for m in found})
            if explained * CHANCE > abs(Fraction(right)) and not _is_long(right):
                return ()
        return found

    def _wrong(self, mistakes: Iterator[Mistake]) -> tuple[Mistake, ...]:
        """Return each value of each name once, in the least far-fetched way."""
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


def _leads_there(mistake: Mistake, fits: Predicate) -> bool:
    """Whether a mistake makes what was given; who wrote a whole number has rounded."""
    value = mistake.value
    if not fits(value):
        return False
    is_cut = isinstance(value, Fraction) and value.denominator > 1
    return not (is_cut and mistake.names == UNROUNDED and (fits(floor(value)) or fits(ceil(value))))


UNROUNDED = ("not rounded",)


def _is_long(value: int | Fraction) -> bool:
    """Whether a number has so many decimals that nobody meets it by chance."""
    return value.denominator > MANY


MANY = 1_000


def _placed(mistake: Mistake, solution: Solution) -> Mistake:
    """Find the step where it happened: the smallest one with a name that comes out otherwise."""
    trees = solution.worked
    if not mistake.slips or trees is None or any(s.change in _UNSHOWN for s in mistake.slips):
        return mistake

    def otherwise(tree: Expression) -> Expression:
        for slip in mistake.slips:
            tree = with_misconception(tree, slip, solution.scene)
        return tree

    for whole in flattened(trees):
        in_sizes = any(s.in_sizes for s in mistake.slips)
        tree = with_size_formulas(whole, solution.scene) if in_sizes else whole
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
