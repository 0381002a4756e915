"""Variables: what parameters stand for, and how inner ones hide outer ones."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from math import isfinite
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.diagnostics import Faults, show_value
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import Spelling, offered
from cnnanalyze.errors import Mark
from cnnanalyze.language.expression import UNKNOWN, evaluate
from cnnanalyze.language.symbols import symbols_of
from cnnanalyze.layers.attributes import LARGEST

if TYPE_CHECKING:
    from cnnanalyze.language.document import Document


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


def read_parameters(document: Document, given: dict[str, Any], faults: Faults) -> dict[str, object]:
    """Evaluate the top-level parameters in their order; those given from outside are taken as such.

    A name that is not a parameter of the spec is a fault.
    """
    symbols = symbols_of(document.going_in)
    names = (*(key.text for key, _ in document.param_trees), *symbols)
    known = frozenset(names)
    marks: dict[str, Mark | None] = {name: mark for name, (_, mark) in document.settings.items()}
    for name in (*document.settings, *given):
        if name not in known:
            has = offered("it has", names, "parameters")
            faults.add(
                f"{document.source.name} has no parameter '{name}'; {has}{nearest(name, names)}",
                None if name in given else marks[name],
                code="SP003",
            )
    values: dict[str, object] = {name: _size(name, given.get(name), faults) for name in symbols}
    visible = Variables(values)
    for key, tree in document.param_trees:
        name = key.text
        values[name] = UNKNOWN
        if name in given:
            values[name] = _checked(name, given[name], faults)
        elif name in document.settings:
            values[name] = document.settings[name][0]
        else:
            with faults.caught():
                values[name] = evaluate(tree, visible)
    return values


def _size(name: str, value: object, faults: Faults) -> object:
    """Return the size that is given for a symbol of the input."""
    if type(value) is int and 1 <= value <= LARGEST:
        return value
    faults.add(
        f"the size '{name}' of the input must be a whole number of at least 1 and at most "
        f"{LARGEST:,}, not {show_value(value)}",
        None,
        help=f"for example --set {name}=224",
        code="SP016",
    )
    return UNKNOWN


def _checked(name: str, value: object, faults: Faults) -> object:
    """Return a parameter's value from outside as a spec could hold it."""
    if isinstance(value, list | tuple):
        return [_checked(name, item, faults) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    said = "a number above the bound" if isinstance(value, int) else show_value(value)
    faults.add(
        f"parameter '{name}' must be a number, a word, true, false or a list of them, "
        f"not {said if isinstance(value, int | float) else type(value).__name__}",
        None,
        help=f"whole numbers may be at most {LARGEST:,}" if isinstance(value, int) else "",
        code="SP005",
    )
    return UNKNOWN
