"""Extents: shapes, and numbers that are written as shapes, split into extents."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import Any

from cnnanalyze.course.written_answers.parser import (
    MOST_DIGITS,
    Unreadable,
    WrittenNumber,
    bounded,
    number_readings,
    result_of,
    text_of,
    truncated,
)
from cnnanalyze.course.written_answers.units import PLAIN

MOST_READINGS = 64
"""Of a shape, if every extent can be read in several ways."""

_UNKNOWN = frozenset({"none", "?", "-1", "batch", "b", "null", ""})
"""What stands for the extent of the batch."""
_LEADS = ("torch.size", "tensorshape", "shape")


def extents(raw: Any) -> tuple[tuple[WrittenNumber, ...], ...]:  # noqa: ANN401
    """Return the readings of a shape: ``28x28x6``, ``(28, 28, 6)``, ``(None, 10)``, ``(10,)``.

    Examples
    --------
    >>> [int(f.value) for f in extents("28×28×6")[0]], [int(f.value) for f in extents([4, 4])[0]]
    ([28, 28, 6], [4, 4])
    >>> [int(f.value) for f in extents("(None, 10)")[0]], len(extents("torch.Size([10])")[0])
    ([10], 1)
    """
    if isinstance(raw, list | tuple):
        parts = [text_of(r) for r in raw]
        if parts and parts[0].lower() in _UNKNOWN:
            parts = parts[1:]
        if not parts or any(isinstance(r, list | tuple) for r in raw):
            raise Unreadable(f"'{truncated(text_of(raw))}' is not a shape such as 28x28x6")
        return every([number_readings(p) for p in parts])
    text = _without_count(bounded(raw, "a shape"))
    for word in _LEADS:
        if text.lower().startswith(word):
            text = text[len(word) :]
    text = without_words(text.strip("()[]{} "))
    split = BETWEEN.split(text)
    if len(split) == 1:
        split = re.split(r" ?[,;] ?| ", text.rstrip(",; "))
    if split[0].lower() in _UNKNOWN and len(split) > 1:
        split = split[1:]
    if not all(re.fullmatch(r"[-+]?[0-9][0-9,._']*", s) for s in split):
        raise Unreadable(f"'{truncated(text_of(raw))}' is not a shape such as 28x28x6")
    return every([number_readings(s) for s in split])


BETWEEN = re.compile(r" ?[x×X*·⋅✕] ?| by ")
"""What stands between two extents."""


def _without_count(text: str) -> str:
    """Return what stands behind the sign of equality, or before it if that is only counted there.

    Examples
    --------
    >>> _without_count("5x5x16 = 400"), _without_count("n = 5x5x16"), _without_count("5x5 = 24")
    ('5x5x16', '5x5x16', '24')
    """
    last = result_of(text)
    lead = result_of(text.rpartition("=")[0].strip())
    sizes = BETWEEN.split(lead)
    if len(sizes) < 2 or not all(s.isdecimal() and len(s) < MOST_DIGITS for s in sizes):  # noqa: PLR2004 - a shape
        return last
    number = last.replace(",", "")
    return lead if number == str(prod(map(int, sizes))) else last


def without_words(text: str) -> str:
    """Remove words after the last extent that add no information, such as ``pixels``."""
    *lead, last = text.split(" ")
    while lead and last.lower() in _IDLE:
        *lead, last = lead
    return " ".join((*lead, last))


_IDLE = PLAIN - {"x", "×"}


def every(readings: list[tuple[WrittenNumber, ...]]) -> tuple[tuple[WrittenNumber, ...], ...]:
    """Return every combination of readings, up to a bound."""
    found: list[tuple[WrittenNumber, ...]] = []
    for one in product(*readings):
        found.append(one)
        if len(found) == MOST_READINGS:
            break
    return tuple(found)


# --- one number, written as a shape ---------------------------------------------------------------


def alike(raw: Any, error: Unreadable) -> tuple[WrittenNumber, ...]:  # noqa: ANN401
    """Read ``4x4`` where 4 was asked for."""
    try:
        readings = extents(raw)
    except Unreadable:
        raise error from None
    is_shape = isinstance(raw, list | tuple) or _SHAPED.search(text_of(raw)) is not None
    if not is_shape:
        raise error
    for found in readings:
        if len({f.value for f in found}) == 1:
            return (found[0],)
    raise Unreadable(f"'{truncated(text_of(raw))}' is more than one number, and one was asked for")


_SHAPED = re.compile(r"[x×X*]| by |^[(\[]")


def sides(raw: Any) -> tuple[WrittenNumber, ...]:  # noqa: ANN401
    """Read ``(4,4)``, which could be a number with a comma, as the size of every side, too."""
    text = text_of(raw)
    if text[:1] not in {"(", "["} or "," not in text:
        return ()
    try:
        sides = extents(raw)[0]
    except Unreadable:
        return ()
    return sides[:1] if len(sides) > 1 and len({f.value for f in sides}) == 1 else ()


def vector(raw: Any, error: Unreadable) -> tuple[WrittenNumber, ...]:  # noqa: ANN401
    """Read the size of a vector that is written as a shape: ``(10,)``, ``(None, 10)``, ``1x10``."""
    try:
        readings = extents(raw)
    except Unreadable:
        raise error from None
    found = tuple(f for one in readings if (f := _length(one)) is not None)
    if not found:
        raise Unreadable(f"'{truncated(text_of(raw))}' is not a vector such as 10, (10,) or 1x10")
    return found


def columns(raw: Any) -> tuple[WrittenNumber, ...]:  # noqa: ANN401
    """Read ``1,10`` as a vector, where it is not the number that was asked for."""
    try:
        return tuple(f for one in extents(raw) if len(one) > 1 and (f := _length(one)) is not None)
    except Unreadable:
        return ()


def _length(shape: tuple[WrittenNumber, ...]) -> WrittenNumber | None:
    """Return the one extent of a shape that is not 1."""
    long = [f for f in shape if f.value != 1]
    if not long and shape:
        return shape[0]
    return long[0] if len(long) == 1 else None
