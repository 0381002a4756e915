"""Units: the words after a number, and the factors that they stand for.

What a letter means depends on what is asked for: ``B`` is a byte where bytes are counted, and a
billion elsewhere; ``KB`` is 1,000 bytes for some and 1,024 for others, so both are tried.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class UnitFactor(NamedTuple):
    """The factor of a unit."""

    factor: Fraction
    remark: str = ""


BYTES = "B"
PERCENT = "%"
_THOUSANDS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_LONG = {"": "", "kilo": "k", "mega": "m", "giga": "g", "tera": "t"}
_BINARY_LONG = {"kibi": "k", "mebi": "m", "gibi": "g", "tebi": "t"}

_COUNTS: dict[str, int] = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "thousands": 10**3,
    "m": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "g": 10**9,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "t": 10**12,
    "trillion": 10**12,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "gmac": 10**9,
    "gmacs": 10**9,
    "mmac": 10**6,
    "mmacs": 10**6,
    "gflop": 10**9,
    "gflops": 10**9,
    "mflop": 10**6,
    "mflops": 10**6,
    "lakh": 10**5,
    "crore": 10**7,
}

_WORDS = """
-fold activation activations addition additions all altogether batches bias biases block blocks
both byte bytes channel channels classes column columns convolutions each element elements
entries entry epoch epochs examples fewer filter filters floating-point flop flops fold
images in inputs iteration iterations layer layers learnable learned mac macs mini-batches
minibatches more mult-adds multiplication multiplications multiply-accumulates multiply-adds
neuron neurons
non-trainable number numbers of on operation operations ops outputs param parameter
parameters params per pixel pixels positions px row rows sample samples side sides square
step steps times total trainable training unit units update updates value values weight weights x
zero zeros ×
"""
PLAIN = frozenset(_WORDS.split())
"""Words that change nothing of a number."""
_OF_BYTES = frozenset({"byte", "bytes"})
"""Words that are wrong where no bytes are counted."""


def _of_bytes() -> dict[str, tuple[UnitFactor, ...]]:
    found: dict[str, tuple[UnitFactor, ...]] = {
        word: (UnitFactor(Fraction(1)),) for word in ("", "b", "byte", "bytes")
    }
    for word in ("bit", "bits"):
        found[word] = (UnitFactor(Fraction(1, 8)),)
    for letter, power in _THOUSANDS.items():
        if not letter:
            continue
        upper = letter.upper()
        decimal, binary = UnitFactor(Fraction(1000**power)), Fraction(1024**power)
        both = (decimal, UnitFactor(binary, f"{upper}B read as {1024**power:,} bytes"))
        names = [name for name, short in _LONG.items() if short == letter]
        for word in (letter, f"{letter}b", *(f"{n}byte" for n in names)):
            found[word] = found[f"{word}s"] = both
        names = [name for name, short in _BINARY_LONG.items() if short == letter]
        for word in (f"{letter}ib", *(f"{n}byte" for n in names)):
            found[word] = found[f"{word}s"] = (UnitFactor(binary),)
    return found


_BYTES = _of_bytes()

NAMED: dict[str, tuple[str, Fraction]] = {
    "%": (PERCENT, Fraction(1)),
    "B": (BYTES, Fraction(1)),
    "kB": (BYTES, Fraction(1000)),
    "KB": (BYTES, Fraction(1000)),
    "MB": (BYTES, Fraction(1000**2)),
    "GB": (BYTES, Fraction(1000**3)),
    "KiB": (BYTES, Fraction(1024)),
    "MiB": (BYTES, Fraction(1024**2)),
    "GiB": (BYTES, Fraction(1024**3)),
    "K": ("", Fraction(10**3)),
    "M": ("", Fraction(10**6)),
    "G": ("", Fraction(10**9)),
}
"""The units that a sheet may ask for: what they count, and by how much they multiply."""


def suits(name: str, unit: str) -> bool:
    """Whether an answer that is worked out in a unit can be given in another.

    Examples
    --------
    >>> suits("KiB", "B"), suits("KiB", ""), suits("%", "")
    (True, False, True)
    """
    counted = NAMED[name][0]
    return counted == unit or (counted == PERCENT and not unit)


def factor(name: str, unit: str) -> Fraction:
    """Return what one of a unit is worth in the unit in which the answer is worked out.

    Examples
    --------
    >>> factor("KiB", "B"), factor("%", "%"), factor("%", "")
    (Fraction(1024, 1), Fraction(1, 1), Fraction(1, 100))
    """
    counted, worth = NAMED[name]
    return worth / 100 if counted == PERCENT and unit != PERCENT else worth


def scales(words: str, unit: str = "") -> tuple[UnitFactor, ...] | None:
    """Return what the words behind a number may multiply it by; nothing if they are not known.

    Examples
    --------
    >>> [int(s.factor) for s in scales("KB", "B")], [int(s.factor) for s in scales("M params")]
    ([1000, 1024], [1000000])
    >>> (
    ...     scales("dozen"),
    ...     scales("bytes"),
    ...     int(scales("B")[0].factor),
    ...     int(scales("B", "B")[0].factor),
    ... )
    (None, None, 1000000000, 1)
    """
    lead, *rest = words.lower().split() or [""]
    if not set(rest) <= PLAIN or (unit != BYTES and _OF_BYTES & {lead, *rest}):
        return None
    if unit == BYTES and lead in _BYTES:
        return _BYTES[lead]
    if lead in PLAIN:
        return (UnitFactor(Fraction(1)),)
    return (UnitFactor(Fraction(_COUNTS[lead])),) if lead in _COUNTS else None
