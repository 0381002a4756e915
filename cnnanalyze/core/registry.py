"""Registries: names to things, without duplicates, with a hint for a misspelt name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from cnnanalyze.errors import PluginError

T = TypeVar("T")


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or nothing.

    Examples
    --------
    >>> nearest("covn", ["conv", "dense"])
    "; did you mean 'conv'?"
    """
    found = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""


class Registry(Generic[T]):
    """Things by name; entry points of other packages are read only when a name is missed."""

    def __init__(self, what: str, group: str = "") -> None:
        self.what = what
        self._group = group
        self._entries: dict[str, T] = {}
        self._aliases: dict[str, str] = {}
        self._searched = not group

    def add(self, name: str, thing: T, aliases: tuple[str, ...] = ()) -> None:
        """Enter a thing; a name that is taken is refused."""
        for n in (name, *aliases):
            taken = self._aliases.get(n, n)
            if taken in self._entries:
                origin = getattr(self._entries[taken], "__module__", "elsewhere")
                raise PluginError(
                    f"{self.what} '{n}' is registered already, by {origin}",
                    help="choose another name; a dotted one such as 'acme.swish' never collides",
                )
        self._entries[name] = thing
        self._aliases.update(dict.fromkeys(aliases, name))

    def get(self, name: str) -> T | None:
        """Return the thing of a name or alias, or nothing; other packages are asked on a miss."""
        if (found := self._entries.get(name)) is not None:
            return found
        if name in self._aliases:
            return self._entries[self._aliases[name]]
        if self._searched:
            return None
        self._load_entry_points()
        return self.get(name)

    def canonical(self, name: str) -> str:
        """Return the name that an alias stands for."""
        return self._aliases.get(name, name)

    def names(self) -> list[str]:
        """Return all names, sorted, without aliases."""
        return sorted(self._entries)

    def words(self) -> list[str]:
        """Return all names and aliases, sorted."""
        return sorted((*self._entries, *self._aliases))

    def __iter__(self) -> Iterator[T]:
        return iter([self._entries[n] for n in self.names()])

    def __len__(self) -> int:
        return len(self._entries)

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """Forget, at the end of the block, what was entered in it (for tests)."""
        entries, aliases = dict(self._entries), dict(self._aliases)
        try:
            yield
        finally:
            self._entries, self._aliases = entries, aliases

    def _load_entry_points(self) -> None:
        self._searched = True
        for entry in entry_points(group=self._group):
            try:
                entry.load()
            except Exception as error:
                raise PluginError(
                    f"the {self.what} plug-in '{entry.name}' ({entry.value}) cannot be loaded: "
                    f"{error}",
                    help="mend or uninstall the package that provides it",
                ) from error
