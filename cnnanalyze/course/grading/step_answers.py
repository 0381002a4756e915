"""Step answers: an answer recomputed from the student's own values of its steps."""

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
    """Yield the answer with earlier answers in place of its steps."""
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
    before, after = earlier.solved.request.basis, later.request.basis
    return (
        isinstance(before, TopicBasis)
        and isinstance(after, TopicBasis)
        and (before.topic, before.section) == (after.topic, after.section)
    )


class _StepAnswer(NamedTuple):
    """A named number of a working, and the value that the student had."""

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
    """Yield the names under which an answer occurs in the working of others."""
    basis, selection = earlier.solved.request.basis, earlier.solved.selection
    right, had = earlier.solved.solution.value, earlier.value
    if isinstance(basis, TopicBasis):
        keys = (basis.quantity.replace("_", " "),)
        trees = earlier.solved.solution.worked
        for tree, one, other in _each(trees, right, had):
            yield from _number(keys, "", one, other, tree.op if is_expression(tree) else "")
        return
    if not isinstance(basis, NetworkBasis) or selection is None or selection.over:
        return
    layers = selection.layers or (selection.layer,)
    each = (
        zip(layers, right, had, strict=False)
        if selection.layers
        else [(selection.layer, right, had)]
    )
    for layer, one, other in each:
        if basis.quantity in RECURRENT:  # of the layer behind it, whichever that is
            yield from _number((RECURRENT[basis.quantity],), "", one, other)
        elif basis.quantity == "output":
            yield from _extents(layer, one, other)
        elif (row := additive_quantities().get(basis.quantity)) is not None:
            alike = _ALIKE if basis.quantity in _ALIKE else (basis.quantity,)
            yield from _number((row.name, *alike), layer, one, other)


RECURRENT = {"receptive_field": "field before", "jump": "jump before"}


_ALIKE = ("parameters", "trainable", "stored")
"""Numbers that are often the same; where they are, one stands for the others."""


def _each(trees: Any, right: Nested, had: Nested) -> Iterator[tuple[Any, Nested, Nested]]:  # noqa: ANN401
    """Yield the working of each number, with its right value and the student's value."""
    if isinstance(right, tuple) and isinstance(had, tuple) and isinstance(trees, tuple):
        if not is_expression(trees) and len(trees) == len(right):
            yield from zip(trees, right, had, strict=False)
    else:
        yield (trees if is_expression(trees) else None), right, had


def _extents(layer: str, right: Nested, had: Nested) -> Iterator[_StepAnswer]:
    """Yield the sides of an output, unless one size would stand for two."""
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
    """Yield twice the multiply-accumulates that the student had for the same layers."""
    after, selection = solved.request.basis, solved.selection
    if not isinstance(after, NetworkBasis) or after.quantity != "doubled_macs" or selection is None:
        return
    for earlier in chosen:
        before = earlier.solved.selection
        is_same = before is not None and replace(before, network=selection.network) == selection
        if is_same and quantity_of(earlier) == "macs" and isinstance(earlier.value, int | Fraction):
            yield 2 * earlier.value
