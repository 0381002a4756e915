"""Collecting faults: all of a file in one run, one for each place however often it was repeated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from cnnanalyze.errors import Call, Fault, Mark, SpecError

MOST = 50
"""A file with more faults than this is not worth more lines."""


class Faults:
    """The faults of one reading, in the order of their places."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int] | str, Fault] = {}

    def add(
        self,
        message: str,
        mark: Mark | None,
        help: str = "",  # noqa: A002 - the word users read
        chain: tuple[Call, ...] = (),
    ) -> None:
        """Note a fault; at a place that has one already only the count grows."""
        self.note(Fault(message, mark, help, chain))

    def note(self, fault: Fault) -> None:
        """Note a fault that is made already."""
        mark = fault.mark
        key = (mark.source.name, mark.line, mark.column) if mark else fault.message
        known = self._found.get(key)
        self._found[key] = replace(known, count=known.count + 1) if known else fault

    @contextmanager
    def caught(self, chain: tuple[Call, ...] = ()) -> Iterator[None]:
        """Note the faults of a :class:`SpecError` raised in the block, instead of stopping."""
        try:
            yield
        except SpecError as error:
            for fault in error.faults:
                self.note(replace(fault, chain=fault.chain or chain))

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Fault, ...]:
        """Return the faults by file, line and column."""
        return tuple(
            sorted(
                self._found.values(),
                key=lambda f: (
                    (f.mark.source.name, f.mark.line, f.mark.column) if f.mark else ("", 0, 0)
                ),
            )
        )

    def raise_if_any(self) -> None:
        """Raise one :class:`SpecError` with everything that was noted."""
        if not self._found:
            return
        found = self.sorted()
        if len(found) > MOST:
            found = (*found[:MOST], Fault(f"{len(found) - MOST} more faults are not shown"))
        raise SpecError(*found)
