"""Trees: what a YAML or TOML text says, with the place of every word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isinf
from typing import Any

from cnnanalyze.errors import Mark

MOST_DIGITS = 30
"""The longest whole number."""
DEEPEST = 100
"""How deep lists and mappings may be nested."""
MOST_NODES = 300_000
"""How many words, lists and mappings a text may hold; what an alias repeats counts again."""


class Scalar:
    """One word or number: its value by the YAML 1.2 core schema, and its text as written."""

    __slots__ = ("mark", "plain", "text", "value")

    def __init__(
        self, value: str | float | bool | None, text: str, plain: bool, mark: Mark
    ) -> None:
        self.value = value
        self.text = text
        self.plain = plain
        """Whether it stands there without quotes."""
        self.mark = mark


class Sequence:
    """A list."""

    __slots__ = ("items", "mark")

    def __init__(self, items: tuple[Tree, ...], mark: Mark) -> None:
        self.items = items
        self.mark = mark


class Mapping:
    """A mapping; its keys are scalars, each once, in the order in which they are written."""

    __slots__ = ("_index", "entries", "is_whole", "mark")

    def __init__(
        self, entries: tuple[tuple[Scalar, Tree], ...], mark: Mark, *, is_whole: bool = True
    ) -> None:
        self.entries = entries
        self.mark = mark
        self.is_whole = is_whole
        """Whether the text goes on to its end; else there is more that could not be read."""
        self._index: dict[str, Tree] | None = None

    def get(self, key: str) -> Tree | None:
        """Return the value of a key, or nothing."""
        if self._index is None:
            self._index = {k.text: v for k, v in self.entries}
        return self._index.get(key)

    def keys(self) -> tuple[str, ...]:
        """Return the keys in their order."""
        return tuple(key.text for key, _ in self.entries)


Tree = Scalar | Sequence | Mapping


def plain(tree: Tree) -> Any:  # noqa: ANN401 - whatever YAML can hold
    """Return a tree as plain data.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> plain(read(Source("here", "{kernel: [3, 5], padding: same}")))
    {'kernel': [3, 5], 'padding': 'same'}
    """
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key.text: plain(value) for key, value in tree.entries}


def text_of(tree: Tree | None) -> str:
    """Return the text of a word, or nothing if there is none, or no word.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> tree = read(Source("here", "{name: LeNet-5, year: 1998, about: , layers: []}"))
    >>> [text_of(tree.get(key)) for key in ("name", "year", "about", "layers", "family")]
    ['LeNet-5', '1998', '', '', '']
    """
    return tree.text if isinstance(tree, Scalar) and tree.value is not None else ""


def is_empty(tree: Tree) -> bool:
    """Whether nothing is written behind a key, which is then as good as not given."""
    return isinstance(tree, Scalar) and tree.value is None and tree.plain


def scalars(tree: Tree) -> Iterator[Scalar]:
    """Yield every word of a tree, keys included, in no order.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> sorted(word.text for word in scalars(read(Source("here", "{conv: [3, {filters: 5}]}"))))
    ['3', '5', 'conv', 'filters']
    """
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Scalar):
            yield here
        elif isinstance(here, Sequence):
            waiting.extend(here.items)
        else:
            for key, value in here.entries:
                yield key
                waiting.append(value)


def as_tree(data: object, mark: Mark) -> Tree:
    """Return plain data as a tree whose every word has the same place: the way back from plain.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> plain(as_tree({"kernel": [3, 5]}, Mark(Source("here", ""), 1, 1)))
    {'kernel': [3, 5]}
    """
    if isinstance(data, dict):
        return Mapping(
            tuple((Scalar(str(k), str(k), True, mark), as_tree(v, mark)) for k, v in data.items()),
            mark,
        )
    if isinstance(data, list | tuple):
        return Sequence(tuple(as_tree(item, mark) for item in data), mark)
    if data is None or isinstance(data, bool | int | float | str):
        return Scalar(data, "" if data is None else str(data), not isinstance(data, str), mark)
    return Scalar(str(data), str(data), False, mark)


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


def resolve(text: str) -> str | float | bool | None:
    """Return the value of a plain scalar by the core schema of YAML 1.2.

    Raises
    ------
    ValueError
        If it is a number beyond the bounds.

    Examples
    --------
    >>> [resolve(t) for t in ("010", "0x1F", "1e3", "no", "1_000", "~")]
    [10, 31, 1000.0, 'no', '1_000', None]
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(_short(text, text.lstrip("+-")))
    if _FLOAT.fullmatch(text):
        value = float(text)
        if isinf(value):
            raise ValueError("the number is too large")
        return value
    if _OCTAL.fullmatch(text):
        return int(_short(text, text[2:]), base=8)
    if _HEXADECIMAL.fullmatch(text):
        return int(_short(text, text[2:]), base=16)
    return text


def _short(text: str, digits: str) -> str:
    """Return the text of a whole number, unless it has too many digits."""
    if len(digits) > MOST_DIGITS:
        raise ValueError(
            f"a whole number may have at most {MOST_DIGITS} digits, not {len(digits):,}"
        )
    return text
