"""TOML files with places: what is read from one, and where its keys and values are written.

The standard library reads TOML, but does not tell lines. What it has accepted is walked through a
second time, from left to right, each character once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping as Lookup
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.files import printable, read_text, shown
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, as_tree
from cnnanalyze.errors import Fault, Mark, Source, UsageError

MOST_BYTES = 1_000_000
"""The largest configuration that is read."""

MOST_PARTS = 100
"""How many names a dotted key may have: TOML's reader takes time with the square of them."""

Keys = tuple[str | int, ...]
"""What leads to a value: names of keys, and numbers in lists."""


def open_toml(path: Path) -> Source:
    """Return the text of a file with its name."""
    return Source(printable(shown(path)), read_text(path, MOST_BYTES, what="configuration"))


@cache
def parse(source: Source) -> Lookup[str, Any]:
    """Return what a text holds, or refuse it where it is not TOML."""
    import tomllib  # noqa: PLC0415 - not every run needs it

    for number, line in enumerate(source.lines, 1):
        # A key ends before one of these signs, and lines with so many dots are nothing else.
        pieces = line.replace(",", "=").replace("{", "=").split("=")
        if line.count(".") >= MOST_PARTS and max(p.count(".") for p in pieces) >= MOST_PARTS:
            said = f"a key may have at most {MOST_PARTS} names"
            raise UsageError(Fault(said, Mark(source, number, 1)))
    try:
        data = tomllib.loads(source.text)
        wide = _wide_number(data, ())
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).partition(" (at ")
        numbers = [int(n) for n in re.findall(r"\d+", place)]
        mark = Mark(source, *numbers) if len(numbers) == 2 else None  # noqa: PLR2004 - line, column
        raise UsageError(Fault(f"this is not TOML: {said[:1].lower()}{said[1:]}", mark)) from None
    except RecursionError:
        raise UsageError(f"the configuration {source.name} is nested too deep") from None
    except ValueError as error:  # a number that is too long
        raise UsageError(f"the configuration {source.name} cannot be read: {error}") from None
    if wide is not None:
        said = "a whole number of TOML has at most 64 bits, so it is below 9.3 quintillion"
        mark = _closest(source, _walk(source), wide, is_value=True)  # the text is not accepted
        raise UsageError(Fault(said, mark))
    return data


def _wide_number(data: object, at: Keys) -> Keys | None:
    """Return the keys of a number that TOML does not allow, though Python has it."""
    if isinstance(data, int):
        return None if -_LARGEST <= data < _LARGEST else at
    inner = (
        data.items() if isinstance(data, dict) else enumerate(data if type(data) is list else ())
    )
    found = (_wide_number(value, (*at, key)) for key, value in inner)
    return next((keys for keys in found if keys is not None), None)


_LARGEST = 2**63
"""Whole numbers of TOML lie below, and not below its negative."""


def table_at(data: Lookup[str, Any], at: Keys) -> Lookup[str, Any] | None:
    """Return the table that some keys lead to; nothing if there is none."""
    found: Any = data
    for key in at:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


# --- places --------------------------------------------------------------------------------------


class TomlPlace(NamedTuple):
    """Where a key and its value stand: offsets into the text."""

    key: tuple[int, int]
    value: tuple[int, int]


_BARE = re.compile(r"[A-Za-z0-9_-]+")
_REST = re.compile(r"[^,\]}#\n]+")
"""A value that is not a text, list or table."""


class _Walk:
    """Walks through a text that is known to be TOML, and notes where everything stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Keys, TomlPlace] = {}
        self.lengths: dict[Keys, int] = {}
        """By the keys of a list of tables: how many it has so far."""

    def run(self) -> dict[Keys, TomlPlace]:
        table: Keys = ()
        while self.skip():
            if self.text[self.at] == "[":
                table = self.head()
            else:
                self.pair(table)
        return self.places

    def skip(self) -> bool:
        """Pass over blanks, line ends and comments; whether anything follows."""
        text = self.text
        while self.at < len(text):
            if text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            elif text[self.at] in " \t\n":
                self.at += 1
            else:
                return True
        return False

    def blanks(self) -> str:
        """Pass over blanks; return the character that follows."""
        while self.text[self.at : self.at + 1] in {" ", "\t"}:
            self.at += 1
        return self.text[self.at : self.at + 1]

    def head(self) -> Keys:
        """Read the head of a table; return the keys that lead to it."""
        is_list = self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        table: Keys = ()
        parts = self.key()
        for number, (name, begin, end) in enumerate(parts, 1):
            table = (*table, name)
            self.places.setdefault(table, TomlPlace((begin, end), (begin, end)))
            if is_list and number == len(parts):
                self.lengths[table] = self.lengths.get(table, 0) + 1
            if table in self.lengths:
                table = (*table, self.lengths[table] - 1)
                whole = parts[0][1], end
                self.places.setdefault(table, TomlPlace(whole, whole))
        self.at += 2 if is_list else 1
        return table

    def pair(self, table: Keys) -> None:
        """Read a key with its value."""
        parts = self.key()
        begin, path = parts[0][1], table
        for name, _, end in parts:
            path = (*path, name)
            self.places.setdefault(path, TomlPlace((begin, end), (begin, end)))
        self.at += 1  # the sign of equality
        key = (begin, parts[-1][2])
        self.places[path] = TomlPlace(key, self.value(path))

    def key(self) -> list[tuple[str, int, int]]:
        """Read a key; return the names between its dots, each with its begin and end."""
        parts = []
        while True:
            if self.blanks() in {"'", '"'}:
                begin = self.at
                inner = self.quoted()
                raw = self.text[begin : self.at]
                name = self.text[slice(*inner)] if "\\" not in raw else _unescaped(raw)
                parts.append((name, begin, self.at))
            else:
                word = _BARE.match(self.text, self.at)
                assert word is not None, "TOML's reader has accepted it"
                self.at = word.end()
                parts.append((word[0], word.start(), word.end()))
            if self.blanks() != ".":
                return parts
            self.at += 1

    def value(self, path: Keys) -> tuple[int, int]:
        """Read a value; return where it stands, without its quotes."""
        begin, sign = self.at, self.blanks()
        if sign in {"'", '"'}:
            return self.quoted()
        begin = self.at
        if sign == "[":
            self.at += 1
            for number in range(len(self.text)):
                self.skip()
                if self.text[self.at] == "]":
                    break
                span = self.value((*path, number))
                self.places[*path, number] = TomlPlace(span, span)
                self.comma()
            self.at += 1
        elif sign == "{":
            self.at += 1
            while self.skip() and self.text[self.at] != "}":
                self.pair(path)
                self.comma()
            self.at += 1
        else:
            word = _REST.match(self.text, self.at)
            assert word is not None, "TOML's reader has accepted it"
            self.at = word.end()
            return begin, begin + len(word[0].rstrip())
        return begin, self.at

    def comma(self) -> None:
        self.skip()
        if self.text[self.at] == ",":
            self.at += 1

    def quoted(self) -> tuple[int, int]:
        """Read a text in quotes; return where it stands without them."""
        sign = self.text[self.at]
        quotes = 3 * sign if self.text.startswith(3 * sign, self.at) else sign
        self.at += len(quotes)
        begin = self.at
        while not self.text.startswith(quotes, self.at):
            self.at += 2 if sign == '"' and self.text[self.at] == "\\" else 1
        if len(quotes) > 1:  # quotes may stand before those that end it
            while self.text.startswith(sign, self.at + len(quotes)):
                self.at += 1
        end = self.at
        self.at += len(quotes)
        return begin, end


def _unescaped(raw: str) -> str:
    import tomllib  # noqa: PLC0415 - not every run needs it

    return str(tomllib.loads(f"key = {raw}")["key"])


_Places = tuple[dict[Keys, TomlPlace], list[int]]
"""Where everything stands, and the offsets at which the lines begin."""


@cache
def _places(source: Source) -> _Places:
    parse(source)  # what is not TOML is refused there
    return _walk(source)


def _walk(source: Source) -> _Places:
    starts = [0]
    for line in source.text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return _Walk(source.text).run(), starts


def _closest(source: Source, found: _Places, keys: Keys, *, is_value: bool) -> Mark:
    """Return where a key or its value is written, or else the key of the closest table above."""
    places, starts = found
    for length in range(len(keys), 0, -1):
        if (place := places.get(keys[:length])) is not None:
            is_meant = is_value and length == len(keys)
            return _mark(source, place.value if is_meant else place.key, starts)
    return Mark(source, 1, 1)


def _mark(source: Source, span: tuple[int, int], starts: list[int]) -> Mark:
    begin, end = span
    line = bisect_right(starts, begin)
    length = min(end, starts[line] if line < len(starts) else end) - begin
    return Mark(source, line, begin - starts[line - 1] + 1, max(1, length))


def find_key(source: Source, keys: Keys, *, is_value: bool = False) -> Mark:
    r"""Return where a key is written, or else the closest table above it.

    Examples
    --------
    >>> text = "[lint]\nprofile = 'strict'\nseverity = {CV = 'info'}\n"
    >>> toml = Source("cnnanalyze.toml", text)
    >>> str(find_key(toml, ("lint", "severity", "CV")))
    'cnnanalyze.toml:3:13'
    >>> str(find_key(toml, ("lint", "profile"), is_value=True))
    'cnnanalyze.toml:2:12'
    """
    return _closest(source, _places(source), keys, is_value=is_value)


def tree_of(source: Source, *at: str) -> Mapping:
    r"""Return the table that some keys lead to, with the place of every word; else an empty one.

    Examples
    --------
    >>> toml = Source("cnnanalyze.toml", "[lint]\nprofile = 'strict'\nignore = [3]\n")
    >>> entries = tree_of(toml, "lint").entries
    >>> [(key.mark.line, key.mark.column, value.mark.column) for key, value in entries]
    [(2, 1, 12), (3, 1, 10)]
    """
    try:
        found = _tree(source, table_at(parse(source), at) or {}, at)
    except RecursionError:
        raise UsageError(f"the configuration {source.name} is nested too deep") from None
    assert isinstance(found, Mapping)
    return found


def _tree(source: Source, data: object, at: Keys) -> Tree:
    mark = find_key(source, at, is_value=True)
    if isinstance(data, dict):
        entries = tuple(
            (Scalar(key, key, True, find_key(source, (*at, key))), _tree(source, value, (*at, key)))
            for key, value in data.items()
        )
        return Mapping(entries, mark)
    if isinstance(data, list):
        return Sequence(tuple(_tree(source, v, (*at, n)) for n, v in enumerate(data)), mark)
    return as_tree(data, mark)
