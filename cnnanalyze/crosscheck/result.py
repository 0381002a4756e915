"""What a cross-check found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnanalyze.core.tabular import Row, Tabular

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


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One entry that differs between the two books.

    Examples
    --------
    >>> print(Discrepancy("conv1", "parameters", "bias", "5", "7"))
    conv1: parameters (bias): by rule 5, observed 7
    """

    node: str
    """The layer."""
    quantity: str
    """What was compared."""
    detail: str
    """Which part of the quantity: a role, an operation, an axis and a unit."""
    by_rule: str
    """What the rules say."""
    observed: str
    """What the run showed."""

    def __str__(self) -> str:
        part = f" ({self.detail})" if self.detail else ""
        return (
            f"{self.node}: {self.quantity}{part}: by rule {self.by_rule}, observed {self.observed}"
        )


@dataclass(frozen=True, repr=False)
class Balance(Tabular):
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
    followed: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()
    """For each input whose receptive fields were observed, how many lines of each axis were
    followed, and of how many."""

    @property
    def is_balanced(self) -> bool:
        """Whether every entry agrees and every claim is as its verdict says."""
        return not self.discrepancies and all(c.is_fine for c in self.claims)

    @property
    def entries(self) -> int:
        """The number of entries compared."""
        return sum(n for _, n in self.compared)

    def rows(self) -> Iterator[Row]:
        """Yield what was compared: each quantity, how many entries, and how many differ."""
        differing = Counter(d.quantity for d in self.discrepancies)
        for quantity, compared in self.compared:
            yield {"quantity": quantity, "compared": compared, "differ": differing[quantity]}

    def lines(self) -> Iterator[str]:
        """Yield in words how many lines of each input were followed to observe receptive fields.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> list(cnn.verify(cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu]}")).lines())
        ['receptive fields by all 5 x 7 lines of the input']
        """
        for name, axes in self.followed:
            whose = f"'{name}'" if len(self.followed) > 1 else "the input"
            counts, sizes = (" x ".join(f"{n:,}" for n in each) for each in zip(*axes, strict=True))
            words = f"all {sizes}" if counts == sizes else f"{counts} of {sizes}"
            yield f"receptive fields by {words} lines of {whose}"

    def headline(self) -> str:
        """Return in one line whether everything agrees."""
        wrong = sum(not c.is_fine for c in self.claims)
        found = [f"{len(self.discrepancies):,} of {self.entries:,} entries differ"]
        found += [f"{wrong} of {len(self.claims)} claims are not as marked"] if self.claims else []
        return f"{self.name}, {self.layers} layers: {', '.join(found)}"
