"""Placement: networks by what they cost, and where one stands among others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import floor, hypot, log10, prod
from typing import NamedTuple

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.core.spelling import count_of
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.numbers import short
from cnnanalyze.report.totals_text import field_size

FEWEST_PARAMETERS = 10_000
"""Smaller networks are left out of pictures: they would leave next to no room for the others."""
NEAR = 3
"""How many neighbours are named."""
FEW = 3
"""Among fewer others, where a network stands says nothing."""


class PlacedNetwork(NamedTuple):
    """A network, and the numbers by which it has its place in a picture."""

    name: str
    """What the zoo, or the file of its page, is called."""
    title: str
    family: str
    year: int | None
    parameters: int
    macs: int
    activations: int
    field: str
    """The receptive field of the last spatial layer, in words."""
    seen: int
    """The positions in that field, of the input that it sees most of; 0 if it has none."""
    is_own: bool = False
    """Whether it is a reader's own, among the others."""

    @property
    def has_place(self) -> bool:
        """Whether logarithmic axes have a place for it."""
        return self.parameters > 0 and self.macs > 0

    @property
    def is_shown(self) -> bool:
        """Whether a picture shows it."""
        return self.has_place and (self.is_own or self.parameters >= FEWEST_PARAMETERS)

    @property
    def told(self) -> str:
        """Its name and its numbers, in a line.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> place("lenet5", cnn.analyze("zoo:lenet5").analysis).told
        'LeNet-5, 1998: 60 k parameters, 326.5 k MACs, 16.18 k activations, field 32'
        """
        when = f", {self.year}" if self.year else ""
        field = f", field {self.field}" if self.field else ""
        return (
            f"{self.title}{when}: {short(self.parameters)} parameters, {short(self.macs)} MACs, "
            f"{short(self.activations)} activations{field}"
        )

    def distance(self, other: PlacedNetwork) -> float:
        """Return how far another network is away, in powers of ten of both costs."""
        return hypot(
            log10(self.parameters) - log10(other.parameters), log10(self.macs) - log10(other.macs)
        )


def place(name: str, analysis: Analysis, *, is_own: bool = False) -> PlacedNetwork:
    """Return a network with the numbers by which it has its place."""
    spec, total = spec_of(analysis.network), analysis.total
    return PlacedNetwork(
        name,
        analysis.network.name,
        spec.text("family"),
        spec.year,
        total.parameters,
        total.operations("mac"),
        total.activations,
        field_size(analysis),
        seen_positions(analysis),
        is_own,
    )


def seen_positions(analysis: Analysis) -> int:
    """Return how many positions of an input the last spatial layer sees, over borders.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> seen_positions(cnn.analyze("zoo:vgg16").analysis) == 212 * 212
    True
    """
    last = (last_spatial(image) for image in seen_inputs(analysis))
    return max(
        (prod(f.local.size for f in facts.fields) for facts in last if facts and facts.fields),
        default=0,
    )


class Rank(NamedTuple):
    """Where a network stands by one number, among all of them."""

    words: str
    """What the number is."""
    value: int
    below: int
    """How many others have less."""
    equal: int
    """How many others have just as much."""
    others: int

    @property
    def text(self) -> str:
        """The rank in words.

        Examples
        --------
        >>> Rank("parameters", 25_557_032, 61, 0, 117).text
        '25.56 M parameters, more than 61 of the other 117'
        >>> Rank("MACs", 9_000, 0, 1, 117).text
        '9 k MACs, more than none of the other 117 and as many as 1'
        """
        as_many = f" and as many as {self.equal}" if self.equal else ""
        return (
            f"{short(self.value)} {self.words}, more than {self.below or 'none'} of "
            f"the other {self.others}{as_many}"
        )


class Standing(NamedTuple):
    """Where one network stands among others."""

    network: PlacedNetwork
    ranks: Mapping[str, Rank]
    """By each of :data:`MEASURED`."""
    neighbours: tuple[PlacedNetwork, ...]
    """Those nearest by parameters and MACs, the nearest first."""
    family: str
    """Where it stands in its family, in words; nothing if it is alone there."""

    @property
    def text(self) -> str:
        """Where it stands, in a sentence or three."""
        found = "; ".join(rank.text for rank in self.ranks.values()) + "."
        if self.neighbours:
            near = ", ".join(_ratio(self.network, n) for n in self.neighbours)
            found += f" Nearest by both: {near}."
        return found + (f" {self.family}" if self.family else "")


MEASURED = {"parameters": "parameters", "macs": "MACs", "activations": "activations"}
"""What networks are ranked by, with its word."""


def standing(network: PlacedNetwork, among: Iterable[PlacedNetwork]) -> Standing | None:
    """Return where a network stands among others; nothing if they are too few.

    Parameters
    ----------
    network
        The network.
    among
        All networks; if it is one of them, it is not compared with itself. Readers' own networks
        are left out.
    """
    others = [n for n in among if not n.is_own and n.name != network.name]
    if len(others) < FEW:
        return None
    ranks = {}
    for key, words in MEASURED.items():
        value, values = getattr(network, key), [getattr(n, key) for n in others]
        below, equal = sum(v < value for v in values), values.count(value)
        ranks[key] = Rank(words, value, below, equal, len(others))
    near = [n for n in others if n.has_place] if network.has_place else []
    neighbours = sorted(near, key=lambda n: (network.distance(n), n.name))[:NEAR]
    return Standing(network, ranks, tuple(neighbours), _in_family(network, others))


def _in_family(network: PlacedNetwork, others: Sequence[PlacedNetwork]) -> str:
    family = [n for n in others if n.family == network.family and n.family]
    if not family:
        return ""
    more = sum(n.macs > network.macs for n in family)
    costlier = "none costs" if not more else f"{more} {'costs' if more == 1 else 'cost'}"
    return (
        f"Of the {count_of(len(family), 'other')} of the family {network.family}, "
        f"{costlier} more MACs."
    )


def _ratio(network: PlacedNetwork, other: PlacedNetwork) -> str:
    """Return a neighbour with what it has of each cost."""
    parameters, macs = other.parameters / network.parameters, other.macs / network.macs
    return f"{other.title} ({_times(parameters)} the parameters, {_times(macs)} the MACs)"


def _times(ratio: float) -> str:
    """Return a ratio to about three digits.

    Examples
    --------
    >>> _times(1.004), _times(58.32), _times(1275.2), _times(0.00051)
    ('1.00 ×', '58.3 ×', '1,275 ×', '0.000510 ×')
    """
    whole = floor(log10(ratio))
    if whole >= DIGITS - 1:
        return f"{ratio:,.0f} ×"
    return f"{ratio:.{DIGITS - 1 - whole}f} ×"


DIGITS = 3
