"""Answer key: right answers in the unit, decimals and order of the sheet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnanalyze.course.misconceptions.solution import Solution, plain
from cnnanalyze.course.sheets.answer_text import (
    answer_text,
    list_text,
    number_text,
    rounded,
    short_number,
    transposed,
)
from cnnanalyze.course.written_answers.parser import AnswerTerms
from cnnanalyze.course.written_answers.units import PERCENT, factor

NONE = "none"
"""What is written where there is no answer."""


def written_answer(solution: Solution, terms: AnswerTerms, *, short: bool = False) -> str:
    """Return an answer as text, ``short`` as an entry of a list.

    Examples
    --------
    >>> (
    ...     written_answer(Solution(131072, unit="B"), AnswerTerms()),
    ...     written_answer(Solution(131072, unit="B"), AnswerTerms(unit="KiB")),
    ... )
    ('131,072 B', '128 KiB')
    >>> written_answer(Solution((9, 7, 2), "shape"), AnswerTerms(width_first=True))
    '7x9x2'
    """
    value = solution.value
    if value is None:
        return NONE
    if isinstance(value, bool | str):
        return answer_text(value)
    if solution.form == "shape":
        return "x".join(map(number_text, transposed(value) if terms.width_first else value))
    if solution.parts:
        return list_text([written_answer(p, terms, short=True) for p in solution.parts])
    if isinstance(value, tuple):
        return answer_text(value, solution.form, decimals=terms.decimals)
    return _number(value, solution.unit, terms, short=short)


def _number(value: int | Fraction, unit: str, terms: AnswerTerms, *, short: bool) -> str:
    if terms.unit:
        value = plain(Fraction(value) / factor(terms.unit, unit))
        unit = terms.unit
    if terms.decimals is not None:
        text = rounded(value, terms.decimals)
    else:
        text = short_number(value) if short or unit else number_text(value)
    return f"{text}{'' if unit == PERCENT else ' ' if unit else ''}{unit}"


def answer_data(solution: Solution, terms: AnswerTerms) -> Any:  # noqa: ANN401 - plain data
    """Return an answer as nested lists of numbers and texts, in the same order and unit.

    Examples
    --------
    >>> terms = AnswerTerms(width_first=True)
    >>> answer_data(Solution((9, 7, 2), "shape"), terms), answer_data(Solution(None), AnswerTerms())
    ([7, 9, 2], 'none')
    """
    value = solution.value
    if value is None:
        return NONE
    if solution.form == "shape":
        return list(transposed(value) if terms.width_first else value)
    if solution.parts:
        return [answer_data(p, terms) for p in solution.parts]
    if terms.unit and isinstance(value, int | Fraction) and not isinstance(value, bool):
        return plain(Fraction(value) / factor(terms.unit, solution.unit))
    return value
