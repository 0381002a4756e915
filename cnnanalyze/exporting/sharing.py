"""Which blocks of a network share their weights: wholly, or some of their layers only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnnanalyze.exporting.part import Steps
from cnnanalyze.exporting.tree import Group
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId


@dataclass(frozen=True)
class Sharing:
    """How blocks must be written so that weights can be shared."""

    blocks: frozenset[str]
    """Blocks that are made once and called several times, and those within them."""
    inlined: frozenset[int]
    """Groups, by identity, that must be lines of those around them: some layers share weights."""


def sharing(root: Group, network: Network, steps: Mapping[NodeId, Steps]) -> Sharing:
    """Return how the blocks of a network must be written.

    Parameters
    ----------
    root
        The tree of the network.
    network
        The network.
    steps
        By layer, what it becomes.
    """
    around = dict(_around(root, ()))
    blocks: set[str] = set()
    inlined: set[int] = set()
    for node in network.nodes:
        if node.share is None:
            continue
        own, other = around[node.id], around[node.share]
        common = sum(1 for one, two in zip(own, other, strict=False) if one is two)
        own, other = own[common:], other[common:]
        whole = next(
            (k for k, pair in enumerate(zip(own, other, strict=False)) if _are_twins(*pair, steps)),
            max(len(own), len(other)),
        )
        blocks |= {group.block for group in own[whole : whole + 1]}
        inlined |= {id(group) for group in (*own[:whole], *other[:whole])}
    while (
        more := {
            inner.block
            for groups in around.values()
            for place, outer in enumerate(groups)
            if outer.block in blocks
            for inner in groups[place + 1 :]
        }
        - blocks
    ):
        blocks |= more
    return Sharing(frozenset(blocks), frozenset(inlined))


def _around(group: Group, blocks: tuple[Group, ...]) -> Iterator[tuple[str, tuple[Group, ...]]]:
    """Yield the layers, each with the blocks around it, the outermost first."""
    blocks = (*blocks, group) if group.block else blocks
    for member in group.members:
        if isinstance(member, Group):
            yield from _around(member, blocks)
        else:
            yield member.id, blocks


def _are_twins(one: Group, other: Group, steps: Mapping[NodeId, Steps]) -> bool:
    """Whether a block has all weights of another one, and is the same in all else."""
    if len(one.nodes) != len(other.nodes):
        return False
    names = dict(zip((n.id for n in one.nodes), (n.id for n in other.nodes), strict=True))
    names |= dict(zip(one.sources, other.sources, strict=False))
    return all(
        a.id.removeprefix(one.path) == b.id.removeprefix(other.path)
        and (a.share == (b.share or b.id) or not a.layer.params(*a.input_shapes))
        and tuple(names.get(source) for source in a.inputs) == b.inputs
        and are_same(steps[a.id], steps[b.id])
        for a, b in zip(one.nodes, other.nodes, strict=True)
    )


def are_same(one: Steps, other: Steps) -> bool:
    """Whether two layers are the same, but for their weights."""
    return [(s.module, s.forward, s.values) for s in one] == [
        (s.module, s.forward, s.values) for s in other
    ]
