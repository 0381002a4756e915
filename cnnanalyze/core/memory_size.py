"""Sizes of memory as people write them, with units that mean one thing."""

from __future__ import annotations

import re
from fractions import Fraction

UNITS = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
"""The bytes of every unit."""
_AMBIGUOUS = {"K": 1, "KB": 1, "k": 1, "M": 2, "m": 2, "G": 3, "g": 3}
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,6})?)\s*([A-Za-z]*)")


def memory_size(written: object) -> int:
    """Return the bytes of a size: a whole number of bytes, or a number with its unit.

    Raises
    ------
    ValueError
        If it is no size, or if its unit may mean several; the text begins with a verb.

    Examples
    --------
    >>> memory_size("256 KiB"), memory_size("1.5MB"), memory_size(4096)
    (262144, 1500000, 4096)
    >>> memory_size("256 KB")
    Traceback (most recent call last):
    ...
    ValueError: may mean 256,000 or 262,144 bytes: write '256 kB' or '256 KiB'
    """
    match = _SIZE.fullmatch(str(written).strip())
    if match is None or isinstance(written, bool):
        raise ValueError(f"must be a size such as 256KiB, 1MB or 262144, not {str(written)[:40]!r}")
    number, unit = Fraction(match[1]), match[2]
    if power := _AMBIGUOUS.get(unit, 0):
        decimal, binary = int(number * 1000**power), int(number * 1024**power)
        letter = unit[0].upper()
        small = "k" if letter == "K" else letter
        raise ValueError(
            f"may mean {decimal:,} or {binary:,} bytes: write '{match[1]} {small}B' or "
            f"'{match[1]} {letter}iB'"
        )
    if unit and unit not in UNITS:
        raise ValueError(f"has the unit '{unit}'; units are {', '.join(UNITS)}")
    return int(number * UNITS.get(unit, 1))
