"""Scopes: everything that a step may refer to, while a list of steps is laid out."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.errors import Call, Fault, Mark
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.language.expression import UNKNOWN, evaluate, interpolate
from cnnanalyze.language.step import Row
from cnnanalyze.language.variables import Variables


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
