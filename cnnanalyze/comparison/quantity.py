"""Quantities that are compared: what each is called, and where its number comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError


class Delta(NamedTuple):
    """One number before and after; nothing where it cannot be counted or there is no layer.

    Examples
    --------
    >>> Delta(20, 25).change, Delta(20, 25).ratio, Delta(20, 25).percent
    (5, Fraction(5, 4), Fraction(25, 1))
    >>> Delta(None, 7).change, Delta(0, 7).ratio
    (7, None)
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

    def __add__(self, other: Delta) -> Delta:  # type: ignore[override]  # sums numbers
        return Delta(_sum(self.before, other.before), _sum(self.after, other.after))


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is other is None else (one or 0) + (other or 0)


class Quantity(NamedTuple):
    """A number of a network that can be compared with another network's."""

    key: str
    title: str
    of_network: Callable[[Analysis], int]
    of_layer: Callable[[NodeFacts], int | None] | None = None
    """What a layer adds to the network's number; nothing where the layers' do not add up."""
    holds_numbers: bool = False
    """Whether these are numbers held in memory, which are printed as bytes."""

    def between(self, before: NodeFacts | None, after: NodeFacts | None) -> Delta:
        """Return what a layer adds before and afterwards."""
        assert self.of_layer is not None
        return Delta(
            None if before is None else self.of_layer(before),
            None if after is None else self.of_layer(after),
        )


def _operations(name: str, key: str, title: str) -> Quantity:
    return Quantity(key, title, lambda a: a.total.operations(name), lambda f: f.operations(name))


PARAMETERS = Quantity(
    "parameters", "parameters", lambda a: a.total.parameters, lambda f: f.learnable
)
MACS = _operations("mac", "macs", "MACs")
QUANTITIES: tuple[Quantity, ...] = (
    Quantity("layers", "layers", len, lambda _: 1),
    PARAMETERS,
    MACS,
    _operations("flop", "flops", "FLOPs"),
    Quantity("activations", "activations", lambda a: a.total.activations, lambda f: f.activations),
    Quantity(
        "weight_memory",
        "weight memory",
        lambda a: a.total.stored,
        lambda f: f.parameters,
        holds_numbers=True,
    ),
    Quantity("peak_memory", "peak memory", lambda a: a.memory.peak, holds_numbers=True),
)
"""What is compared, in the order in which it is printed."""


def quantities(convention: str = "mac") -> tuple[Quantity, ...]:
    """Return what is compared, the count under a chosen convention among it."""
    if convention in {"mac", "flop"}:
        return QUANTITIES
    chosen = _operations(convention, "operations", convention)
    at = QUANTITIES.index(MACS)
    return (*QUANTITIES[:at], chosen, *QUANTITIES[at:])


def choose(key: str, among: Sequence[Quantity] = QUANTITIES) -> Quantity:
    """Return the quantity of a key, or refuse it with the nearest known.

    Examples
    --------
    >>> choose("macs").title
    'MACs'
    """
    known = {q.key: q for q in among}
    if key not in known:
        raise UsageError(
            f"there is no quantity '{key}'{nearest(key, list(known))}",
            help=f"the quantities are {', '.join(known)}",
        )
    return known[key]
