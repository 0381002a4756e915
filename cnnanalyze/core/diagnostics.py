"""Collecting faults: all of a file in one run, one for each place however often it was repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain, scalars
from cnnanalyze.errors import Call, CnnError, Fault, Mark, SpecError

MOST = 50
"""A file with more faults than this is not worth more lines."""


class Faults:
    """The faults of one reading, in the order of their places.

    Parameters
    ----------
    code
        The lint rule that explains what is noted here without a code of its own.
    """

    def __init__(self, code: str = "") -> None:
        self._found: dict[tuple[str, int, int, str] | str, Fault] = {}
        """By place and rule: one place may have faults of several kinds."""
        self._code = code

    def under(self, code: str) -> Faults:
        """Return the same faults for a part of the reading that another rule explains."""
        part = Faults(code)
        part._found = self._found
        return part

    def add(
        self,
        message: str,
        mark: Mark | None,
        help: str = "",  # noqa: A002 - the word users read
        chain: tuple[Call, ...] = (),
        code: str = "",
    ) -> None:
        """Note a fault; at a place that has one of its kind already only the count grows."""
        self.note(Fault(message, mark, help, chain, code=code))

    def note(self, fault: Fault) -> None:
        """Note a fault that is made already."""
        mark, code = fault.mark, fault.code or self._code
        key = (mark.source.name, *mark.position, code) if mark else fault.message
        known = self._found.get(key)
        self._found[key] = (
            replace(known, count=known.count + 1) if known else replace(fault, code=code)
        )

    def caught(self, chain: tuple[Call, ...] = ()) -> Caught:
        """Note the faults of a :class:`SpecError` raised in the block, instead of stopping."""
        return Caught(self, chain)

    def has(self, code: str) -> bool:
        """Whether a fault that this rule explains is among them."""
        return any(fault.code == code for fault in self._found.values())

    def are_all(self, *beginnings: str) -> bool:
        """Whether the code of each begins with one of these."""
        return all(fault.code.startswith(beginnings) for fault in self._found.values())

    def keep(self, others: Faults) -> None:
        """Forget what is not among the faults of another reading, too."""
        for place, fault in list(self._found.items()):
            known = others._found.get(place)
            if known is None or known.message != fault.message:
                del self._found[place]

    def complete(self, others: Faults) -> None:
        """Note what another reading found at places that have no fault yet."""
        for place, fault in others._found.items():
            self._found.setdefault(place, fault)

    def forget(self, codes: Collection[str]) -> None:
        """Forget what these rules explain."""
        for place, fault in list(self._found.items()):
            if fault.code in codes:
                del self._found[place]

    def clear(self) -> None:
        """Forget everything."""
        self._found.clear()

    def forget_from(self, mark: Mark) -> None:
        """Forget what stands at a place or behind it."""
        for place, fault in list(self._found.items()):
            there = fault.mark
            if (
                there is not None
                and there.source is mark.source
                and there.position >= mark.position
            ):
                del self._found[place]

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Fault, ...]:
        """Return the faults by file, line and column."""
        return tuple(
            sorted(
                self._found.values(),
                key=lambda f: (f.mark.source.name, *f.mark.position) if f.mark else ("", 0, 0),
            )
        )

    def raise_if_any(self, error: type[CnnError] = SpecError) -> None:
        """Raise one error with everything that was noted."""
        if not self._found:
            return
        found = self.sorted()
        if len(found) > MOST:
            found = (*found[:MOST], Fault(f"{len(found) - MOST} more errors are not shown"))
        raise error(*found)


class Caught(NamedTuple):
    """A block of code whose faults are noted; what follows the block is read on."""

    faults: Faults
    chain: tuple[Call, ...]

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, SpecError):
            return False
        for fault in error.faults:
            self.faults.note(replace(fault, chain=fault.chain or self.chain))
        return True


def refuse_synonyms(tree: Mapping, words: dict[str, str], what: str, faults: Faults) -> None:
    """Note keys that mean the same as another key of the mapping, such as ``n`` and ``input``."""
    first: dict[str, Scalar] = {}
    for key, _ in tree.entries:
        meant = words.get(key.text, key.text)
        known = first.setdefault(meant, key)
        if known is not key:
            faults.add(
                f"'{key.text}' and '{known.text}' of {what} are the same: give one of them",
                key.mark,
                code="SP003",
            )


def place_of(tree: Tree, message: str) -> Mark:
    """Return the place of the word that a message quotes first, or else of the whole.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> tree = read(Source("here", "{beside: fc8, layer: fc9}"))
    >>> str(place_of(tree, "net has no layer 'fc9'; did you mean 'fc8'?"))
    'here:1:22'
    """
    found = (w for w in scalars(tree) if w.text and f"'{w.text}'" in message)

    def order(word: Scalar) -> tuple[int, tuple[int, int]]:
        return message.index(f"'{word.text}'"), word.mark.position

    return min(found, key=order, default=tree).mark


def quoted(words: Iterable[str]) -> str:
    """Return words as a message lists them.

    Examples
    --------
    >>> quoted(["filters", "kernel"])
    "'filters' and 'kernel'"
    """
    *most, last = (f"'{word}'" for word in words)
    return f"{', '.join(most)} and {last}" if most else last


def show_tree(tree: Tree) -> str:
    """Return what is written, for a message; long lists and mappings are only named.

    Examples
    --------
    >>> from cnnanalyze.core.tree import as_tree
    >>> from cnnanalyze.errors import Source
    >>> here = Mark(Source("here", ""), 1, 1)
    >>> [show_tree(as_tree(data, here)) for data in ("5x5", [1, 2], [[1, 2]], {"a": 1})]
    ["'5x5'", '[1, 2]', 'a list', 'a mapping']
    """
    if isinstance(tree, Sequence):
        is_short = len(tree.items) <= _SHORT and all(isinstance(i, Scalar) for i in tree.items)
        return show_value(plain(tree)) if is_short else "a list"
    return show_value(plain(tree))


_SHORT = 6


def show_value(value: object, depth: int = 0) -> str:
    """Return a value as a spec would write it, for messages; what is long or deep is cut.

    Examples
    --------
    >>> show_value((3, 5)), show_value(True), show_value("same"), show_value(None)
    ('[3, 5]', 'true', "'same'", 'nothing')
    >>> show_value([None, 3]), show_value([0] * 1_000)[-9:], show_value([[[[1]]]])
    ('[null, 3]', ' 0, 0, …]', '[[[…]]]')
    """
    match value:
        case None:
            return "null" if depth else "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'" if len(value) < _LONG else f"'{value[:_LONG]}…'"
        case tuple() if type(value).__str__ is not object.__str__:
            return str(value)
        case list() | tuple():
            if depth > _DEEPEST and value:
                return "[…]"
            most = _FEW if depth else _MOST
            shown = [show_value(item, depth + 1) for item in value[:most]]
            return f"[{', '.join([*shown, '…'] if len(value) > most else shown)}]"
        case dict():
            return "a mapping"
        case _:
            return str(value)


_LONG = 60
_MOST = 40
_FEW = 12
_DEEPEST = 1
