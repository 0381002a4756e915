"""JSON files with places: what is read from one, and where each of its words is written.

The standard library reads JSON, but does not say where. What it has accepted is walked through a
second time, from left to right.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import FileError, ReadFailure, printable, read_text, shown
from cnnanalyze.core.section import Model
from cnnanalyze.core.tree import DEEPEST, MOST_NODES, Mapping, Scalar, Sequence, Tree, resolve
from cnnanalyze.errors import Fault, Mark, Source, UsageError

MOST_BYTES = 20_000_000
"""The largest file of earlier results that is read."""
MOST_RESULTS = 2_000_000
"""How many words, lists and mappings such a file may hold."""


def read_results(path: Path, model: type[Model], what: str, remedy: str) -> Model:
    """Read a file of earlier results: what a command wrote, and reads again.

    Parameters
    ----------
    path
        The file.
    model
        What it says.
    what
        What messages call it: ``baseline``.
    remedy
        How such a file is made: the help of every message that has no other.

    Raises
    ------
    UsageError
        If there is no such file, or with everything that is wrong with it.
    """
    name = printable(shown(path))
    try:
        text = read_text(path, MOST_BYTES, what=what)
    except FileError as error:
        if error.reason is not ReadFailure.MISSING:
            raise
        raise UsageError(f"there is no {what} '{name}'", help=remedy) from None
    faults = Faults("SP014")
    try:
        tree = read_json(Source(name, text), most=MOST_RESULTS)
        found = bind(tree, model, f"a {what}", faults)
        faults.raise_if_any(UsageError)
    except UsageError as error:
        told = (replace(fault, help=fault.help or remedy) for fault in error.faults)
        raise UsageError(*told) from None
    assert found is not None
    return found


def read_json(source: Source, *, most: int = MOST_NODES, is_literal: bool = False) -> Tree:
    """Read JSON with places.

    Parameters
    ----------
    source
        The text.
    most
        How many words, lists and mappings it may hold.
    is_literal
        Whether every number stays the text that it is written as, and a key may be written twice.

    Raises
    ------
    UsageError
        If it is not JSON, holds too much, or is nested too deep.

    Examples
    --------
    >>> tree = read_json(Source("here", '{"A1": 1e3}'))
    >>> [(key.text, value.value, str(key.mark)) for key, value in tree.entries]
    [('A1', 1000.0, 'here:1:2')]
    """
    try:
        json.loads(source.text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = Mark(source, error.lineno, error.colno)
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise UsageError(Fault(message, place)) from None
    except RecursionError:
        raise UsageError(f"{source.name} is nested too deep") from None
    return _Tokens(source, most, is_literal=is_literal).tree()


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
"""One token of a text that is known to be JSON."""
_WORDS = {"true": True, "false": False, "null": None}
_decode = json.JSONDecoder(strict=False).decode


def _text(token: str) -> str:
    """Return the text that a token in quotes stands for."""
    found: str = _decode(token) if "\\" in token else token[1:-1]
    return found


class _Tokens:
    """Makes a tree of the tokens of a text that is known to be JSON."""

    def __init__(self, source: Source, most: int, *, is_literal: bool) -> None:
        self.source = source
        self.most = most
        self.is_literal = is_literal
        self.words = _TOKEN.finditer(source.text)
        self.line = 1
        self.start = 0
        """Where the current line begins."""
        self.count = 0

    def tree(self) -> Tree:
        text, mark = self.next()
        return self.value(text, mark, 0)

    def next(self) -> tuple[str, Mark]:
        """Return the next token with its place."""
        found = next(self.words)
        place = found.start()
        breaks = self.source.text.count("\n", self.start, place)
        if breaks:
            self.line += breaks
            self.start = self.source.text.rfind("\n", 0, place) + 1
        return found[0], Mark(self.source, self.line, place - self.start + 1, len(found[0]))

    def value(self, text: str, mark: Mark, depth: int) -> Tree:
        self.count += 1
        if depth > DEEPEST or self.count > self.most:
            raise UsageError(f"{self.source.name} holds too much, or is nested too deep")
        if text == "[":
            return Sequence(tuple(self.items(depth)), replace(mark, length=1))
        if text == "{":
            return Mapping(tuple(self.entries(depth)), replace(mark, length=1))
        if text.startswith('"'):
            word = _text(text)
            return Scalar(word, word, False, mark)
        value: Any = _WORDS[text] if text in _WORDS else self.number(text, mark)
        return Scalar(value, text, True, mark)

    def number(self, text: str, mark: Mark) -> Any:  # noqa: ANN401 - a text or a number
        if self.is_literal:
            return text
        try:
            return resolve(text)
        except ValueError as error:
            raise UsageError(Fault(str(error), mark)) from None

    def items(self, depth: int) -> list[Tree]:
        found: list[Tree] = []
        while True:
            text, mark = self.next()
            if text == "]":
                return found
            if text != ",":
                found.append(self.value(text, mark, depth + 1))

    def entries(self, depth: int) -> list[tuple[Scalar, Tree]]:
        found: list[tuple[Scalar, Tree]] = []
        first: dict[str, int] = {}
        while True:
            text, mark = self.next()
            if text == "}":
                return found
            if text == ",":
                continue
            word = _text(text)
            if word in first and not self.is_literal:
                message = f"duplicate key '{word}'; first in line {first[word]}"
                raise UsageError(Fault(message, mark, code="SP002"))
            first[word] = mark.line
            self.next()  # the colon
            found.append((Scalar(word, word, False, mark), self.value(*self.next(), depth + 1)))
