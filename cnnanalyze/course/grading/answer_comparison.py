"""Answer comparison: whether an answer is right, and which values it matches."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.course.misconceptions.solution import Nested, Solution, plain
from cnnanalyze.course.sheets.answer_text import answer_text, number_text, short_number, transposed
from cnnanalyze.course.written_answers.entries import fitting, matrix_of, row_lengths
from cnnanalyze.course.written_answers.extents import alike, columns, extents, sides, vector
from cnnanalyze.course.written_answers.parser import (
    LONGEST,
    STRICT,
    AnswerTerms,
    Unreadable,
    WrittenNumber,
    is_empty,
    number_readings,
    text_of,
    truncated,
)
from cnnanalyze.course.written_answers.phrases import choice, clauses, is_nothing, says
from cnnanalyze.course.written_answers.units import PERCENT, factor

Predicate = Callable[[Nested], bool]


class Interpretation(NamedTuple):
    """How an answer is understood."""

    matches: Predicate
    """Whether a value is the given one."""
    right: bool
    answer_text: str
    """The answer as it was understood."""
    remarks: tuple[str, ...] = ()
    wrong: tuple[int, ...] = ()
    """In a list: the places of what is wrong."""
    entries: tuple[Predicate, ...] = ()
    """In a list: whether a value is the given one, at each place."""
    value: Nested = None
    """What is worked on with by whoever has it for the right answer."""


def interpret(raw: Any, solution: Solution, terms: AnswerTerms = STRICT) -> Interpretation:  # noqa: ANN401
    """Interpret an answer, given the solution.

    Parameters
    ----------
    raw
        What was written: a text, or nested lists of texts.
    solution
        The right answer.
    terms
        How closely it must be met, and how it is written.

    Raises
    ------
    Unreadable
        If that cannot be done; the message says why.

    Examples
    --------
    >>> (
    ...     interpret("1,280", Solution(1280)).right,
    ...     interpret("6x28x28", Solution((28, 28, 6), "shape")).remarks,
    ... )
    (True, ('the channels were written first',))
    """
    if isinstance(raw, str) and len(raw) > LONGEST:
        what = {"number": "a number", "shape": "a shape", "list": "a list", "matrix": "a list"}
        raise Unreadable(
            f"{len(raw):,} characters are too long for {what.get(solution.form, 'an answer')}"
        )
    is_number = solution.form == "number"
    if solution.value is None or (is_number and is_nothing(raw)):
        return _nothing(raw, solution, terms)
    if solution.form in {"number", "shape"} and says(raw, solution.also):
        remark = f"rounded down it is {answer_text(solution.value, solution.form)}"
        return Interpretation(lambda v: v == solution.value, True, text_of(raw), (remark,))
    match solution.form:
        case "choice":
            given = choice(raw)
            return Interpretation(
                lambda v: v is given, given is solution.value, "yes" if given else "no"
            )
        case "words":
            return _words(raw, solution)
        case "shape":
            return _shape(raw, solution.value, terms)
        case "list" | "matrix":
            return _list(raw, solution, terms)
        case _:
            return _number(raw, solution, terms)


def _nothing(raw: Any, solution: Solution, terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    if solution.value == 0 and " ".join(clauses(raw)) in _ZERO:
        return Interpretation(lambda v: v == 0, True, "0", ("read as 0",), value=0)
    if is_nothing(raw, solution.also):
        return Interpretation(lambda v: v is None, solution.value is None, "none")
    found = number_readings(raw, solution.unit)
    return Interpretation(lambda v: v is not None and _any(found, v, terms), False, _said(found[0]))


_ZERO = frozenset({"none", "nothing", "no padding"})
"""What may be written for 0."""


def _words(raw: Any, solution: Solution) -> Interpretation:  # noqa: ANN401
    def plainly(text: str) -> str:
        return "".join(text.lower().split()).replace("×", "*").strip("'\"“”.")

    given = plainly(text_of(raw))
    known = {plainly(w) for w in (solution.value, *solution.also)}
    return Interpretation(
        lambda v: isinstance(v, str) and plainly(v) == given, given in known, text_of(raw)
    )


# --- numbers --------------------------------------------------------------------------------------


def _any(found: tuple[WrittenNumber, ...], value: Any, terms: AnswerTerms) -> bool:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return False
    return any(f.agrees(value, terms) for f in found)


def _said(figure: WrittenNumber) -> str:
    return f"{number_text(figure.value)}{'%' if figure.percent else ''}"


def _number(raw: Any, solution: Solution, terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    if isinstance(raw, list | tuple) and len(raw) == 1 and not isinstance(raw[0], list | tuple):
        raw = raw[0]
    remarks: list[str] = []
    try:
        found = number_readings(raw, solution.unit)
    except Unreadable as error:
        if solution.is_vector:
            found = vector(raw, error)
        else:
            found = alike(raw, error)
            remarks.append(f"read as {_said(found[0])}, the size of every side")
    else:
        found = (*sides(raw), *found)
    found = tuple(_scaled(f, solution.unit, terms) for f in found)
    right = next((f for f in found if f.agrees(solution.value, terms)), None)
    if right is None and solution.is_vector:
        found = (*found, *columns(raw))
        right = next((f for f in found if f.agrees(solution.value, terms)), None)
    chosen = right or found[0]
    if right is not None and right.is_doubtful and right.scaled:
        raise Unreadable(_doubt(raw, found[0], right))
    if chosen.remark:
        remarks.append(chosen.remark)
    if len({f.value for f in found}) > 1 and chosen is not found[0]:
        remarks.append(f"read as {_said(chosen)}")
    if right is not None and right.value != solution.value and right.step >= 1:
        remarks.append(f"exactly it is {number_text(solution.value)}")
    return Interpretation(
        lambda v: _any(found, v, terms),
        right is not None,
        _said(chosen),
        tuple(remarks),
        value=plain(chosen.value),
    )


def _doubt(raw: Any, first: WrittenNumber, other: WrittenNumber) -> str:  # noqa: ANN401
    return (
        f"'{truncated(text_of(raw))}' can be read as {number_text(first.value)} and as "
        f"{number_text(other.value)}: write it without a point or comma between thousands"
    )


def _scaled(figure: WrittenNumber, unit: str, terms: AnswerTerms) -> WrittenNumber:
    """Convert a number to the unit of the solution."""
    if figure.percent and unit != PERCENT:
        if terms.unit == PERCENT:  # its decimals are those of the percents
            return _times(figure, Fraction(1, 100))._replace(percent=False)
        return _as_ratio(figure)
    if figure.bare and terms.unit:
        figure = _times(figure, factor(terms.unit, unit))
    return figure._replace(percent=unit == PERCENT)


def _times(figure: WrittenNumber, by: Fraction) -> WrittenNumber:
    return figure._replace(
        value=figure.value * by, step=figure.step * by, scaled=figure.scaled or by > 1
    )


def _as_ratio(percent: WrittenNumber) -> WrittenNumber:
    """Return a percentage as a ratio, which has two more decimals."""
    ratio = _times(percent, Fraction(1, 100))
    return ratio._replace(percent=False, decimals=percent.decimals + 2)


# --- shapes ---------------------------------------------------------------------------------------


def _shape(raw: Any, value: tuple[int, ...], terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    readings = extents(raw)
    for found in readings:
        given = tuple(plain(f.value) for f in found)
        for words, other in _orders(given, value, width_first=terms.width_first):
            if other == value:
                return Interpretation(
                    lambda v: v == value, True, _sized(given), (words,) if words else ()
                )

    def ours(found: tuple[WrittenNumber, ...]) -> tuple[WrittenNumber, ...]:
        return transposed(found) if terms.width_first else found

    readings = tuple(map(ours, readings))
    given = tuple(plain(f.value) for f in readings[0])
    several = {tuple(plain(f.value) for f in found) for found in readings}
    close = {found for found in readings if len(found) == len(value)}

    def matches(v: Nested) -> bool:
        if not isinstance(v, tuple):
            return len(given) == 1 and v == given[0]
        alone = len(given) == 1 and v[-1] == value[-1]
        spread = [(n,) * (len(v) - 1) + (v[-1],) for n in given] if alone else []
        if v in several or v in spread or (len(given) == len(v) - 1 and v[:-1] in several):
            return True
        return any(
            len(c) == len(v)
            and all(not isinstance(e, tuple) and f.agrees(e) for f, e in zip(c, v, strict=True))
            for c in close
        )

    whole = given * (len(value) - 1) if len(given) == 1 else given
    whole = (*whole, value[-1]) if len(whole) == len(value) - 1 else whole
    return Interpretation(matches, False, _sized(given), value=whole)


def _sized(given: tuple[Any, ...]) -> str:
    return "x".join(short_number(v) for v in given)


def _orders(
    given: tuple[Any, ...], value: tuple[int, ...], *, width_first: bool
) -> list[tuple[str, tuple[Any, ...]]]:
    """Return a shape in every order in which people write it, with a remark for each."""

    def ours(shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return transposed(shape) if width_first else shape

    found: list[tuple[str, tuple[Any, ...]]] = [("", ours(given))]
    if len(given) == len(value) + 1 and given[0] == 1:
        words = "the batch is not part of a shape"
        found.append((words, ours(given[1:])))
        found.append((f"{words}, and the channels were written first", (*given[2:], given[1])))
    if len(given) == len(value) and len(value) > 1:
        found.append(("the channels were written first", ours((*given[1:], given[0]))))
    if len(given) == len(value) - 1 and value[-1] == 1:
        found.append(("the one channel was left out", ours((*given, 1))))
    if len(given) == 1 and len(set(value[:-1])) == 1 and value[-1] == 1:
        found.append(("read as the size of every side", (*given * (len(value) - 1), 1)))
    return found


# --- lists and matrices ---------------------------------------------------------------------------


def _list(raw: Any, solution: Solution, terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    value = solution.value
    if solution.form == "matrix":
        given = matrix_of(raw, value)
        if row_lengths(given) != row_lengths(value) and all(isinstance(g, tuple) for g in given):
            return _other_matrix(given, value, terms)
    else:
        given = fitting(raw, value)
    short = len(given) < len(value)
    if len(given) > len(value):
        raise Unreadable(f"{len(given)} entries were given, but {len(value)} were asked for")
    readings = tuple(_entry(g, n, solution, terms) for n, g in enumerate(given))
    wrong = tuple(n for n, r in enumerate(readings) if not r.right)
    remarks = [f"{r.remarks[0]} (entry {n + 1})" for n, r in enumerate(readings) if r.remarks]
    if short:
        remarks.append(f"{len(value)} entries were asked for, and {len(given)} given")

    def matches(v: Nested) -> bool:
        if not isinstance(v, tuple) or len(v) < len(readings):
            return False
        if len(v) != len(value) and len(v) != len(readings):
            return False
        return all(r.matches(one) for r, one in zip(readings, v, strict=False))

    joint = "; " if solution.form == "matrix" else ", "
    said = joint.join(r.answer_text for r in readings)
    entry_fits = tuple(r.matches for r in readings)
    had = tuple(value[n] if r.right else r.value for n, r in enumerate(readings))
    return Interpretation(
        matches, not wrong and not short, said, tuple(remarks), wrong, entry_fits, had
    )


def _other_matrix(given: tuple[Any, ...], value: Nested, terms: AnswerTerms) -> Interpretation:
    """Interpret a matrix that has not the right size."""
    rows = tuple(_row(g, (), terms) for g in given)

    def matches(v: Nested) -> bool:
        return (
            isinstance(v, tuple)
            and len(v) == len(rows)
            and all(r.matches(one) for r, one in zip(rows, v, strict=True))
        )

    sizes = f"{len(given)}x{len(given[0])}", f"{len(value)}x{len(value[0])}"
    remark = f"this is {sizes[0]}, but the output is {sizes[1]}"
    return Interpretation(matches, False, "; ".join(r.answer_text for r in rows), (remark,))


def _entry(raw: Any, place: int, solution: Solution, terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    if is_empty(raw):
        return Interpretation(lambda _: False, False, "–")
    if solution.parts:
        return interpret(raw, solution.parts[place], terms._replace(is_entry=True))
    value = solution.value[place]
    terms = terms._replace(is_entry=True)
    if isinstance(value, tuple) and isinstance(value[0], tuple):
        return _list(raw, Solution(value, solution.form), terms)  # the matrix of one channel
    if isinstance(value, tuple):
        return _row(raw, value, terms) if solution.form == "matrix" else _shape(raw, value, terms)
    return _number(raw, Solution(value, unit=solution.unit), terms)


def _row(raw: Any, value: tuple[Any, ...], terms: AnswerTerms) -> Interpretation:  # noqa: ANN401
    given = raw if isinstance(raw, tuple) else (raw,)
    found = tuple(tuple(_scaled(f, "", STRICT) for f in number_readings(g)) for g in given)
    right = len(found) == len(value) and all(
        _any(f, v, terms) for f, v in zip(found, value, strict=False)
    )

    def matches(v: Nested) -> bool:
        return (
            isinstance(v, tuple)
            and len(v) == len(found)
            and all(_any(f, one, terms) for f, one in zip(found, v, strict=True))
        )

    had = tuple(plain(f[0].value) for f in found)
    return Interpretation(matches, right, ", ".join(_said(f[0]) for f in found), value=had)
