"""Tables: what repeats along a list is written once, with its numbers in columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import itemgetter

from cnnanalyze.exchange.folding.generalisation import Generalisation, Unfit
from cnnanalyze.exchange.folding.library import Library
from cnnanalyze.exchange.folding.naming import name_of_unit
from cnnanalyze.exchange.folding.paths import places, starts_parts
from cnnanalyze.exchange.folding.step import (
    REGION,
    TABLE,
    Step,
    Steps,
    nested,
    parameters_in,
)
from cnnanalyze.exchange.folding.text import Writer, cost

_LEAST = 40
"""What a table has to save, in characters: short runs are read more easily as they are."""
_PARTS = 40
"""What it is worth that the rows are those of the source."""
_LONGEST = 40
"""The most steps of a row."""
_MOST_TRIALS = 60
"""So many ways of cutting a list into rows are written out and measured, fewer of a long list."""
_WORK = 20_000
"""So many steps are written out for that."""


def compress(steps: Steps, library: Library) -> Steps:
    """Return a list in which repetitions are written once.

    Parameters
    ----------
    steps
        The list.
    library
        The blocks that it calls; a repetition of several steps is one more.

    Examples
    --------
    >>> convs = tuple(Step("conv", (("filters", n), ("kernel", 3))) for n in (2, 2, 3, 5, 7, 11))
    >>> [(step.word, step.repeat, step.values) for step in compress(convs, Library())]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('for', 1, (('filters', (2, 3, 5, 7, 11)), ('count', (2, 1, 1, 1, 1))))]
    """
    inner = tuple(_compress_branches(step, library) for step in steps)
    return _Compression(library).run(_merge_equal(inner))


def _compress_branches(step: Step, library: Library) -> Step:
    if not step.has_steps:
        return step
    branches = tuple(b if isinstance(b, str) else compress(b, library) for b in step.branches)
    return replace(step, branches=branches)


def _merge_equal(steps: Steps) -> Steps:
    """Let equal steps, one behind the other, be one that repeats."""
    found: list[Step] = []
    for step in steps:
        last = found[-1] if found else None
        if (
            last is not None
            and isinstance(last.repeat, int)
            and not (step.name or step.sources or step.marks or step.word == REGION)
            and replace(last, repeat=1) == step
        ):
            found[-1] = replace(
                last, repeat=last.repeat + 1, made=step.made, paths=last.paths + step.paths
            )
        else:
            found.append(step)
    return tuple(found)


@dataclass(frozen=True)
class _Compression:
    library: Library

    def run(self, steps: Steps) -> Steps:
        """Write the repetition that saves most, then go on with what stands around it."""
        best: tuple[int, int, int, Step] | None = None
        written_out = [self.lines((step,)) for step in steps]
        costs = [0, *accumulate(map(cost, written_out))]
        heights = [0, *accumulate(map(len, written_out))]
        for start, end, width in _candidates(self.library.forms.of(steps)):
            written = self.table(steps[start:end], width)
            if written is None:
                continue
            lines = self.lines((written,))
            if len(lines) >= heights[end] - heights[start]:
                continue
            saving = costs[end] - costs[start] - cost(lines)
            if starts_parts(_rows(steps[start:end], width)):
                saving += _PARTS
            if saving > _LEAST and (best is None or saving > best[0]):
                best = (saving, start, end, written)
        saving, repetitions = self.best_unit(steps)
        if saving > _LEAST and (best is None or saving > best[0]):
            with suppress(Unfit):
                return self.run(_merge_equal(self.with_unit(steps, repetitions)))
        if best is None:
            return steps
        _, start, end, written = best
        if written.word == TABLE:
            (body,) = written.branches
            assert not isinstance(body, str)
            written = replace(written, branches=(_merge_equal(body),))
        return (*self.run(steps[:start]), written, *self.run(steps[end:]))

    def lines(self, steps: Steps) -> list[str]:
        return Writer(self.library.blocks).steps(steps, 2)

    def table(self, steps: Steps, width: int) -> Step | None:
        """Return a table with rows of so many steps; nothing if there is none."""
        rows = _rows(steps, width)
        inside = {name for step in nested(steps) for name in parameters_in(step)}
        try:
            found, body = _generalised(rows, inside)
        except Unfit:
            return None
        if not found.params:
            is_one = width == 1 and not (body[0].repeat != 1 or body[0].name or body[0].sources)
            return replace(body[0], repeat=len(rows), made=steps[-1].made) if is_one else None
        columns = tuple((name, tuple(values)) for name, values in found.params.items())
        return Step(
            TABLE,
            columns,
            (body,),
            read=steps[0].read,
            made=steps[-1].made,
            paths=tuple(places(rows)),
        )

    # --- several steps that repeat with nothing changed -------------------------------------------

    def best_unit(self, steps: Steps) -> tuple[int, list[_Repetition]]:
        """Return where the same steps repeat, and what is saved if that is a block."""
        best: tuple[int, list[_Repetition]] = (0, [])
        alike: dict[tuple[int, ...], list[_Repetition]] = {}
        for found in self.repetitions(steps):
            alike.setdefault(self.library.forms.of(found.rows[0]), []).append(found)
        for repetitions in alike.values():
            chosen = _apart(repetitions)
            best = max(best, (self.unit_saving(chosen), chosen), key=itemgetter(0))
        return best

    def repetitions(self, steps: Steps) -> Iterator[_Repetition]:
        equal: dict[Step, int] = {}
        numbers = tuple(equal.setdefault(step, len(equal)) for step in steps)
        for start, end, width in _candidates(numbers):
            rows = _rows(steps[start:end], width)
            is_free = not any(s.name or s.word == TABLE or s.sources for s in nested(rows[0]))
            if width > 1 and is_free and not any(map(_names_in_any, rows)):
                yield _Repetition(start, end, tuple(rows))

    def unit_saving(self, repetitions: list[_Repetition]) -> int:
        row = cost(self.lines(repetitions[0].rows[0]))
        return sum(len(r.rows) for r in repetitions) * row - row - 60 * len(repetitions) - 60

    def with_unit(self, steps: Steps, repetitions: list[_Repetition]) -> Steps:
        rows = [row for r in repetitions for row in r.rows]
        calls = iter(self.library.add(name_of_unit(rows[0], self.library), rows))
        changed: dict[int, tuple[int, Steps]] = {}
        for repetition in repetitions:
            own = [next(calls) for _ in repetition.rows]
            if any(call != own[0] for call in own):
                raise Unfit
            call = replace(own[0], repeat=len(own), made=own[-1].made)
            changed[repetition.start] = (repetition.end - repetition.start, (call,))
        found: list[Step] = []
        at = 0
        while at < len(steps):
            length, put = changed.get(at, (1, steps[at : at + 1]))
            found += put
            at += length
        return tuple(found)


@dataclass(frozen=True)
class _Repetition:
    """Rows that are equal, one behind the other."""

    start: int
    end: int
    rows: tuple[Steps, ...]


def _apart(repetitions: list[_Repetition]) -> list[_Repetition]:
    """Return repetitions that do not overlap, the longest ones first."""
    found: list[_Repetition] = []
    for one in sorted(repetitions, key=lambda r: (r.start - r.end, r.start)):
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)
    return found


def _rows(steps: Steps, width: int) -> list[Steps]:
    return [steps[k : k + width] for k in range(0, len(steps), width)]


def _names_in_any(steps: Steps) -> bool:
    return any(name for step in nested(steps) for name in parameters_in(step))


def _generalised(rows: list[Steps], taken: set[str]) -> tuple[Generalisation, Steps]:
    """Return rows as one, with ``$in`` if that stands for one number only."""
    entries = [row[0].read for row in rows]
    found = Generalisation(entries, taken=taken)
    body = found.steps(rows)
    if sum("$in" in str(v) for step in nested(body) for _, v in step.values) > 1:
        found = Generalisation(entries, taken=taken, asks_channels=False)
        body = found.steps(rows)
    return found, body


def _candidates(forms: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Return where rows may stand: start, end and width, the most promising ones."""
    found: dict[tuple[int, int, int], int] = {}
    count = len(forms)
    for width in range(1, min(count // 2, _LONGEST) + 1):
        run = 0
        for at in range(count - width + 1):
            if at < count - width and forms[at] == forms[at + width]:
                run += 1
                continue
            if run >= width:
                first, length = at - run, run + width
                for shift in range(min(width, length - 2 * width + 1)):
                    rows = (length - shift) // width
                    start = first + shift
                    found[start, start + rows * width, width] = (rows - 1) * width
            run = 0
    ordered = sorted(found, key=lambda c: (-found[c], c[2], c[0]))
    return ordered[: max(1, min(_MOST_TRIALS, _WORK // max(1, count)))]
