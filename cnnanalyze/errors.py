"""Every exception of the package, and the places they speak of.

::

    CnnError
    ├── SpecError        a spec cannot be read, or says something that is not allowed
    ├── ShapeError       a layer refuses its input (the rule's side)
    ├── ExecutionError   a layer refuses its input (the executor's side), or a run is too large
    ├── PluginError      a layer kind of somebody else's is faulty
    └── UsageError       a command or a function was called with something it cannot use
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cnnanalyze.characters import cells, legible


@dataclass(frozen=True)
class Source:
    r"""Where a text came from, and the text itself, so that a message can quote it.

    Examples
    --------
    >>> Source("net.tiny", "input 5 5 1\nrelu\n").lines
    ('input 5 5 1', 'relu')
    """

    name: str
    """What messages call it: the name of a file."""
    text: str = field(repr=False)
    """The whole text."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text, without their ends."""
        return tuple(self.text.splitlines())


@dataclass(frozen=True, slots=True)
class Mark:
    r"""A stretch of one line of a source; lines and columns count from one.

    Examples
    --------
    >>> mark = Mark(Source("net.tiny", "input 5 5 1\nrelu\n"), 2, 1, 4)
    >>> print(mark, mark.snippet(), sep="\n")
    net.tiny:2:1
      |
    2 | relu
      | ^^^^
    """

    source: Source
    """The text."""
    line: int
    """The number of the line, from one on."""
    column: int
    """The number of its first character in the line, from one on."""
    length: int = 1
    """How many characters it has."""

    def __str__(self) -> str:
        return f"{legible(self.source.name)}:{self.line}:{self.column}"

    @property
    def position(self) -> tuple[int, int]:
        """Line and column."""
        return self.line, self.column

    def within(self, start: int, length: int) -> Mark:
        """Return the mark of ``length`` characters from ``start`` on inside this stretch."""
        return replace(self, column=self.column + start, length=max(1, length))

    def snippet(self) -> str:
        """Return the source line with carets under the stretch, or nothing if there is none."""
        lines = self.source.lines
        if not 0 < self.line <= len(lines):
            return ""
        line = lines[self.line - 1]
        # Long lines (a matrix, a one-line file) are cut around the place that matters.
        start = 0 if self.column <= _WIDTH else self.column - _WIDTH // 2
        shown = line[start : start + _WIDTH]
        before = self.column - 1 - start
        under = shown[before : before + self.length]
        lead = "\t".join(" " * cells(legible(part)) for part in shown[:before].split("\t"))
        carets = max(1, sum(cells(legible(part)) for part in under.split("\t")) + under.count("\t"))
        visible = "\t".join(map(legible, shown.split("\t")))
        gutter = len(str(self.line))
        return "\n".join(
            (
                f"{'':{gutter}} |",
                f"{self.line} | {visible}",
                f"{'':{gutter}} | {lead}{'^' * carets}",
            )
        )


_WIDTH = 160
_CALLS = 6


@dataclass(frozen=True, slots=True)
class Call:
    """One step of the chain of block calls that led to a fault."""

    block: str
    mark: Mark
    arguments: str = ""
    path: str = ""
    """The path of what the call laid out: ``stage1/residual2``."""
    values: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What the arguments are, by name."""
    written: object = field(default=None, compare=False, repr=False)
    """What stands behind the name of the block in the text."""
    rows: tuple[object, ...] = field(default=(), compare=False, repr=False)
    """The rows of the tables in which the call stands, the outermost first."""

    def __str__(self) -> str:
        given = f" with {legible(self.arguments)}" if self.arguments else ""
        return f"in block '{self.block}' called at {self.mark}{given}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, where, what to do, and how one got there.

    Examples
    --------
    >>> print(Fault("there is no kind 'rulu'", help="did you mean 'relu'?"))
    error: there is no kind 'rulu'
      help: did you mean 'relu'?
    """

    message: str
    """What is wrong, in one sentence with the numbers."""
    mark: Mark | None = None
    """The place; nothing if there is none."""
    help: str = ""
    """What to do."""
    chain: tuple[Call, ...] = ()
    """The calls of blocks that led there, the outermost first."""
    count: int = 1
    """How many times it was found; the first is told."""
    code: str = ""
    """The lint rule that explains it: ``SP003``."""

    def __str__(self) -> str:
        message = legible(self.message)
        lines = [f"{self.mark}: error: {message}" if self.mark else f"error: {message}"]
        if self.mark and (snippet := self.mark.snippet()):
            lines.append(snippet)
        if self.help:
            lines.append(f"  help: {legible(self.help)}")
        calls = [f"  {call}" for call in reversed(self.chain)]
        if len(calls) > _CALLS:
            calls[_CALLS // 2 : -_CALLS // 2] = [f"  ... {len(calls) - _CALLS} calls ..."]
        lines += calls
        if self.count > 1:
            lines.append(f"  ({self.count} times; the first is shown)")
        return "\n".join(lines)


class CnnError(Exception):
    """Something that the user can mend; carries one fault or several.

    Parameters
    ----------
    *faults
        What is wrong, each with its place, or as a text.
    help
        What to do, for faults that are texts.
    code
        The lint rule that explains them.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> try:
    ...     cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, rulu]}", name="net.yaml")
    ... except cnn.CnnError as error:
    ...     print(error.message, "at", error.faults[0].mark)
    unknown layer kind or block 'rulu'; did you mean 'relu'? at net.yaml:1:39
    """

    def __init__(self, *faults: Fault | str, help: str = "", code: str = "") -> None:  # noqa: A002 - the word users read
        self.faults = tuple(
            Fault(f, help=help, code=code) if isinstance(f, str) else f for f in faults
        )
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.faults))

    @property
    def message(self) -> str:
        """The first fault in one sentence, without its place."""
        return self.faults[0].message


class SpecError(CnnError):
    """A spec cannot be read, or says something that is not allowed.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> try:
    ...     cnn.loads("{cnn: 1, input: 5x5x1, layers: [{conv: {filters: 3}}, {pool: 2}]}")
    ... except cnn.SpecError as error:
    ...     print([fault.code for fault in error.faults])
    ['SP015', 'SP004']
    """


class ShapeError(CnnError):
    """A layer refuses its input.

    Parameters
    ----------
    message
        The two numbers and the relation they violate.
    attribute
        The attribute of the layer that the message speaks of, so that a caret can point at it.
    help
        What to do.
    code
        The lint rule that explains it; without one, the rule for what a kind refuses by itself.

    Examples
    --------
    >>> from cnnanalyze.core.shape import Shape
    >>> from cnnanalyze.layers.conv import Conv
    >>> try:
    ...     Conv(filters=3, kernel=7).shape(Shape((5, 5), 1))
    ... except ShapeError as error:
    ...     print(f"{error.attribute}: {error.message}")
    kernel: kernel extent 7 does not fit into height 5: 7 > 5
    """

    def __init__(
        self,
        message: str,
        *,
        attribute: str = "",
        help: str = "",  # noqa: A002
        code: str = "SH013",
    ) -> None:
        super().__init__(Fault(message, help=help, code=code))
        self.attribute = attribute


class ExecutionError(CnnError):
    """The executor refuses: an array does not fit a kernel, or a run would need too much memory."""


class PluginError(CnnError):
    """A layer kind of somebody else's is faulty or registered twice."""


class UsageError(CnnError):
    """A command or a function was called with something that it cannot use.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> try:
    ...     cnn.explain("zoo:vgg16", "conv1_3")
    ... except cnn.UsageError as error:
    ...     print(error.message)
    VGG-16 has no layer 'conv1_3'
    """
