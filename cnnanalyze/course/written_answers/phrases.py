"""Phrases: answers in words, such as yes, no and none."""

from __future__ import annotations

import re
from typing import Any

from cnnanalyze.course.written_answers.parser import Unreadable, bounded, text_of, truncated

_NOTHING = frozenset(
    {
        *("none", "no", "nothing", "impossible", "does not exist", "not possible", "there is none"),
        *("no such number", "no such padding", "no padding", "does not work", "not whole"),
    }
)
_YES = frozenset({"yes", "y", "true", "ja", "oui", "fits", "fit", "right", "does fit", "do fit"})
_NO = frozenset({"no", "n", "false", "nein", "non", "does not fit", "do not fit", "wrong"})
_SHORT = {"doesn't": "does not", "don't": "do not", "isn't": "is not", "can't": "cannot"}
_WHO = frozenset({"it", "they", "the", "windows", "window", "filter", "filters", "this", "that"})


def clauses(raw: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return what is said, clause by clause, without case, marks and subjects.

    Examples
    --------
    >>> clauses("No, it doesn't fit."), clauses("The windows do not fit")
    (('no', 'does not fit'), ('do not fit',))
    """
    text = bounded(raw, "yes or no").lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = []
    for clause in re.split(r"[,;.!]", text):
        words = [_SHORT.get(w, w) for w in clause.split()]
        while words and words[0] in _WHO:
            del words[0]
        if words:
            found.append(" ".join(words))
    return tuple(found)


def choice(raw: Any) -> bool:  # noqa: ANN401
    """Return yes or no.

    Examples
    --------
    >>> choice("does not fit"), choice("Yes"), choice("No, it doesn't fit.")
    (False, True, False)
    """
    said = clauses(raw)
    if said and all(c in _YES for c in said):
        return True
    if said and all(c in _NO for c in said):
        return False
    raise Unreadable(f"'{truncated(text_of(raw))}' is neither yes nor no")


def says(raw: Any, words: tuple[str, ...]) -> bool:  # noqa: ANN401
    """Whether an answer is one of these words."""
    if isinstance(raw, list | tuple) or not words:
        return False
    said = clauses(raw)
    meant = {" ".join(clauses(w)) for w in words}
    return bool(meant & set(said)) and set(said) <= meant | {"no"}


def is_nothing(raw: Any, also: tuple[str, ...] = ()) -> bool:  # noqa: ANN401
    """Whether the answer says that there is none.

    Examples
    --------
    >>> is_nothing("None"), is_nothing("no, not possible"), is_nothing("0")
    (True, True, False)
    """
    if isinstance(raw, list | tuple):
        return False
    said = clauses(raw)
    return bool(said) and all(c in _NOTHING or c in also for c in said)
