"""A network assembled from definitions: which groups become classes, chains, or lines of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from cnnanalyze.exporting.code import Argument, Call
from cnnanalyze.exporting.definitions import Definition, Instance, Member, define
from cnnanalyze.exporting.names import Names, class_name, function_name, identifier, stem
from cnnanalyze.exporting.part import Held, Step, Steps
from cnnanalyze.exporting.sharing import Sharing, are_same, sharing
from cnnanalyze.exporting.tree import Group, group_tree
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

SEQUENTIAL = "nn.Sequential"
WITHIN = ":"
"""In paths of functions, before what lies in a class."""


class Place(NamedTuple):
    """Where a tensor of a layer lies in the whole."""

    path: str
    node: str
    role: str
    held: Held


@dataclass(frozen=True)
class Assembly:
    """A network as definitions, the innermost first and the network itself last."""

    definitions: tuple[Definition, ...]
    places: tuple[Place, ...]
    paths: Mapping[str, str] = field(default_factory=dict)
    """By layer, where it is found: the last of its modules, ``stage1.0.conv1``."""
    classes: frozenset[str] = frozenset()
    """Names of definitions that are classes although the others are functions."""


def assemble(
    network: Network,
    steps_of: Callable[[Node, Network], Steps],
    taken: frozenset[str],
    *,
    functional: bool = False,
) -> Assembly:
    """Return the definitions of a network, of which the last is the network.

    Parameters
    ----------
    network
        The network.
    steps_of
        What a layer becomes.
    taken
        Names that no definition may have.
    functional
        Whether definitions are functions, and chains are lines one below the other.
    """
    return _Assembler(network, steps_of, taken, functional=functional).assembly()


class _Made(NamedTuple):
    """What a group becomes in the group around it."""

    call: Call
    places: tuple[Place, ...]


class _Assembler:
    def __init__(
        self,
        network: Network,
        steps_of: Callable[[Node, Network], Steps],
        taken: frozenset[str],
        *,
        functional: bool,
    ) -> None:
        self.network = network
        self.is_functional = functional
        self.root = _collapsed(group_tree(network), network, is_root=True)
        self.steps = {node.id: steps_of(node, network) for node in network.nodes}
        self._sharing = (
            sharing(self.root, network, self.steps)
            if functional
            else Sharing(frozenset(), frozenset())
        )
        self._names = Names(taken)
        self._roles: dict[int, str] = {}
        self._made: dict[int, _Made] = {}

    def assembly(self) -> Assembly:
        self._role(self.root)
        self._roles[id(self.root)] = "class"
        groups = [g for g in _groups(self.root) if self._roles[id(g)] == "class"]
        keys = self._keys(groups)
        found: list[Definition] = []
        classes: set[str] = set()
        places: tuple[Place, ...] = ()
        for key, members in keys.items():
            instances, held = [], []
            for group in members:
                instance, inner = self._instance(group)
                instances.append(instance)
                held.append(inner)
            is_class = not self.is_functional or self.is_shared(members[0])
            wish = class_name(key) if is_class else function_name(key)

            def name(wish: str = wish) -> str:
                return self._names(wish, f"{wish}2")

            for definition, numbers in define(name, instances):
                found.append(definition)
                classes |= {definition.name} if is_class else set()
                for place, number in enumerate(numbers):
                    self._made[id(members[number])] = _Made(definition.call(place), held[number])
            places = held[-1]
        paths = {p.node: p.path for p in places if not p.role}
        return Assembly(tuple(found), tuple(p for p in places if p.role), paths, frozenset(classes))

    def _keys(self, groups: Sequence[Group]) -> dict[str, list[Group]]:
        """Return the groups by what they are called, such that what one needs stands before it."""
        heights: dict[int, int] = {}

        def height(group: Group) -> int:
            if id(group) not in heights:
                inner = [height(m) for m in group.members if isinstance(m, Group)]
                heights[id(group)] = 1 + max(inner, default=0)
            return heights[id(group)]

        def key(group: Group, *, is_exact: bool) -> str:
            if group is self.root:
                return self.network.name
            name = group.block or stem(group.name) or group.name
            return f"{name}_{height(group)}" if is_exact else name

        for is_exact in (False, True):
            by_key: dict[str, list[Group]] = {}
            needs: dict[str, set[str]] = {}
            for group in groups:
                own = key(group, is_exact=is_exact)
                if group is not self.root and own == self.network.name:
                    own = f"{own}_block"
                by_key.setdefault(own, []).append(group)
                inner = {key(g, is_exact=is_exact) for g in self._nearest(group)}
                needs.setdefault(own, set()).update(inner)
            try:
                order = [k for k in TopologicalSorter(needs).static_order() if k in by_key]
            except CycleError:
                continue
            return {k: by_key[k] for k in order}
        raise AssertionError("heights grow from block to block")  # pragma: no cover

    def _nearest(self, group: Group) -> Iterator[Group]:
        """Yield the groups within one that are classes, and stand in no other of these."""
        for member in group.members:
            if isinstance(member, Group):
                if self._roles[id(member)] == "class":
                    yield member
                else:
                    yield from self._nearest(member)

    # --- roles ------------------------------------------------------------------------------------

    def _role(self, group: Group) -> str:
        """Return whether a group is a class, a chain, or part of the group around it."""
        for member in group.members:
            if isinstance(member, Group):
                self._role(member)
        self._roles[id(group)] = role = self._found_role(group)
        return role

    def _found_role(self, group: Group) -> str:
        if self.is_functional:
            return "class" if group.block and id(group) not in self._sharing.inlined else "lines"
        if group.is_branch:
            is_named = any(not _is_automatic(m) for m in group.members)
            several = len(group.members) > 1
            return "chain" if several and not is_named and self._is_chain(group) else "lines"
        if not self._is_chain(group):
            return "class"
        if group.block and not _is_row(group.members):
            return "class"
        return "chain"

    def _is_chain(self, group: Group) -> bool:
        """Whether each member is a module that reads the one before, and nothing else does."""
        if len(group.sources) != 1 or len(group.exits(self.network)) != 1:
            return False
        before = group.sources[0]
        for place, member in enumerate(group.members):
            if isinstance(member, Group):
                role = self._roles[id(member)]
                exits = member.exits(self.network)
                if role == "lines" or member.sources != (before,) or len(exits) != 1:
                    return False
                last = exits[0]
            else:
                if member.inputs != (before,) or not all(
                    s.is_module for s in self.steps[member.id]
                ):
                    return False
                last = member.id
            readers = self.network.consumers[before]
            if place and (len(_holders(group, readers)) != 1 or before in self.network.outputs):
                return False
            before = last
        return True

    # --- instances --------------------------------------------------------------------------------

    def _instance(self, group: Group) -> tuple[Instance, tuple[Place, ...]]:
        lines = _Lines(self, group)
        lines.walk(group)
        exits = tuple(lines.refs[e] for e in self._exits(group))
        instance = Instance(
            tuple(lines.members), exits, len(self.sources(group)), self._known(group)
        )
        return instance, tuple(lines.places)

    def sources(self, group: Group) -> tuple[str, ...]:
        """Return what a group reads; the whole reads all inputs."""
        return tuple(self.network.inputs) if group is self.root else group.sources

    def _exits(self, group: Group) -> tuple[str, ...]:
        return self.network.outputs if group is self.root else group.exits(self.network)

    def _known(self, group: Group) -> dict[str, Any]:
        if group is self.root:
            return {}
        shape = self.network.shape_of(group.sources[0])
        known: dict[str, Any] = {
            "in_features" if shape.is_vector else "in_channels": shape.channels
        }
        calls = (c for c in group.nodes[0].chain if c.path == group.path)
        for call in calls:
            known |= {identifier(name): value for name, value in call.values.items()}
        return known

    def chain(self, group: Group) -> _Made:
        """Return a chain as a sequence of modules."""
        items: list[Call] = []
        places: list[Place] = []

        def add(made: Call, inner: Sequence[Place]) -> None:
            places.extend(p._replace(path=_under(str(len(items)), p.path)) for p in inner)
            items.append(made)

        for member in _laid_out(group):
            if isinstance(member, Group):
                add(*self.made(member))
                continue
            for step in self.steps[member.id]:
                assert step.module is not None
                add(step.module, [*_tensors(member, step), Place("", member.id, "", Held(""))])
        if len(items) == 1:
            only = (p._replace(path=p.path.removeprefix("0").removeprefix(".")) for p in places)
            return _Made(items[0], tuple(only))
        arguments = tuple(Argument(str(k), item, positional=True) for k, item in enumerate(items))
        return _Made(Call(SEQUENTIAL, arguments), tuple(places))

    def made(self, group: Group) -> _Made:
        """Return what a group is in the group around it."""
        return self.chain(group) if self._roles[id(group)] == "chain" else self._made[id(group)]

    def is_shared(self, group: Group) -> bool:
        """Whether a group is a block that is made once and called several times."""
        return group.block in self._sharing.blocks

    def is_lines(self, group: Group) -> bool:
        """Whether the members of a group are members of the one around it."""
        return self._roles[id(group)] == "lines"


def _tensors(node: Node, step: Step) -> Iterator[Place]:
    roles = {param.role for param in node.layer.params(*node.input_shapes)}
    for role, held in step.tensors.items():
        if role not in roles:
            continue
        for part in held if isinstance(held, tuple) else (held,):
            yield Place(part.name, node.id, role, part)


def _under(name: str, path: str, sign: str = ".") -> str:
    return f"{name}{sign}{path}" if path else name


class _Lines:
    """The members of one instance, and where their tensors lie."""

    def __init__(self, assembler: _Assembler, group: Group) -> None:
        self._assembler = assembler
        self._names = Names()
        self.members: list[Member] = []
        self.places: list[Place] = []
        self._layers: dict[str, tuple[str, ...]] = {}
        self._groups: dict[str, str] = {}
        self._calls: dict[str, Call] = {}
        self.refs: dict[str, str] = {
            source: f"<{k}>" for k, source in enumerate(assembler.sources(group))
        }

    def walk(self, group: Group, branch: str = "", before: str = "") -> None:
        """Add the members of a group, and of those that are parts of it."""
        for member in group.members:
            if isinstance(member, Node):
                self._add_layer(member, branch, before)
            elif not self._assembler.is_lines(member):
                self._add_group(member, branch, before)
            elif member.is_branch:
                self.walk(member, _branch(member.path), before)
            else:
                is_repeat = member.mark is not None and not member.block
                self.walk(member, branch, before if is_repeat else f"{before}{member.name}_")

    def _add_layer(self, node: Node, branch: str, before: str) -> None:
        own = identifier(f"{before}{node.id.rpartition('/')[2]}", node.kind)
        inputs = tuple(self.refs[source] for source in node.inputs)
        steps = self._assembler.steps[node.id]
        twins = self._twins(node)
        base = "" if all(step.suffix for step in steps) else self._name(own, branch)
        names = []
        for step, owner in zip(steps, twins or ("",) * len(steps), strict=True):
            name = base if not step.suffix else self._beside(base or own, step, branch)
            if owner and step.module is not None:
                step = replace(step, module=None)  # noqa: PLW2901 - that of the other layer
                self.members.append(Member(name, step, inputs, branch=branch, uses=owner))
            else:
                part_of = base if name != base else ""
                self.members.append(Member(name, step, inputs, branch=branch, layer=part_of))
            if not twins:
                self.places += [p._replace(path=f"{name}.{p.path}") for p in _tensors(node, step)]
            self.places.append(Place(owner or name, node.id, "", Held("")))
            inputs = (name,)
            names.append(name)
        self.refs[node.id] = inputs[0]
        self._layers[node.id] = tuple(names)

    def _twins(self, node: Node) -> tuple[str, ...]:
        """Return the members that hold the weights of a layer, if they are others here.

        With other numbers, a stride say, it is another layer, though it shares weights.
        """
        steps = self._assembler.steps
        if node.share is None or not are_same(steps[node.id], steps[node.share]):
            return ()
        return self._layers.get(node.share, ())

    def _add_group(self, group: Group, branch: str, before: str) -> None:
        made = self._assembler.made(group)
        wish = identifier(f"{before}{group.name}", group.block or "part")
        if group.is_branch:
            branch = wish = _branch(group.path)
        name = self._name(wish, branch)
        inputs = tuple(self.refs[source] for source in group.sources)
        exits = group.exits(self._assembler.network)
        forward = f"{{module}}({', '.join(f'{{{k}}}' for k in range(len(inputs)))})"
        owner = self._twin_group(group)
        if self._calls.get(owner) != made.call:
            owner = ""  # with other numbers it is another module, though it shares weights
        call = None if owner else made.call
        self.members.append(Member(name, Step(call, forward), inputs, len(exits), branch, owner))
        sign = WITHIN if self._assembler.is_functional and self._assembler.is_shared(group) else "."
        self.places += [
            p._replace(path=_under(owner or name, p.path, sign))
            for p in made.places
            if not owner or not p.role
        ]
        self._groups[group.path] = name
        self._calls[name] = made.call
        for k, e in enumerate(exits):
            self.refs[e] = name if k == 0 else f"{name}.{k}"

    def _twin_group(self, group: Group) -> str:
        """Return the member that holds the weights of all layers of a group, if there is one."""
        paths = set()
        for node in group.nodes:
            if not node.layer.params(*node.input_shapes):
                continue
            own = node.id.removeprefix(group.path)
            if node.share is None or not node.share.endswith(own):
                return ""
            paths.add(node.share.removesuffix(own))
        return self._groups.get(paths.pop(), "") if len(paths) == 1 else ""

    def _beside(self, name: str, step: Step, branch: str) -> str:
        """Return a name for what belongs to a layer, or stands before it."""
        wish = f"{name}_{step.suffix}"
        return self._names(step.suffix, wish) if step.stands_alone else self._name(wish, branch)

    def _name(self, wish: str, branch: str) -> str:
        return self._names(wish, *((f"{branch}_{wish}",) if branch else ()))


def _branch(path: str) -> str:
    return f"branch{path.rpartition('/')[2]}"


# --- the tree -------------------------------------------------------------------------------------


def _groups(group: Group) -> Iterator[Group]:
    yield group
    for member in group.members:
        if isinstance(member, Group):
            yield from _groups(member)


def _laid_out(group: Group) -> Iterator[Group | Node]:
    """Yield the members of a group, those of a repeat one by one."""
    for member in group.members:
        is_repeat = isinstance(member, Group) and member.mark is not None and not member.block
        if isinstance(member, Group) and is_repeat:
            yield from member.members
        else:
            yield member


def _holders(group: Group, readers: Sequence[str]) -> set[int]:
    """Return which members hold these readers; what lies outside is one more."""
    return {
        next(
            (
                place
                for place, m in enumerate(group.members)
                if (reader in m.ids if isinstance(m, Group) else m.id == reader)
            ),
            -1,
        )
        for reader in readers
    }


def _is_automatic(member: Group | Node) -> bool:
    """Whether nobody has named it: a kind or a block, and a number."""
    if isinstance(member, Node):
        last = member.id.rpartition("/")[2]
        return re.fullmatch(rf"{re.escape(member.kind)}\d+", last) is not None
    if member.is_branch:
        return True
    return re.fullmatch(rf"{re.escape(member.block)}\d+", member.name) is not None


def _is_row(members: Sequence[Group | Node]) -> bool:
    """Whether all are groups that nobody has named, or instances that one repeat laid out."""
    if not all(isinstance(m, Group) for m in members):
        return False
    marks = {m.mark for m in members if isinstance(m, Group)}
    return all(map(_is_automatic, members)) or (len(marks) == 1 and None not in marks)


def _collapsed(group: Group, network: Network, *, is_root: bool = False) -> Group:
    """Return a tree in which instances of a block that follow each other are a group.

    A chain of nothing but such instances is one already.
    """
    members: list[Group | Node] = []
    run: list[Group] = []

    def close() -> None:
        if len(run) > 1:
            path = run[0].path.removesuffix(run[0].name) + stem(run[0].name)
            members.append(Group(path, stem(run[0].name), "", tuple(run), run[0].mark))
        else:
            members.extend(run)
        run.clear()

    for member in group.members:
        if isinstance(member, Node):
            close()
            members.append(member)
            continue
        inner = _collapsed(member, network)
        if run and not _follows(run[-1], inner, network):
            close()
        if inner.mark is not None and stem(inner.name) != inner.name:
            run.append(inner)
        else:
            close()
            members.append(inner)
    is_whole = len(run) == len(group.members) and not is_root
    if is_whole:
        members.extend(run)
    else:
        close()
    return replace(group, members=tuple(members))


def _follows(one: Group, other: Group, network: Network) -> bool:
    exits = one.exits(network)
    return (
        one.mark == other.mark
        and stem(one.name) == stem(other.name)
        and len(one.sources) == 1
        and other.sources == exits
        and exits[0] not in network.outputs
        and all(reader in other.ids for reader in network.consumers[exits[0]])
        and len(other.exits(network)) == 1
    )
