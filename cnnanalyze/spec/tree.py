"""Trees: what a YAML text says, with the place of every word."""

from __future__ import annotations

from typing import Any

from cnnanalyze.errors import Mark


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

    __slots__ = ("_index", "entries", "mark")

    def __init__(self, entries: tuple[tuple[Scalar, Tree], ...], mark: Mark) -> None:
        self.entries = entries
        self.mark = mark
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
    >>> from cnnanalyze.spec.reader import read
    >>> plain(read(Source("here", "{kernel: [3, 5], padding: same}")))
    {'kernel': [3, 5], 'padding': 'same'}
    """
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key.text: plain(value) for key, value in tree.entries}
