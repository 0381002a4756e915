"""Names: how steps are called, and how later steps find them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from cnnanalyze.core.spelling import MOST_LISTED, Spelling, listed
from cnnanalyze.core.tree import Mapping, Scalar, Sequence
from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.graph.node import INPUT
from cnnanalyze.language.scope import LOST, LOST_ALL, Scope, ScopeFrame, SpecReading, StepOutput
from cnnanalyze.language.step import Step

_NUMBERED = re.compile(r"\d(/|$)")
STAR = "*"
"""What ends a reference to all steps of a number: ``unit*`` is ``unit1``, ``unit2`` and so on."""
_BACK = re.compile(r"\^[0-9]{1,6}")


def names_in(items: Sequence) -> frozenset[str]:
    """Return the names that ``as`` gives in a list, which running numbers must not take."""
    names = (item.get("as") for item in items.items if isinstance(item, Mapping))
    return frozenset(name.text for name in names if isinstance(name, Scalar))


class Missed(NamedTuple):
    """A reference that found nothing."""

    name: Scalar
    text: str
    scope: Scope
    counts: tuple[int, ...]
    """How many names each list around it had then; later ones cannot be read."""

    @property
    def known(self) -> Iterator[str]:
        """The names that could be read, from the inside out."""
        for frame, count in zip(self.scope.frame.around(), self.counts, strict=True):
            yield from islice(frame.wires, count)


class Path(NamedTuple):
    """What a reference names, and the lists in which it is looked for, from the inside out."""

    text: str
    frames: tuple[ScopeFrame, ...]


class Names:
    """The names of everything that is laid out so far."""

    def __init__(self, reading: SpecReading) -> None:
        self.reading = reading
        self.placed: dict[str, StepOutput] = {}
        """Layers, blocks and rows by their full paths."""
        self.missed: list[Missed] = []
        """References that found nothing."""
        self.inputs: tuple[str, ...] = ()
        """What the inputs of the network are called."""

    # --- giving names ----------------------------------------------------------------------------

    def path_for(self, step: Step, word: str, scope: Scope, number: int = 0) -> str:
        """Return the path of a step: its ``as`` name, or its kind with a running number.

        Parameters
        ----------
        step, scope
            The step and where it stands.
        word
            What an unnamed step is called, before its running number.
        number
            What follows the name if the step is laid out several times.
        """
        frame = scope.frame
        if step.name is None:
            return frame.path + frame.number(word)
        name = self.reading.text(step.name, scope)
        if name is None:
            return frame.path + frame.number(word)
        if number and "$" not in step.name.text:
            name = f"{name}{number}"
        if not is_name(name) or name == INPUT:
            self.reading.fault(
                f"'{name[:LONGEST_NAME]}' cannot name a step",
                step.name.mark,
                scope,
                help="use letters, digits, '_', '-' and '.', with at least one letter and at most "
                f"{LONGEST_NAME} characters; 'input' is the network's input",
                code="SP019",
            )
            name = frame.number(word)
        elif name in frame.taken:
            self.reading.fault(
                f"the name '{name}' is taken in this list",
                step.name.mark,
                scope,
                help=f"if the step is repeated, number it: 'as: {name}$index'"
                if "index" in scope.variables
                else "choose another name",
                code="GR005",
            )
            name = frame.number(word)
        frame.taken.add(name)
        return frame.path + name

    def bind(self, step: Step, scope: Scope, path: str, wire: StepOutput) -> None:
        """Let later steps find this one by its name."""
        frame = scope.frame
        frame.wires[path[len(frame.path) :]] = wire
        self.placed[path] = wire
        if step.repeat is not None:
            self.bind_plainly(step, scope, wire)  # of a repeated step, the last instance

    def bind_plainly(self, step: Step, scope: Scope, wire: StepOutput) -> None:
        """Let later steps find something under the very name that is written."""
        if step.name is not None and (name := self.reading.text(step.name, scope)) is not None:
            scope.frame.wires[name] = wire

    def lose(
        self, step: Step | None, scope: Scope, names: frozenset[str] = frozenset()
    ) -> StepOutput:
        """Remember that a fault hides a step, so that no second fault comes of it."""
        frame = scope.frame
        if step is not None:
            self.bind_plainly(step, scope, LOST)
        if step is None or step.name is None or step.table is not None:
            frame.is_incomplete = True
        frame.wires.update(dict.fromkeys(names - frame.wires.keys(), LOST))
        return LOST

    # --- finding steps ---------------------------------------------------------------------------

    def find(self, text: str, frame: ScopeFrame) -> StepOutput | None:
        """Return the step of a name or path, in this list or one around it."""
        return next((w for f in frame.around() if (w := self._find_in(text, f)) is not None), None)

    def _find_in(self, text: str, frame: ScopeFrame) -> StepOutput | None:
        """Return the step of a name or path, in this list."""
        found = frame.wires.get(text)
        return self.placed.get(frame.path + text) if found is None else found

    def look_up_all(self, name: Scalar, scope: Scope) -> list[StepOutput]:
        """Return the earlier steps that a name means: one, or with a star all that it numbers."""
        if not name.text.endswith(STAR):
            return [self.look_up(name, scope)]
        if (path := self.locate(name, scope)) is None:
            return [LOST_ALL]
        stem = path.text.removesuffix(STAR)
        found: list[StepOutput] = []
        for frame in path.frames:
            while (wire := self._find_in(f"{stem}{len(found) + 1}", frame)) is not None:
                found.append(wire)
            if LOST in (*found, self._find_in(stem, frame)):
                return [LOST_ALL]
            if found or frame.rest == stem:
                return found
        self.miss(name, f"{stem}1", scope)
        return [LOST_ALL]

    def look_up(self, name: Scalar, scope: Scope) -> StepOutput:
        """Return the earlier step of a name, of a path into a block, or of ``^n``."""
        if name.text.startswith("^") and "/" not in name.text:
            return self.look_back(name, name.text, scope)
        if (path := self.locate(name, scope)) is None:
            return LOST
        found = (self._find_in(path.text, frame) for frame in path.frames)
        wire = next((w for w in found if w is not None), None)
        if wire is None:
            self.miss(name, path.text, scope)
        return LOST if wire is None else wire

    def locate(self, name: Scalar, scope: Scope) -> Path | None:
        """Return what to look for, and in which lists; nothing if a fault hides it."""
        text = self.reading.text(name, scope)
        if text is None:
            return None
        if not text.startswith("^"):
            return Path(text, tuple(scope.frame.around()))
        back, _, inside = text.partition("/")
        block = self.look_back(name, back, scope)
        if block is LOST:
            return None
        if not block.path:
            self.reading.fault(
                f"'{name.text}' reaches into a step that is not a block",
                name.mark,
                scope,
                help=f"read the step itself: from: {back.removesuffix(STAR)}",
                code="GR001",
            )
            return None
        return Path(block.path + inside, (ScopeFrame("", {}),))

    def miss(self, name: Scalar, text: str, scope: Scope) -> None:
        """Remember a reference that found nothing, until all names are known."""
        counts = tuple(len(frame.wires) for frame in scope.frame.around())
        self.missed.append(Missed(name, text, scope, counts))

    def look_back(self, name: Scalar, text: str, scope: Scope) -> StepOutput:
        """Return the step that ``^n`` means: n steps back in the same list."""
        history = scope.frame.history
        back = int(text[1:]) if _BACK.fullmatch(text) else 0
        if 1 <= back <= len(history):
            return history[-back]
        before = len(history)
        self.reading.fault(
            f"'{name.text}' goes back {back} steps, but only {before} come before it in this list, "
            f"the one that goes in included: {back} > {before}"
            if back
            else f"'{name.text}' must be ^ and a number of steps back",
            name.mark,
            scope,
            help="^1 is the step before, ^2 the one before that",
            code="GR001",
        )
        return LOST

    def explain_missed(self) -> None:
        """Note a fault for every reference that found nothing, now that all names are known."""
        spellings: dict[int, Spelling] = {}
        places: dict[int, dict[str, int]] = {}
        for missed in self.missed:
            name, text, scope, counts = missed
            frames = list(scope.frame.around())
            if _NUMBERED.search(text) and any(f.is_incomplete for f in frames):
                continue  # the fault that hides a step may have moved the running numbers
            if self.find(text, scope.frame) or any(text in f.reserved for f in frames):
                self.reading.fault(
                    f"'{text}' is not an earlier step: reading it would close a cycle",
                    name.mark,
                    scope,
                    help="a step can only read earlier steps; move "
                    f"'{text}' up, or read another step",
                    code="GR002",
                )
                continue
            known = spellings.get(id(scope.frame))
            if known is None:
                known = spellings[id(scope.frame)] = Spelling(n for f in frames for n in f.wires)
            earlier = [
                word
                for word in (known.nearest(text) or "", *known.beginning(text))
                if any(
                    _places(frame, places).get(word, count) < count
                    for frame, count in zip(frames, counts, strict=True)
                )
            ]
            hint = f"; did you mean '{earlier[0]}'?" if earlier else ""
            longer = sorted({word for word in earlier if word.startswith(text)})
            several = f"'{text}' alone names none of {', '.join(longer)}; " if longer[1:] else ""
            said = f"'{name.text}' names no step: " if name.text.endswith(STAR) else ""
            self.reading.fault(
                f"{said}there is no step '{text}' here{hint}",
                name.mark,
                scope,
                help=several + _remedy(missed, self.inputs),
                code="GR001",
            )
        self.missed.clear()


def _places(frame: ScopeFrame, known: dict[int, dict[str, int]]) -> dict[str, int]:
    """Return the order in which a list got its names, made once for each list."""
    if id(frame) not in known:
        known[id(frame)] = {name: number for number, name in enumerate(frame.wires)}
    return known[id(frame)]


def _remedy(missed: Missed, inputs: tuple[str, ...]) -> str:
    """Say what could be read where a reference found nothing, and what may have been meant."""
    known = f"known here: {listed(tuple(islice(missed.known, MOST_LISTED + 1)))}"
    if missed.text in {INPUT, *inputs}:
        inside = next((f.inputs for f in missed.scope.frame.around() if f.inputs), ())
        where = f"inside a block what comes in is called {' or '.join(inside)}; " if inside else ""
        return f"{where}{known}"
    return f"{known}; name a step with 'as: {missed.text}'" if is_name(missed.text) else known
