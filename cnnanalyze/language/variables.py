"""Variables: what the names of parameters stand for at one place of a spec."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup

from cnnanalyze.core.spelling import Spelling


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
