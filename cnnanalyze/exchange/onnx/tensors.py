"""Tensors of a file: name, shape and type; numbers only of those that have few."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS, Tensor, Value
from cnnanalyze.exchange.onnx.wire import Message

MOST_AXES = 64
MOST_ELEMENTS = 10**12
"""The numbers of the largest tensor that a file may declare."""
_EXTERNAL = 1
_RAW = 9


@dataclass(frozen=True, slots=True)
class NumberType:
    """A type of numbers: how many bytes each has, and where a file keeps it besides raw bytes."""

    name: str
    width: int = 0
    """Bytes of one number; none if there is no whole one, or if it is not a number."""
    field: int = 0
    """The field of the tensor in which they stand one by one."""
    parts: int = 1
    """How many entries of the field are one number."""


_REALS, _INTEGERS, _LONGS, _DOUBLES, _UNSIGNED = 4, 5, 7, 10, 11
TYPES = {
    1: NumberType("float32", 4, _REALS),
    2: NumberType("uint8", 1, _INTEGERS),
    3: NumberType("int8", 1, _INTEGERS),
    4: NumberType("uint16", 2, _INTEGERS),
    5: NumberType("int16", 2, _INTEGERS),
    6: NumberType("int32", 4, _INTEGERS),
    7: NumberType("int64", 8, _LONGS),
    8: NumberType("string"),
    9: NumberType("bool", 1, _INTEGERS),
    10: NumberType("float16", 2, _INTEGERS),
    11: NumberType("float64", 8, _DOUBLES),
    12: NumberType("uint32", 4, _UNSIGNED),
    13: NumberType("uint64", 8, _UNSIGNED),
    14: NumberType("complex64", 8, _REALS, 2),
    15: NumberType("complex128", 16, _DOUBLES, 2),
    16: NumberType("bfloat16", 2, _INTEGERS),
    17: NumberType("float8e4m3fn", 1, _INTEGERS),
    18: NumberType("float8e4m3fnuz", 1, _INTEGERS),
    19: NumberType("float8e5m2", 1, _INTEGERS),
    20: NumberType("float8e5m2fnuz", 1, _INTEGERS),
    21: NumberType("uint4"),
    22: NumberType("int4"),
    23: NumberType("float4e2m1"),
    24: NumberType("float8e8m0", 1, _INTEGERS),
    25: NumberType("uint2"),
    26: NumberType("int2"),
}
"""The types of numbers by their numbers in ``TensorProto.DataType``."""
_UNKNOWN = NumberType("unknown")


def tensor(message: Message, name: str = "") -> Tensor:
    """Return a tensor of a file; its numbers only if they are few and stand in the file.

    Raises
    ------
    SpecError
        If its extents are none, or if it has another count of numbers than they say.
    """
    name = name or message.text(8)
    shape = _checked(message.integers(1), name)
    kind = TYPES.get(message.integer(2) or 0, _UNKNOWN)
    return Tensor(name, shape, kind.name, _numbers(message, kind, name, prod(shape)))


def sparse_tensor(message: Message, name: str = "") -> Tensor:
    """Return a tensor that is stored by its numbers other than zero, without them."""
    values = message.message(1)
    name = name or values.text(8)
    kind = TYPES.get(values.integer(2) or 0, _UNKNOWN)
    return Tensor(name, _checked(message.integers(3), name), kind.name)


def _checked(shape: tuple[int, ...], name: str) -> tuple[int, ...]:
    if len(shape) > MOST_AXES:
        raise SpecError(f"the tensor '{name}' has {len(shape):,} axes; the limit is {MOST_AXES}")
    if least := next((n for n in shape if n < 0), None):
        raise SpecError(f"the tensor '{name}' has the extent {least}, and none is less than 0")
    if prod(shape) > MOST_ELEMENTS:
        raise SpecError(
            f"the tensor '{name}' has {'·'.join(map(str, shape))} = {prod(shape):,} numbers; "
            f"the limit is {MOST_ELEMENTS:,}"
        )
    return shape


def _numbers(message: Message, kind: NumberType, name: str, count: int) -> bytes | None:
    """Return the numbers of a tensor as they lie in memory, if they are few and there."""
    if message.integer(14) == _EXTERNAL or not kind.width:
        return None
    raw = message.content(_RAW)
    if raw is not None and len(raw) in {0, count * kind.width}:
        return bytes(raw) if count <= MOST_NUMBERS and len(raw) else _nothing(count)
    if raw is not None:
        raise SpecError(
            f"the tensor '{name}' has {count:,} numbers of {kind.width} bytes and brings "
            f"{len(raw):,} bytes: {count * kind.width:,} ≠ {len(raw):,}"
        )
    if count > MOST_NUMBERS:
        return None
    found = _listed(message, kind)
    if not found:
        return _nothing(count)
    if len(found) != count * kind.width:
        raise SpecError(
            f"the tensor '{name}' has {count:,} numbers and brings {len(found) // kind.width:,}"
        )
    return found


def _nothing(count: int) -> bytes | None:
    """Return the numbers of a tensor that brings none: it was stripped, or it has none."""
    return None if count else b""


def _listed(message: Message, kind: NumberType) -> bytes:
    """Return the numbers of a field that has them one by one."""
    if kind.field in {_REALS, _DOUBLES}:
        return message.row(kind.field, kind.width // kind.parts)
    mask = (1 << 8 * kind.width) - 1
    return b"".join(
        (number & mask).to_bytes(kind.width, "little") for number in message.integers(kind.field)
    )


def value(message: Message, name: str) -> Value:
    """Return what a file declares of a value."""
    return described(message.message(2), name)


def described(type_: Message, name: str) -> Value:
    """Return a value of a type: a tensor with its extents, or what else there is by its name."""
    for field, word in _OTHER_TYPES.items():
        if type_.has(field):
            return Value(name, word, None)
    dense = type_.message(1)
    kind = TYPES.get(dense.integer(1) or 0, _UNKNOWN)
    if not dense.has(2):
        return Value(name, kind.name, None)
    extents = tuple(map(_extent, dense.message(2).messages(1)))
    if len(extents) > MOST_AXES:
        raise SpecError(f"the value '{name}' has {len(extents):,} axes; the limit is {MOST_AXES}")
    known = prod(n for n in extents if isinstance(n, int))
    if known > MOST_ELEMENTS:
        raise SpecError(
            f"the value '{name}' has {known:,} numbers; the limit is {MOST_ELEMENTS:,}",
            help="write its extents as symbols, or export the network for a smaller input",
        )
    return Value(name, kind.name, extents)


_OTHER_TYPES = {4: "sequence", 5: "map", 7: "opaque", 8: "sparse", 9: "optional"}


def _extent(message: Message) -> int | str | None:
    """Return an extent; some programs write -1 where it is open."""
    size = message.integer(1)
    if size is not None and size >= 0:
        return size
    return message.text(2) or None
