"""TOML files with places: what is read from one, and where its keys and words are written.

The standard library reads TOML, but does not tell lines, so these are searched for in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.errors import Fault, Mark, Source, UsageError


class Located(NamedTuple):
    """A table of a TOML file, with the file, for messages with places."""

    source: Source
    table: Mapping[str, Any]
    at: tuple[str, ...]
    """The keys that lead to the table."""

    def mark(self, *keys: str) -> Mark:
        """Return where a key is written, as well as that can be told from the text."""
        return find_key(self.source, (*self.at, *keys))

    def wrong(self, message: str, *keys: str, help: str = "") -> UsageError:  # noqa: A002
        """Return an error at the place of a key."""
        return UsageError(Fault(message, self.mark(*keys), help))


def open_toml(path: Path) -> Source:
    """Return the text of a file with its name."""
    return Source(printable(shown(path)), read_text(path, what="configuration"))


def shown(path: Path) -> str:
    """Return a path as messages have it: relative to here if it lies below."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


@cache
def parse(source: Source) -> Mapping[str, Any]:
    """Return what a text holds, or refuse it where it is no TOML."""
    import tomllib  # noqa: PLC0415 - not every run needs it

    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        mark = Mark(source, int(place[1]), int(place[2])) if place else None
        said = str(error).split(" (at ", maxsplit=1)[0]
        raise UsageError(Fault(f"this is no TOML: {said[:1].lower()}{said[1:]}", mark)) from None
    except RecursionError:
        raise UsageError(f"the configuration {source.name} is nested too deep") from None


def table_at(data: Mapping[str, Any], at: tuple[str, ...]) -> Mapping[str, Any] | None:
    """Return the table that some keys lead to; nothing if there is none."""
    found: Any = data
    for key in at:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


_HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"' ") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", dotted))


def _keyed(source: Source) -> Iterator[tuple[tuple[str, ...], int, int, int]]:
    """Yield the full name, the line, the column and the length of every key and table."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.lines, 1):
        if (head := _HEAD.match(line)) is not None:
            table = _split(head[1])
            yield table, number, head.start(1) + 1, len(head[1])
        elif (key := _KEY.match(line)) is not None:
            yield (*table, *_split(key[1])), number, key.start(1) + 1, len(key[1])


def find_key(source: Source, keys: tuple[str, ...]) -> Mark:
    r"""Return where a key is written; TOML's reader does not tell, so the text is searched.

    Examples
    --------
    >>> text = "[lint]\nprofile = 'strict'\n[lint.severity]\nCV = 'info'\n"
    >>> str(find_key(Source("cnnanalyze.toml", text), ("lint", "severity", "CV")))
    'cnnanalyze.toml:4:1'
    """
    best: tuple[int, Mark] = (0, Mark(source, 1, 1))
    for name, line, column, length in _keyed(source):
        shared = len(name) if name == keys[: len(name)] else 0
        if shared > best[0]:
            best = shared, Mark(source, line, column, length)
    return best[1]


def find_word(source: Source, word: str, at: tuple[str, ...]) -> Mark:
    """Return where a word is first written in a table, or else where the table begins."""
    begin = find_key(source, at)
    for number, line in enumerate(source.lines[begin.line - 1 :], begin.line):
        text = line.split("#", maxsplit=1)[0] if '"' not in line else line
        if word and (column := text.find(word)) >= 0:
            return Mark(source, number, column + 1, len(word))
    return begin
