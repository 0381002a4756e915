"""The tree of a network: its blocks, stages and branches, by the paths of its layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from cnnanalyze.errors import Call, Mark
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId


@dataclass(frozen=True, eq=False)
class Group:
    """Layers and groups that stand under one path, in an order in which they can run."""

    path: str
    """``stage1/residual2``; nothing for the whole network."""
    name: str
    """What it is called within the group around it: ``residual2``."""
    block: str
    """The block that it is an instance of; nothing for a stage, a branch or the whole."""
    members: tuple[Group | Node, ...]
    mark: Mark | None = None
    """Where its block is called; instances that a repeat lays out have the same."""
    is_branch: bool = False
    """Whether it is a branch of a join, and has a number only."""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All layers in it."""
        return tuple(_nodes(self))

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all layers in it."""
        return frozenset(node.id for node in self.nodes)

    @cached_property
    def sources(self) -> tuple[NodeId, ...]:
        """What it reads from outside, each once, in the order of reading."""
        read = (source for node in self.nodes for source in node.inputs)
        return tuple(dict.fromkeys(source for source in read if source not in self.ids))

    def exits(self, network: Network) -> tuple[NodeId, ...]:
        """Return the layers that are read outside, or are outputs of the network."""
        outputs = set(network.outputs)
        return tuple(
            node.id
            for node in self.nodes
            if node.id in outputs
            or any(reader not in self.ids for reader in network.consumers[node.id])
        )


def _nodes(group: Group) -> Iterator[Node]:
    for member in group.members:
        if isinstance(member, Group):
            yield from _nodes(member)
        else:
            yield member


def group_tree(network: Network) -> Group:
    """Return the groups of a network, each in an order in which its members can run.

    A group that cannot run as a whole, since something outside lies between its layers, is taken
    apart.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> tree = group_tree(cnn.load("zoo:resnet50"))
    >>> [member.name for member in tree.members[:3] if isinstance(member, Group)]
    ['conv1']
    >>> stage = tree.members[3]
    >>> stage.name, [(unit.name, unit.block) for unit in stage.members][:1]
    ('stage1', [('residual1', 'residual')])
    """
    blocks = {call.path: call for node in network.nodes for call in node.chain}
    return _grouped(network.nodes, "", "", blocks, network, is_branch=False)


def _grouped(
    nodes: tuple[Node, ...],
    path: str,
    name: str,
    blocks: Mapping[str, Call],
    network: Network,
    *,
    is_branch: bool,
) -> Group:
    start = len(path) + 1 if path else 0
    parts: dict[str, list[Node]] = {}
    for node in nodes:
        parts.setdefault(_key(node.id, start, network), []).append(node)
    members: list[Group | Node] = []
    for key, found in parts.items():
        if key in network.by_id:
            members.extend(found)
            continue
        inner = _grouped(
            tuple(found),
            key,
            key[start:],
            blocks,
            network,
            is_branch=_is_branch(key, network),
        )
        members.append(inner)
    call = blocks.get(path)
    block, mark = ("", None) if call is None else (call.block, call.mark)
    return Group(path, name, block, _sorted(members), mark, is_branch)


def _key(id: str, start: int, network: Network) -> str:  # noqa: A002 - the word of the language
    """Return the path of the member that a layer belongs to; a branch is one, and its join not."""
    end = id.find("/", start)
    if end < 0:
        return id
    if id[:end] not in network.by_id:
        return id[:end]
    further = id.find("/", end + 1)  # the number of a branch
    return id if further < 0 else id[:further]


def _is_branch(path: str, network: Network) -> bool:
    around, _, last = path.rpartition("/")
    return last.isdigit() and around in network.by_id


def _sorted(members: list[Group | Node]) -> tuple[Group | Node, ...]:
    """Put members into an order in which they can run; take apart what cannot run as a whole."""
    while True:
        holder = {
            node.id: place
            for place, member in enumerate(members)
            for node in (member.nodes if isinstance(member, Group) else (member,))
        }
        waits = [
            {holder[s] for s in _read(member) if s in holder and holder[s] != place}
            for place, member in enumerate(members)
        ]
        readers: list[list[int]] = [[] for _ in members]
        for place, found in enumerate(waits):
            for source in found:
                readers[source].append(place)
        ready = [place for place, found in enumerate(waits) if not found]
        order: list[int] = []
        while ready:
            place = heappop(ready)
            order.append(place)
            for reader in readers[place]:
                waits[reader].discard(place)
                if not waits[reader]:
                    heappush(ready, reader)
        if len(order) == len(members):
            return tuple(members[place] for place in order)
        done = set(order)
        torn = next(
            place
            for place, member in enumerate(members)
            if place not in done and isinstance(member, Group)
        )
        group = members[torn]
        assert isinstance(group, Group)
        members = [*members[:torn], *group.members, *members[torn + 1 :]]


def _read(member: Group | Node) -> tuple[NodeId, ...]:
    return member.sources if isinstance(member, Group) else member.inputs
