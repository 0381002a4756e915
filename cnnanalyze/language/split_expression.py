"""Torn expressions: inside of braces and brackets YAML ends a word at a comma.

``{filters: $max($w, 5)}`` is read as ``filters: $max($w`` and a key ``5)``. What was meant is
clear, so it is told once, with the quotes that it needs, and the reading goes on with the whole.
"""

from __future__ import annotations

from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.tree import Scalar

LONGEST = 1_000
"""The longest expression; what is longer was not meant to be one."""


def is_torn(word: Scalar, more: Scalar) -> bool:
    """Whether a word is the begin of an expression, and the next one goes on with it."""
    return (
        word.plain
        and more.plain
        and len(word.text) < LONGEST
        and "$" in word.text + more.text
        and word.mark.source is more.mark.source
        and _open(word.text) > 0
    )


def _open(text: str) -> int:
    """Return how many parentheses and brackets are opened and not closed."""
    return sum(text.count(c) for c in "([") - sum(text.count(c) for c in ")]")


def mend(word: Scalar, more: Scalar, faults: Faults) -> Scalar:
    """Return both parts as one word again, and note what is wrong once it is whole."""
    text = f"{word.text}, {more.text}"
    place, end = word.mark, more.mark
    if end.line == place.line:
        place = place._replace(length=end.column + end.length - place.column)
    if _open(text) <= 0:
        faults.add(
            "a comma ends a word here, so this expression is torn apart",
            place,
            help=f'write it in quotes: "{text}"',
            code="SP007",
        )
    return Scalar(text, text, True, place)
