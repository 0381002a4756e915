"""Quantities that are compared, and by how much two numbers differ."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cnnanalyze.analysis.result import NodeFacts
from cnnanalyze.core.conventions import DEFAULT
from cnnanalyze.core.quantities import QUANTITIES, Quantity, Terms, counted_under, rows


@dataclass(frozen=True, slots=True)
class Delta:
    """One number before and after; nothing where it cannot be counted or there is no layer.

    Examples
    --------
    >>> Delta(20, 25).change, Delta(20, 25).ratio, Delta(20, 25).percent
    (5, Fraction(5, 4), Fraction(25, 1))
    >>> Delta(None, 7).change, Delta(0, 7).ratio, Delta(None, 7).times(3)
    (7, None, Delta(before=None, after=21))
    """

    before: int | None
    after: int | None

    @property
    def change(self) -> int:
        """How much more it is afterwards; what is not there counts nothing."""
        return (self.after or 0) - (self.before or 0)

    @property
    def ratio(self) -> Fraction | None:
        """How many times as much it is afterwards; nothing if there was none before."""
        return Fraction(self.after or 0, self.before) if self.before else None

    @property
    def percent(self) -> Fraction | None:
        """How much more it is afterwards, in percent of what it was."""
        return None if self.ratio is None else 100 * (self.ratio - 1)

    def times(self, number: int) -> Delta:
        """Return what so many such changes come to."""
        return Delta(*(None if n is None else number * n for n in (self.before, self.after)))

    def __add__(self, other: Delta) -> Delta:
        return Delta(_sum(self.before, other.before), _sum(self.after, other.after))


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is other is None else (one or 0) + (other or 0)


SHOWN = (
    "layers",
    "parameters",
    "macs",
    "flops",
    "activations",
    "weight_memory",
    "peak_memory",
)
"""What is shown unasked, in order."""


def shown(convention: str = DEFAULT) -> tuple[Quantity, ...]:
    """Return what is shown of a comparison, the count under a chosen convention among it.

    Examples
    --------
    >>> [quantity.title for quantity in shown("torchinfo")][1:4]
    ['parameters', 'torchinfo', 'MACs']
    """
    found = [QUANTITIES[key] for key in SHOWN]
    if (chosen := counted_under(convention)) not in found:
        found.insert(SHOWN.index("macs"), chosen)
    return tuple(found)


def compared(convention: str = DEFAULT) -> tuple[Quantity, ...]:
    """Return everything that can be compared: every exact quantity of the table."""
    chosen = counted_under(convention)
    every = (chosen if row.key == chosen.key else row for row in rows(exact=True))
    return tuple(q for q in every if q.key != "operations" or q == chosen)


def summed(convention: str = DEFAULT) -> tuple[Quantity, ...]:
    """Return those to whose total every layer adds something.

    Examples
    --------
    >>> [quantity.key for quantity in summed() if quantity.is_memory]
    ['weight_memory']
    """
    every = (q for q in compared(convention) if q.of_layer is not None and q.adds_up)
    return tuple(q for q in every if not q.of_place)


def between(
    quantity: Quantity, before: NodeFacts | None, after: NodeFacts | None, terms: Terms
) -> Delta:
    """Return what a layer adds before and afterwards."""
    assert quantity.of_layer is not None
    return Delta(
        None if before is None else quantity.of_layer(before, terms),
        None if after is None else quantity.of_layer(after, terms),
    )
