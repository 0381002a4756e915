"""Parts: what some steps of a network add to it, by the rules of their layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.quantities import lacking, measure
from cnnanalyze.core.quantities import Quantity, Terms
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Fault
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT

SUMS = (
    "layers",
    "parameters",
    "trainable",
    "non_trainable",
    "weights",
    "biases",
    "activations",
)
"""What every part adds to a network, by the attributes of its total."""
LARGEST = 2**52
"""The largest number of one part: sums of them fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One quantity, and how it is measured."""

    quantity: Quantity
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class Measures:
    """What is asked of every network."""

    asked: tuple[Asked, ...]

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions under which operations are counted."""
        under = (one.quantity.under(one.terms) for one in self.asked)
        return tuple(dict.fromkeys(filter(None, under)))

    @property
    def sums(self) -> tuple[Asked, ...]:
        """What is asked of layers, and of no total, and adds up."""
        return tuple(one for one in self._of_layers if one.quantity.adds_up)

    @property
    def largest(self) -> tuple[Asked, ...]:
        """What is asked of layers, and of no total, of which the most counts."""
        return tuple(one for one in self._of_layers if not one.quantity.adds_up)

    @property
    def _of_layers(self) -> tuple[Asked, ...]:
        return tuple(
            one
            for one in self.asked
            if one.quantity.of_layers is None and one.quantity.of_axes is None
        )


class Part(NamedTuple):
    """What steps make of a shape that comes in, and what they add to a network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.core.quantities import find
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 5x5x1, layers: [{conv: {filters: 1, kernel: 3, padding: 1}}]}"
    ... )
    >>> part = part_of(net.network, Measures((Asked(find("macs")),)))
    >>> both = part.then(part)
    >>> both.sums == part.repeated(2).sums, both.through, both.live == part.live
    (True, 2, True)
    """

    output: Shape
    sums: tuple[int, ...]
    """What they add: :data:`SUMS`, what conventions count, quantities that add up."""
    live: int = 0
    """The most activations that are alive at a time, what comes in among them."""
    through: int = 0
    """Layers with weights on the longest path from what comes in to what comes out."""
    within: int = 0
    """Layers with weights on the longest path anywhere."""
    most: tuple[int, ...] = ()
    """Quantities that do not add up: the most of any layer."""
    trail: tuple[Network, ...] = ()
    """The networks of the steps one after the other, for what units see."""
    is_partial: bool = False
    """Whether some number is only the least that it can be."""

    def then(self, other: Part) -> Part:
        """Return what both do one after the other."""
        return Part(
            other.output,
            tuple([a + b for a, b in zip(self.sums, other.sums, strict=True)]),
            max(self.live, other.live),
            self.through + other.through,
            max(self.within, self.through + other.within),
            tuple([max(a, b) for a, b in zip(self.most, other.most, strict=True)]),
            self.trail + other.trail,
            self.is_partial or other.is_partial,
        )

    def repeated(self, count: int) -> Part:
        """Return what this does so many times in turn; what comes out must be what comes in."""
        return self._replace(
            sums=tuple([count * n for n in self.sums]),
            through=count * self.through,
            within=(count - 1) * self.through + self.within,
            trail=count * self.trail,
        )


def empty_part(shape: Shape, measures: Measures) -> Part:
    """Return the part that has no steps."""
    added = len(measures.conventions) + len(measures.sums)
    return Part(shape, (0,) * (len(SUMS) + added), most=(0,) * len(measures.largest))


class Refusal(Exception):  # noqa: N818 - control flow, never seen outside
    """A part cannot be laid out: what is asked of it does not fit."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def part_of(network: Network, measures: Measures) -> Part:
    """Return what the rules say of a network that stands for a part of another one.

    Raises
    ------
    Refusal
        If a number is out of bounds.
    """
    analysis = analyze(network, fields=False)
    total = analysis.total

    def number(one: Asked) -> int:
        return measure(one.quantity, total, one.terms, least=True) or 0

    sums = (
        *(getattr(total, name) for name in SUMS),
        *(total.counts(name) for name in measures.conventions),
        *(number(one) for one in measures.sums),
    )
    longest: dict[str, int] = {}
    reached: dict[str, int] = {INPUT: 0}
    for facts in analysis:
        node, weighted = facts.node, facts.weighted_layers
        longest[node.id] = weighted + max([longest.get(i, 0) for i in node.inputs], default=0)
        before = [reached[i] for i in node.inputs if i in reached]
        if before:
            reached[node.id] = weighted + max(before)
    last = network.outputs[0]
    part = Part(
        network[last].output,
        sums,
        total.live,
        reached.get(last, 0),
        max(longest.values()),
        tuple(number(one) for one in measures.largest),
        (network,),
        is_partial=bool(analysis.notes)
        or any(lacking(one.quantity, total, one.terms) for one in measures.asked),
    )
    return bound(part)


def bound(part: Part) -> Part:
    """Return a part whose numbers are within bounds.

    Raises
    ------
    Refusal
        If one is not.
    """
    if max(*part.sums, part.live) > LARGEST:
        raise Refusal(too_large())
    return part


def too_large() -> Fault:
    """Return what is wrong with numbers that arrays cannot hold."""
    return Fault(f"a number of it is above 2^{LARGEST.bit_length() - 1}, the bound of a sweep")
