"""Mistakes: which slips, alone or two together, turn the right answer into the one given?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import DecimalException
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, parts, rewrite
from cnnanalyze.errors import CnnError
from cnnanalyze.homework.slips import SLIPS, Slip
from cnnanalyze.homework.solution import (
    Nested,
    Scene,
    Solution,
    Trees,
    flat,
    is_tree,
    layer_of,
    through,
    value_of,
)

Fits = Callable[[Nested], bool]
"""Whether a value is the one that was given."""


class Mistake(NamedTuple):
    """One way to the given value."""

    names: tuple[str, ...]
    words: str
    value: Nested
    weight: float
    slips: tuple[Slip, ...] = ()
    """The changes to the expression, where it is one of these."""
    right: Expression | None = None
    """The step where it happened, as it should be."""
    wrong: Expression | None = None
    """The same step as it was done."""
    layers: tuple[str, ...] = ()
    """Where it was made, if not everywhere."""


WORST = 3.2
"""What is more far-fetched than this explains nothing any more."""
LARGEST = 4_000
"""Of a longer expression no two slips are tried together."""


def diagnose(solution: Solution, fits: Fits) -> tuple[Mistake, ...]:
    """Return the mistakes that lead exactly to the given value, the simplest first.

    Two together are looked for only where one alone explains nothing.
    """
    for candidates in (_quickly, _otherwise, _together):
        found: dict[tuple[str, ...], Mistake] = {}
        for mistake in candidates(solution):
            if mistake.value != solution.value and fits(mistake.value):
                known = found.get(mistake.names)
                if known is None or mistake.weight <= known.weight:
                    found[mistake.names] = mistake
        if found:
            ordered = sorted(found.values(), key=lambda m: m.weight)
            return tuple(_placed(m, solution) for m in ordered if m.weight <= WORST)
    return ()


def _placed(mistake: Mistake, solution: Solution) -> Mistake:
    """Find the step where it happened: the smallest one with a name that comes out otherwise."""
    trees = solution.trees()
    if not mistake.slips or trees is None or any(s.change in _UNSHOWN for s in mistake.slips):
        return mistake

    def otherwise(tree: Expression) -> Expression:
        for slip in mistake.slips:
            tree = _applied(tree, slip, solution.scene)
        return tree

    for tree in flat(trees):
        steps = [p for p in parts(tree) if len(p.args) > 1 and (p.name is not None or p is tree)]
        steps += [tree] if len(tree.args) == 1 else []
        steps = [p for p in steps if not mistake.layers or layer_of(p) in mistake.layers]
        for step in sorted(steps, key=_length):
            wrong = otherwise(step)
            if wrong.value != step.value and max(_length(step), _length(wrong)) <= LONGEST:
                return mistake._replace(right=step, wrong=wrong)
    return mistake


_UNSHOWN = frozenset(s.change for s in SLIPS if s.name == "opposite sign")
LONGEST = 40
"""A longer step is not shown: nobody would find the place in it."""


def alone(solution: Solution) -> Iterator[Mistake]:
    """Yield what every mistake by itself makes of an answer."""
    yield from _twisted(solution)
    yield from _varied(solution)
    yield from _otherwise(solution)


def _quickly(solution: Solution) -> Iterator[Mistake]:
    """Yield slips; what is read otherwise only where that is little."""
    yield from _twisted(solution)
    yield from _varied(solution)
    if len(solution.scene) <= SMALL:
        yield from _otherwise(solution)


SMALL = 12
"""A network of at most so many layers is quick to work out in other ways."""


def _otherwise(solution: Solution) -> Iterator[Mistake]:
    for variant in solution.variants():
        try:
            value = variant.value() if variant.value else variant.solve().value
        except (CnnError, ArithmeticError):  # the mistake leads nowhere
            continue
        yield Mistake((variant.name,), variant.words, value, variant.weight)


def _together(solution: Solution) -> Iterator[Mistake]:
    trees = solution.trees()
    if trees is not None and _length(trees) <= LARGEST:
        for slip in SLIPS:
            if (changed := _change(trees, slip, solution.scene)) is not None:
                for second, value in _everywhere(changed, solution.scene):
                    if second.name != slip.name:
                        yield _pair(slip, second, value)
    if len(solution.scene) > SMALL:
        return
    for variant in solution.variants():
        try:
            other = variant.solve()
        except (CnnError, ArithmeticError):
            continue
        for mistake in (*_varied(other), *_twisted(other)):
            yield Mistake(
                (variant.name, *mistake.names),
                f"{variant.words}, and {mistake.words}",
                mistake.value,
                variant.weight + mistake.weight,
            )


def _twisted(solution: Solution) -> Iterator[Mistake]:
    for twist in solution.twists():
        yield Mistake((twist.name,), twist.words, twist.value, twist.weight)


def _pair(first: Slip, second: Slip, value: Nested) -> Mistake:
    return Mistake(
        tuple(sorted((first.name, second.name))),
        f"{first.words}, and {second.words}",
        value,
        first.weight + second.weight,
        (first, second),
    )


def _length(trees: Trees) -> int:
    return sum(1 for tree in flat(trees) for _ in parts(tree))


def _varied(solution: Solution) -> Iterator[Mistake]:
    """Make every slip everywhere, in the layers of one kind, and in one layer alone."""
    trees = solution.trees()
    if trees is None:
        return
    for slip, value in _everywhere(trees, solution.scene):
        yield Mistake((slip.name,), slip.words, value, slip.weight, (slip,))
    if is_tree(trees) and len(terms := _addends(trees)) > 1:
        yield from _somewhere(terms, solution)


def _everywhere(trees: Trees, scene: Scene) -> Iterator[tuple[Slip, Nested]]:
    for slip in SLIPS:
        changed = _change(trees, slip, scene)
        if changed is not None:
            yield slip, value_of(changed)


def _change(trees: Trees, slip: Slip, scene: Scene) -> Trees | None:
    """Return what a slip makes of an answer; nothing if it makes no difference."""
    try:
        changed = through(trees, lambda tree: _applied(tree, slip, scene))
    except (ArithmeticError, DecimalException, ValueError):
        return None
    return None if changed == trees else changed


def _applied(tree: Expression, slip: Slip, scene: Scene) -> Expression:
    if slip.top:
        return slip.change(tree, scene) or tree
    return rewrite(tree, lambda part: slip.change(part, scene))


def _addends(tree: Expression) -> tuple[Expression, ...]:
    """Return the terms of a sum over layers."""
    if tree.op == "+" and all(a.name is not None and a.name.of for a in tree.args):
        return tree.args
    return ()


def _somewhere(terms: tuple[Expression, ...], solution: Solution) -> Iterator[Mistake]:
    scene, right = solution.scene, sum(t.value for t in terms)
    kinds = dict.fromkeys(scene[layer_of(t)].kind for t in terms if layer_of(t) in scene)
    for slip in SLIPS:
        if slip.top:
            continue
        wrong: dict[str, tuple[str, int]] = {}
        for term in terms:
            changed = _change(term, slip, scene)
            if changed is not None and changed.value != term.value:
                layer = layer_of(term)
                kind = scene[layer].kind if layer in scene else ""
                wrong[layer] = (kind, changed.value - term.value)
        if len({kind for kind, _ in wrong.values()}) > 1:
            for kind in kinds:
                off = sum(d for k, d in wrong.values() if k == kind)
                words = f"{slip.words}, in the {kind} layers"
                yield Mistake(
                    (slip.name,),
                    words,
                    right + off,
                    slip.weight + 0.2,
                    (slip,),
                    layers=tuple(layer for layer, (k, _) in wrong.items() if k == kind),
                )
        if len(wrong) > 1:
            for layer, (_, off) in wrong.items():
                words = f"{slip.words}, in {layer}"
                yield Mistake(
                    (slip.name,), words, right + off, slip.weight + 0.3, (slip,), layers=(layer,)
                )
