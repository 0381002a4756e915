"""Runs: a plan worked out chunk by chunk, here, in other processes, or where an executor puts it.

A chunk is a function of the plan and of its number, so it does not matter who works it out, and
when. Chunks come back in their order, and what they say is the same whoever made them.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.tree import plain
from cnnanalyze.errors import CnnError, Fault, UsageError
from cnnanalyze.sweeping.columns import Column, Numbers
from cnnanalyze.sweeping.evaluation import Evaluated, Evaluation
from cnnanalyze.sweeping.expressions import Formula
from cnnanalyze.sweeping.parameter_name import ParameterName
from cnnanalyze.sweeping.part import Asked
from cnnanalyze.sweeping.plan import Plan, asked_by, columns_of
from cnnanalyze.version import __version__

if TYPE_CHECKING:
    from cnnanalyze.sweeping.store import ChunkStore

CHUNK = 16_384
"""How many points are worked out together."""
CHECKS = 20
"""How many points are analysed as whole networks, too, if nobody says otherwise."""
_AHEAD = 4
"""How many chunks for each worker are given out before they are asked for."""


@dataclass(frozen=True)
class Excluded:
    """Points that fell out for one reason."""

    kind: str
    """``refused`` by the spec, ``where`` a condition does not hold, or over a ``limit``."""
    reason: str
    """The message, the condition, the limit."""
    count: int
    example: int
    """The first of them."""


@dataclass(frozen=True)
class Chunk:
    """What some points in a row come to."""

    number: int
    points: Numbers
    """The points that are kept."""
    numbers: tuple[Numbers, ...]
    """For each quantity of a row the number of each of them; -1 where there is none."""
    is_partial: Numbers
    """For each of them whether some number is only the least that it can be."""
    excluded: tuple[Excluded, ...] = ()
    checked: int = 0
    """How many points were analysed as whole networks and came to the same."""
    distinct: int = 0
    """How many parts were new to whoever worked the chunk out."""


class DisagreementError(CnnError):
    """A point comes to other numbers by its parts than as a whole: a fault of this program."""


def fingerprint(plan: Plan) -> str:
    """Return a text that is equal for plans with equal rows.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.sweeping.plan import Member, make_plan
    >>> member = Member("zoo:mobilenet_v1", cnn.load("zoo:mobilenet_v1"))
    >>> one, other = (make_plan([member], {"width": [0.5, n]}) for n in (1.0, 0.75))
    >>> fingerprint(one) == fingerprint(one), fingerprint(one) == fingerprint(other)
    (True, False)
    """
    said = [
        __version__,
        CHUNK,
        [[m.name, m.spec.document and plain(m.spec.document.tree)] for m in plan.members],
        repr(plan.space),
        [[name, formula.text] for name, formula in plan.derived],
        repr(plan.given),
        plan.quantities,
        repr(plan.terms),
        [formula.text for formula in plan.where],
        [[x.key, x.value, x.is_upper, x.convention, x.dtype] for x in plan.limits],
        [str(objective) for objective in plan.pareto],
        plan.distributions,
    ]
    return sha256(json.dumps(said, default=repr).encode()).hexdigest()


class Worker:
    """Works out chunks of one plan; what it has worked out it knows."""

    def __init__(self, plan: Plan, checks: int) -> None:
        self.plan = plan
        self.measures = plan.measures
        self.evaluations = [
            Evaluation(member.spec, dict(plan.given), self.measures) for member in plan.members
        ]
        count = plan.count
        checks = min(checks, count)
        self._checked = frozenset(k * count // checks for k in range(checks))

    def chunk(self, number: int) -> Chunk:
        """Work out one chunk."""
        member, first, last = place_of(self.plan, number)
        evaluation, plan = self.evaluations[member], self.plan
        before = evaluation.distinct
        columns = columns_of(plan, first, last)
        count = last - first
        base = member * plan.space.count + first
        spec_names = {*dict(evaluation.spec.parameters), *evaluation.spec.assumed}
        varied = {n: c for n, c in columns.items() if ParameterName.read(n).base in spec_names}
        parameters = evaluation.parameters(varied, count)
        said = {**parameters.values, **columns}
        tally = _Tally(base)
        chosen = np.arange(count)
        known, fixed = _told(said)
        told = QUANTITIES.keys() - said.keys()  # a parameter hides a quantity of its name
        early = [f for f in plan.where if not f.names & told]
        for formula in early:
            chosen = self._where(formula, known, fixed, chosen, tally)
        done = evaluation.evaluate(varied, count, parameters=parameters, chosen=chosen)
        checked = self._check(evaluation, varied, done, chosen, base)
        for place, fault in enumerate(done.faults):
            tally.exclude("refused", _said(fault), np.flatnonzero(done.fault == place))
        chosen = chosen[done.fault[chosen] < 0]
        for limit in plan.limits:
            numbers = self._numbers(done, asked_by(limit))
            over = numbers > limit.value if limit.is_upper else numbers < limit.value
            sign = ">" if limit.is_upper else "<"
            tally.exclude("limit", f"{limit.key} {sign} {limit.written}", chosen[over[chosen]])
            chosen = chosen[~over[chosen]]
        late = [f for f in plan.where if f not in early]
        for key in told:
            if any(key in f.names for f in late):
                values, codes = np.unique(self._of(done, key), return_inverse=True)
                known[key] = Column(codes, tuple(values.tolist()))
        for formula in late:
            chosen = self._where(formula, known, fixed, chosen, tally)
        return Chunk(
            number,
            base + chosen,
            tuple(self._of(done, key)[chosen] for key in plan.columns),
            done.is_partial[chosen],
            tuple(tally.found),
            checked,
            evaluation.distinct - before,
        )

    @staticmethod
    def _where(
        formula: Formula,
        known: dict[str, Column],
        fixed: dict[str, Any],
        chosen: Numbers,
        tally: _Tally,
    ) -> Numbers:
        here = {name: column.take(chosen) for name, column in known.items()}
        holds = formula.holds(here, fixed, len(chosen))
        tally.exclude("where", formula.text, chosen[~holds])
        kept: Numbers = chosen[holds]
        return kept

    def _numbers(self, done: Evaluated, asked: Asked) -> Numbers:
        return done.numbers[self.measures.asked.index(asked)]

    def _of(self, done: Evaluated, key: str) -> Numbers:
        return self._numbers(done, Asked(QUANTITIES[key], self.plan.terms))

    def _check(
        self,
        evaluation: Evaluation,
        varied: dict[str, Column],
        done: Evaluated,
        chosen: Numbers,
        base: int,
    ) -> int:
        """Analyse some points as whole networks, too."""
        if evaluation.whole:
            return 0  # that was done of all
        checked = 0
        for at in chosen.tolist():
            if base + at not in self._checked:
                continue
            settings = {name: column.values[column.codes[at]] for name, column in varied.items()}
            found = [int(numbers[at]) for numbers in done.numbers]
            refused = done.fault[at] >= 0
            try:
                exact, _ = evaluation.exactly(settings)
            except CnnError as error:
                if not refused:
                    raise _disagreement(settings, "refused", error.faults[0].message) from None
            else:
                wanted = [-1 if n is None else n for n in exact]
                if refused or wanted != found:
                    fault = done.faults[done.fault[at]].message if refused else str(found)
                    raise _disagreement(settings, str(wanted), fault)
            checked += 1
        return checked


def _disagreement(settings: dict[str, Any], whole: str, parts: str) -> DisagreementError:
    said = ", ".join(f"{name}={value}" for name, value in settings.items())
    return DisagreementError(
        Fault(
            f"with {said} the whole network comes to {whole}, and its parts to {parts}",
            help="this is a fault of cnnanalyze: please report it with the spec",
        )
    )


def _said(fault: Fault) -> str:
    return f"{fault.mark}: {fault.message}" if fault.mark else fault.message


def _told(values: dict[str, Any]) -> tuple[dict[str, Column], dict[str, Any]]:
    """Return what conditions may name: columns, and what all points have."""
    columns = {name: value for name, value in values.items() if isinstance(value, Column)}
    return columns, {name: value for name, value in values.items() if name not in columns}


@dataclass
class _Tally:
    """The points of a chunk that fall out."""

    base: int
    found: list[Excluded] = field(default_factory=list)

    def exclude(self, kind: str, reason: str, points: Numbers) -> None:
        """Note points that fall out."""
        if len(points):
            first = self.base + int(points[0])
            self.found.append(Excluded(kind, reason, len(points), first))


def chunks_of(plan: Plan) -> int:
    """Return how many chunks a plan has."""
    return len(plan.members) * -(-plan.space.count // CHUNK)


def place_of(plan: Plan, number: int) -> tuple[int, int, int]:
    """Return which spec a chunk belongs to, and its points in the space: the first, and the end."""
    each = -(-plan.space.count // CHUNK)
    member, within = divmod(number, each)
    return member, within * CHUNK, min((within + 1) * CHUNK, plan.space.count)


_MOST_WORKERS = 4


class _Workers(local):
    """What the last plans are worked out with in one thread, by what equal plans have in common."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], Worker] = {}

    def find(self, key: str, plan: Plan, checks: int) -> Worker:
        """Return what works out the chunks of a plan."""
        found = self.known.get((key, checks))
        if found is None:
            while len(self.known) >= _MOST_WORKERS:
                del self.known[next(iter(self.known))]
            found = self.known[key, checks] = Worker(plan, checks)
        return found


_WORKERS = _Workers()


def work_out(key: str, plan: Plan, checks: int, number: int) -> Chunk:
    """Work out one chunk, wherever this runs; what is known of the plan there is used again."""
    return _WORKERS.find(key, plan, checks).chunk(number)


def run(
    plan: Plan,
    *,
    executor: Executor | None = None,
    workers: int = 1,
    checks: int = CHECKS,
    store: ChunkStore | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Chunk]:
    """Yield the chunks of a plan in their order.

    Parameters
    ----------
    plan
        What is gone through.
    executor
        What works chunks out; nothing for this process.
    workers
        How many chunks the executor works out at a time.
    checks
        How many points are analysed as whole networks, too.
    store
        Where chunks are kept when they are done, and looked for before they are worked out.
    progress
        Called with the number of chunks that are done, and of all.

    Raises
    ------
    CnnError
        If a condition cannot be evaluated, or parts and whole disagree.
    """
    if checks < 0:
        raise UsageError(f"at least 0 points are checked, not {checks}")
    key, count = fingerprint(plan), chunks_of(plan)

    def give_out(number: int) -> Callable[[], Chunk]:
        known = None if store is None else store.find(number)
        if known is not None:
            return lambda: known
        if executor is not None:
            return executor.submit(work_out, key, plan, checks, number).result
        return partial(work_out, key, plan, checks, number)

    def take_in(number: int, result: Callable[[], Chunk]) -> Chunk:
        chunk = result()
        if store is not None:
            store.keep(chunk)
        if progress is not None:
            progress(number + 1, count)
        return chunk

    ahead = 1 if executor is None else _AHEAD * workers
    given_out: deque[tuple[int, Callable[[], Chunk]]] = deque()
    for number in range(count):
        given_out.append((number, give_out(number)))
        if len(given_out) >= ahead:
            yield take_in(*given_out.popleft())
    while given_out:
        yield take_in(*given_out.popleft())
