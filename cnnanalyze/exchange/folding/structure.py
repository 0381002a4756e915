"""Structure: layers that are wired by names become lists in lists, which need few names.

Chains are put together, and a join takes in the branches that lead to it, wherever these leave from
one place. What has one way in and one way out is then a step like others. In what is left, only
those steps have names that several read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from cnnanalyze.exchange.folding.step import ENTRY, REGION, Branch, Step, Steps
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, Node
from cnnanalyze.language.writer import attributes_of
from cnnanalyze.layers.attributes import as_tuples
from cnnanalyze.layers.base import KINDS

_DEEPEST = 12
"""How deep lists may lie in lists; a reader follows fewer."""
_DEEPEST_ABSORBED = 2
"""How deep lists may lie in a branch that begins somewhere else than its join."""
_SEVERAL = 2
"""So many inputs make a join of a layer, or leave open which one the first step reads."""


@dataclass
class _Chain:
    """Steps, each of which reads the one before; the first one may read several things."""

    id: str
    """The id of its last layer."""
    steps: list[Step]
    inputs: list[str]
    """What the first step reads, by ids."""
    order: int
    """The place of its last layer in the network."""
    depth: int = 0
    """How deep lists lie in lists."""
    absorbed: dict[str, _Chain] = field(default_factory=dict)
    """By id: the chains that lead nowhere else than to its first step."""

    @property
    def is_open(self) -> bool:
        """Whether the first step is a join without its branches."""
        return len(self.inputs) >= _SEVERAL

    @property
    def takes_branches(self) -> bool:
        """Whether the first step may be written with its branches: it has no attributes."""
        return self.is_open and not self.steps[0].values


@dataclass(frozen=True)
class Structure:
    """A network in lists.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, {add: [tanh, []]}, softmax]}")
    >>> [(step.word, len(step.branches)) for step in structure_of(net).steps]
    [('relu', 0), ('add', 2), ('softmax', 0)]
    """

    steps: Steps
    outputs: tuple[str, ...]
    """Names of the outputs; nothing if that is the last step alone."""


def structure_of(network: Network) -> Structure:
    """Return the lists of a network."""
    return _Reduction(network).structure()


class _Reduction:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.sharing = _sharing(network)
        last = network.nodes[-1].id if network.nodes else ""
        ends = () if network.outputs == (last,) else network.outputs
        self.pinned = self.sharing.keys() | set(ends)
        """Layers that do not stand in branches: others are to find their names."""
        self.dominators = _dominators(network)
        self.chains: dict[str, _Chain] = {
            node.id: _Chain(node.id, [_step(node)], list(node.inputs), order)
            for order, node in enumerate(network)
        }
        self.users: dict[str, list[str]] = {
            source: [] for source in (*network.inputs, *self.chains)
        }
        """What reads an input or a chain, as often as it does."""
        for node in network:
            for source in node.inputs:
                self.users[source].append(node.id)

    def structure(self) -> Structure:
        """Reduce all, and lay out what is left."""
        for node in self.network:
            self.reduce(self.chains[node.id])
        left = sorted(self.chains.values(), key=lambda chain: chain.order)
        inputs = list(self.network.inputs)
        is_only = len(inputs) < _SEVERAL
        named: dict[str, str] = {source: INPUT if is_only else source for source in inputs}
        outputs: tuple[str, ...] = self.network.outputs
        if outputs == (left[-1].id,):
            outputs = ()
        entry = inputs[0] if is_only else None
        steps, names = self.lay_out(left, entry, named, outputs, _free(named.values()))
        return Structure(steps, tuple(names[output] for output in outputs))

    def reduce(self, chain: _Chain) -> None:
        """Put a chain together with what leads to it, as far as that can be done."""
        while True:
            if chain.is_open:
                if not (self.close(chain) or self.enclose(chain)):
                    return
            elif not self.lengthen(chain):
                return

    def is_only_read_by(self, source: str, chain: _Chain) -> bool:
        """Whether what a chain reads is a chain that leads nowhere else."""
        return (
            source in self.chains and source not in self.pinned and self.users[source] == [chain.id]
        )

    def lengthen(self, chain: _Chain) -> bool:
        """Put the chain before it in front of a chain."""
        (source,) = chain.inputs
        if not self.is_only_read_by(source, chain):
            return False
        before = self.chains.pop(source)
        chain.steps = before.steps + chain.steps
        chain.inputs = before.inputs
        chain.depth = max(chain.depth, before.depth)
        self.rename_user(before, chain)
        return not chain.is_open

    def rename_user(self, old: _Chain, new: _Chain) -> None:
        for source in dict.fromkeys(old.inputs):
            self.users[source] = [new.id if u == old.id else u for u in self.users[source]]

    def close(self, chain: _Chain) -> bool:
        """Take the branches of a join in, if all leave from one place."""
        if not chain.takes_branches:
            return False
        branches: list[Branch] = []
        starts: set[str] = set()
        taken: list[str] = []
        for source in chain.inputs:
            branch = self.chains.get(source)
            if branch is None or branch.is_open or not self.is_only_read_by(source, chain):
                branches.append(())
                starts.add(source)
            else:
                branches.append(tuple(branch.steps))
                starts.add(branch.inputs[0])
                taken.append(source)
        if len(starts) > 1 or any(self.chains[source].depth >= _DEEPEST for source in taken):
            return False
        (start,) = starts
        first = replace(
            chain.steps[0], branches=tuple(branches), read=self.network.shape_of(start).channels
        )
        self.replace_first(chain, first, start, taken)
        return True

    def replace_first(self, chain: _Chain, first: Step, start: str, taken: Collection[str]) -> None:
        """Let a chain begin with a step that reads one thing and holds others."""
        chain.steps[0] = first
        chain.inputs = [start]
        chain.depth = 1 + max((self.chains[source].depth for source in taken), default=0)
        for source in taken:
            del self.chains[source]
        gone = {*taken, chain.id}
        self.users[start] = [u for u in self.users[start] if u not in gone] + [chain.id]

    def enclose(self, chain: _Chain) -> bool:
        """Make one step of all between a chain and the place through which everything comes in."""
        start = self.dominators.get(chain.id)
        if start is None or (start not in self.chains and start not in self.network.inputs):
            return False
        inside: dict[str, _Chain] = {}
        waiting = list(chain.inputs)
        while waiting:
            source = waiting.pop()
            if source == start or source in inside:
                continue
            found = self.chains.get(source)
            if found is None or source in self.network.outputs:
                return False
            if found.depth >= _DEEPEST:
                return False
            inside[source] = found
            waiting += found.inputs
        if any(u != chain.id and u not in inside for id_ in inside for u in self.users[id_]):
            return False
        if any(not inside.keys() >= self.sharing.get(id_, set()) for id_ in inside):
            return False
        members = sorted(inside.values(), key=lambda one: one.order)
        head = _Chain(chain.id, chain.steps[:1], chain.inputs, chain.order)
        steps, _ = self.lay_out([*members, head], start, {start: ENTRY}, (), _letters())
        paths = tuple(path for step in steps for path in step.paths)
        region = Step(
            REGION,
            branches=(steps,),
            read=self.network.shape_of(start).channels,
            made=head.steps[-1].made,
            paths=paths,
        )
        self.replace_first(chain, region, start, inside)
        return True

    # --- lists with names ------------------------------------------------------------------------

    def lay_out(
        self,
        chains: list[_Chain],
        entry: str | None,
        named: dict[str, str],
        outputs: tuple[str, ...],
        free: Iterator[str],
    ) -> tuple[Steps, dict[str, str]]:
        """Return chains as one list, and the names of what is read by name in it.

        Parameters
        ----------
        chains
            In an order in which each reads what comes before it.
        entry
            What the first step reads if it does not say so; nothing if it has to.
        named
            The names of what comes in.
        outputs
            What needs a name besides.
        free
            Names for steps.
        """
        left = self.absorb(chains)
        asked: set[str] = {*outputs, *self.shared(left)}

        def ask(id_: str) -> str:
            asked.add(id_)
            return id_

        self.write(left, entry, ask)
        names = dict(named)
        for chain in left:
            if chain.id in asked:
                names[chain.id] = next(free)
        return tuple(self.write(left, entry, names.__getitem__, names)), names

    def shared(self, chains: list[_Chain]) -> Iterator[str]:
        """Return the layers whose weights others use."""
        there = {chain.id for chain in chains}
        return (id_ for id_ in self.network.shared if id_ in there)

    def absorb(self, chains: list[_Chain]) -> list[_Chain]:
        """Let joins take in the chains that lead nowhere else; return those that are left."""
        left = {chain.id: chain for chain in chains}
        for chain in chains:
            if chain.takes_branches:
                for source in chain.inputs:
                    other = left.get(source)
                    if other is None or not self.is_only_read_by(source, chain):
                        continue
                    if other.depth < _DEEPEST_ABSORBED:
                        chain.absorbed[source] = left.pop(source)
                        chain.depth = max(chain.depth, other.depth + 1)
        return list(left.values())

    def write(
        self,
        chains: list[_Chain],
        entry: str | None,
        name: Callable[[str], str],
        names: dict[str, str] | None = None,
    ) -> list[Step]:
        steps: list[Step] = []
        before = entry
        for chain in chains:
            written = self.write_chain(chain, before, name)
            if names is not None:
                last = replace(written[-1], name=names.get(chain.id, ""))
                written[-1] = self.with_share(last, chain.id, name)
            steps += written
            before = chain.id
        return steps

    def with_share(self, step: Step, id_: str, name: Callable[[str], str]) -> Step:
        owner = self.network[id_].share
        if owner is None:
            return step
        return replace(step, marks=(*step.marks, ("share", name(owner))))

    def write_chain(
        self, chain: _Chain, before: str | None, name: Callable[[str], str]
    ) -> list[Step]:
        first, *rest = chain.steps
        if not chain.is_open:
            (source,) = chain.inputs
            sources: tuple[str, ...] = () if source == before else (name(source),)
        elif not chain.takes_branches:
            sources = tuple(map(name, chain.inputs))
        else:
            start = before if before is not None else _start(chain)
            sources = () if start == before else (name(start),)
            branches: list[Branch] = []
            for source in chain.inputs:
                if source in chain.absorbed:
                    inner = self.write_chain(chain.absorbed[source], start, name)
                    branches.append(tuple(inner))
                else:
                    branches.append(() if source == start else name(source))
            first = replace(
                first,
                branches=tuple(branches),
                read=self.network.shape_of(start).channels,
            )
        return [replace(first, sources=sources), *rest]


def _start(chain: _Chain) -> str:
    """Return something that a join reads, or that one of its branches does."""
    source = chain.inputs[0]
    return _start(chain.absorbed[source]) if source in chain.absorbed else source


def _letters() -> Iterator[str]:
    letters = [letter for letter in "abcdefghijklmnopqrstuvw" if KINDS.get(letter) is None]
    yield from letters
    for number in count(2):
        yield from (f"{letter}{number}" for letter in letters)


def _free(taken: Collection[str]) -> Iterator[str]:
    words = {INPUT, *taken}
    return (name for name in (f"map{number}" for number in count(1)) if name not in words)


def _step(node: Node) -> Step:
    """Return a layer as a step."""
    marks: list[tuple[str, object]] = [("frozen", True)] if node.frozen else []
    if node.given:
        marks.append(("weights", tuple((given.role, given.values) for given in node.given)))
    values = attributes_of(node.layer)
    names = sorted(values, key=lambda name: name != node.layer.principal)
    return Step(
        node.kind,
        tuple((name, as_tuples(values[name])) for name in names),
        marks=tuple(marks),
        read=node.input_shapes[0].channels,
        made=node.output.channels,
        paths=(node.id,),
    )


def _sharing(network: Network) -> dict[str, set[str]]:
    """Return, for every layer that shares weights, all layers that use the same."""
    groups: dict[str, set[str]] = {}
    for node in network:
        if node.share is not None:
            groups.setdefault(node.share, {node.share}).add(node.id)
    return {member: group for group in groups.values() for member in group}


def _dominators(network: Network) -> dict[str, str | None]:
    """Return, for every layer, the last input or layer through which everything comes to it.

    Nothing stands for what has its roots in several inputs.
    """
    depths: dict[str | None, int] = {None: 0} | dict.fromkeys(network.inputs, 1)
    found: dict[str, str | None] = dict.fromkeys(network.inputs)
    for node in network:
        common: str | None = node.inputs[0]
        for other in node.inputs[1:]:
            place: str | None = other
            while common != place:
                if depths[common] >= depths[place]:
                    common = found[common] if common is not None else None
                else:
                    place = found[place] if place is not None else None
        found[node.id] = common
        depths[node.id] = depths[common] + 1
    return found
