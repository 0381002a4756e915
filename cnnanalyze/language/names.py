"""Names: how steps are called, how later steps find them, and what parameters stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.core.diagnostics import Faults, show_value
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import MOST_LISTED, Spelling, listed, offered
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Call, Fault, Mark
from cnnanalyze.graph.naming import LONGEST_NAME, is_name
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.language.expression import UNKNOWN, evaluate, interpolate
from cnnanalyze.language.step import Row, Step
from cnnanalyze.language.symbols import symbols_of
from cnnanalyze.layers.attributes import LARGEST

if TYPE_CHECKING:
    from cnnanalyze.language.document import Document


class _Part:
    """Some variables together, and how their names are spelt."""

    __slots__ = ("names", "spelling")

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names
        self.spelling: Spelling | None = None

    def nearest(self, word: str) -> str | None:
        """Return the name that is most like a word; more names may come while they are read."""
        if self.spelling is None or len(self.names) > 2 * len(self.spelling.words):
            self.spelling = Spelling(filter(str.isidentifier, self.names))
        return self.spelling.nearest(word)


class Variables(Lookup[str, object]):
    """What names of parameters stand for; inner ones hide outer ones.

    A spec may have thousands of parameters and of steps, so a step must not copy what it sees:
    long mappings are shared, and only what comes on top of them is new.

    Examples
    --------
    >>> outer = Variables({"width": 8, "depth": 5})
    >>> inner = outer.bind({"width": 16, "index": 1})
    >>> inner["width"], inner["depth"], outer["width"], list(inner)
    (16, 5, 8, ['width', 'depth', 'index'])
    """

    __slots__ = ("_parts",)

    def __init__(self, names: dict[str, object], outer: tuple[_Part, ...] = ()) -> None:
        self._parts = (_Part(names), *outer)
        """From the inside out."""

    def bind(self, inner: dict[str, object]) -> Variables:
        """Return these variables with others over them."""
        first = self._parts[0].names
        if len(first) > _LONG:
            return Variables(inner, self._parts)
        return Variables({**first, **inner}, self._parts[1:])

    def over(self, inner: dict[str, object]) -> Variables:
        """Return these variables under others, to which more may still be added."""
        return Variables(inner, self._parts)

    def nearest(self, word: str) -> str | None:
        """Return the name that is most like a word, if any is."""
        near = (part.nearest(word) for part in self._parts)
        return Spelling(tuple(filter(None, near))).nearest(word)

    def __getitem__(self, name: str) -> object:
        for part in self._parts:
            if name in part.names:
                return part.names[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in part.names for part in self._parts)

    def __iter__(self) -> Iterator[str]:
        met: set[str] = set()
        for part in reversed(self._parts):
            for name in part.names:
                if name not in met:
                    met.add(name)
                    yield name

    def __len__(self) -> int:
        return len(tuple(iter(self)))


_LONG = 32
"""Shorter mappings are copied, which is faster than to look in one more."""


# --- parameters -----------------------------------------------------------------------------------


def read_parameters(document: Document, given: dict[str, Any], faults: Faults) -> dict[str, object]:
    """Evaluate the top-level parameters in their order; those given from outside are taken as such.

    A name that is not a parameter of the spec is a fault.
    """
    symbols = symbols_of(document.going_in)
    names = (*(key.text for key, _ in document.param_trees), *symbols)
    known = frozenset(names)
    marks: dict[str, Mark | None] = {name: mark for name, (_, mark) in document.settings.items()}
    for name in (*document.settings, *given):
        if name not in known:
            has = offered("it has", names, "parameters")
            faults.add(
                f"{document.source.name} has no parameter '{name}'; {has}{nearest(name, names)}",
                None if name in given else marks[name],
                code="SP003",
            )
    values: dict[str, object] = {name: _size(name, given.get(name), faults) for name in symbols}
    visible = Variables(values)
    for key, tree in document.param_trees:
        name = key.text
        values[name] = UNKNOWN
        if name in given:
            values[name] = _checked(name, given[name], faults)
        elif name in document.settings:
            values[name] = document.settings[name][0]
        else:
            with faults.caught():
                values[name] = evaluate(tree, visible)
    return values


def _size(name: str, value: object, faults: Faults) -> object:
    """Return the size that is given for a symbol of the input."""
    if type(value) is int and 1 <= value <= LARGEST:
        return value
    faults.add(
        f"the size '{name}' of the input must be a whole number of at least 1 and at most "
        f"{LARGEST:,}, not {show_value(value)}",
        None,
        help=f"for example --set {name}=224",
        code="SP016",
    )
    return UNKNOWN


def _checked(name: str, value: object, faults: Faults) -> object:
    """Return a parameter's value from outside as a spec could hold it."""
    if isinstance(value, list | tuple):
        return [_checked(name, item, faults) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    said = "a number above the bound" if isinstance(value, int) else show_value(value)
    faults.add(
        f"parameter '{name}' must be a number, a word, true, false or a list of them, "
        f"not {said if isinstance(value, int | float) else type(value).__name__}",
        None,
        help=f"whole numbers may be at most {LARGEST:,}" if isinstance(value, int) else "",
        code="SP005",
    )
    return UNKNOWN


class StepOutput(NamedTuple):
    """The output of a step; its shape is missing if an earlier fault hides it."""

    id: NodeId
    shape: Shape | None
    path: str = ""
    """The path of the block instance that ends here, for ``share``."""
    others: tuple[Shape, ...] = ()
    """What the shape may also be, if an earlier fault hides a part of it."""
    is_open: bool = False
    """Whether those are two of many: its size may be any, and will fit what it is joined with."""

    def __str__(self) -> str:
        return f"the step '{self.path.rstrip('/') or self.id}'"

    @property
    def channels(self) -> object:
        """The channels, or unknown."""
        if self.shape is None:
            return UNKNOWN
        if self.others and any(o.channels != self.shape.channels for o in self.others):
            return UNKNOWN
        return self.shape.channels

    @property
    def attributes(self) -> Lookup[str, object]:
        """What an expression may ask of a step: ``$x.channels``, ``$x.size``, ``$x.height``."""
        shape = self.shape
        if shape is None or self.others:
            return {**_UNKNOWN_ATTRIBUTES, "channels": self.channels, "c": self.channels}
        size = shape.size
        names = ("length",) if shape.rank == 1 else ("height", "width")
        # A volume's depth comes first, so its height and width are the last two.
        extents = dict(zip(names, size[-len(names) :], strict=False))
        return {
            "channels": shape.channels,
            "c": shape.channels,
            "count": shape.count,
            "size": list(size),
            **extents,
        }


_UNKNOWN_ATTRIBUTES = dict.fromkeys(
    ("channels", "c", "count", "size", "height", "width", "length"), UNKNOWN
)

LOST = StepOutput(INPUT, None)
"""What stands for a step that a fault hides."""
LOST_ALL = StepOutput(NodeId("lost*"), None)
"""What stands for any number of steps that a fault hides."""
UNSAID = StepOutput(NodeId("inputs"), None)
"""What a step would read that names none of several inputs."""
UNGIVEN = StepOutput(NodeId("nothing*"), None)
"""What a step would read that names the further inputs of a block that is given none."""


@dataclass
class ScopeFrame:
    """One list of steps while it is laid out: its names, its history, its running numbers."""

    path: str
    """What the paths of its steps begin with."""
    wires: dict[str, StepOutput]
    reserved: frozenset[str] = frozenset()
    """Names that ``as`` gives in this list; running numbers step around them."""
    outer: ScopeFrame | None = None
    """The list around a branch or a row, whose names it sees; a block sees no caller's."""
    history: list[StepOutput] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    is_incomplete: bool = False
    """Whether a fault hides a step of the list, and with it running numbers."""
    inputs: tuple[str, ...] = ()
    """What the inputs of a block are called inside it."""
    rest: str = ""
    """What is numbered to call the further inputs of a block, of which there may be none."""

    def around(self) -> Iterator[ScopeFrame]:
        """Return this list and those around it, from the inside out."""
        frame: ScopeFrame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer

    def number(self, word: str) -> str:
        """Return the next free name for an unnamed step: ``conv1``, ``conv2``, ..."""
        n = self.numbers.get(word, 0) + 1
        while (name := f"{word}{n}") in self.reserved or name in self.taken:
            n += 1
        self.numbers[word] = n
        self.taken.add(name)
        return name


class Visible(Lookup[str, object]):
    """What an expression may name: the variables, and then the steps before it."""

    def __init__(self, variables: Variables, frame: ScopeFrame) -> None:
        self._variables = variables
        self._frame = frame

    def __getitem__(self, name: str) -> object:
        if name in self._variables:
            return self._variables[name]
        return next(f.wires[name] for f in self._frame.around() if name in f.wires)

    def nearest(self, word: str) -> str | None:
        """Return the variable that is most like a word, if any is."""
        return self._variables.nearest(word)

    def __contains__(self, name: object) -> bool:
        return name in self._variables or any(name in f.wires for f in self._frame.around())

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Scope(NamedTuple):
    """Everything that a step may refer to."""

    frame: ScopeFrame
    variables: Variables
    defaults: tuple[Mapping, ...] = ()
    """The spec's defaults, and over them those of the block in which the step is written."""
    chain: tuple[Call, ...] = ()
    frozen: bool = False
    share: tuple[str, str] | None = None
    """(own path, other's path) while a block is laid out that shares another's weights."""
    rows: tuple[Row, ...] = ()
    """The rows of the tables in which the steps stand, within a block."""

    @property
    def visible(self) -> Visible:
        """What the expressions of a step may name."""
        return Visible(self.variables, self.frame)

    def bind(self, **variables: object) -> Scope:
        """Return this scope with more variables."""
        frame, outer, defaults, chain, frozen, share, rows = self
        return type(self)(frame, outer.bind(variables), defaults, chain, frozen, share, rows)

    def reading(self, wire: StepOutput) -> Scope:
        """Return this scope for a step that reads this: ``$in`` is the number of its channels."""
        return self.bind(**{"in": wire.channels})


class SpecReading(NamedTuple):
    """One reading of a spec: evaluates what is written, and notes what is wrong."""

    faults: Faults

    def value(self, tree: Tree, scope: Scope) -> object:
        """Evaluate what is written; after a fault the value is unknown."""
        if type(tree) is Scalar and (type(tree.value) is not str or "$" not in tree.value):
            return tree.value
        with self.faults.caught(scope.chain):
            return evaluate(tree, scope.visible)
        return UNKNOWN

    def text(self, word: Scalar, scope: Scope) -> str | None:
        """Return a name with its ``$`` replaced; nothing if a fault hides a part of it."""
        if "$" not in word.text:
            return word.text
        with self.faults.caught(scope.chain):
            found = interpolate(word.text, word.mark, scope.visible)
            is_hidden = "unknown" in found and UNKNOWN in scope.variables.values()
            return None if is_hidden else found
        return None

    def fault(
        self,
        message: str,
        mark: Mark,
        scope: Scope,
        help: str = "",  # noqa: A002
        code: str = "",
    ) -> None:
        """Note a fault with the chain of calls that led to it."""
        self.faults.add(message, mark, help, scope.chain, code)

    def note(self, fault: Fault, scope: Scope) -> None:
        """Note a fault that is made already, with the chain of calls that led to it."""
        self.faults.note(replace(fault, chain=scope.chain))

    def under(self, code: str) -> SpecReading:
        """Return this reading for a part of it that another lint rule explains."""
        return SpecReading(self.faults.under(code))


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
