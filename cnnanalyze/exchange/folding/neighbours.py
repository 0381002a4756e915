"""Neighbours: blocks with the steps that stand beside each of their calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from cnnanalyze.exchange.folding.generalisation import Unfit
from cnnanalyze.exchange.folding.library import NUMBER, Library, anonymous
from cnnanalyze.exchange.folding.step import REGION, Step, Steps, nested

_MOST = 4
"""So many steps on either side of a call may belong to a block."""
_SEVERAL = 2


def with_neighbours(steps: Steps, library: Library) -> Steps:
    """Return the outermost list in which blocks hold what stands beside all their calls.

    Examples
    --------
    >>> library = Library()
    >>> pairs = [(Step("relu", read=3, made=3), Step("tanh", read=3, made=3)) for _ in range(2)]
    >>> calls = library.add("pair", pairs)
    >>> steps = [step for call in calls for step in (Step("elu"), call, Step("gap"))]
    >>> [step.word for step in with_neighbours(tuple(steps), library)]
    ['pair#2', 'pair#2']
    """
    for name in list(library.blocks):
        at = [k for k, step in enumerate(steps) if step.word == name]
        calls = sum(step.word == name for step in nested(steps))
        if not _SEVERAL <= len(at) == calls or library.blocks[name].inputs:
            continue
        after = _beside(steps, at, library, 1, 0)
        before = _beside(steps, at, library, -1, after)
        if before or after:
            with suppress(Unfit):
                steps = _extended(steps, at, before, after, library)
    return steps


def _beside(steps: Steps, at: Sequence[int], library: Library, way: int, other: int) -> int:
    """Return how many steps on one side of all calls are of one form, and read one another.

    ``other`` steps on the other side of each call are taken already.
    """
    taken = {k + n for k in at for n in range(other + 1)}
    count = 0
    while count < _MOST:
        places = [k + way * (count + 1) for k in at]
        if min(places) < 0 or max(places) >= len(steps) or not taken.isdisjoint(places):
            return count
        beside = [steps[k] for k in places]
        inner = [steps[k - way] for k in places]
        first, second = (inner, beside) if way > 0 else (beside, inner)
        is_chain = not any(s.name for s in first) and not any(s.sources for s in second)
        if not is_chain or not all(map(_is_plain, beside)):
            return count
        if len({library.forms(anonymous((s,))[0]) for s in beside}) > 1:
            return count
        taken.update(places)
        count += 1
    return count


def _is_plain(step: Step) -> bool:
    """Whether a step reads one thing, and nothing in it is found by name."""
    return step.word != REGION and not step.branches and not step.marks and len(step.sources) < 2  # noqa: PLR2004


def _extended(steps: Steps, at: Sequence[int], before: int, after: int, library: Library) -> Steps:
    rows = [steps[k - before : k + after + 1] for k in at]
    name = steps[at[0]].word.partition(NUMBER)[0]
    calls = library.add(name, [anonymous(row) for row in rows])
    found: list[Step] = []
    end = 0
    for k, row, call in zip(at, rows, calls, strict=True):
        found += steps[end : k - before]
        found.append(replace(call, sources=row[0].sources, name=row[-1].name))
        end = k + after + 1
    return (*found, *steps[end:])
