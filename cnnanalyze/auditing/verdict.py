"""Verdicts: what became of each printed figure, and what would explain those that do not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cnnanalyze.language.claims import Claim

OUTCOMES = {
    "holds": "the computed figure could have been printed so",
    "holds under": "it could under a convention, which is named",
    "wrong": "it could not, and what explains the printed one is named",
    "not reproduced": "it could not, and nothing that was tried explains the printed one",
    "right though marked wrong": "it holds, though the spec marks it wrong",
}
"""What can become of a figure."""


FEW_DIGITS = 3
"""So short a figure leaves a gap of at least one in a thousand, and some dozen counts are tried."""


class Cause(NamedTuple):
    """Something that reproduces a printed figure to its printed precision."""

    words: str
    """What was counted, or how: a clause without a verb of its own."""
    computed: str
    """The figure that results."""
    rank: float
    """How far-fetched it is; the most plausible cause has the lowest."""
    convention: str = ""
    """The convention, if counting under it is all that it takes."""
    slip: str = ""
    """The name of what was tried, the same for all figures that it explains."""


class Verdict(NamedTuple):
    """One printed figure, what is computed for it, and what became of it."""

    claim: Claim
    network: str
    """The spec that it was held against."""
    computed: str
    outcome: str
    causes: tuple[Cause, ...] = ()
    """What reproduces the printed figure, the most plausible first; empty where it holds."""
    tried: int = 0
    """How many other counts were held against it."""
    alone: bool = True
    """Whether the first cause explains no other figure of the same source."""

    @property
    def may_be_chance(self) -> bool:
        """Whether a figure of so few digits may agree with one of the tried counts by accident.

        A convention that the spec names, or a cause that explains two figures, is no accident.
        """
        figure = self.claim.figure
        return (
            bool(self.causes) and self.alone and figure is not None and figure.digits <= FEW_DIGITS
        )

    @property
    def convention(self) -> str:
        """The convention under which the figure holds, if it takes one."""
        if self.outcome == "holds under":
            return self.causes[0].convention if self.causes else self.claim.convention
        return ""

    @property
    def holds_as_said(self) -> bool:
        """Whether it holds just as the spec says, under the convention that it names, if any."""
        return self.outcome in {"holds", "holds under"} and not self.causes and self.is_fine

    @property
    def is_fine(self) -> bool:
        """Whether the outcome is what the spec says of the figure."""
        if self.claim.verdict == "wrong":
            return self.outcome != "right though marked wrong"
        # Under another convention than its own a figure holds only once the spec says so.
        return self.outcome == "holds" or (self.outcome == "holds under" and not self.causes)


@dataclass(frozen=True, slots=True)
class Audit:
    """The verdicts on all figures that a spec, or a table of several networks, carries."""

    name: str
    rows: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()
    """What was left out, and why."""

    @property
    def is_fine(self) -> bool:
        """Whether every outcome is what is marked."""
        return all(row.is_fine for row in self.rows)

    def count(self, outcome: str) -> int:
        """Return how many figures came out so."""
        return sum(row.outcome == outcome for row in self.rows)
