"""The words and the data of a question: texts, numbers, matrices, networks."""

from __future__ import annotations

import re
from typing import Any

from cnnanalyze.course.sheets.question_data import DataList, QuestionDatum
from cnnanalyze.report.document import (
    Block,
    Group,
    Items,
    Paragraph,
    Part,
    Span,
    lines,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.matrices import matrix

_MATH = re.compile(r"(?<!\\)\$(?=\S)([^$\n]{1,200})(?<=\S)\$(?![0-9])")
"""A formula between dollars, as pandoc finds it: no blank inside of them, no digit after them."""


def mixed(text: str) -> tuple[Part, ...]:
    r"""Return a text of one line whose formulas stand between dollars.

    Examples
    --------
    >>> [part.text for part in mixed("50% of $n_c$ for $5 and $6")]
    ['50% of ', '$n_c$', ' for $5 and $6']
    """
    found: list[Span | Formula] = []
    place = 0
    for formula in _MATH.finditer(text):
        found += [Span(text[place : formula.start()]), Formula(formula[0], formula[1])]
        place = formula.end()
    found.append(Span(text[place:]))
    return tuple(part for part in found if part.text)


def paragraphs(text: str) -> list[Block]:
    r"""Return a text as paragraphs: its line breaks and formulas stay.

    Examples
    --------
    >>> [len(block.text) for block in paragraphs("one\ntwo\n\nthree")]
    [3, 1]
    """
    found = (
        lines(*map(mixed, filter(None, map(str.strip, paragraph.splitlines()))))
        for paragraph in re.split(r"\n[ \t]*\n", text.strip())
    )
    return [Paragraph(said) for said in found if said]


def blocks(givens: DataList) -> tuple[Block, ...]:
    """Return what is given as blocks below a question."""
    short = [f"{g.word} {g.text}" for g in givens if g.text and not g.rows]
    found: list[Block] = [Paragraph(", ".join(short))] if short else []
    for given in givens:
        if given.rows:
            name = f" ({given.text})" if given.text else ""
            found.append(Group(f"{given.word}{name}", (matrix(given.rows),)))
        if given.lines:
            found.append(Items(given.lines, given.word))
    return tuple(found)


def as_data(givens: DataList) -> list[dict[str, Any]]:
    """Return what is given as plain data."""
    return [_data(given) for given in givens]


def _data(given: QuestionDatum) -> dict[str, Any]:
    found: dict[str, Any] = {"word": given.word}
    if given.text:
        found["text"] = given.text
    if given.rows:
        found["rows"] = [list(row) for row in given.rows]
    if given.lines:
        found["lines"] = list(given.lines)
    return found
