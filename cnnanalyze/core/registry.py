"""Registries: names to things, without duplicates, with a hint for a misspelt name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Generic, TypeVar

from cnnanalyze.core.spelling import Spelling
from cnnanalyze.errors import PluginError

T = TypeVar("T")
_CHOOSE = "choose another name; a dotted one such as 'acme.swish' never collides"


def nearest(word: object, known: list[str] | tuple[str, ...]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or nothing.

    Examples
    --------
    >>> nearest("covn", ["conv", "dense"])
    "; did you mean 'conv'?"
    """
    return Spelling.of(known).hint(word) if isinstance(word, str) else ""


def entering(table: dict[str, T]) -> Callable[..., Callable[[T], T]]:
    """Return a decorator that enters a function into a plain table, under each of some names.

    Examples
    --------
    >>> table = {}
    >>> @entering(table)("relu", "relu6")
    ... def write(layer): ...
    >>> sorted(table)
    ['relu', 'relu6']
    """

    def named(*names: str) -> Callable[[T], T]:
        def enter(function: T) -> T:
            table.update(dict.fromkeys(names, function))
            return function

        return enter

    return named


class Registry(Generic[T]):
    """Things by name, each read in when it is first asked for.

    Things of our own live in modules that are told by :meth:`house`; things of others, whose names
    carry a dot, are entered by the entry points of their packages, read only when a name is missed.
    """

    def __init__(self, what: str, group: str = "", advice: str = _CHOOSE) -> None:
        self.what = what
        self._advice = advice
        self._group = group
        self._entries: dict[str, T] = {}
        self._aliases: dict[str, str] = {}
        self._searched = not group
        self._homes: dict[str, str] = {}

    def house(self, module: str, words: str) -> None:
        """Tell which names and aliases a module will enter as soon as it is imported."""
        self._homes.update(dict.fromkeys(words.split(), module))

    def add(self, name: str, thing: T, aliases: tuple[str, ...] = ()) -> None:
        """Enter a thing; a name that is taken is refused."""
        for n in (name, *aliases):
            taken = self._aliases.get(n, n)
            origin = self._homes.get(n, thing.__module__)
            if taken in self._entries:
                origin = getattr(self._entries[taken], "__module__", "elsewhere")
            if taken in self._entries or origin != thing.__module__:
                raise PluginError(
                    f"{self.what} '{n}' is registered already, by {origin}",
                    help=self._advice,
                )
        self._entries[name] = thing
        self._aliases.update(dict.fromkeys(aliases, name))

    def check_class(self, name: str, cls: type) -> None:
        """Refuse a class of another package under a name of ours, and one that lacks methods.

        Raises
        ------
        PluginError
            If the name has no dot, or methods are missing.
        """
        if "." not in name and not cls.__module__.startswith("cnnanalyze."):
            raise PluginError(
                f"{self.what} '{name}' of {cls.__module__} carries no dot",
                help=f"names without a dot belong to cnnanalyze; call it 'yours.{name}'",
            )
        if missing := sorted(getattr(cls, "__abstractmethods__", ())):
            raise PluginError(f"{self.what} '{name}' lacks {', '.join(missing)}()")

    def get(self, name: str) -> T | None:
        """Return the thing of a name or alias, or nothing; other packages are asked on a miss."""
        if (found := self._entries.get(name)) is not None:
            return found
        if name in self._aliases:
            return self._entries[self._aliases[name]]
        if name in self._homes:
            import_module(self._homes[name])
        elif "." in name and not self._searched:
            self._load_entry_points()
        else:
            return None
        return self._entries.get(self._aliases.get(name, name))

    def canonical(self, name: str) -> str:
        """Return the name that an alias stands for."""
        self.get(name)
        return self._aliases.get(name, name)

    def loaded(self) -> list[T]:
        """Return what has been entered so far, by name, without importing anything."""
        return [self._entries[name] for name in sorted(self._entries)]

    def load_plugins(self) -> None:
        """Read in what other packages have, without waiting for a name to be missed."""
        if not self._searched:
            self._searched = not _is_provided(self._group)
        if not self._searched:
            self._load_entry_points()

    def names(self) -> list[str]:
        """Return all names, sorted, without aliases."""
        self._import_all()
        return sorted(self._entries)

    def words(self) -> list[str]:
        """Return all names and aliases, sorted."""
        return sorted({*self._entries, *self._aliases, *self._homes})

    def __iter__(self) -> Iterator[T]:
        return iter([self._entries[n] for n in self.names()])

    def __len__(self) -> int:
        return len(self.names())

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """Forget, at the end of the block, what was entered in it (for tests)."""
        self._import_all()
        entries, aliases = dict(self._entries), dict(self._aliases)
        try:
            yield
        finally:
            self._entries, self._aliases = entries, aliases

    def _import_all(self) -> None:
        for module in dict.fromkeys(self._homes.values()):
            import_module(module)

    def _load_entry_points(self) -> None:
        from importlib.metadata import entry_points  # noqa: PLC0415 - needed on a miss only

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


def _is_provided(group: str) -> bool:
    """Whether an installed package may have entry points of a group.

    Looking for the word in the files takes a tenth of the time that it takes to import what could
    read them; where packages lie in archives, that must tell.
    """
    import os  # noqa: PLC0415 - needed once, and not by every command
    import sys  # noqa: PLC0415

    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - a tenth of the time of Path's
        except NotADirectoryError:
            return True
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and _says(
                os.path.join(folder, name, "entry_points.txt"),  # noqa: PTH118 - the same
                group.encode(),
            ):
                return True
    return False


def _says(file: str, word: bytes) -> bool:
    """Whether a file is there and holds a word."""
    try:
        with open(file, "rb") as text:  # noqa: PTH123 - as above
            return word in text.read()
    except OSError:
        return False
