"""Reading: YAML text to a tree in which every word knows its place.

The events of PyYAML's C parser are turned into a tree directly: its own composer forgets where an
alias is used, keeps the last of two equal keys without a word, and resolves scalars by YAML 1.1,
where ``no`` is false and ``010`` is eight. Reading never runs code, and everything is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cnnanalyze.errors import Fault, Mark, Source, SpecError
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree

MOST_BYTES = 2_000_000
"""The largest spec file that is read."""
DEEPEST = 100
"""How deep lists and mappings may be nested."""
MOST_NODES = 300_000
"""How many words, lists and mappings a spec may hold; what an alias repeats counts again."""
MOST_ALIASES = 1_000
"""How many aliases a spec may use."""
MOST_DIGITS = 30
"""The longest whole number."""

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, float | bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def open_source(path: Path | str) -> Source:
    """Read a spec file into a source.

    Raises
    ------
    SpecError
        If there is no such file, or it is no text that a spec could be.
    """
    path = Path(path)
    name = str(path)
    try:
        if path.is_dir():
            raise SpecError(
                f"{name} is a folder, not a spec file", help="name a file, such as net.yaml"
            )
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise SpecError(f"there is no file {name}") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SpecError(f"{name} cannot be read: {reason}") from None
    if len(data) > MOST_BYTES:
        raise SpecError(
            f"{name} is larger than {MOST_BYTES:,} bytes, the bound on the size of a spec",
            help="write repeated layers with 'repeat', 'for' or blocks",
        )
    return Source(name, decode(data, name))


def decode(data: bytes, name: str) -> str:
    """Return the text of a spec's bytes; what is no UTF-8 text is refused."""
    if b"\0" in data:
        raise SpecError(
            f"{name} is a binary file: byte {data.index(0)} is zero", help="a spec is a YAML text"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(
            f"{name} is not UTF-8: byte {error.start} (line {line}) is 0x{data[error.start]:02x}",
            help="save the file with the encoding UTF-8",
        ) from None
    return text.replace("\r\n", "\n")


def read(source: Source) -> Tree:
    """Read a YAML text into a tree.

    Raises
    ------
    SpecError
        With every fault that was found before the text could not be followed any further.
    """
    faults = Faults()
    tree: Tree | None = None
    try:
        tree = _Builder(source, faults).build()
    except yaml.YAMLError as error:
        _note_syntax(error, source, faults)
    except _Stop:
        pass
    faults.raise_if_any()
    if tree is None:
        raise SpecError(
            Fault(
                f"{source.name} is empty",
                help="a spec begins with 'cnn: 1' and has 'input' and 'layers'",
            )
        )
    return tree


class _Stop(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised where reading on makes no sense; the fault is noted already."""


class _Builder:
    """Builds a tree from events."""

    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults
        self.anchors: dict[str, tuple[Tree, int]] = {}
        """By anchor: the tree, and how many nodes it holds."""
        self.nodes = 0
        self.aliases = 0
        self.depth = 0

    def build(self) -> Tree | None:
        self.events: Iterator[Any] = yaml.parse(self.source.text, Loader=_LOADER)
        tree: Tree | None = None
        for event in self.events:
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                if tree is not None:
                    self.stop(
                        "a spec is one YAML document; another begins here",
                        event,
                        help="put each network into a file of its own",
                    )
            elif kind not in _FRAME:
                tree = self.node(event)
        if isinstance(tree, Scalar) and tree.value is None:
            return None
        return tree

    def node(self, event: Any) -> Tree:  # noqa: ANN401 - PyYAML's events are not typed
        """Build the node that an event begins."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(f"the spec has more than {MOST_NODES:,} nodes, the bound on its size", event)
        if event.tag is not None and event.tag != "!":
            self.fault(
                f"the tag '{event.tag}' is not allowed",
                event,
                help="a spec holds plain values only",
            )
        before = self.nodes - 1
        if kind is yaml.ScalarEvent:
            tree: Tree = self.scalar(event)
        else:
            self.depth += 1
            if self.depth > DEEPEST:
                self.stop(f"lists and mappings are nested deeper than {DEEPEST}, the bound", event)
            tree = self.sequence(event) if kind is yaml.SequenceStartEvent else self.mapping(event)
            self.depth -= 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (tree, self.nodes - before)
        return tree

    def alias(self, event: Any) -> Tree:  # noqa: ANN401
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            self.stop(f"the spec uses more than {MOST_ALIASES:,} aliases, the bound", event)
        if event.anchor not in self.anchors:
            self.stop(f"there is no anchor '&{event.anchor}' before this alias", event)
        tree, size = self.anchors[event.anchor]
        self.nodes += size
        if self.nodes > MOST_NODES:
            self.stop(
                f"with its aliases the spec has more than {MOST_NODES:,} nodes, "
                "the bound on its size",
                event,
            )
        return tree

    def scalar(self, event: Any) -> Scalar:  # noqa: ANN401
        text: str = event.value
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        mark = Mark(self.source, start.line + 1, start.column + 1, max(1, length))
        if not event.implicit[0]:
            return Scalar(text, text, False, mark)
        try:
            return Scalar(_resolve(text), text, True, mark)
        except ValueError:
            self.faults.add(
                f"a whole number may have at most {MOST_DIGITS} digits, not {len(text)}", mark
            )
            return Scalar(None, text, True, mark)

    def sequence(self, event: Any) -> Sequence:  # noqa: ANN401
        mark = self.mark(event)
        items = []
        for inner in self.events:
            if type(inner) is yaml.SequenceEndEvent:
                break
            items.append(self.node(inner))
        return Sequence(tuple(items), mark)

    def mapping(self, event: Any) -> Mapping:  # noqa: ANN401
        mark = self.mark(event)
        entries: dict[str, tuple[Scalar, Tree]] = {}
        for inner in self.events:
            if type(inner) is yaml.MappingEndEvent:
                break
            key = self.node(inner)
            value = self.node(next(self.events))
            if not isinstance(key, Scalar):
                self.faults.add("a key must be a single word", key.mark)
            elif key.text == "<<" and key.plain:
                self.faults.add(
                    "merge keys are not allowed",
                    key.mark,
                    help="share attributes with 'defaults', and steps with 'blocks'",
                )
            elif key.text in entries:
                first = entries[key.text][0].mark
                self.faults.add(
                    f"the key '{key.text}' is written twice; first in line {first.line}",
                    key.mark,
                    help="keep one of both",
                )
            else:
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), mark)

    def mark(self, event: Any) -> Mark:  # noqa: ANN401
        return Mark(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def fault(self, message: str, event: Any, help: str = "") -> None:  # noqa: A002, ANN401
        self.faults.add(message, self.mark(event), help)

    def stop(self, message: str, event: Any, help: str = "") -> None:  # noqa: A002, ANN401
        self.fault(message, event, help)
        raise _Stop


_FRAME = {yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent}


def _resolve(text: str) -> str | float | bool | None:
    """Return the value of a plain scalar by the core schema of YAML 1.2.

    Examples
    --------
    >>> [_resolve(t) for t in ("010", "0x1F", "1e3", "no", "1_000", "~")]
    [10, 31, 1000.0, 'no', '1_000', None]
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise ValueError(text)
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _OCTAL.fullmatch(text):
        return int(text, base=8)
    if _HEXADECIMAL.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text, base=16)
    return text


_SYNTAX = {
    "mapping values are not allowed in this context": (
        "a second ':' on this line, or an indentation that does not fit",
        "write one 'key: value' per line, or quote a text that holds ': '",
    ),
    "could not find expected ':'": ("a key without its ':'", "write 'key: value'"),
    "found character that cannot start any token": (
        "a character that cannot stand here",
        "indent with spaces, not tabs, and quote words that begin with @, ` or %",
    ),
    "did not find expected ',' or ']'": ("a list that is not closed", "close it with ']'"),
    "did not find expected ',' or '}'": ("a mapping that is not closed", "close it with '}'"),
    "did not find expected key": (
        "an indentation that does not fit the lines above",
        "begin the keys of one mapping in one column",
    ),
    "did not find expected '-' indicator": (
        "an indentation that does not fit the list above",
        "begin the '-' of one list in one column",
    ),
    "block sequence entries are not allowed in this context": (
        "a list item where none can stand",
        "begin a list on a line of its own",
    ),
    "found unexpected end of stream": ("the text ends inside quotes", "close the quotes"),
    "control characters are not allowed": (
        "a control character, which YAML does not allow",
        "remove it",
    ),
}


def _note_syntax(error: yaml.YAMLError, source: Source, faults: Faults) -> None:
    """Note what the YAML parser stumbled over, in words of people."""
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    said, help_text = _SYNTAX.get(problem, (problem, ""))
    mark = None if place is None else Mark(source, place.line + 1, place.column + 1)
    if mark is None and isinstance(position := getattr(error, "position", None), int):
        before = source.text[:position]
        mark = Mark(source, before.count("\n") + 1, position - before.rfind("\n"))
    faults.add(f"this is no YAML: {said}", mark, help_text)
