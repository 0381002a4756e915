"""Entries: lists and matrices split into entries, in every way in which they can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnanalyze.course.written_answers.extents import BETWEEN, without_words
from cnnanalyze.course.written_answers.parser import (
    LONGEST,
    Unreadable,
    bounded,
    result_of,
    text_of,
    truncated,
)

MOST_ENTRIES = 10_000
DEEPEST = 4
"""How deep brackets may be nested."""


def entries(raw: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Return the entries of a list, of a row or of a matrix, not yet read themselves.

    Examples
    --------
    >>> entries("5, 6, 14"), entries("[[1, 2], [3, 4]]"), entries("1 2; 3 4")
    (('5', '6', '14'), (('1', '2'), ('3', '4')), (('1', '2'), ('3', '4')))
    """
    return next(iter(list_readings(raw)))


def list_readings(raw: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    """Yield every way to split a list, the likeliest first.

    Examples
    --------
    >>> list(list_readings("[[1,234, 5]]"))
    [(('1', '234', '5'),), (('1,234', '5'),)]
    >>> list(list_readings("[[1 2] [3 4]]"))[-1]
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
    text = _squared(result_of(text))
    if text.startswith("["):
        yield from dict.fromkeys(_bracketed(text, apart) for apart in (_COMMA, _WIDE, _SPACE))
        return
    yield from dict.fromkeys((_loose(text.strip("() ")), *_otherwise(text.strip("() "))))


def _squared(text: str) -> str:
    """Write the brackets of a list as square ones, with one pair around all.

    Examples
    --------
    >>> _squared("[(4, 4, 2), (7,)]"), _squared("[1, 2], [3, 4]"), _squared("[1 2; 3 4]")
    ('[[4, 4, 2], [7,]]', '[[1, 2], [3, 4]]', '1 2; 3 4')
    """
    if (called := _CALLED.match(text)) is not None and text.endswith(")"):
        text = text[called.end() : -1].strip()
    if text.startswith("{"):
        text = text.replace("{", "[").replace("}", "]")
    opened = _ENTRY.findall(text)
    if (text.count("(") > 1 and "[" not in text) or (
        text.startswith("[") and opened and len(opened) == text.count("(")
    ):
        text = text.replace("(", "[").replace(")", "]")
        text = text if text.startswith("[[") else f"[{text}]"
    if text.startswith("[") and ";" in text and text.count("[") == 1 and text.endswith("]"):
        return text[1:-1].strip()
    return f"[{text}]" if _is_row_of_lists(text) else text


_CALLED = re.compile(r"(?:(?:np|numpy|torch|tf|jnp)\.)?(?:array|tensor|constant)\(", re.IGNORECASE)
"""What libraries print around a list."""
_ENTRY = re.compile(r"[\[(,;]\s?\(")
"""A round bracket that begins an entry, and says nothing about a number before it."""


def _is_row_of_lists(text: str) -> bool:
    """Whether the first bracket is closed before the last list begins: ``[1, 2], [3, 4]``."""
    first = text.find("]")
    return text.startswith("[") and not text.startswith("[[") and "[" in text[first:]


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
    apart = ";" if ";" in text else ","
    if apart in text and "\n" not in text:  # what was left blank keeps its place
        yield tuple(p.strip() for p in text.split(apart))


def _thousands(piece: str) -> list[str]:
    """Keep the groups of a number together between commas with spaces."""
    is_number = re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", piece)
    return [piece] if is_number else [p.strip() for p in piece.split(",")]


def _is_row(raw: Any) -> bool:  # noqa: ANN401
    return isinstance(raw, str) and " " in raw.strip() and not re.search(r"[a-zA-Z(%]", raw)


_COMMA, _WIDE, _SPACE = ",", ", ", " "
"""What stands between two entries in brackets."""


def _bracketed(text: str, apart: str) -> tuple[Any, ...]:
    """Read nested square brackets without evaluating them."""
    stack: list[list[Any]] = []
    word = ""
    top: list[Any] | None = None
    for place, character in enumerate(text):
        follows = text[place + 1 : place + 2]
        if top is not None:
            if not character.isspace():
                raise Unreadable(
                    f"after the last bracket of '{truncated(text)}' there is something else"
                )
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
        raise Unreadable(f"a bracket of '{truncated(text)}' is not closed")
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
    of_numbers = not any(isinstance(v, tuple) for v in value)
    for given in (*(_between_signs(raw) if of_numbers else ()), *list_readings(raw)):
        if len(given) == 1 and isinstance(given[0], tuple) and len(given[0]) == len(value):
            found.append(given[0])
        elif all(isinstance(g, tuple) and len(g) == 1 for g in given):
            found.append(tuple(g[0] for g in given))
        else:
            found.append(given)
    long = [g for g in found if len(g) == len(value)]
    return next((g for g in long if all(map(_suits, g, value))), (long or found)[0])


def _between_signs(raw: Any) -> Iterator[tuple[str, ...]]:  # noqa: ANN401
    """Yield the numbers of ``10x8``, one for each axis."""
    if not isinstance(raw, list | tuple):
        split = BETWEEN.split(without_words(bounded(raw, "a list").strip("()[] ")))
        if len(split) > 1 and all(s.isdecimal() for s in split):
            yield tuple(split)


def _suits(entry: Any, value: Any) -> bool:  # noqa: ANN401
    """Whether an entry is nested where its value is."""
    return isinstance(value, tuple) or not isinstance(entry, tuple)


def matrix_of(raw: Any, value: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ANN401
    """Take a matrix apart so that it is as large as was asked for, if that can be done."""
    found: list[tuple[Any, ...]] = []
    refused: Unreadable | None = None
    for given in list_readings(raw):
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
