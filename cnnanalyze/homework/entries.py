"""Given lists, matrices, shapes and words, taken apart; every way in which they can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from cnnanalyze.homework.given import (
    LONGEST,
    Figure,
    Unreadable,
    bounded,
    cut,
    figures,
    result_of,
    text_of,
)

MOST_READINGS = 64
"""Of a list, if every entry can be read in several ways."""
MOST_ENTRIES = 10_000
DEEPEST = 4
"""How deep brackets may be nested."""

# --- words ----------------------------------------------------------------------------------------

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
    raise Unreadable(f"'{cut(text_of(raw))}' is neither yes nor no")


def says(raw: Any, words: tuple[str, ...]) -> bool:  # noqa: ANN401
    """Whether an answer says in words what may be said."""
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


# --- shapes ---------------------------------------------------------------------------------------

_UNKNOWN = frozenset({"none", "?", "-1", "batch", "b", "null", ""})
"""What stands for the extent of the batch."""
_LEADS = ("torch.size", "tensorshape", "shape")


def extents(raw: Any) -> tuple[tuple[Figure, ...], ...]:  # noqa: ANN401
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
            raise Unreadable(f"'{cut(text_of(raw))}' is no shape such as 28x28x6")
        return every([figures(p) for p in parts])
    text = bounded(raw, "a shape")
    text = result_of(text)
    for word in _LEADS:
        if text.lower().startswith(word):
            text = text[len(word) :]
    text = text.strip("()[]{} ")
    split = re.split(r" ?[x×X*·⋅✕] ?| by ", text)
    if len(split) == 1:
        split = re.split(r" ?[,;] ?| ", text.rstrip(",; "))
    if split[0].lower() in _UNKNOWN and len(split) > 1:
        split = split[1:]
    if not all(re.fullmatch(r"[-+]?[0-9][0-9,._']*", s) for s in split):
        raise Unreadable(f"'{cut(text_of(raw))}' is no shape such as 28x28x6")
    return every([figures(s) for s in split])


def every(readings: list[tuple[Figure, ...]]) -> tuple[tuple[Figure, ...], ...]:
    """Return every combination of readings, up to a bound."""
    found: list[tuple[Figure, ...]] = []
    for one in product(*readings):
        found.append(one)
        if len(found) == MOST_READINGS:
            break
    return tuple(found)


# --- lists and matrices ---------------------------------------------------------------------------


def entries(raw: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Return the entries of a list, of a row or of a matrix, not yet read themselves.

    Examples
    --------
    >>> entries("5, 6, 14"), entries("[[1, 2], [3, 4]]"), entries("1 2; 3 4")
    (('5', '6', '14'), (('1', '2'), ('3', '4')), (('1', '2'), ('3', '4')))
    """
    return next(iter(ways(raw)))


def ways(raw: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Yield every way to take a list apart, the likeliest first.

    Examples
    --------
    >>> list(ways("[[1,234, 5]]"))
    [(('1', '234', '5'),), (('1,234', '5'),)]
    >>> list(ways("[[1 2] [3 4]]"))[-1]
    (('1', '2'), ('3', '4'))
    """
    if isinstance(raw, list | tuple):
        _bound(raw)
        yield _of_lists(raw)
        return
    text = text_of(raw)
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text):,} characters are too long for a list")
    text = "\n".join(line for line in (" ".join(t.split()) for t in text.splitlines()) if line)
    text = result_of(text)
    if text.count("(") > 1 and "[" not in text:
        square = text.replace("(", "[").replace(")", "]")
        text = square if square.startswith("[[") else f"[{square}]"
    if text.startswith("["):
        yield from dict.fromkeys(_bracketed(text, apart) for apart in (_COMMA, _WIDE, _SPACE))
        return
    yield from dict.fromkeys((_loose(text.strip("() ")), *_otherwise(text.strip("() "))))


def _bound(raw: Any, depth: int = 0) -> int:  # noqa: ANN401
    """Refuse lists that hold more, or are nested deeper, than any answer."""
    if depth > DEEPEST:
        raise Unreadable("the brackets are nested too deep")
    count = sum(_bound(r, depth + 1) if isinstance(r, list | tuple) else 1 for r in raw)
    if count > MOST_ENTRIES:
        raise Unreadable(f"a list may have at most {MOST_ENTRIES:,} entries")
    return count


def _of_lists(raw: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(
        _of_lists(r)
        if isinstance(r, list | tuple)
        else entries(r)
        if _is_row(r) and len(raw) > 1
        else text_of(r)
        for r in raw
    )


def _loose(text: str) -> tuple[Any, ...]:
    """Read a list without brackets."""
    if "\n" in text or ";" in text:
        rows = [r.strip() for r in re.split(r"[;\n]", text) if r.strip()]
        inner = [_loose(r) if not r.startswith("[") else _bracketed(r, _COMMA) for r in rows]
        if all(len(r) == 1 for r in inner):
            return tuple(r[0] for r in inner)
        if any(" " in r or "[" in r or r.count(",") for r in rows):
            shapes = [re.fullmatch(r"[0-9]+(,[0-9]{3})+", r) for r in rows]
            if any(shapes) and all(s or len(i) == 1 for s, i in zip(shapes, inner, strict=True)):
                return tuple(rows)  # thousands, between semicolons
        return tuple(inner)
    if ", " in text:
        pieces = [p.strip() for p in text.split(", ")]
        return tuple(p for piece in pieces for p in _thousands(piece) if p)
    return tuple(p.strip() for p in text.split("," if "," in text else " ") if p.strip())


def _otherwise(text: str) -> Iterator[tuple[Any, ...]]:
    """Yield other ways to read a list without brackets: between spaces, semicolons, lines alone."""
    if "\n" in text or ";" in text:
        rows = [r.strip() for r in re.split(r"[;\n]", text) if r.strip()]
        yield tuple(rows)
        yield tuple(tuple(r.split()) for r in rows)
    elif "," in text:
        yield tuple(p.strip() for p in text.split(", ") if p.strip())
        yield tuple(p.strip().rstrip(",") for p in text.split(" ") if p.strip(" ,"))


def _thousands(piece: str) -> list[str]:
    """Keep the groups of a number together between commas with spaces."""
    is_number = re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", piece)
    return [piece] if is_number else [p.strip() for p in piece.split(",")]


def _is_row(raw: Any) -> bool:  # noqa: ANN401
    return isinstance(raw, str) and " " in raw.strip() and not re.search(r"[a-zA-Z(%]", raw)


_COMMA, _WIDE, _SPACE = ",", ", ", " "
"""What stands between two entries in brackets."""


def _bracketed(text: str, apart: str) -> tuple[Any, ...]:
    """Read nested square brackets; nothing of it is ever evaluated."""
    stack: list[list[Any]] = []
    word = ""
    top: list[Any] | None = None
    for place, character in enumerate(text):
        follows = text[place + 1 : place + 2]
        if top is not None:
            if not character.isspace():
                raise Unreadable(f"behind the last bracket of '{cut(text)}' stands something else")
        elif character == "[":
            if len(stack) > DEEPEST:
                raise Unreadable("the brackets are nested too deep")
            stack.append([])
        elif character == "]" or _ends(character, follows, apart):
            if entry := word.strip().strip("\"'"):
                stack[-1].append(entry)
            word = ""
            if character == "]":
                done = stack.pop()
                if stack:
                    stack[-1].append(tuple(done))
                else:
                    top = done
        else:
            word += character
    if top is None:
        raise Unreadable(f"a bracket of '{cut(text)}' is not closed")
    return tuple(top)


def _ends(character: str, follows: str, apart: str) -> bool:
    """Whether an entry ends at a character."""
    if apart == _SPACE:
        return character in ", \n"
    if apart == _WIDE:
        return character == "," and (not follows or follows in " \n[")
    return character == ","


# --- as they were asked for -----------------------------------------------------------------------


def fitting(raw: Any, value: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ANN401
    """Take a list apart so that it has as many entries as were asked for, if that can be done."""
    found: list[tuple[Any, ...]] = []
    for given in ways(raw):
        if len(given) == 1 and isinstance(given[0], tuple) and len(given[0]) == len(value):
            found.append(given[0])
        elif all(isinstance(g, tuple) and len(g) == 1 for g in given):
            found.append(tuple(g[0] for g in given))
        else:
            found.append(given)
    long = [g for g in found if len(g) == len(value)]
    return next((g for g in long if all(map(_suits, g, value))), (long or found)[0])


def _suits(entry: Any, value: Any) -> bool:  # noqa: ANN401
    """Whether an entry is nested where its value is."""
    return isinstance(value, tuple) or not isinstance(entry, tuple)


def matrix_of(raw: Any, value: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ANN401
    """Take a matrix apart so that it is as large as was asked for, if that can be done."""
    found: list[tuple[Any, ...]] = []
    refused: Unreadable | None = None
    for given in ways(raw):
        try:
            rows = _rows(given, value)
        except Unreadable as error:
            refused = refused or error
            continue
        if row_lengths(rows) == row_lengths(value):
            return rows
        found.append(rows)
    if not found and refused is not None:
        raise refused
    return found[0]


def row_lengths(matrix: tuple[Any, ...]) -> tuple[int, ...]:
    """Return how long the rows of a matrix are; what is no row counts as -1."""
    return tuple(len(row) if isinstance(row, tuple) else -1 for row in matrix)


def _rows(given: tuple[Any, ...], value: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cut a long row into those of the matrix, if it has as many numbers."""
    if given and all(isinstance(g, tuple) for g in given):
        return given
    width = len(value[0]) if isinstance(value[0], tuple) else 1
    if all(not isinstance(g, tuple) for g in given) and len(given) == sum(
        len(row) if isinstance(row, tuple) else 1 for row in value
    ):
        return tuple(given[n : n + width] for n in range(0, len(given), width))
    raise Unreadable(
        f"a matrix of {len(value)}x{width} numbers was asked for, such as [[1, 2], [3, 4]]"
    )
