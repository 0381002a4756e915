"""Writing: a right answer as it is written down, in the unit, decimals and order of the sheet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnanalyze.course.misconceptions.solution import Solution, plain
from cnnanalyze.course.sheets.wording import brief, listing, number, rounded, say, turned
from cnnanalyze.course.written_answers.parser import AnswerTerms
from cnnanalyze.course.written_answers.units import PERCENT, factor

NONE = "none"
"""What is written where there is no answer."""


def write(solution: Solution, terms: AnswerTerms, *, short: bool = False) -> str:
    """Return an answer as it would be written down; ``short`` as an entry of a list.

    Examples
    --------
    >>> (
    ...     write(Solution(131072, unit="B"), AnswerTerms()),
    ...     write(Solution(131072, unit="B"), AnswerTerms(unit="KiB")),
    ... )
    ('131,072 B', '128 KiB')
    >>> write(Solution((9, 7, 2), "shape"), AnswerTerms(width_first=True))
    '7x9x2'
    """
    value = solution.value
    if value is None:
        return NONE
    if isinstance(value, bool | str):
        return say(value)
    if solution.form == "shape":
        return "x".join(map(number, turned(value) if terms.width_first else value))
    if solution.parts:
        return listing([write(p, terms, short=True) for p in solution.parts])
    if isinstance(value, tuple):
        return say(value, solution.form, decimals=terms.decimals)
    return _number(value, solution.unit, terms, short=short)


def _number(value: int | Fraction, unit: str, terms: AnswerTerms, *, short: bool) -> str:
    if terms.unit:
        value = plain(Fraction(value) / factor(terms.unit, unit))
        unit = terms.unit
    if terms.decimals is not None:
        text = rounded(value, terms.decimals)
    else:
        text = brief(value) if short or unit else number(value)
    return f"{text}{'' if unit == PERCENT else ' ' if unit else ''}{unit}"


def data(solution: Solution, terms: AnswerTerms) -> Any:  # noqa: ANN401 - plain data
    """Return an answer as nested lists of numbers and texts, in the same order and unit.

    Examples
    --------
    >>> terms = AnswerTerms(width_first=True)
    >>> data(Solution((9, 7, 2), "shape"), terms), data(Solution(None), AnswerTerms())
    ([7, 9, 2], 'none')
    """
    value = solution.value
    if value is None:
        return NONE
    if solution.form == "shape":
        return list(turned(value) if terms.width_first else value)
    if solution.parts:
        return [data(p, terms) for p in solution.parts]
    if terms.unit and isinstance(value, int | Fraction) and not isinstance(value, bool):
        return plain(Fraction(value) / factor(terms.unit, solution.unit))
    return value
