"""Mistakes: the wrong answers that one misconception, or two together, lead to.

A misconception is tried everywhere, in the layers of one kind, and in each layer. Every value is
worked out by the rules; there are no further formulas here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import DecimalException
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, given, parts, rewrite
from cnnanalyze.course.misconceptions.catalogue import MistakeKind, Rank, kind
from cnnanalyze.course.misconceptions.misconception import MISCONCEPTIONS, Misconception
from cnnanalyze.course.misconceptions.solution import (
    LayerContexts,
    Nested,
    NestedExpressions,
    Solution,
    flattened,
    is_expression,
    layer_of,
    map_nested,
    nested_value,
)
from cnnanalyze.errors import CnnError


class Mistake(NamedTuple):
    """One way to a wrong value."""

    kinds: tuple[MistakeKind, ...]
    words: str
    value: Nested
    weight: float
    """How far-fetched it is: the ranks of its kinds together, and a little for a special place."""
    misconceptions: tuple[Misconception, ...] = ()
    """The changes to the expression, where it is one of these."""
    right: Expression | None = None
    """The step where it happened, as it should be."""
    wrong: Expression | None = None
    """The same step as it was done."""
    layers: tuple[str, ...] = ()
    """Where it was made, if not everywhere."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called in a summary, each kind once."""
        return tuple(dict.fromkeys(k.name for k in self.kinds))

    @property
    def is_common(self) -> bool:
        """Whether all of its kinds are common."""
        return all(k.rank is Rank.COMMON for k in self.kinds)


LARGEST = 4_000
"""Of a longer expression no two slips are tried together."""
SMALL = 12
"""A network of at most so many layers is quick to work out in other ways."""
IN_A_KIND = 0.2
IN_A_LAYER = 0.3
"""What it weighs that a mistake was not made everywhere."""


def single_mistakes(solution: Solution) -> Iterator[Mistake]:
    """Yield the mistakes that one misconception or misreading leads to."""
    yield from _quick(solution)
    yield from misread_answers(solution)


def quick_mistakes(solution: Solution) -> Iterator[Mistake]:
    """Yield single mistakes; misreadings only of small networks."""
    yield from _quick(solution)
    if len(solution.contexts) <= SMALL:
        yield from misread_answers(solution)


def _quick(solution: Solution) -> Iterator[Mistake]:
    for wrong in solution.wrong_answers():
        yield Mistake((wrong.kind,), wrong.words, wrong.value, wrong.kind.rank)
    yield from _misconceived(solution)


def misread_answers(solution: Solution) -> Iterator[Mistake]:
    """Yield the answers to the question as misread."""
    for variant in solution.variants():
        try:
            value = variant.value() if variant.value else variant.solve().value
        except (CnnError, ArithmeticError):  # the mistake leads nowhere
            continue
        yield Mistake((variant.kind,), variant.words, value, variant.kind.rank)


# --- slips ----------------------------------------------------------------------------------------


def _misconceived(solution: Solution) -> Iterator[Mistake]:
    """Apply each misconception everywhere, in the layers of one kind, and in one layer."""
    trees = solution.worked
    if trees is None:
        return
    for misconception, changed in _everywhere(trees, solution.contexts):
        yield Mistake(
            (misconception.kind,),
            misconception.words,
            nested_value(changed),
            misconception.kind.rank,
            (misconception,),
        )
    if is_expression(trees) and len(terms := _addends(trees)) > 1:
        yield from _somewhere(terms, solution)


def _everywhere(
    trees: NestedExpressions, contexts: LayerContexts
) -> Iterator[tuple[Misconception, NestedExpressions]]:
    for misconception in MISCONCEPTIONS:
        changed = _change(trees, misconception, contexts)
        if changed is not None:
            yield misconception, changed


def _change(
    trees: NestedExpressions, misconception: Misconception, contexts: LayerContexts
) -> NestedExpressions | None:
    """Return the answer with a misconception; nothing if it makes no difference."""
    before = (
        map_nested(trees, lambda tree: with_size_formulas(tree, contexts))
        if misconception.in_sizes
        else trees
    )
    try:
        changed = map_nested(before, lambda tree: with_misconception(tree, misconception, contexts))
    except (ArithmeticError, DecimalException, ValueError):
        return None
    return None if changed == before else changed


def with_misconception(
    tree: Expression, misconception: Misconception, contexts: LayerContexts
) -> Expression:
    """Return an expression with a misconception applied wherever it can be."""
    if misconception.top:
        return misconception.change(tree, contexts) or tree
    return rewrite(tree, lambda part: misconception.change(part, contexts))


def with_size_formulas(tree: Expression, contexts: LayerContexts) -> Expression:
    """Return an expression with the size formula in place of each size."""

    def open_(part: Expression) -> Expression:
        if not part.is_given or part.name is None or part.name.key != "output":
            return part
        place = contexts.get(part.name.of)
        sizes = place.sizes() if place else ()
        axis = part.name.axis or 0
        if axis >= len(sizes) or sizes[axis].value != part.value:
            return part
        return sizes[axis]._replace(name=part.name)

    return rewrite(tree, open_)


def _with_plain_sizes(tree: Expression, contexts: LayerContexts) -> Expression:
    """Return an expression with plain numbers for sizes again."""

    def close(part: Expression) -> Expression:
        inner = not part.is_given and part.name is not None and part.name.key == "output"
        return given(part.value, part.name) if inner and part.name.of in contexts else part  # type: ignore[union-attr]

    return rewrite(tree, close)


def _addends(tree: Expression) -> tuple[Expression, ...]:
    """Return the terms of a sum over layers."""
    if tree.op == "+" and all(a.name is not None and a.name.of for a in tree.args):
        return tree.args
    return ()


OF_LAYERS = frozenset({"parameters", "trainable", "weights", "mac"})
"""What some layers alone have, so that one may be forgotten."""
LAYER_FORGOTTEN = kind("layer forgotten", "forgot a layer")


def _somewhere(terms: tuple[Expression, ...], solution: Solution) -> Iterator[Mistake]:
    contexts, right = solution.contexts, sum(t.value for t in terms)
    if len(terms) <= SMALL:
        for term in (t for t in terms if t.name and t.name.key in OF_LAYERS):
            words = f"{LAYER_FORGOTTEN.words}, {layer_of(term)}"
            yield Mistake((LAYER_FORGOTTEN,), words, right - term.value, LAYER_FORGOTTEN.rank)
    kinds = dict.fromkeys(contexts[layer_of(t)].kind for t in terms if layer_of(t) in contexts)
    for misconception in MISCONCEPTIONS:
        if misconception.top:
            continue
        wrong: dict[str, tuple[str, int]] = {}
        for term in terms:
            changed = _change(term, misconception, contexts)
            if changed is not None and changed.value != term.value:
                layer = layer_of(term)
                of_kind = contexts[layer].kind if layer in contexts else ""
                wrong[layer] = (of_kind, changed.value - term.value)

        def made(
            where: str,
            off: int,
            weight: float,
            layers: tuple[str, ...],
            misconception: Misconception = misconception,
        ) -> Mistake:
            words, rank = f"{misconception.words}, in {where}", misconception.kind.rank
            return Mistake(
                (misconception.kind,),
                words,
                right + off,
                rank + weight,
                (misconception,),
                layers=layers,
            )

        if len({kind for kind, _ in wrong.values()}) > 1:
            for kind in kinds:
                chosen = {layer: d for layer, (k, d) in wrong.items() if k == kind}
                yield made(f"the {kind} layers", sum(chosen.values()), IN_A_KIND, tuple(chosen))
        if len(wrong) > 1:
            for layer, (_, off) in wrong.items():
                yield made(layer, off, IN_A_LAYER, (layer,))


# --- two together ---------------------------------------------------------------------------------


def mistake_pairs(solution: Solution) -> Iterator[Mistake]:
    """Yield the answers with two common misconceptions, where each has an effect of its own."""
    trees, right, contexts = solution.worked, solution.value, solution.contexts
    if trees is None or part_count(trees) > LARGEST:
        return
    found = [(s, t) for s, t in _everywhere(trees, contexts) if s.kind.rank is Rank.COMMON]
    single_mistakes = [nested_value(changed) for _, changed in found]
    for n, (misconception, changed) in enumerate(found):
        base = map_nested(changed, lambda tree: _with_plain_sizes(tree, contexts))
        for m, (second, _) in enumerate(found[n + 1 :], n + 1):
            if second.name == misconception.name or not _leave_traces(
                right, single_mistakes[n], single_mistakes[m]
            ):
                continue
            both = _change(base, second, contexts)
            if both is not None:
                yield _pair(misconception, second, nested_value(both))


def _leave_traces(right: Nested, quick_mistakes: Nested, second: Nested) -> bool:
    """Whether both of two mistakes have an effect: in a long list, or in entries of their own."""
    if not isinstance(right, tuple):
        return True
    if len(right) >= LONG or any(isinstance(r, tuple) for r in right):
        return len(set(map(repr, right))) > 1
    if not isinstance(quick_mistakes, tuple) or not isinstance(second, tuple):
        return False
    changed = [{n for n, v in enumerate(one) if v != right[n]} for one in (quick_mistakes, second)]
    return bool(changed[0] and changed[1]) and not changed[0] & changed[1]


LONG = 4
"""A list of so many numbers is not met by chance."""


def _pair(quick_mistakes: Misconception, second: Misconception, value: Nested) -> Mistake:
    kinds = tuple(sorted((quick_mistakes.kind, second.kind), key=lambda k: k.name))
    words = f"{quick_mistakes.words}, and {second.words}"
    return Mistake(kinds, words, value, sum(k.rank for k in kinds), (quick_mistakes, second))


def part_count(trees: NestedExpressions) -> int:
    """Return how many parts an answer has."""
    return sum(1 for tree in flattened(trees) for _ in parts(tree))
