"""Verdicts: the outcome of each fact of a lecture."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnanalyze.course.lectures.facts import Fact, Lecture

OUTCOMES = {
    "holds": "the package finds what is printed",
    "wrong": "the package finds something else, and the fact is marked so, with the right number",
    "not checked": "there is nothing that the package could compute",
    "fails": "the package finds something else, and the fact is not marked wrong",
    "right though marked wrong": "the package finds what is printed, though it is marked wrong",
    "explained wrongly": "the right number, or the slip, that the file gives is not what comes out",
}
"""What can become of a fact."""

EXPECTED = ("holds", "wrong", "not checked")
"""The outcomes with which all is as it is marked."""


class FactResult(NamedTuple):
    """One fact, the computed value and the outcome."""

    fact: Fact
    computed: Any
    """The answer; nothing if the fact is not checked."""
    outcome: str
    causes: tuple[str, ...] = ()
    """What gives the printed number instead: a mistake, or another question."""

    @property
    def is_fine(self) -> bool:
        """Whether the outcome is what the file says."""
        return self.outcome in EXPECTED


class LectureResult(NamedTuple):
    """A lecture with all its facts recomputed."""

    lecture: Lecture
    rows: tuple[FactResult, ...]

    @property
    def is_fine(self) -> bool:
        """Whether every fact came out as it is marked."""
        return all(row.is_fine for row in self.rows)

    def count(self, outcome: str) -> int:
        """Return how many facts have an outcome."""
        return sum(row.outcome == outcome for row in self.rows)
