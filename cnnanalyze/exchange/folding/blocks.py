"""Blocks: joins of one form become calls, those inside of others first.

Two forms that differ only by steps that one of them lacks are one block, with a condition. A join
that adds what goes into a list to what comes out of it is one block together with the same list
where nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress, count

from cnnanalyze.exchange.folding.generalisation import Aligned, Generalisation, Unfit
from cnnanalyze.exchange.folding.library import Library, anonymous
from cnnanalyze.exchange.folding.naming import name_of
from cnnanalyze.exchange.folding.step import (
    ENTRY,
    REGION,
    Forms,
    Step,
    Steps,
    nested,
    rebuilt,
    renamed,
)
from cnnanalyze.exchange.folding.text import Writer, cost
from cnnanalyze.graph.node import INPUT
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.traits import Category

_MOST_MISSING = 2
"""The most steps that one of two forms may lack to be merged."""
_CALL, _DEFINITION = 50, 60
"""What a call costs, and the head of a definition, in characters."""
_INPUT = 12
"""What each of several inputs costs there."""
_INPUTS = ("y", "z", "w", "v")
"""What a block calls its inputs but the first; it has no more."""
_BEFORE = "^1"
"""The step before."""
_MOST_RUNS = 60
"""So many lists beside joins are compared with their branches."""


@dataclass(frozen=True, eq=False)
class _Place:
    """A join in the list where it stands."""

    steps: Steps
    at: int

    @property
    def step(self) -> Step:
        return self.steps[self.at]

    @cached_property
    def outside(self) -> tuple[str, ...]:
        """The names of what the join reads besides what it begins at."""
        return tuple(_read_by_name(replace(self.step, sources=())))

    @property
    def is_possible(self) -> bool:
        """Whether a block may stand for the join: what it reads by name is its input."""
        shared = {v for s in nested((self.step,)) for key, v in s.marks if key == "share"}
        return len(self.outside) <= len(_INPUTS) and shared.isdisjoint(self.outside)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What a block calls what it reads, if that is more than what it begins at."""
        return (ENTRY, *_INPUTS[: len(self.outside)]) if self.outside else ()

    @cached_property
    def core(self) -> Step:
        """The join as it stands in a block."""
        names = dict(zip(self.outside, self.inputs[1:], strict=True))
        return renamed(anonymous((self.step,)), names)[0]

    def run(self, length: int) -> Steps:
        return self.steps[self.at : self.at + length]


@dataclass
class _Cluster:
    """Joins that one block may stand for."""

    model: Step
    """The one with the most steps."""
    places: list[_Place] = field(default_factory=list)
    aligned: list[Step] = field(default_factory=list)


def fold_blocks(steps: Steps, library: Library, *, joins: bool = True) -> Steps:
    """Return steps in which joins that are alike are calls of blocks.

    Parameters
    ----------
    steps
        The outermost list.
    library
        Where the blocks are put.
    joins
        Whether more than what can be written in no other way becomes a block.
    """
    done: set[int] = set()
    kept: list[Step] = []
    while ready := list(_ready(steps, done)):
        for place in ready:
            done.add(id(place.step))
            kept.append(place.step)  # so that its id stays its own
        closed = [place for place in ready if place.is_possible]
        changed: dict[int, tuple[int, Steps]] = {}
        for cluster in _clusters(closed, library.forms):
            is_needed = cluster.model.word == REGION and any(
                place.steps is not steps for place in cluster.places
            )
            if is_needed or (joins and _is_worthwhile(cluster, library)):
                changed |= _make(cluster, library)
        steps = rebuilt(steps, changed)
    return _opened(steps)


def _opened(steps: Steps) -> Steps:
    """Return the outermost list with the steps of what is not a block there."""
    found: list[Step] = []
    taken = {step.name for step in steps} | {INPUT}
    free = (name for k in count(1) if (name := f"map{k}") not in taken)
    for step in steps:
        if step.word != REGION:
            found.append(step)
            continue
        (body,) = step.branches
        assert not isinstance(body, str)
        names = {s.name: next(free) for s in body if s.name}
        if ENTRY in {n for s in body for n in _read_by_name(s)}:
            if step.sources:
                (names[ENTRY],) = step.sources
            elif not found:
                names[ENTRY] = INPUT
            else:
                names[ENTRY] = found[-1].name or next(free)
                found[-1] = replace(found[-1], name=names[ENTRY])
        first, *rest = renamed(body, names)
        *rest, last = replace(first, sources=first.sources or step.sources), *rest
        found += [*rest, replace(last, name=step.name)]
    return tuple(found)


def _ready(steps: Steps, done: set[int]) -> Iterator[_Place]:
    """Return the joins that are not looked at, and hold no other one that is not."""
    for at, step in enumerate(steps):
        if not step.has_steps or id(step) in done:
            continue
        inner = [p for b in step.branches if not isinstance(b, str) for p in _ready(b, done)]
        yield from inner or [_Place(steps, at)]


def _read_by_name(step: Step) -> dict[str, None]:
    """Return the names of what a step reads that stands outside of it, in order."""
    found = dict.fromkeys(step.sources)
    for branch in step.branches:
        if isinstance(branch, str):
            found[branch] = None
        else:
            for other in branch:
                found |= _read_by_name(other)
    found |= dict.fromkeys(str(value) for key, value in step.marks if key == "share")
    own: set[str] = set()
    if step.word == REGION:
        (body,) = step.branches
        own = {ENTRY, *(s.name for s in body if isinstance(s, Step))}
    return {n: None for n in found if n not in own and not n.startswith("^")}


def _size(step: Step) -> int:
    return sum(1 for _ in nested((step,)))


def _clusters(places: list[_Place], forms: Forms) -> list[_Cluster]:
    groups: dict[int, list[_Place]] = {}
    for place in places:
        groups.setdefault(forms(place.core), []).append(place)
    clusters: list[_Cluster] = []
    for group in sorted(groups.values(), key=lambda g: -_size(g[0].step)):
        model = group[0].core
        for cluster in clusters:
            if cluster.places[0].inputs != group[0].inputs:
                continue
            fitted = [_fit(p.core, cluster.model, forms) for p in group]
            aligned = [f for f in fitted if f is not None]
            if len(aligned) == len(group) and _is_alike(cluster.aligned, aligned):
                cluster.places += group
                cluster.aligned += aligned
                break
        else:
            clusters.append(_Cluster(model, list(group), [p.core for p in group]))
    return clusters


def _is_alike(ones: list[Step], others: list[Step]) -> bool:
    """Whether joins with and without some steps need hardly more parameters than each by itself."""
    try:
        apart = max(_parameters(ones), _parameters([_closed_up(step) for step in others]))
        return _parameters([*ones, *others]) <= apart + 2
    except Unfit:
        return False


def _parameters(steps: list[Step]) -> int:
    """Return how many parameters a block of joins has; a flag counts for two."""
    found = Generalisation([step.read for step in steps], is_block=True)
    found.steps([(step,) for step in steps])
    return len(found.params) + sum(p.startswith("with_") for p in found.params)


def _closed_up(step: Step) -> Step:
    branches = (b if isinstance(b, str) else tuple(filter(None, b)) for b in step.branches)
    return replace(step, branches=tuple(branches))


def _fit(step: Step, model: Step, forms: Forms) -> Step | None:
    """Return a join with nothing where a larger one has steps; nothing if it is not part of it."""
    if (step.word, step.marks, len(step.branches)) != (
        model.word,
        model.marks,
        len(model.branches),
    ) or step.word == REGION:
        return None
    branches: list[object] = []
    missing = 0
    for own, other in zip(step.branches, model.branches, strict=True):
        if isinstance(own, str) or isinstance(other, str):
            if own != other:
                return None
            branches.append(own)
            continue
        aligned = _align(own, other, forms)
        if aligned is None:
            return None
        missing += len(other) - len(own)
        branches.append(aligned)
    total = sum(len(b) for b in model.branches)
    if missing > _MOST_MISSING or 5 * missing > 2 * total:
        return None
    return replace(step, branches=tuple(branches))  # type: ignore[arg-type]


def _align(steps: Steps, model: Steps, forms: Forms) -> Aligned | None:
    """Return steps with nothing where a longer list has more of them, from the end on."""
    found: list[Step | None] = []
    at = len(steps) - 1
    for other in reversed(model):
        if at >= 0 and forms(steps[at]) == forms(other):
            found.append(steps[at])
            at -= 1
        else:
            found.append(None)
    return tuple(reversed(found)) if at < 0 else None


def _is_worthwhile(cluster: _Cluster, library: Library) -> bool:
    """Whether a definition and calls are shorter than the joins."""
    calls = len(cluster.places)
    step = replace(cluster.model, repeat=1)
    lines = Writer(library.blocks, broad=True).step(step, 4)
    written = cost(lines)
    inputs = len(cluster.places[0].inputs)
    call, definition = _CALL + _INPUT * inputs, _DEFINITION + _INPUT * inputs
    return calls > 1 and calls * (written - call) > written + definition


def _make(cluster: _Cluster, library: Library) -> dict[int, tuple[int, Steps]]:
    """Return what stands in the place of the joins of a cluster."""
    runs = _runs_like(cluster, library)
    with suppress(Unfit):
        if runs:
            return _make_with_runs(cluster, runs, library)
        return _make_joins(cluster, library)
    return {}


def _make_joins(cluster: _Cluster, library: Library) -> dict[int, tuple[int, Steps]]:
    if cluster.model.word == REGION:
        bodies = [s.branches[0] for s in cluster.aligned]
        instances: list[Aligned] = [b for b in bodies if not isinstance(b, str)]
        length = 1
    else:
        length = 1 + _following(cluster.places)
        instances = [
            (step, *place.run(length)[1:])
            for step, place in zip(cluster.aligned, cluster.places, strict=True)
        ]
    calls = library.add(
        name_of(cluster.model, library),
        [_unnamed(i) for i in instances],
        cluster.places[0].inputs,
    )
    return {
        id(place.step): (length, (_in_place(call, place.run(length), place.outside),))
        for call, place in zip(calls, cluster.places, strict=True)
    }


def _unnamed(instance: Aligned) -> Aligned:
    *rest, last = instance
    return instance if last is None else (*rest, replace(last, name=""))


def _in_place(call: Step, run: Steps, outside: tuple[str, ...] = ()) -> Step:
    """Return a call that reads what a run read, and has its name."""
    sources = run[0].sources
    if outside:
        sources = (*(sources or (_BEFORE,)), *outside)
    return replace(call, sources=sources, name=run[-1].name, read=run[0].read)


def _following(places: Sequence[_Place]) -> int:
    """Return how many steps behind each of the joins belong to it: normalisation, activation."""
    length = 0
    while True:
        at = length + 1
        after = [p.steps[p.at + at] if p.at + at < len(p.steps) else None for p in places]
        first = after[0]
        if first is None or any(a is None or anonymous((a,)) != anonymous((first,)) for a in after):
            return length
        if any(p.steps[p.at + length].name for p in places):
            return length
        if any(a.sources or a.marks for a in after if a is not None):
            return length
        cls = KINDS.get(first.word)
        if cls is None or cls.category not in {Category.ACTIVATION, Category.NORMALISATION}:
            return length
        length += 1


# --- joins, and the lists that lack them ----------------------------------------------------------


def _runs_like(cluster: _Cluster, library: Library) -> list[_Run]:
    """Return where the branch of a join stands without the join that adds its input."""
    bodies = [_body(step) for step in cluster.aligned]
    if None in bodies or cluster.places[0].outside:
        return []
    ways = dict.fromkeys(tuple(s is not None for s in body) for body in bodies if body is not None)
    model = _body(cluster.model)
    assert model is not None
    patterns = [
        (library.forms.of(tuple(filter(None, compress(model, way)))), way)
        for way in sorted(ways, key=sum, reverse=True)
    ]
    own = {id(b) for place in cluster.places for b in place.step.branches}
    found: list[_Run] = []
    lists = {id(place.steps): place.steps for place in cluster.places}
    for steps_ in lists.values():
        if id(steps_) in own:
            continue
        forms = library.forms.of(tuple(replace(s, sources=(), name="") for s in steps_))
        matches: list[_Run] = []
        for at in range(len(steps_)):
            for form, way in patterns:
                run = steps_[at : at + len(form)]
                if forms[at : at + len(form)] == form and _is_chain(run):
                    matches.append(_Run(_Place(steps_, at), way))
        end = 0
        for match in matches:
            if match.place.at >= end:
                end = match.end
                inside = (o for o in matches if match.place.at < o.place.at and o.end <= end)
                found.append(replace(match, others=tuple(inside)))
    return found if len(found) <= _MOST_RUNS else []


@dataclass(frozen=True, eq=False)
class _Run:
    """Where the branch of a join stands without it."""

    place: _Place
    way: tuple[bool, ...]
    """For each step of the longest branch whether there is one here."""
    others: tuple[_Run, ...] = ()
    """Shorter ones inside of this: its first steps may belong to something else."""

    @property
    def length(self) -> int:
        return sum(self.way)

    @property
    def end(self) -> int:
        return self.place.at + self.length

    @property
    def aligned(self) -> Aligned:
        """The steps, nothing where others have one, and nothing for the join."""
        steps = iter(anonymous(self.place.run(self.length)))
        return (*(next(steps) if is_there else None for is_there in self.way), None)


def _is_chain(run: Steps) -> bool:
    return not any(s.name for s in run[:-1]) and not any(s.sources for s in run[1:])


def _body(step: Step) -> Aligned | None:
    """Return the only branch with steps, if the other one passes on what comes in."""
    if step.word == REGION or len(step.branches) != 2 or () not in step.branches:  # noqa: PLR2004
        return None
    (body,) = [b for b in step.branches if b != ()] or [()]
    return body if not isinstance(body, str) and len(body) > 1 else None


def _make_with_runs(
    cluster: _Cluster, runs: list[_Run], library: Library
) -> dict[int, tuple[int, Steps]]:
    joins: list[Aligned] = [_spread(step) for step in cluster.aligned]

    def weight(others: list[_Run]) -> int:
        instances = [*joins, *(run.aligned for run in others)]
        found = Generalisation([_first(i).read for i in instances], is_block=True)
        found.steps(instances)
        return len(found.params) + sum(p.startswith("with_") for p in found.params)

    for run in list(runs):
        rest = [r for r in runs if r is not run]
        ways = [runs, *([*rest, other] for other in run.others), *filter(None, [rest])]
        runs = min(ways, key=weight)
    instances = [*joins, *(run.aligned for run in runs)]
    calls = iter(library.add(name_of(cluster.model, library), instances))
    lengths = [*((place, 1) for place in cluster.places), *((r.place, r.length) for r in runs)]
    return {
        id(place.step): (length, (_in_place(next(calls), place.run(length)),))
        for place, length in lengths
    }


def _first(instance: Aligned) -> Step:
    return next(step for step in instance if step is not None)


def _spread(step: Step) -> Aligned:
    """Return the branch of a join as a list, with the join behind it."""
    body = _body(step)
    assert body is not None
    branches = tuple(ENTRY if b == () else () for b in step.branches)
    last = next(inner for inner in reversed(body) if inner is not None)
    return (*body, replace(step, branches=branches, read=last.made))
