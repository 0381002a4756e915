"""YAML: text to a tree in which every word knows its place.

The events of PyYAML's C parser are turned into a tree directly: its own composer forgets where an
alias is used, keeps the last of two equal keys without a word, and resolves scalars by YAML 1.1,
where ``no`` is false and ``010`` is eight. Reading never runs code, and everything is bounded.

What a faulty text means is told as far as anybody can know: an expression that commas tore apart
is put together again, a syntax error is explained in our words, and of a text that breaks off what
came before is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import MOST_BYTES, FileError, ReadFailure, printable, read_text
from cnnanalyze.core.section import Model
from cnnanalyze.core.tree import (
    DEEPEST,
    MOST_NODES,
    Mapping,
    Scalar,
    Sequence,
    Tree,
    is_empty,
    resolve,
)
from cnnanalyze.errors import Fault, Mark, Source, SpecError

MOST_ALIASES = 1_000
"""How many aliases a spec may use."""
LONGEST_EXPRESSION = 1_000
"""The longest expression; what is longer was not meant to be one."""
_SHORTER = "write repeated layers with 'repeat', 'for' or blocks"
_INSTEAD = {ReadFailure.OTHER_THING: "name a file, such as net.yaml; '-' reads from stdin"}

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_source(path: Path | str) -> Source:
    """Read a spec file into a source.

    Raises
    ------
    SpecError
        If there is no such file, or it is not a text that a spec could be.
    """
    name = printable(path)
    try:
        return Source(name, read_text(path, MOST_BYTES, what="spec"))
    except FileError as error:
        is_large = error.reason is ReadFailure.LARGE
        raise SpecError(
            error.message,
            help=_SHORTER if is_large else _INSTEAD.get(error.reason, error.faults[0].help),
            code="SP012" if is_large else "SP011",
        ) from None


def read(source: Source) -> Tree:
    """Read a YAML text into a tree.

    Raises
    ------
    SpecError
        With every fault that was found before the text could not be followed any further.
    """
    faults = Faults()
    tree = follow(source, faults)
    faults.raise_if_any()
    assert tree is not None
    return tree


def read_file(path: Path, model: type[Model], what: str, faults: Faults) -> Model:
    """Read a YAML file into a section.

    Parameters
    ----------
    path
        The file.
    model
        What it says.
    what
        What messages call such a file: ``a table``.
    faults
        Where to note what can be passed over.

    Raises
    ------
    SpecError
        If the file says too little, with every fault that was found on the way.
    """
    found = bind(read(open_source(path)), model, what, faults)
    if found is None:
        raise SpecError(*faults.sorted())
    return found


def follow(source: Source, faults: Faults, *, keep_last: bool = False) -> Tree | None:
    """Read a YAML text into a tree in spite of faults, as long as it is clear what is meant.

    Of a text that is not YAML from some place on, what comes before is read if nothing that comes
    later can have a bearing on it.

    Parameters
    ----------
    source
        The text.
    faults
        Where to note what is wrong.
    keep_last
        Which value stays of a key that is written twice: the last one, or else the first.

    Returns
    -------
    Tree or None
        Nothing if the text cannot be followed, or a word in it has no meaning.
    """
    builder = _Builder(source, faults.under("SP001"), keep_last=keep_last)
    try:
        source.text.encode()  # the C parser would refuse half a character here, the other later
        tree = builder.build()
    except UnicodeEncodeError as error:
        from cnnanalyze.language.yaml_faults import note_half  # noqa: PLC0415 - most texts are right

        note_half(error, source, builder.faults)
    except _Stop:
        pass
    else:
        if builder.broken is not None:
            tree = _whole_part(tree, builder, source)
        elif tree is None:
            builder.faults.note(
                Fault(
                    f"{source.name} is empty",
                    help="a spec begins with 'cnn: 1' and has 'input' and 'layers'",
                    code="SP011",
                )
            )
        return None if builder.is_lost else tree
    return None


def _whole_part(tree: Tree | None, builder: _Builder, source: Source) -> Tree | None:
    """Note where a text stops being YAML, and return what stands whole before."""
    from cnnanalyze.language.truncation import beginning  # noqa: PLC0415 - most texts are right
    from cnnanalyze.language.yaml_faults import note_syntax  # noqa: PLC0415 - as above

    assert builder.broken is not None
    if builder.flow is not None:  # whatever it holds, it holds only since it is not closed
        builder.faults.forget_from(builder.flow)
    place = note_syntax(builder.broken, source, builder.faults)
    return None if tree is None or place is None else beginning(tree, place)


class _Stop(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised where reading on makes no sense; the fault is noted already."""


class _Builder:
    """Builds a tree from events."""

    def __init__(self, source: Source, faults: Faults, *, keep_last: bool = False) -> None:
        self.source = source
        self.faults = faults
        self.keep_last = keep_last
        self.is_lost = False
        """Whether a word was met of which nobody knows what it stands for."""
        self.broken: yaml.YAMLError | None = None
        """Why the text is not YAML from here on; what was open is ended."""
        self.flow: Mark | None = None
        """Where the outermost braces or brackets begin that are open."""
        self.anchors: dict[str, tuple[Tree, int, int]] = {}
        """By anchor: the tree, how many nodes it holds, and how deep they are nested."""
        self.nodes = 0
        self.aliases = 0
        self.depth = 0
        self.deepest = 0
        """The greatest depth in what is built so far, aliases written out."""

    def build(self) -> Tree | None:
        self.events = self.parse()
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
        if tree is not None and is_empty(tree):
            return None
        return tree

    def parse(self) -> Iterator[Any]:
        """Yield the events of the text, as far as it is YAML."""
        try:
            yield from yaml.parse(self.source.text, Loader=LOADER)
        except yaml.YAMLError as error:
            self.broken = error

    def node(self, event: Any) -> Tree:  # noqa: ANN401 - PyYAML's events are not typed
        """Build the node that an event begins."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(
                f"the spec has more than {MOST_NODES:,} nodes, the bound on its size",
                event,
                _SHORTER,
                code="SP012",
            )
        if event.tag is not None and event.tag != "!":
            self.fault(
                f"the tag '{event.tag.replace(_CORE, '!!')}' is not allowed",
                event,
                help="a spec contains plain values only",
            )
        if event.anchor is None:
            return self.scalar(event) if kind is yaml.ScalarEvent else self.collection(event)
        nodes, deepest, self.deepest = self.nodes - 1, self.deepest, self.depth
        tree = self.scalar(event) if kind is yaml.ScalarEvent else self.collection(event)
        self.anchors[event.anchor] = (tree, self.nodes - nodes, self.deepest - self.depth)
        self.deepest = max(deepest, self.deepest)
        return tree

    def collection(self, event: Any) -> Tree:  # noqa: ANN401
        self.depth += 1
        self.reach(self.depth, event)
        is_outermost = bool(event.flow_style) and self.flow is None
        if is_outermost:
            self.flow = self.mark(event)
        is_list = type(event) is yaml.SequenceStartEvent
        tree = self.sequence(event) if is_list else self.mapping(event)
        if is_outermost and self.broken is None:
            self.flow = None
        self.depth -= 1
        return tree

    def reach(self, depth: int, event: Any) -> None:  # noqa: ANN401
        """Note how deep the text goes."""
        if depth > DEEPEST:
            self.stop(
                f"lists and mappings are nested deeper than {DEEPEST}, the bound",
                event,
                "give inner parts a name of their own as blocks",
                code="SP012",
            )
        self.deepest = max(self.deepest, depth)

    def alias(self, event: Any) -> Tree:  # noqa: ANN401
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            self.stop(
                f"the spec uses more than {MOST_ALIASES:,} aliases, the bound",
                event,
                _SHORTER,
                code="SP012",
            )
        if event.anchor not in self.anchors:
            self.stop(f"there is no anchor '&{event.anchor}' before this alias", event)
        tree, nodes, depth = self.anchors[event.anchor]
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            self.stop(
                f"with its aliases the spec has more than {MOST_NODES:,} nodes, "
                "the bound on its size",
                event,
                _SHORTER,
                code="SP012",
            )
        self.reach(self.depth + depth, event)
        return tree

    def scalar(self, event: Any) -> Scalar:  # noqa: ANN401
        text: str = event.value
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        length = end.column - column if end.line == line else 1
        mark = Mark(self.source, line + 1, column + 1, length or 1)
        if event.style:
            return Scalar(text, text, False, mark)
        try:
            return Scalar(resolve(text), text, True, mark)
        except ValueError as error:
            self.faults.add(str(error), mark, code="SP012")
            self.is_lost = True
            return Scalar(None, text, True, mark)

    def sequence(self, event: Any) -> Sequence:  # noqa: ANN401
        mark = self.mark(event)
        items: list[Tree] = []
        for inner in self.events:
            if type(inner) is yaml.SequenceEndEvent:
                break
            item = self.node(inner)
            if self.broken is None:
                if event.flow_style and items and isinstance(item, Scalar):
                    before = items[-1]
                    if isinstance(before, Scalar) and _is_torn(before, item):
                        items[-1] = _mend(before, item, self.faults)
                        continue
                items.append(item)
        return Sequence(tuple(items), mark)

    def mapping(self, event: Any) -> Mapping:  # noqa: ANN401
        mark = self.mark(event)
        entries: dict[str, tuple[Scalar, Tree]] = {}
        merged: list[Tree] = []
        last = ""
        for inner in self.events:
            if type(inner) is yaml.MappingEndEvent:
                break
            key = self.node(inner)
            if (event_of_value := next(self.events, None)) is None:
                break  # the text is broken
            value = self.node(event_of_value)
            torn = entries.get(last, (None, None))[1] if event.flow_style else None
            if (
                isinstance(key, Scalar)
                and isinstance(torn, Scalar)
                and isinstance(value, Scalar)
                and not value.text
                and _is_torn(torn, key)
            ):
                entries[last] = (entries[last][0], _mend(torn, key, self.faults))
                continue
            last = key.text if isinstance(key, Scalar) else ""
            if not isinstance(key, Scalar):
                self.faults.add("a key must be a single word", key.mark)
                self.is_lost = True
            elif key.text == "<<" and key.plain:
                self.faults.add(
                    "merge keys are not allowed",
                    key.mark,
                    help="share attributes with 'defaults', and steps with 'blocks'",
                )
                merged += value.items if isinstance(value, Sequence) else [value]
            elif key.text in entries:
                first = entries[key.text][0].mark
                self.faults.add(
                    f"duplicate key '{key.text}'; first in line {first.line}",
                    key.mark,
                    help="keep one of the two",
                    code="SP002",
                )
                if self.keep_last:
                    entries[key.text] = (key, value)
            else:
                entries[key.text] = (key, value)
        for other in merged:  # as YAML 1.1 means it, so that what is merged is not missed
            for key, value in other.entries if isinstance(other, Mapping) else ():
                entries.setdefault(key.text, (key, value))
        return Mapping(tuple(entries.values()), mark)

    def mark(self, event: Any) -> Mark:  # noqa: ANN401
        return Mark(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def fault(self, message: str, event: Any, help: str = "") -> None:  # noqa: A002, ANN401
        self.faults.add(message, self.mark(event), help)

    def stop(self, message: str, event: Any, help: str = "", code: str = "") -> None:  # noqa: A002, ANN401
        self.faults.add(message, self.mark(event), help, code=code)
        raise _Stop


_CORE = "tag:yaml.org,2002:"
_FRAME = {yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent}


# --- expressions that commas tear apart ----------------------------------------------------------


def _is_torn(word: Scalar, more: Scalar) -> bool:
    """Whether a word is the begin of an expression, and the next one goes on with it."""
    return (
        word.plain
        and more.plain
        and len(word.text) < LONGEST_EXPRESSION
        and "$" in word.text + more.text
        and word.mark.source is more.mark.source
        and _open(word.text) > 0
    )


def _mend(word: Scalar, more: Scalar, faults: Faults) -> Scalar:
    """Return both parts as one word again, and note what is wrong once it is whole."""
    text = f"{word.text}, {more.text}"
    place, end = word.mark, more.mark
    if end.line == place.line:
        place = replace(place, length=end.column + end.length - place.column)
    if _open(text) <= 0:
        faults.add(
            "a comma ends the text here, so this expression is cut in two",
            place,
            help=f'write it in quotes: "{text}"',
            code="SP007",
        )
    return Scalar(text, text, True, place)


def _open(text: str) -> int:
    """Return how many parentheses and brackets are opened and not closed."""
    return sum(text.count(c) for c in "([") - sum(text.count(c) for c in ")]")
