"""What a cross-check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnnanalyze.spec.claims import Claim

QUANTITIES = (
    "shape",
    "parameters",
    "operations",
    "receptive field",
    "live activations",
    "refusals",
)
"""What is compared between the books, in the order of printing."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One entry that differs between the two books."""

    node: str
    quantity: str
    detail: str
    """Which part of the quantity: a role, an operation, an axis and a unit."""
    by_rule: str
    observed: str

    def __str__(self) -> str:
        part = f" ({self.detail})" if self.detail else ""
        return (
            f"{self.node}: {self.quantity}{part}: by rule {self.by_rule}, observed {self.observed}"
        )


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """One printed figure against the computed one."""

    claim: Claim
    computed: str
    outcome: Literal["holds", "fails", "wrong as marked", "right though marked wrong"]

    @property
    def is_fine(self) -> bool:
        """Whether the outcome is what the claim's verdict says."""
        return self.outcome in {"holds", "wrong as marked"}


@dataclass(frozen=True, slots=True)
class Balance:
    """The outcome of verifying one network."""

    name: str
    layers: int
    compared: tuple[tuple[str, int], ...]
    """How many entries were compared, for each quantity."""
    discrepancies: tuple[Discrepancy, ...]
    claims: tuple[ClaimCheck, ...] = ()
    remarks: tuple[str, ...] = ()
    """What was not checked, and why."""

    @property
    def is_balanced(self) -> bool:
        """Whether every entry agrees and every claim is as its verdict says."""
        return not self.discrepancies and all(c.is_fine for c in self.claims)

    @property
    def entries(self) -> int:
        """The number of entries compared."""
        return sum(n for _, n in self.compared)
