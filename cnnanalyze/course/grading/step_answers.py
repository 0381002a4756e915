"""Steps of a working that were asked for: the answer with what a student had in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.core.expression import Expression, given, rewrite
from cnnanalyze.course.explanations.additive_quantities import additive_quantities
from cnnanalyze.course.grading.earlier_answers import EarlierAnswer, quantity_of
from cnnanalyze.course.misconceptions.solution import (
    Nested,
    is_expression,
    map_nested,
    nested_value,
)
from cnnanalyze.course.sheets.sheet import NetworkBasis, TopicBasis
from cnnanalyze.course.sheets.solve import SolvedAnswer


def with_steps(solved: SolvedAnswer, chosen: Sequence[EarlierAnswer]) -> Iterator[Nested]:
    """Yield the answer with earlier answers in the place of its own steps."""
    trees = solved.solution.worked
    if trees is None:
        return
    steps = [
        step if _is_of_the_same(e, solved) else step._replace(op="")
        for e in chosen
        for step in _steps_of(e)
    ]
    changed = map_nested(trees, lambda tree: rewrite(tree, lambda part: _put(part, steps)))
    if changed != trees:
        yield nested_value(changed)


def _is_of_the_same(earlier: EarlierAnswer, later: SolvedAnswer) -> bool:
    """Whether two answers are about the same given numbers."""
    before, after = earlier.solved.ask.about, later.ask.about
    return (
        isinstance(before, TopicBasis)
        and isinstance(after, TopicBasis)
        and (before.topic, before.section) == (after.topic, after.section)
    )


class _StepAnswer(NamedTuple):
    """A number that is called so in a working, and what somebody had for it."""

    keys: tuple[str, ...]
    layer: str
    right: Any
    had: Any
    op: str = ""
    """How a number without a name comes about."""

    def is_in(self, part: Expression) -> bool:
        """Whether a part of a working is this number."""
        name = part.name
        if part.value != self.right:
            return False
        if name is None:
            return bool(self.op) and part.op == self.op
        return name.key in self.keys and (not self.layer or name.of in {self.layer, ""})


def _put(part: Expression, steps: Sequence[_StepAnswer]) -> Expression:
    step = next((s for s in steps if s.is_in(part)), None)
    return part if step is None else given(step.had, part.name)


def _steps_of(earlier: EarlierAnswer) -> Iterator[_StepAnswer]:
    """Yield under which names an answer stands in the working of others."""
    about, source = earlier.solved.ask.about, earlier.solved.source
    right, had = earlier.solved.solution.value, earlier.value
    if isinstance(about, TopicBasis):
        keys = (about.quantity.replace("_", " "),)
        trees = earlier.solved.solution.worked
        for tree, one, other in _each(trees, right, had):
            yield from _number(keys, "", one, other, tree.op if is_expression(tree) else "")
        return
    if not isinstance(about, NetworkBasis) or source is None or source.over:
        return
    layers = source.layers or (source.layer,)
    each = zip(layers, right, had, strict=False) if source.layers else [(source.layer, right, had)]
    for layer, one, other in each:
        if about.quantity in RECURRENT:  # of the layer behind it, whichever that is
            yield from _number((RECURRENT[about.quantity],), "", one, other)
        elif about.quantity == "output":
            yield from _extents(layer, one, other)
        elif (row := additive_quantities().get(about.quantity)) is not None:
            alike = _ALIKE if about.quantity in _ALIKE else (about.quantity,)
            yield from _number((row.name, *alike), layer, one, other)


RECURRENT = {"receptive_field": "field before", "jump": "jump before"}


_ALIKE = ("parameters", "trainable", "stored")
"""Numbers that are often the same; where they are, one stands for the others."""


def _each(trees: Any, right: Nested, had: Nested) -> Iterator[tuple[Any, Nested, Nested]]:  # noqa: ANN401
    """Yield the working of a number, or of each number of a list, with what it is and was."""
    if isinstance(right, tuple) and isinstance(had, tuple) and isinstance(trees, tuple):
        if not is_expression(trees) and len(trees) == len(right):
            yield from zip(trees, right, had, strict=False)
    else:
        yield (trees if is_expression(trees) else None), right, had


def _extents(layer: str, right: Nested, had: Nested) -> Iterator[_StepAnswer]:
    """Yield the sides of an output, unless one size would have to stand for two."""
    if not isinstance(right, tuple) or not isinstance(had, tuple) or len(right) != len(had):
        return
    sides = dict.fromkeys(zip(right[:-1], had[:-1], strict=True))
    if len({one for one, _ in sides}) == len(sides):
        for one, other in sides:
            yield from _number(("output",), layer, one, other)


def _number(
    keys: tuple[str, ...],
    layer: str,
    right: Any,  # noqa: ANN401
    had: Any,  # noqa: ANN401
    op: str = "",
) -> Iterator[_StepAnswer]:
    if all(isinstance(v, int | Fraction) and not isinstance(v, bool) for v in (right, had)):
        yield _StepAnswer(keys, layer, right, had, op)


def with_doubled_macs(solved: SolvedAnswer, chosen: Sequence[EarlierAnswer]) -> Iterator[Nested]:
    """Yield twice the multiply-accumulates that somebody had for the same layers."""
    after, source = solved.ask.about, solved.source
    if not isinstance(after, NetworkBasis) or after.quantity != "doubled_macs" or source is None:
        return
    for earlier in chosen:
        before = earlier.solved.source
        is_same = before is not None and replace(before, network=source.network) == source
        if is_same and quantity_of(earlier) == "macs" and isinstance(earlier.value, int | Fraction):
            yield 2 * earlier.value
