"""Safetensors: the header of a file, which says what its tensors are called and how large they are.

A file is eight bytes with the length of the header, the header in JSON, and the numbers, which are
never looked at.
"""

from __future__ import annotations

import json
import re
from math import prod
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import map_bytes, printable, read_text
from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.weights.tensors import MOST_AXES, StoredTensor, StoredTensors

MOST_HEADER = 100_000_000
"""The bytes of the longest header: the format's own bound."""
MOST_TENSORS = 500_000
MOST_CHARACTERS = 1_000
"""The characters of the longest name."""
MOST_FILES = 1_000
"""How many files the weights of one network may be spread over."""
_LENGTH = 8
_NUMBERS = 2**48
"""More numbers than any tensor has."""
_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
"""By type: the bits of a number."""
_PLAIN = re.compile(r"\w[\w.-]*\.safetensors", re.ASCII)


def read_header(path: Path) -> tuple[StoredTensor, ...]:
    """Return the tensors of a file.

    Raises
    ------
    SpecError
        If it is no such file, or goes beyond a bound.
    FileError
        If there is no such file.
    """
    data, name = map_bytes(path, what="weights"), printable(path)
    if len(data) < _LENGTH:
        raise SpecError(
            f"{name}: byte 1: the length of the header has {_LENGTH} bytes, "
            f"and the file {len(data)}",
            help=_CUT,
        )
    length = int.from_bytes(data[:_LENGTH], "little")
    if length > len(data) - _LENGTH or length > MOST_HEADER:
        most = min(len(data) - _LENGTH, MOST_HEADER)
        raise SpecError(
            f"{name}: byte 1: a header of {length:,} bytes is declared, and the limit is "
            f"{most:,}: {length:,} > {most:,}",
            help=_CUT,
        )
    header = _object(bytes(data[_LENGTH : _LENGTH + length]), f"{name}: the header")
    header.pop("__metadata__", None)
    if len(header) > MOST_TENSORS:
        raise SpecError(f"{name}: {len(header):,} tensors; the limit is {MOST_TENSORS:,}")
    behind = len(data) - _LENGTH - length
    return tuple(_tensor(key, entry, behind, name) for key, entry in header.items())


_CUT = "this is no safetensors file, or it was cut off on its way"


def _object(text: bytes, where: str) -> dict[str, Any]:
    """Return an object of JSON, in which every key stands once."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            seen = set[str]()
            twice = next(key for key, _ in found if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # adds
            raise SpecError(f"{where}: '{printable(twice)}' stands there twice")
        return made

    try:
        found = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        why = "values lie too deep in one another" if isinstance(error, RecursionError) else error
        raise SpecError(f"{where} is not JSON: {why}", help=_CUT) from None
    if not isinstance(found, dict):
        raise SpecError(f"{where} is not an object of JSON, but {type(found).__name__}", help=_CUT)
    return found


def _tensor(key: str, entry: object, behind: int, name: str) -> StoredTensor:
    """Return a tensor that the header declares."""
    where = f"{name}: tensor '{printable(key[:MOST_CHARACTERS])}'"
    if len(key) > MOST_CHARACTERS:
        raise SpecError(
            f"{where} has a name of {len(key):,} characters; the limit is {MOST_CHARACTERS:,}"
        )
    given = entry if isinstance(entry, dict) else {}
    type_, shape, offsets = (
        given.get("dtype"),
        _counts(given, "shape"),
        _counts(given, "data_offsets"),
    )
    if not isinstance(type_, str) or shape is None or offsets is None:
        raise SpecError(
            f"{where} needs a 'dtype', a 'shape' and 'data_offsets' in whole numbers from 0 on",
            help=_CUT,
        )
    if len(shape) > MOST_AXES:
        raise SpecError(f"{where} has {len(shape)} axes; the limit is {MOST_AXES}")
    count = prod(shape)
    if count > _NUMBERS:
        raise SpecError(f"{where} has {count:,} numbers; the limit is {_NUMBERS:,}")
    if len(offsets) != len(("begin", "end")) or not offsets[0] <= offsets[1] <= behind:
        raise SpecError(
            f"{where} lies at bytes {' to '.join(f'{n:,}' for n in offsets)} of {behind:,}",
            help=_CUT,
        )
    bits = _BITS.get(type_)
    size = offsets[1] - offsets[0]
    if bits is not None and count * bits != size * 8:
        raise SpecError(
            f"{where}: {count:,} numbers of type {type_} take {count * bits / 8:,.0f} bytes, and "
            f"{size:,} are declared: {count * bits / 8:,.0f} ≠ {size:,}",
            help=_CUT,
        )
    return StoredTensor(key, tuple(shape), is_learned=type_.startswith(("F", "BF", "C")))


def _counts(given: dict[str, Any], word: str) -> list[int] | None:
    value = given.get(word)
    is_fit = isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)
    return value if is_fit else None


def read_index(path: Path) -> tuple[StoredTensor, ...]:
    """Return the tensors of the files that an index lists; they have to lie beside it.

    Raises
    ------
    SpecError
        If the index or one of the files is none, or the one contradicts the other.
    FileError
        If one of them is not there.
    """
    name = printable(path)
    listed = _object(read_text(path, what="weights").encode(), name).get("weight_map")
    if not isinstance(listed, dict) or not listed:
        raise SpecError(f"{name} has no 'weight_map' with tensors and their files")
    files: dict[str, list[str]] = {}
    for tensor, file in listed.items():
        if not isinstance(file, str) or not _PLAIN.fullmatch(file):
            raise SpecError(
                f"{name}: tensor '{printable(tensor)}' lies in '{printable(str(file))}', which is "
                "not opened",
                help="an index lists files that lie beside it and end in '.safetensors'",
            )
        files.setdefault(file, []).append(tensor)
    if len(files) > MOST_FILES:
        raise SpecError(f"{name} lists {len(files):,} files; the limit is {MOST_FILES:,}")
    found: dict[str, StoredTensor] = {}
    for file, tensors in files.items():
        there = {tensor.name: tensor for tensor in read_header(path.parent / file)}
        for tensor in tensors:
            if tensor not in there:
                raise SpecError(f"{name}: tensor '{printable(tensor)}' is not in {file}")
            found[tensor] = there[tensor]
    return tuple(found[tensor] for tensor in listed)


def read_safetensors(path: Path) -> StoredTensors:
    """Return the tensors of a file, or of those that an index lists."""
    is_index = path.name.lower().endswith(".json")
    return StoredTensors(printable(path), read_index(path) if is_index else read_header(path))
