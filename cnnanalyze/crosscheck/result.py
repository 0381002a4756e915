"""What a cross-check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnnanalyze.crosscheck.claims import ClaimCheck

QUANTITIES = (
    "shape",
    "parameters",
    "operations",
    "receptive field",
    "live activations",
    "refusals",
)
"""What is compared between the books, in the order of printing."""


class Discrepancy(NamedTuple):
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


class Balance(NamedTuple):
    """The outcome of verifying one network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> balance = cnn.verify(cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu]}"))
    >>> balance.is_balanced, balance.discrepancies, dict(balance.compared)["shape"]
    (True, (), 1)
    """

    name: str
    """The name of the network."""
    layers: int
    """How many layers were run."""
    compared: tuple[tuple[str, int], ...]
    """How many entries were compared, for each quantity."""
    discrepancies: tuple[Discrepancy, ...]
    """The entries that differ, each with both numbers."""
    claims: tuple[ClaimCheck, ...] = ()
    """The figures that others printed, checked."""
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
