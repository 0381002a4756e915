"""Comparing: is a given answer the right one, and which values would it fit?"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.homework.given import (
    Figure,
    Unreadable,
    choice,
    entries,
    extents,
    figures,
    is_nothing,
    text_of,
)
from cnnanalyze.homework.solution import Nested, Solution, flat
from cnnanalyze.homework.wording import brief, number

Fits = Callable[[Nested], bool]


class Reading(NamedTuple):
    """What a given answer is understood to be."""

    fits: Fits
    """Whether a value is the given one."""
    right: bool
    said: str
    """The answer as it was understood."""
    remarks: tuple[str, ...] = ()
    wrong: tuple[int, ...] = ()
    """In a list: the places of what is wrong."""
    entries: tuple[Fits, ...] = ()
    """In a list: whether a value is the given one, at each place."""


def read(raw: Any, solution: Solution) -> Reading:  # noqa: ANN401 - whatever a file holds
    """Understand an answer in the light of the question.

    Raises
    ------
    Unreadable
        If that cannot be done; the message says why.

    Examples
    --------
    >>> read("1,280", Solution(1280)).right, read("6x28x28", Solution((28, 28, 6), "shape")).remarks
    (True, ('the channels were written first',))
    """
    if solution.value is None or (is_nothing(raw, solution.also) and solution.form == "number"):
        return _nothing(raw, solution)
    match solution.form:
        case "choice":
            given = choice(raw)
            return Reading(lambda v: v is given, given is solution.value, "yes" if given else "no")
        case "words":
            return _words(raw, solution)
        case "shape":
            return _shape(raw, solution.value)
        case "list" | "matrix":
            return _list(raw, solution)
        case _:
            return _number(raw, solution)


def _nothing(raw: Any, solution: Solution) -> Reading:  # noqa: ANN401
    if is_nothing(raw, solution.also):
        return Reading(lambda v: v is None, solution.value is None, "none")
    found = figures(raw)
    return Reading(lambda v: v is not None and _any(found, v), False, _said(found[0]))


def _words(raw: Any, solution: Solution) -> Reading:  # noqa: ANN401
    def plain(text: str) -> str:
        return "".join(text.lower().split()).replace("×", "*")

    given = plain(text_of(raw))
    known = {plain(w) for w in (solution.value, *solution.also)}
    return Reading(lambda v: isinstance(v, str) and plain(v) == given, given in known, text_of(raw))


def _any(found: tuple[Figure, ...], value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return False
    return any(f.agrees(value) for f in found)


def _said(figure: Figure) -> str:
    return f"{number(figure.value)}{'%' if figure.percent else ''}"


def _number(raw: Any, solution: Solution) -> Reading:  # noqa: ANN401
    if isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    remarks: list[str] = []
    try:
        found = figures(raw)
    except Unreadable as error:
        found = _alike(raw, error)
        remarks.append(f"read as {_said(found[0])}, the size of every side")
    found = tuple(_scaled(f, solution.unit) for f in found)
    right = next((f for f in found if f.agrees(solution.value)), None)
    chosen = right or found[0]
    if chosen.remark:
        remarks.append(chosen.remark)
    if len(found) > 1 and chosen is not found[0]:
        remarks.append(f"read as {_said(chosen)}")
    if right is not None and right.value != solution.value and right.step >= 1:
        remarks.append(f"exactly it is {number(solution.value)}")
    return Reading(lambda v: _any(found, v), right is not None, _said(chosen), tuple(remarks))


def _alike(raw: Any, error: Unreadable) -> tuple[Figure, ...]:  # noqa: ANN401
    """Read ``4x4`` where 4 was asked for."""
    try:
        readings = extents(raw)
    except Unreadable:
        raise error from None
    if not isinstance(raw, list | tuple) and not set(text_of(raw)) & set("x×X*"):
        raise error
    for found in readings:
        if len({f.value for f in found}) == 1:
            return (found[0],)
    raise Unreadable(f"'{text_of(raw)}' is more than one number, and one was asked for")


def _scaled(figure: Figure, unit: str) -> Figure:
    """Make a percentage a share, or the other way round, as the question has it."""
    if figure.percent and unit != "%":
        return figure._replace(value=figure.value / 100, step=figure.step / 100, percent=False)
    return figure._replace(percent=unit == "%")


def _shape(raw: Any, value: tuple[int, ...]) -> Reading:  # noqa: ANN401
    readings = extents(raw)
    for found in readings:
        given = tuple(int(f.value) if f.value.denominator == 1 else f.value for f in found)
        for words, other in _orders(given, value):
            if other == value:
                return Reading(lambda v: v == value, True, _sized(given), (words,) if words else ())
    given = tuple(plain(f.value) for f in readings[0])
    several = {tuple(plain(f.value) for f in found) for found in readings}
    close = {found for found in readings if len(found) == len(value)}

    def fits(v: Nested) -> bool:
        if not isinstance(v, tuple):
            return len(given) == 1 and v == given[0]
        spread = [(n,) * (len(v) - 1) + (v[-1],) for n in given] if len(given) == 1 else []
        if v in several or v in spread or (len(given) == len(v) - 1 and v[:-1] in several):
            return True
        return any(
            len(c) == len(v)
            and all(not isinstance(e, tuple) and f.agrees(e) for f, e in zip(c, v, strict=True))
            for c in close
        )

    return Reading(fits, False, _sized(given))


def plain(value: Fraction) -> int | Fraction:
    """Return a fraction as a whole number if it is one."""
    return int(value) if value.denominator == 1 else value


def _sized(given: tuple[Any, ...]) -> str:
    return "x".join(brief(v) for v in given)


def _orders(given: tuple[Any, ...], value: tuple[int, ...]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return a shape in every order in which people write it, and what to remark."""
    found: list[tuple[str, tuple[Any, ...]]] = [("", given)]
    if len(given) == len(value) + 1 and given[0] == 1:
        found.append(("the batch is no part of a shape", given[1:]))
    if len(given) == len(value) and len(value) > 1:
        found.append(("the channels were written first", (*given[1:], given[0])))
    if len(given) == len(value) - 1 and value[-1] == 1:
        found.append(("the one channel was left out", (*given, 1)))
    if len(given) == 1 and len(set(value[:-1])) == 1 and value[-1] == 1:
        found.append(("read as the size of every side", (*given * (len(value) - 1), 1)))
    return found


def _list(raw: Any, solution: Solution) -> Reading:  # noqa: ANN401
    value = solution.value
    given = entries(raw)
    if solution.form == "matrix":
        given = _rows(given, value)
    short = len(given) < len(value)
    if solution.form == "matrix" and _extents(given) != _extents(value):
        return _other_matrix(given, value)
    if len(given) > len(value):
        raise Unreadable(f"{len(given)} entries were given, but {len(value)} were asked for")
    shown = value[: len(given)]
    readings = tuple(_entry(g, v, solution.form) for g, v in zip(given, shown, strict=True))
    wrong = tuple(n for n, r in enumerate(readings) if not r.right)
    remarks = [f"{r.remarks[0]} (entry {n + 1})" for n, r in enumerate(readings) if r.remarks]
    if short:
        remarks.append(f"{len(value)} entries were asked for, and {len(given)} given")

    def fits(v: Nested) -> bool:
        if not isinstance(v, tuple) or len(v) < len(readings):
            return False
        if len(v) != len(value) and len(v) != len(readings):
            return False
        return all(r.fits(one) for r, one in zip(readings, v, strict=False))

    joint = "; " if solution.form == "matrix" else ", "
    said = joint.join(r.said for r in readings)
    entry_fits = tuple(r.fits for r in readings)
    return Reading(fits, not wrong and not short, said, tuple(remarks), wrong, entry_fits)


def _extents(matrix: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(len(row) if isinstance(row, tuple) else -1 for row in matrix)


def _other_matrix(given: tuple[Any, ...], value: Nested) -> Reading:
    """Read a matrix of another size than the right one."""
    rows = tuple(_row(g, ()) for g in given)

    def fits(v: Nested) -> bool:
        return (
            isinstance(v, tuple)
            and len(v) == len(rows)
            and all(r.fits(one) for r, one in zip(rows, v, strict=True))
        )

    sizes = f"{len(given)}x{len(given[0])}", f"{len(value)}x{len(value[0])}"
    remark = f"this is {sizes[0]}, but the output is {sizes[1]}"
    return Reading(fits, False, "; ".join(r.said for r in rows), (remark,))


def _rows(given: tuple[Any, ...], value: Nested) -> tuple[Any, ...]:
    """Cut a long row into those of the matrix, if it has as many numbers."""
    if given and all(isinstance(g, tuple) for g in given):
        return given
    width = len(value[0]) if isinstance(value[0], tuple) else 1
    if all(not isinstance(g, tuple) for g in given) and len(given) == len(list(flat(value))):
        return tuple(given[n : n + width] for n in range(0, len(given), width))
    raise Unreadable(
        f"a matrix of {len(value)}x{width} numbers was asked for, such as [[1, 2], [3, 4]]"
    )


def _entry(raw: Any, value: Any, form: str) -> Reading:  # noqa: ANN401
    if isinstance(value, tuple):
        return _row(raw, value) if form == "matrix" else _shape(raw, value)
    return _number(raw, Solution(value))


def _row(raw: Any, value: tuple[Any, ...]) -> Reading:  # noqa: ANN401
    given = raw if isinstance(raw, tuple) else (raw,)
    found = tuple(figures(g) for g in given)
    right = len(found) == len(value) and all(_any(f, v) for f, v in zip(found, value, strict=False))

    def fits(v: Nested) -> bool:
        return (
            isinstance(v, tuple)
            and len(v) == len(found)
            and all(_any(f, one) for f, one in zip(found, v, strict=True))
        )

    return Reading(fits, right, ", ".join(_said(f[0]) for f in found))
