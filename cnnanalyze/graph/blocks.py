"""Blocks: how the members of a part of a network hang together, and when two parts are wired alike.

A part is a sequence of members, each a layer or a group of layers. Parts are equal if their members
are equal, one by one, and are wired alike: that takes time in proportion to the part, where members
in any order would be a matter of isomorphism.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Wiring:
    """How the members of a part hang together, and with everything else."""

    edges: tuple[tuple[int, str, int], ...]
    """From member, layer whose output it is, to member."""
    entries: tuple[tuple[str, int], ...]
    """Layer outside, or an input of the network, and the member that reads it."""
    exits: tuple[tuple[str, int], ...]
    """Layer whose output leaves the part, and the member that holds it."""

    @cached_property
    def is_chain(self) -> bool:
        """Whether each member reads nothing but the one before."""
        return all(b == a + 1 for a, _, b in self.edges) and not any(i for _, i in self.entries)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """What the part reads from outside, each once."""
        return tuple(dict.fromkeys(source for source, _ in self.entries))

    @cached_property
    def form(self) -> tuple[Pairs, Pairs]:
        """Equal for parts that are wired alike, whatever their layers and sources are called.

        The edges, and which member reads which of the sources. What reads a part is no matter of
        its form.
        """
        number: dict[str, int] = {}
        entries = tuple([(number.setdefault(s, len(number)), i) for s, i in self.entries])
        return tuple([(a, b) for a, _, b in self.edges]), entries


def wire(members: Iterable[Sequence[Node]], network: Network) -> Wiring:
    """Return how groups of layers hang together, and with the rest of their network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, {add: [tanh, []]}, softmax]}")
    >>> wiring = wire([[net["add1/1/tanh1"]], [net["add1"]]], net)
    >>> wiring.edges, wiring.entries
    (((0, 'add1/1/tanh1', 1),), (('relu1', 0), ('relu1', 1)))
    """
    groups = list(members)
    at = {node.id: i for i, group in enumerate(groups) for node in group}
    edges: dict[tuple[int, str, int], None] = {}
    entries: dict[tuple[str, int], None] = {}
    exits: dict[tuple[str, int], None] = {}
    outputs, consumers = set(network.outputs), network.consumers
    for i, group in enumerate(groups):
        for node in group:
            for source in node.inputs:
                j = at.get(source)
                if j is None:
                    entries[source, i] = None
                elif j != i:
                    edges[j, source, i] = None
            leaves = node.id in outputs
            for reader in consumers[node.id]:
                leaves = leaves or reader not in at
            if leaves:
                exits[node.id, i] = None
    return Wiring(tuple(edges), tuple(entries), tuple(exits))
