"""The effort of verifying a network, computed by the rules before anything runs.

The unit is a multiply-accumulate in a matrix product. An operation on numbers one by one takes as
long as many of these, since memory is slower than arithmetic; so does a number that is moved.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from cnnanalyze.analysis.receptive_field import Maps
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId

ALLOWED = 200_000_000_000
"""Operations that a run may take, and the observation of receptive fields, unless the user allows
more."""

APART = 16
"""What an operation outside of a matrix product counts, or a number that is moved."""
OF_A_LAYER = 200_000
"""What a layer counts however small it is."""
OF_A_POSITION = 8
"""How often an image is traversed beside the taps, where receptive fields are observed."""
OF_A_UNIT = 100_000
"""What a unit of an axis counts, whose reads both sides give."""

_AT_ONCE = 1 << 22
"""Numbers alive while images run together: few enough to be fast, enough to be worth a run."""


def of_run(analysis: Analysis) -> int:
    """Return the operations that running a network takes.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 7x5x3, layers: [{conv: {filters: 2, kernel: 3}}]}")
    >>> of_run(cnn.analyze(net).analysis)  # 810 in a product, 30 additions, 30 numbers, 56 weights
    202666
    """
    return sum(map(of_layer, analysis))


def of_layer(facts: NodeFacts) -> int:
    """Return the operations that running one layer takes."""
    moved = facts.activations + sum(param.size for param in facts.params)
    if facts.cost is None:
        return OF_A_LAYER + APART * moved
    products, others = facts.cost.mac, sum(facts.cost.counts) - facts.cost.mac
    if not _multiplies_matrices(facts):
        products *= APART
    return OF_A_LAYER + products + APART * (others + moved)


def _multiplies_matrices(facts: NodeFacts) -> bool:
    """Whether more than one number is read for more than one that is written, tap by tap."""
    return any(len(p.shape) > 1 and min(p.shape[-2:]) > 1 for p in facts.tensors)


class FieldEffort(NamedTuple):
    """What observing the receptive fields of a network takes."""

    fixed: int
    """However many lines are followed."""
    of_image: int
    """For every image, in which one line is followed; one more has none."""
    of_run: int
    """For every run of the layers, with as many images as go at once."""
    images: int
    """How many go at once."""
    sizes: tuple[int, ...]
    """The lines along each axis of the input."""

    def of(self, most: int | None) -> int:
        """Return the operations that following some lines of each axis takes, or all lines."""
        images = 1 + sum(n if most is None else min(n, most) for n in self.sizes)
        return self.fixed + images * self.of_image + -(-images // self.images) * self.of_run

    def lines_within(self, operations: int) -> int | None:
        """Return how many lines of each axis can be followed; nothing where all of them can.

        Examples
        --------
        >>> effort = FieldEffort(fixed=1000, of_image=10, of_run=100, images=3, sizes=(7, 5))
        >>> effort.of(None), effort.lines_within(1630), effort.lines_within(1629)
        (1630, None, 6)
        """
        if self.of(None) <= operations:
            return None
        return bisect_right(range(max(self.sizes)), operations, key=self.of) - 1


def of_fields(network: Network, maps: Mapping[str, Maps], of: NodeId | None = None) -> FieldEffort:
    """Return what observing what layers see takes: of the only input, or of one of several."""
    sizes = (network.input if of is None else network.inputs[of].shape).size
    of_image = units = 0
    taps: dict[int, int] = {}
    for node in network:
        own = maps[node.id]  # one object for equal layers
        if id(own) not in taps:
            taps[id(own)] = _taps(own)
        of_image += APART * node.output.positions * (OF_A_POSITION + taps[id(own)])
        units += sum(node.output.size)
    return FieldEffort(
        fixed=OF_A_UNIT * (units + sum(sizes)),
        of_image=of_image,
        of_run=OF_A_LAYER * len(network),
        images=max(1, _AT_ONCE // _positions_alive(network)),
        sizes=sizes,
    )


def _taps(maps: Maps) -> int:
    """Return how many positions an output position reads at most."""
    return max(
        (
            prod(reach.most_taps if isinstance(reach, IndexMap) else 1 for reach in axes)
            for axes in maps or ()
        ),
        default=1,
    )


def _positions_alive(network: Network) -> int:
    """Return how many positions of one image are needed at the same time, whatever they hold."""
    last = {name: place for place, node in enumerate(network) for name in node.inputs}
    positions: dict[str, int] = {
        name: given.shape.positions for name, given in network.inputs.items()
    }
    ends: dict[int, list[str]] = {}
    for name, place in last.items():
        ends.setdefault(place, []).append(name)
    alive = most = sum(positions.values())
    for place, node in enumerate(network):
        positions[node.id] = node.output.positions
        alive += node.output.positions
        most = max(most, alive)
        alive -= sum(positions[name] for name in ends.get(place, ()))
        if node.id not in last:
            alive -= node.output.positions
    return max(1, most)
