"""Earlier answers: wrong answers that later ones may follow from."""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.course.misconceptions.solution import Nested
from cnnanalyze.course.sheets.sheet import CombinationBasis
from cnnanalyze.course.sheets.solve import SolvedAnswer

Key = tuple[str, ...]
"""The id of a question, the name of an answer, and the place in a list."""


class EarlierAnswer(NamedTuple):
    """A wrong answer that a student gave to an earlier question."""

    key: Key
    label: str
    given: str
    """As it was written."""
    solved: SolvedAnswer
    value: Nested
    """Its interpretation."""


def quantity_of(earlier: EarlierAnswer) -> str:
    """Return the quantity that was asked for; nothing of a combination of answers."""
    basis = earlier.solved.request.basis
    return "" if isinstance(basis, CombinationBasis) else basis.quantity
