"""The configuration of a Keras model: the JSON of a ``.keras`` file, or what ``to_json`` gives."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import map_bytes
from cnnanalyze.errors import SpecError

MOST_BYTES = 30_000_000
"""The bytes of the largest configuration."""
MOST_LISTED = 2_000_000
"""The bytes of the longest list of what lies in a ``.keras`` file."""
MOST_DEPTH = 200
"""How deep values may lie in one another."""
_ZIP = b"PK\x03\x04"
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read_configuration(path: Path) -> dict[str, Any]:
    """Return the configuration of a model.

    Raises
    ------
    SpecError
        If the file is not a model, or one whose configuration goes beyond a bound.
    FileError
        If there is no such file.
    """
    data = map_bytes(path, what="Keras")
    if data[: len(_ZIP)] == _ZIP:
        return parse(_unpacked(data))
    if data[: len(_HDF5)] == _HDF5:
        raise SpecError(
            "this is an HDF5 file, which is not read",
            help="save the model again: model.save('model.keras'), or its model.to_json() into "
            "'model.keras.json'",
        )
    if len(data) > MOST_BYTES:
        raise SpecError(f"the file has {len(data):,} bytes; the limit is {MOST_BYTES:,}")
    return parse(bytes(data))


def parse(text: bytes | str) -> dict[str, Any]:
    """Return the configuration that a JSON text holds.

    Raises
    ------
    SpecError
        If it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "its values are nested too deep"
        raise SpecError(
            f"this is not JSON: {why if isinstance(error, RecursionError) else error}",
            help="a model is written by model.save('model.keras') or model.to_json()",
        ) from None
    if not isinstance(found, dict):
        raise SpecError(f"a model is an object of JSON, not {type(found).__name__}")
    _check_depth(found)
    return found


def _check_depth(value: object) -> None:
    """Refuse values that lie too deep in one another, without going deep."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise SpecError(f"values are nested more than {MOST_DEPTH} deep")
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]


def _unpacked(data: memoryview) -> bytes:
    """Return the configuration in a ``.keras`` file; the weights in it are not looked at."""
    try:
        with (
            zipfile.ZipFile(_Mapped(data)) as archive,
            archive.open("config.json") as file,
        ):
            text = file.read(MOST_BYTES + 1)
    except KeyError:
        raise SpecError("there is no 'config.json' in the file", help=_SAVED) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise SpecError(f"the file cannot be unpacked: {error}", help=_SAVED) from None
    if len(text) > MOST_BYTES:
        raise SpecError(f"its 'config.json' has more than {MOST_BYTES:,} bytes, the limit")
    return text


_SAVED = "such a file is written by model.save('model.keras')"


class _Mapped(io.RawIOBase):
    """A file in memory of which nothing is copied but what is asked for, and never much at once."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {0: 0, 1: self._at, 2: len(self._data)}[whence]
        if start + offset < 0:
            raise OSError("a place before the beginning")
        self._at = start + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else self._at + size
        found = self._data[self._at : end]
        if len(found) > MOST_LISTED:
            raise SpecError(
                f"the list of what lies in the file has {len(found):,} bytes; {MOST_LISTED:,} are "
                "the most"
            )
        self._at += len(found)
        return bytes(found)
