"""Updates: what a model has otherwise written into its spec, where that changes nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnanalyze.comparison.conformance.proof import conform
from cnnanalyze.comparison.conformance.result import Conformance, Departure
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.errors import Source
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.language.build import attempt, build
from cnnanalyze.linting.edit_check import change, is_confined
from cnnanalyze.linting.file_changes import check_changeable, difference, store
from cnnanalyze.linting.finding import Edit
from cnnanalyze.linting.run import LintTarget
from cnnanalyze.updating.edits import edits

MOST_TRIALS = 100
"""How many changes are tried one by one, if they are not good together."""


@dataclass(frozen=True, repr=False)
class Update(Tabular):
    """A spec brought to what a model is, as far as that is safe; the file is as it was.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> cnn.update("zoo:lenet5", "zoo:lenet5")
    <Update: 0 changes, 0 differences left>
    """

    spec: LintTarget
    """The spec that the changes are for."""
    before: Source
    """Its text as it is."""
    after: Source
    """Its text with the changes."""
    written: tuple[Departure, ...]
    """The departures that the changes put right."""
    left: Conformance
    """What departs from the text after the changes."""
    rounds: tuple[tuple[Edit, ...], ...] = ()
    """What was edited, one after the other."""

    @property
    def diff(self) -> str:
        """What changes, as a unified diff that ``patch`` takes."""
        return "".join(difference(self.before, self.after))

    def write(self) -> int:
        """Change the file; return how many changes there are.

        Raises
        ------
        UsageError
            If the file belongs to cnnanalyze itself, or was changed by another program meanwhile.
        """
        if self.after.text != self.before.text:
            check_changeable(self.spec)
            store(Path(self.spec.name), self.before, self.after, self.rounds)
        return len(self.written)

    def rows(self) -> Iterator[Row]:
        """Yield what departs, and whether the changes put it right."""
        for is_written, departures in ((True, self.written), (False, self.left.departures)):
            for departure in departures:
                yield {
                    "written": is_written,
                    "aspect": departure.aspect,
                    "spec": departure.in_spec and departure.in_spec.id,
                    "model": departure.in_model and departure.in_model.id,
                    "attribute": departure.attribute,
                    "message": departure.message,
                }

    def headline(self) -> str:
        """Say in one line how many changes there are, and how many differences are left."""
        changes = count_of(len(self.written), "change")
        return f"{changes}, {count_of(len(self.left), 'difference')} left"

    def __str__(self) -> str:
        return self.diff or self.headline()


Edits = Mapping[Departure, tuple[Edit, ...]]
"""By departure the edits that put it right."""


@dataclass(frozen=True)
class _State:
    """A text on its way, with what is read in it."""

    source: Source
    found: Conformance
    written: tuple[Departure, ...] = ()
    rounds: tuple[tuple[Edit, ...], ...] = ()


def update(
    spec: LintTarget,
    model: Network,
    settings: Mapping[str, Any] | None = None,
    *,
    folded: bool = False,
) -> Update:
    """Write into a spec what a model has otherwise, where one step of the text says it.

    Each change is tried: the text, read again, must be the same network but for the attribute that
    was changed, and the model may depart from it in nothing new. All changes are tried together
    first, then those of each step, then each by itself.

    Parameters
    ----------
    spec
        The spec.
    model
        What is there.
    settings
        Values for the parameters of the spec, instead of their defaults.
    folded
        Whether batch normalisation is worked into the layers before it.

    Raises
    ------
    SpecError
        With every fault of the spec.
    UsageError
        If it is not a spec.
    """
    if spec.is_model:
        check_changeable(spec)
    source = spec.open()
    network = build(source, settings, folder=spec.base)
    state = _State(source, conform(network, model, folded=folded))
    trial = _Trial(model, settings, spec.base, folded)
    everything = {d: e for step in _steps(state.found) for d, e in edits(step, source).items()}
    state = trial.of(state, everything) or _one_by_one(state, trial)
    return Update(spec, source, state.source, state.written, state.found, state.rounds)


@dataclass(frozen=True)
class _Trial:
    """What is needed to try changes."""

    model: Network
    settings: Mapping[str, Any] | None
    folder: Path | None
    folded: bool

    def of(self, state: _State, chosen: Edits) -> _State | None:
        """Return what comes of some edits, if they may be made."""
        made = tuple(edit for many in chosen.values() for edit in many)
        source = Source(state.source.name, change(state.source.text, made))
        if not made or not is_confined(state.source.text, source.text, made):
            return None
        network = attempt(source, self.settings, self.folder).network
        if network is None or not _is_as_said(state.found.spec, network, chosen):
            return None
        found = conform(network, self.model, folded=self.folded)
        after = _State(source, found, (*state.written, *chosen), (*state.rounds, made))
        wanted = _counted(state.found)
        wanted.subtract(map(_key, chosen))
        gone, new = +wanted - _counted(found), _counted(found) - +wanted
        if gone:
            return None
        if not new:
            return after
        # Where windows are laid otherwise, other zeros may be needed, which nobody told before.
        told = [[d for d in step if _key(d) in new] for step in _steps(found)]
        more = {d: e for step in told if step for d, e in edits(step, source).items()}
        is_padding = all(d.attribute == "padding" for d in more) and _counted(more) == new
        was_padding = any(d.attribute == "padding" for d in chosen)
        return self.of(after, more) if is_padding and not was_padding else None


def _one_by_one(state: _State, trial: _Trial) -> _State:
    """Make the changes of one step after the other, as far as they are good."""
    refused: set[object] = set()
    for _ in range(MOST_TRIALS):
        for chosen in _choices(state):
            keys = frozenset(map(_key, chosen))
            if keys and keys not in refused:
                break
        else:
            return state
        if (better := trial.of(state, chosen)) is None:
            refused.add(keys)
        else:
            state = better
    return state


def _choices(state: _State) -> Iterator[Edits]:
    """Yield what can be tried: all changes of a step, then each by itself."""
    for step in _steps(state.found):
        found = edits(step, state.source)
        yield found
        if len(found) > 1:
            for departure in found:
                yield edits([departure], state.source)


def _steps(found: Conformance) -> Iterable[Sequence[Departure]]:
    """Return the departures by the steps of the text that they are of."""
    steps: dict[object, list[Departure]] = {}
    for departure in found:
        if departure.in_spec is not None and (place := _place(departure.in_spec)) is not None:
            steps.setdefault(place, []).append(departure)
    return steps.values()


def _key(departure: Departure) -> tuple[object, ...]:
    """Return by what a departure is known again; ids of a spec may change with the text."""
    model = departure.in_model and departure.in_model.id
    spec = departure.in_spec.id if departure.in_spec and model is None else None
    return departure.aspect, departure.attribute, model, spec


def _counted(found: Iterable[Departure]) -> Counter[tuple[object, ...]]:
    return Counter(map(_key, found))


def _is_as_said(before: Network, after: Network, chosen: Iterable[Departure]) -> bool:
    """Whether two networks are the same but for what was to be changed.

    Layers at the steps that were edited may differ in the attributes that were, and their kinds
    where these were; each has to read what it read.
    """
    allowed: dict[object, set[str]] = {}
    for departure in chosen:
        assert departure.in_spec is not None
        known = allowed.setdefault(_place(departure.in_spec), set())
        known.add("" if departure.aspect == "kind" else departure.attribute)
        if departure.attribute == "kernel":  # a stride that followed it is said now
            known.add("stride")
    old, new = [*before], [*after]
    if len(old) != len(new) or before.inputs.keys() != after.inputs.keys():
        return False
    names = {i: i for i in before.inputs} | {
        one.id: other.id for one, other in zip(old, new, strict=True)
    }
    for one, other in zip(old, new, strict=True):
        known = allowed.get(_place(one), set())
        if "" not in known:
            if one.kind != other.kind:
                return False
            its = other.attributes
            if any(v != its.get(k) for k, v in one.attributes.items() if k not in known):
                return False
        share = one.share and names[one.share]
        if share != other.share or one.frozen != other.frozen:
            return False
        if tuple(names[i] for i in one.inputs) != other.inputs:
            return False
    return tuple(names[o] for o in before.outputs) == after.outputs


def _place(node: Node) -> object:
    return None if node.mark is None else (node.mark.source.name, *node.mark.position)
