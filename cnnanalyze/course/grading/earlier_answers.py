"""Earlier answers: what a student had before, where it was not right."""

from __future__ import annotations

from typing import NamedTuple

from cnnanalyze.course.misconceptions.solution import Nested
from cnnanalyze.course.sheets.sheet import CombinationBasis
from cnnanalyze.course.sheets.solve import SolvedAnswer

Key = tuple[str, ...]
"""The id of a question, the name of an answer, and the place in a list."""


class EarlierAnswer(NamedTuple):
    """An answer that a student gave before, and that is not the right one."""

    key: Key
    label: str
    given: str
    """As it was written."""
    solved: SolvedAnswer
    value: Nested
    """What it was read as."""


def quantity_of(earlier: EarlierAnswer) -> str:
    """Return what was asked for; nothing of what is made of other answers."""
    about = earlier.solved.ask.about
    return "" if isinstance(about, CombinationBasis) else about.quantity
