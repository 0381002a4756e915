"""Protobuf's wire format, as far as an ONNX file needs it: fields written one after the other."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_VARINT, _BYTES, _FIXED = 0, 2, 5
_SEVEN_BITS = 0x7F


def varint(number: int) -> bytes:
    """Return a whole number in groups of seven bits, the lowest first.

    Examples
    --------
    >>> varint(300).hex(), varint(-1).hex()
    ('ac02', 'ffffffffffffffffff01')
    """
    number &= (1 << 64) - 1
    groups = bytearray()
    while number > _SEVEN_BITS:
        groups.append(number & _SEVEN_BITS | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def integer(field: int, number: int) -> bytes:
    """Return a field that holds a whole number.

    Examples
    --------
    >>> integer(1, 150).hex()
    '089601'
    """
    return varint(field << 3 | _VARINT) + varint(number)


def real(field: int, number: float) -> bytes:
    """Return a field that holds a number of 32 bits."""
    return varint(field << 3 | _FIXED) + struct.pack("<f", number)


def text(field: int, content: str) -> bytes:
    """Return a field that holds a text.

    Examples
    --------
    >>> text(2, "testing").hex()
    '120774657374696e67'
    """
    return message(field, content.encode())


def message(field: int, *parts: bytes) -> bytes:
    """Return a field that holds a message, or bytes."""
    return b"".join((varint(field << 3 | _BYTES), varint(sum(map(len, parts))), *parts))


def packed(field: int, numbers: Iterable[int]) -> bytes:
    """Return a field that holds whole numbers behind each other."""
    return message(field, *map(varint, numbers))


def reals(field: int, numbers: Iterable[float]) -> bytes:
    """Return a field that holds numbers of 32 bits behind each other."""
    return message(field, *(struct.pack("<f", number) for number in numbers))
