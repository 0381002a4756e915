"""Symbols: sizes of the input that a spec leaves open, as in ``input: HxWx3``.

A symbol is a parameter of the spec without a value. Who sets it gets an ordinary network; who does
not gets one whose sizes are assumed, and closed forms that hold for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnnanalyze.core.shape import axis_name
from cnnanalyze.core.tree import Mapping, Scalar, Tree

ANY = "?"
"""What stands for a size without a name."""
_NO_SYMBOLS = ("None", "none", "null", "any", "N", "n", "batch", "B")
"""What others write for a batch axis, or for a size that is not known: no names of sizes."""
_NAME = rf"(?!(?:{'|'.join(_NO_SYMBOLS)})(?:[x×\s]|$))[A-WYZa-wyz_][A-WYZa-wyz_0-9]{{0,19}}"
_EXTENT = rf"(?:0*[1-9][0-9]{{0,19}}|\?|{_NAME})"
OPEN = rf"\s*(?:[A-WYZ?]\s*|{_EXTENT}\s*(?:[x×]\s*{_EXTENT}\s*){{1,3}})"
"""The pattern of an input with symbols, or of a shape of several extents; one letter alone is the
number of features of a vector, since a longer word is more likely another mistake."""

ASSUMED = (
    (256, 384, 320),
    (224, 288, 352),
    (64, 96, 128),
    (572, 604, 636),
    (299, 331, 363),
    (227, 259, 291),
    (28, 44, 60),
    (1024, 1536, 2048),
)
"""The sizes that are tried for one symbol after the other, until the network can be built; unlike
ones, so that two extents are not taken to be equal because their sizes are."""


def written_symbols(text: str) -> tuple[str, ...]:
    """Return the symbol of each extent of a written input, and an empty text for a number.

    Nothing comes back for a text without symbols.

    Examples
    --------
    >>> written_symbols("HxWx3"), written_symbols("?x?x3"), written_symbols("224x224x3")
    (('H', 'W', ''), ('H', 'W', ''), ())
    """
    if text.replace("x", "").isdecimal() or not re.fullmatch(OPEN, text):
        return ()
    words = [word.strip() for word in re.split("[x×]", text)]
    if all(word.isdecimal() for word in words):
        return ()
    rank = len(words) - 1
    return tuple(
        "" if word.isdecimal() else _named(axis, rank) if word == ANY else word
        for axis, word in enumerate(words)
    )


def _named(axis: int, rank: int) -> str:
    """Return the letter of an axis: H, W, L, D, and C for channels."""
    return axis_name(axis, rank)[0].upper() if axis < rank else "C" if rank else "F"


def symbols_of(tree: Tree | None) -> tuple[str, ...]:
    """Return the symbols of an ``input:`` or ``inputs:`` section, each once, in order."""
    return tuple(dict.fromkeys(_symbols(tree)))


def _symbols(tree: Tree | None) -> Iterator[str]:
    if isinstance(tree, Scalar):
        yield from filter(None, written_symbols(tree.text))
    elif isinstance(tree, Mapping):
        for _, value in tree.entries:
            yield from _symbols(value)


def assumptions(names: Sequence[str]) -> Iterator[dict[str, int]]:
    """Yield sizes to be assumed for symbols, one set after the other."""
    for sizes in ASSUMED:
        yield {name: sizes[i % len(sizes)] for i, name in enumerate(names)}
