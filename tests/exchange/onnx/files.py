"""ONNX files for tests, written field by field: those that no program would write, too."""

from __future__ import annotations

import struct
from typing import Any

FLOAT, INT64 = 1, 7
_KINDS = {float: 1, int: 2, str: 3}


def varint(number: int) -> bytes:
    """Return a number of variable length."""
    number &= 2**64 - 1
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: Any) -> bytes:
    """Return one field: a number, four bytes of a decimal one, a text or a message."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(number: int, values: Any) -> bytes:
    """Return one field for each value."""
    return b"".join(field(number, value) for value in values)


def tensor(name: str, shape: tuple[int, ...], kind: int = FLOAT, *rest: bytes) -> bytes:
    """Return a tensor; without more fields it has no numbers, as in files that were stripped."""
    return fields(1, shape) + field(2, kind) + field(8, name) + b"".join(rest)


def value(name: str, shape: tuple[int | str, ...] | None = None, kind: int = FLOAT) -> bytes:
    """Return what is declared of a value."""
    extents = b"" if shape is None else field(
        2, b"".join(field(1, field(2 if isinstance(n, str) else 1, n)) for n in shape)
    )  # fmt: skip
    return field(1, name) + field(2, field(1, field(1, kind) + extents))


def attribute(name: str, given: Any) -> bytes:
    """Return an attribute; bytes are a graph, and pairs refer to an attribute of a function."""
    head = field(1, name)
    match given:
        case bytes():
            return head + field(6, given) + field(20, 5)
        case {"tensor": data}:
            return head + field(5, data) + field(20, 4)
        case {"of": other}:
            return head + field(21, other)
        case [str(), *_]:
            return head + fields(9, given) + field(20, 8)
        case [float(), *_]:
            return head + fields(7, given) + field(20, 6)
        case list():
            return head + fields(8, given) + field(20, 7)
        case _:
            kind = _KINDS[type(given)]
            return head + field(kind + 1, given) + field(20, kind)


def node(
    operator: str, inputs: str, outputs: str, *, name: str = "", domain: str = "", **given: Any
) -> bytes:
    """Return a node; its values are words of a text, ``-`` for one that is left out."""
    return (
        fields(1, [word.strip("-") for word in inputs.split()])
        + fields(2, [word.strip("-") for word in outputs.split()])
        + (field(3, name) if name else b"")
        + field(4, operator)
        + fields(5, [attribute(key, one) for key, one in given.items()])
        + (field(7, domain) if domain else b"")
    )


_IN, _OUT = value("x", (1, 3, 8, 8)), value("y")


def graph(
    *nodes: bytes,
    inputs: Any = (_IN,),
    outputs: Any = (_OUT,),
    tensors: Any = (),
    values: Any = (),
) -> bytes:
    """Return a graph."""
    return (
        fields(1, nodes)
        + field(2, "g")
        + fields(5, tensors)
        + fields(11, inputs)
        + fields(12, outputs)
        + fields(13, values)
    )


def function(
    name: str, inputs: str, outputs: str, *nodes: bytes, attributes: str = "", defaults: Any = ()
) -> bytes:
    """Return a function of the domain ``d``."""
    return (
        field(1, name)
        + fields(4, inputs.split())
        + fields(5, outputs.split())
        + fields(6, attributes.split())
        + fields(7, nodes)
        + field(10, "d")
        + fields(11, defaults)
    )


def model(of: bytes, *functions: bytes, opsets: Any = (("", 17), ("d", 1))) -> bytes:
    """Return a file."""
    return (
        field(1, 8)
        + field(2, "tests")
        + field(7, of)
        + fields(8, [field(1, domain) + field(2, version) for domain, version in opsets])
        + fields(25, functions)
    )
