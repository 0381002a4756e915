"""Recognition: whether a file, or a text, is a spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cnnanalyze.core.files import (
    MOST_BYTES,
    SPEC_ENDINGS,
    FileError,
    ReadFailure,
    is_file,
    read_bytes,
    resolved,
)
from cnnanalyze.language.document import EXTENSIONS, KEYS
from cnnanalyze.language.yaml import LOADER
from cnnanalyze.language.zoo import ZOO

LARGEST = 20_000_000
"""The largest file that is looked into."""
_SURE = frozenset({"cnn", "layers"})
_WORDS = (b"cnn", b"layers", b"extends")


def is_spec(path: Path) -> bool:
    """Whether a YAML file that was found in a folder is a spec.

    It is if it has ``cnn:``, ``layers:`` or our ``extends:`` at its top, or if it is not YAML and
    has a line that begins with ``cnn:``. What cannot be read at all is taken for one, so that it is
    told of.
    """
    return _is_spec(path, EXTENSIONS)


def _is_spec(path: Path, links: int) -> bool:
    try:
        data = read_bytes(path, LARGEST)
    except FileError as error:
        return error.reason is not ReadFailure.LARGE
    return _looks_like_one(data, path.parent, links)


def looks_like_spec(text: str, folder: Path | None = None) -> bool:
    r"""Whether a text is a spec, by what :func:`is_spec` says.

    Parameters
    ----------
    text
        The text.
    folder
        Where ``extends`` looks for files.

    Examples
    --------
    >>> looks_like_spec("cnn: 1\nlayers: []\n"), looks_like_spec("on: push\n")
    (True, False)
    """
    return _looks_like_one(text.encode(errors="replace"), folder or Path(), EXTENSIONS)


def _looks_like_one(data: bytes, folder: Path, links: int) -> bool:
    if not any(word in data for word in _WORDS):
        return False
    if len(data) > MOST_BYTES:  # too large for a spec, which is to be told of if it is one
        return _begins(data)
    try:
        top = dict(_top(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, yaml.YAMLError):
        return _begins(data)
    if not _SURE.isdisjoint(top):
        return True
    base = top.get("extends")
    return base is not None and _extends(folder, base, frozenset(top), links)


def _begins(data: bytes) -> bool:
    """Whether a line of a text begins with ``cnn:``."""
    return any(line.startswith(b"cnn:") for line in data.removeprefix(b"\xef\xbb\xbf").splitlines())


def _extends(folder: Path, base: str, keys: frozenset[str], links: int) -> bool:
    """Whether ``extends`` is ours, which other tools have, too: it leads to a spec.

    Where it leads to nothing below this folder, the other keys tell whose file it is.
    """
    if base.startswith(ZOO):
        return True
    if not base.endswith(SPEC_ENDINGS):
        return False
    other = resolved(folder / base)
    if links and other.is_relative_to(resolved(folder)) and is_file(other):
        return _is_spec(other, links - 1)
    return keys.issubset(KEYS)


def _top(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the keys at the top of a text, with those values that are words; no more is read."""
    depth = 0
    key: str | None = None
    event: Any
    for event in yaml.parse(text, Loader=LOADER):
        kind = type(event)
        if kind in _FRAME:
            if kind is yaml.DocumentEndEvent:
                return
            continue
        if not depth and kind is not yaml.MappingStartEvent:
            return
        at_top = depth == 1
        depth += (kind in _STARTS) - (kind in _ENDS)
        if not at_top or kind in _ENDS:
            continue
        if key is None:
            key = event.value if kind is yaml.ScalarEvent else ""
            if key in _SURE:  # what comes behind may be broken: that is to be told
                yield key, None
                return
        else:
            yield key, event.value if kind is yaml.ScalarEvent else None
            key = None


_STARTS = {yaml.MappingStartEvent, yaml.SequenceStartEvent}
_ENDS = {yaml.MappingEndEvent, yaml.SequenceEndEvent}
_FRAME = {
    *(yaml.StreamStartEvent, yaml.StreamEndEvent),
    *(yaml.DocumentStartEvent, yaml.DocumentEndEvent),
}
