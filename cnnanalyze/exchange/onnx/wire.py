r"""Protobuf's wire format: fields of a message as they lie in the bytes, nothing copied.

A message is a row of fields. Each begins with a tag, the number of the field times eight plus how
its value is written: 0 a number of variable length, 1 eight bytes, 2 a length and so many bytes, 5
four bytes; 3 and 4 put a group in brackets. Fields are found by their whole tags, so that one that
is written in another way than it should be is not seen, as in protobuf itself.

>>> message = Message(Wire(memoryview(b"\x08\x0e\x12\x02hi")))
>>> message.integer(1), message.text(2), message.integer(2), message.text(3)
(14, 'hi', None, '')
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from cnnanalyze.core.files import forget
from cnnanalyze.errors import SpecError

MOST_FIELDS = 2_000_000
"""How many fields of a file are looked at."""
MOST_CHARACTERS = 4_096
"""The bytes of the longest name."""
MOST_KEPT = 4_000_000
"""The bytes of fields that are passed before what the file takes of memory is let go."""
_NUMBER, _EIGHT, _BYTES, _GROUP, _END, _FOUR = range(6)
_WIDTHS = {_EIGHT: 8, _FOUR: 4}
_LONGEST_NUMBER = 10
_LARGEST_TAG = 2**32 - 1
_FLOAT = struct.Struct("<f")


@dataclass(slots=True)
class Wire:
    """The bytes of a file, and how much of them may still be looked at."""

    data: memoryview
    left: int = MOST_FIELDS
    passed: int = 0
    """The bytes of fields that were passed since memory was let go."""

    def refuse(self, at: int, what: str) -> NoReturn:
        """Raise what is wrong with a byte.

        Raises
        ------
        SpecError
            Always.
        """
        raise SpecError(
            f"byte {at + 1:,}: {what}",
            help="this is not an ONNX file, or it was cut off on its way",
        )

    def pay(self, fields: int = 1) -> None:
        """Count fields that are looked at.

        Raises
        ------
        SpecError
            If they are too many.
        """
        self.left -= fields
        if self.left < 0:
            raise SpecError(
                f"the file has more than {MOST_FIELDS:,} fields that would have to be read",
                help="export the network without what is not needed to run it",
            )

    def number(self, at: int, end: int) -> tuple[int, int]:
        """Return a number of variable length, and where it ends."""
        data = self.data
        if at < end and (byte := data[at]) < 0x80:  # noqa: PLR2004 - most numbers are short
            return byte, at + 1
        found = 0
        for place in range(min(_LONGEST_NUMBER, end - at)):
            byte = data[at + place]
            found |= (byte & 0x7F) << 7 * place
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that it goes on
                return found & 0xFFFF_FFFF_FFFF_FFFF, at + place + 1
        return self.refuse(
            at,
            f"a number of more than {_LONGEST_NUMBER} bytes"
            if end - at >= _LONGEST_NUMBER
            else "a number that goes on beyond the end of its message",
        )

    def length(self, at: int, end: int) -> tuple[int, int]:
        """Return where the bytes of a field begin and end."""
        size, start = self.number(at, end)
        if size > end - start:
            self.refuse(at, f"a field of {size:,} bytes, but only {end - start:,} are left")
        self.passed += size
        if self.passed > MOST_KEPT:
            forget(self.data)
            self.passed = 0
        return start, start + size

    def fields(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the fields of a message: the tag, and the number or the place of the value."""
        open_groups: list[int] = []
        while at < end:
            self.pay()
            start = at
            tag, at = self.number(at, end)
            how, field = tag & 7, tag >> 3
            if not field or tag > _LARGEST_TAG:
                self.refuse(start, f"a field with the number {field:,}")
            value, stop = 0, 0
            if how == _NUMBER:
                value, at = self.number(at, end)
            elif how == _BYTES:
                value, at = self.length(at, end)
                stop = at
            elif how in _WIDTHS:
                value, at = at, at + _WIDTHS[how]
                stop = at
                if at > end:
                    self.refuse(start, f"a field of {_WIDTHS[how]} bytes beyond the end")
            elif how == _GROUP:
                open_groups.append(field)
                continue
            elif how == _END:
                if not open_groups or open_groups.pop() != field:
                    self.refuse(start, "a group ends that did not begin")
                continue
            else:
                self.refuse(
                    start, f"a field that is written in the way {how}, which does not exist"
                )
            if not open_groups:  # groups have no meaning any more: protobuf skips them
                yield tag, value, stop
        if open_groups:
            self.refuse(end, "a group does not end")


class Message:
    """The fields of one message; several stretches of bytes count as one, as protobuf has it."""

    __slots__ = ("_fields", "wire")

    def __init__(self, wire: Wire, *spans: tuple[int, int]) -> None:
        self.wire = wire
        self._fields: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, stop in spans or [(0, len(wire.data))]:
            for tag, value, end in wire.fields(start, stop):
                self._fields[tag].append((value, end))

    def _found(self, field: int, how: int) -> list[tuple[int, int]]:
        return self._fields.get(field << 3 | how, [])

    def there(self) -> set[int]:
        """Return the numbers of the fields that there are."""
        return {tag >> 3 for tag in self._fields}

    def integer(self, field: int) -> int | None:
        """Return a whole number; the last one holds."""
        found = self._found(field, _NUMBER)
        return _signed(found[-1][0]) if found else None

    def real(self, field: int) -> float | None:
        """Return a number of four bytes; the last one holds."""
        found = self._found(field, _FOUR)
        return self._real(found[-1][0]) if found else None

    def _real(self, at: int) -> float:
        (number,) = _FLOAT.unpack_from(self.wire.data, at)
        return float(number)

    def content(self, field: int) -> memoryview | None:
        """Return the bytes of a field, uncopied; the last ones hold."""
        found = self._found(field, _BYTES)
        return self.wire.data[slice(*found[-1])] if found else None

    def text(self, field: int) -> str:
        """Return a name; nothing if there is none."""
        found = self._found(field, _BYTES)
        return self._text(*found[-1]) if found else ""

    def texts(self, field: int) -> tuple[str, ...]:
        """Return all names of a field."""
        return tuple(self._text(*span) for span in self._found(field, _BYTES))

    def _text(self, start: int, stop: int) -> str:
        if stop - start > MOST_CHARACTERS:
            self.wire.refuse(
                start, f"a name of {stop - start:,} bytes; the limit is {MOST_CHARACTERS:,}"
            )
        return str(self.wire.data[start:stop], "utf-8", "backslashreplace")

    def contents(self, field: int) -> tuple[memoryview, ...]:
        """Return the bytes of all fields of a number, uncopied."""
        return tuple(self.wire.data[slice(*span)] for span in self._found(field, _BYTES))

    def has(self, field: int) -> bool:
        """Whether there is a message in a field."""
        return bool(self._found(field, _BYTES))

    def message(self, field: int) -> Message:
        """Return the message in a field, an empty one if there is none."""
        return Message(self.wire, *(self._found(field, _BYTES) or [(0, 0)]))

    def messages(self, field: int) -> Iterator[Message]:
        """Yield the messages of a field."""
        for span in self._found(field, _BYTES):
            yield Message(self.wire, span)

    def integers(self, field: int) -> tuple[int, ...]:
        """Return all whole numbers of a field, written one by one or in a row."""
        found = [_signed(value) for value, _ in self._found(field, _NUMBER)]
        for start, stop in self._found(field, _BYTES):
            at = start
            while at < stop:
                self.wire.pay()
                value, at = self.wire.number(at, stop)
                found.append(_signed(value))
        return tuple(found)

    def row(self, field: int, width: int) -> bytes:
        """Return all numbers of a fixed width of a field as they lie, one by one or in a row."""
        how = _FOUR if width == _WIDTHS[_FOUR] else _EIGHT
        data = self.wire.data
        found = [bytes(data[slice(*span)]) for span in self._found(field, how)]
        for start, stop in self._found(field, _BYTES):
            self.wire.pay((stop - start) // width)
            if (stop - start) % width:
                self.wire.refuse(start, f"numbers of {width} bytes in {stop - start:,} bytes")
            found.append(bytes(data[start:stop]))
        return b"".join(found)

    def reals(self, field: int) -> tuple[float, ...]:
        """Return all numbers of four bytes of a field."""
        return tuple(float(number) for (number,) in _FLOAT.iter_unpack(self.row(field, 4)))


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
