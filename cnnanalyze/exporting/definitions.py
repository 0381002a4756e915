"""Definitions: one class or function for each block, its parameters what differs between instances.

Instances of a block become one definition: what is equal in all is written as a number, what
follows a parameter of the block is written with it, and what some lack is there on a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations, count, product
from typing import Any

from cnnanalyze.exporting.code import NOTHING, Argument, Call, Expression
from cnnanalyze.exporting.part import Step

Column = tuple[Any, ...]
"""A value for each instance; nothing where an instance does not have it."""


@dataclass(frozen=True)
class Member:
    """One call of a definition, and what it reads."""

    name: str
    step: Step
    inputs: tuple[str, ...]
    """Names of members, or ``<0>`` for the first thing that is read from outside."""
    outputs: int = 1
    """With several, the second is read as ``name.1``."""
    branch: str = ""
    """The branch of a join that it stands in."""
    uses: str = ""
    """The member whose module it calls, if it shares the weights of another one."""
    layer: str = ""
    """The layer that it is a part of, if that has several."""

    @property
    def form(self) -> tuple[Any, ...]:
        """Equal for members that differ in numbers only."""
        module = self.step.module
        return (
            self.name,
            None if module is None else module.skeleton,
            self.step.forward,
            self.uses,
            tuple(value.name for value in self.step.values),
            self.outputs,
        )

    @property
    def leaves(self) -> tuple[Argument, ...]:
        """The numbers."""
        made = () if self.step.module is None else self.step.module.leaves()
        return (*made, *self.step.values)


@dataclass(frozen=True)
class Instance:
    """One instance of a block, as it stands in a network."""

    members: tuple[Member, ...]
    exits: tuple[str, ...]
    sources: int = 1
    """How many things it reads from outside."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """The values of the block's own parameters, and the channels that it reads."""

    @property
    def form(self) -> tuple[Any, ...]:
        """Equal for instances that differ in numbers only."""
        return tuple((m.form, m.inputs) for m in self.members), self.exits, self.sources


@dataclass(frozen=True)
class Parameter:
    """A parameter of a definition."""

    name: str
    column: Column
    default: Any = None
    """What it is if nobody says anything; nothing if somebody must."""

    @property
    def type(self) -> str:
        """Its type, as Python has it."""
        return " | ".join(dict.fromkeys(_type_of(v) for v in self.column if v is not None))


def _type_of(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, tuple):
        inner = dict.fromkeys(map(_type_of, value))
        if len(inner) == 1:
            (only,) = inner
            return f"tuple[{', '.join([only] * len(value))}]"
        return f"tuple[{', '.join(map(_type_of, value))}]"
    if isinstance(value, list):
        return f"list[{_type_of(value[0])}]"
    return type(value).__name__


@dataclass(frozen=True)
class Conditional:
    """A member that some instances lack."""

    member: Member
    condition: Expression | None = None
    """When it is there; nothing if always."""
    otherwise: str = ""
    """What is passed on where it is not."""


@dataclass(frozen=True)
class Definition:
    """What instances have in common."""

    name: str
    parameters: tuple[Parameter, ...]
    members: tuple[Conditional, ...]
    sources: int
    exits: tuple[str, ...]

    def call(self, place: int) -> Call:
        """Return how one of the instances is made."""
        return Call(
            self.name,
            tuple(
                Argument(
                    p.name,
                    p.column[place],
                    positional=p.name in CHANNELS,
                    **({} if p.default is None else {"default": p.default}),
                )
                for p in self.parameters
            ),
        )


CHANNELS = ("in_channels", "in_features")


def define(
    name: Callable[[], str], instances: Sequence[Instance]
) -> list[tuple[Definition, list[int]]]:
    """Return the definitions of a block, each with the numbers of its instances.

    Parameters
    ----------
    name
        Gives the name of the first definition, then that of the next.
    instances
        All instances of the block in a network.
    """
    groups: dict[Any, list[int]] = {}
    for place, instance in enumerate(instances):
        groups.setdefault(instance.form, []).append(place)
    forms = sorted(groups.values(), key=lambda places: -len(instances[places[0]].members))
    found = []
    while forms:
        base, *others = forms
        template, merged = instances[base[0]], [instances[base[0]]]
        places, forms = [*base], []
        for other in others:
            one = instances[other[0]]
            wider = _widened(template, one, merged)
            if wider is None:
                forms.append(other)
                continue
            template = wider
            merged.append(one)
            places += other
        places.sort()
        found.append((_definition(name(), template, [instances[p] for p in places]), places))
    return found


def _widened(template: Instance, one: Instance, merged: Sequence[Instance]) -> Instance | None:
    """Return what leaves out members to be an instance, or any of those before; nothing if none."""
    wider = _union(template, one)
    if wider is None:
        return None
    passed: dict[str, str] = {}
    for instance in (*merged, one):
        if instance.form == wider.form:
            continue
        instead = _bypass(wider, instance)
        if instead is None or any(passed.setdefault(m, i) != i for m, i in instead.items()):
            return None
    return wider


def _union(base: Instance, other: Instance) -> Instance | None:
    """Return the members of both in one order, each reading what it reads if all are there."""
    union = _Union(base, other)
    if not union.added:
        return base
    return union.instance() if union.is_worth_it else None


class _Union:
    """Two instances in one: what only one of them has can be passed by."""

    def __init__(self, base: Instance, other: Instance) -> None:
        self.base, self.other = base, other
        self.own, self.its = ({m.name: m for m in one.members} for one in (base, other))
        self.added = [name for name in self.its if name not in self.own]
        self.common = [name for name in self.own if name in self.its]
        every = {**self.its, **self.own}
        self.read = {name: [*member.inputs] for name, member in every.items()}

    @property
    def is_worth_it(self) -> bool:
        """Whether they have more in common than not, or one setting says which of the two it is."""
        differing = len(self.own) + len(self.its) - 2 * len(self.common)
        if not self.common:
            mine, theirs = self.base.known, self.other.known
            return any(
                type(value) in {bool, str} and value != theirs.get(name)
                for name, value in mine.items()
            )
        is_in_order = self.common == [name for name in self.its if name in self.own]
        return is_in_order and differing <= len(self.common)

    def instance(self) -> Instance | None:
        """Return the two in one."""
        pairs = [(self.own[name].inputs, self.its[name].inputs) for name in self.common]
        pairs.append((self.base.exits, self.other.exits))
        if any(len(mine) != len(theirs) for mine, theirs in pairs):
            return None
        *read, exits = [tuple(map(self._behind, *pair)) for pair in pairs]
        self.read |= {name: [*inputs] for name, inputs in zip(self.common, read, strict=True)}
        every = {**self.its, **self.own}
        members = (replace(every[name], inputs=tuple(self.read[name])) for name in self._order())
        return replace(self.base, members=tuple(members), exits=exits)

    def _behind(self, mine: str, theirs: str) -> str:
        """Return which of two things is read if all are there."""
        if theirs not in self.added:
            return mine
        if mine in self.own and mine not in self.its:
            # Each has something of its own here: that of the second comes behind the first's.
            start, begin = self._top(theirs, self.its), self._top(mine, self.own)
            if self.read[start][:1] == self.read[begin][:1]:
                self.read[start][0] = mine
        return theirs

    def _top(self, name: str, members: Mapping[str, Member]) -> str:
        """Return where the line begins, of what only one of them has, that leads to a member."""
        while self.read[name] and (before := self.read[name][0]) in members:
            if before in self.common:
                break
            name = before
        return name

    def _order(self) -> Iterator[str]:
        waiting = iter(self.its)
        for name in self.own:
            if name in self.its:
                yield from iter(partial(next, waiting), name)
            yield name
        yield from waiting


_MOST_LEFT_OUT = 6


def _bypass(base: Instance, other: Instance) -> Mapping[str, str] | None:
    """Return by which members an instance is the base, and what is read in their place."""
    own = {member.name: member for member in other.members}
    left_out = [m for m in base.members if m.name not in own]
    kept = [m for m in base.members if m.name in own]
    if len(kept) != len(own) or not left_out or len(left_out) > _MOST_LEFT_OUT:
        return None
    if base.sources != other.sources:
        return None
    if any(m.form != own[m.name].form for m in kept) or any(m.outputs > 1 for m in left_out):
        return None
    for chosen in product(*(dict.fromkeys(m.inputs) for m in left_out)):
        instead = {m.name: read for m, read in zip(left_out, chosen, strict=True)}
        if (
            all(tuple(_past(i, instead) for i in m.inputs) == own[m.name].inputs for m in kept)
            and tuple(_past(e, instead) for e in base.exits) == other.exits
        ):
            return instead
    return None


def _past(name: str, instead: Mapping[str, str]) -> str:
    while name in instead:
        name = instead[name]
    return name


def _definition(name: str, base: Instance, instances: Sequence[Instance]) -> Definition:
    # What the block knows and nobody uses leaves its name to others.
    first = _Parameters(instances)
    _written(name, base, instances, first)
    return _written(name, base, instances, _Parameters(instances, first.used))


def _written(
    name: str, base: Instance, instances: Sequence[Instance], writer: _Parameters
) -> Definition:
    found: dict[str, Conditional] = {}
    for member in base.members:
        present = [
            next((m for m in one.members if m.name == member.name), None) for one in instances
        ]
        step = _step(member, present, writer)
        condition, otherwise = None, ""
        if None in present:
            condition = writer.condition(member.name, tuple(m is not None for m in present))
            otherwise = _otherwise(base, instances, member)
            while (passed := found.get(otherwise)) and passed.condition == condition:
                otherwise = passed.otherwise  # that is not there either
        found[member.name] = Conditional(replace(member, step=step), condition, otherwise)
    members = tuple(found.values())
    return Definition(name, writer.parameters(), members, base.sources, base.exits)


def _step(member: Member, present: Sequence[Member | None], writer: _Parameters) -> Step:
    """Return the step of a member with expressions in place of the numbers that differ."""
    absent = [None] * len(member.leaves)
    columns: Iterator[tuple[Argument | None, ...]] = zip(
        *(absent if m is None else m.leaves for m in present), strict=True
    )

    reads = member.inputs[:1] == ("<0>",)

    def change(argument: Argument, *, is_plain: bool = False) -> Argument:
        nonlocal reads
        told = next(columns)
        is_first = reads and argument.positional
        reads = False
        column = tuple(None if a is None else a.value for a in told)
        found = [a for a in told if a is not None]
        if not any(a.is_told for a in found):
            return next(iter(found))
        if any(not _same(a.default, found[0].default) for a in found):
            argument = replace(argument, default=NOTHING)  # it is another one for each instance
        return replace(
            argument, value=writer.value(argument, column, is_plain=is_plain, is_read=is_first)
        )

    step, module = member.step, member.step.module
    if module is not None:
        module = module.replaced(change)
    values = tuple(change(a, is_plain=True) for a in step.values)
    return replace(step, module=module, values=values)


def _otherwise(base: Instance, instances: Sequence[Instance], member: Member) -> str:
    for one in instances:
        instead = _bypass(base, one)
        if instead is not None and member.name in instead:
            return instead[member.name]
    raise AssertionError(member.name)  # pragma: no cover - some instance lacks it


# --- parameters -----------------------------------------------------------------------------------

_SMALL = 64
"""No factor is larger that a person would write."""


_Atom = tuple[str, tuple[bool, ...], tuple[str, ...]]
"""A comparison, whether it holds for each instance, and the parameters in it."""


class _Parameters:
    """The parameters of a definition: those of the block that are used, and others as needed."""

    def __init__(self, instances: Sequence[Instance], only: Collection[str] | None = None) -> None:
        self._instances = instances
        names = dict.fromkeys(name for one in instances for name in one.known)
        if only is not None:
            names = dict.fromkeys(name for name in names if name in only)
        self._known: dict[str, Column] = {
            name: tuple(one.known.get(name) for one in instances)
            for name in names
            if all(_is_value(one.known.get(name)) for one in instances)
        }
        self._own: dict[str, Column] = {}
        self._used: dict[str, None] = {}

    @property
    def used(self) -> Collection[str]:
        """The names of parameters that are used."""
        return self._used.keys()

    def value(
        self, argument: Argument, column: Column, *, is_plain: bool = False, is_read: bool = False
    ) -> Any:  # noqa: ANN401
        """Return a number, or the expression that gives each instance its own.

        What a member reads of what comes in has its channels; else the block's parameters go first.
        """
        if all(v is None for v in column):
            return None
        for name in (argument.name, argument.name.removesuffix("s")):  # 'strides' in Keras
            if None in column and name in self._known and _equal(column, self._known[name]):
                return self._use(Expression(f"{{{name}}}"), name)
        found = self._expression(column, self._candidates(is_read=is_read), is_plain=is_plain)
        if found is not None:
            return found
        if argument.name == "padding" and (found := self._word(column)):
            return found
        name = self._new(argument.name, column)
        return self._use(Expression(f"{{{name}}}"), name)

    def _word(self, column: Column) -> Expression | None:
        """Return one of two words, by whether a stride or a kernel is 1."""
        words = sorted({w for w in column if isinstance(w, str)})
        if len(words) != 2 or any(w not in {None, *words} for w in column):  # noqa: PLR2004
            return None
        whole = {n: v for n, v in self._known.items() if all(type(x) is int for x in v)}
        atoms = [
            a for a in self._numbers(whole, lambda value: value == 1) if a[2][0] not in CHANNELS
        ]
        found = []
        for one, other in (words, words[::-1]):
            present = tuple(None if w is None else w == one for w in column)
            if condition := _condition(present, atoms):
                text, names = condition
                found.append((f'"{one}" if {text} else "{other}"', names))
        if not found:
            return None
        text, names = min(found, key=lambda each: len(each[1]))
        return self._use(Expression(text), *names)

    def _expression(self, column: Column, names: Mapping[str, Column], *, is_plain: bool) -> Any:  # noqa: ANN401
        told = [v for v in column if v is not None]
        if all(_same(v, told[0]) for v in told):
            return told[0]
        for name, values in names.items():
            if _equal(column, values):
                return self._use(Expression(f"{{{name}}}"), name)
        if is_plain:
            return None
        whole = {n: v for n, v in names.items() if all(type(x) is int for x in v)}
        if all(type(v) is int for v in told):
            return self._derived(column, whole)
        if all(isinstance(v, tuple) and len(v) == len(told[0]) for v in told):
            parts = []
            for place in range(len(told[0])):
                inner = tuple(None if v is None else v[place] for v in column)
                part = self._expression(inner, names, is_plain=False)
                if part is None:
                    return None
                parts.append(part)
            return tuple(parts)
        return None

    def _candidates(self, *, is_read: bool) -> dict[str, Column]:
        channels = {n: v for n, v in self._known.items() if n in CHANNELS}
        others = {n: v for n, v in self._known.items() if n not in CHANNELS}
        first, second = (channels, others) if is_read else (others, channels)
        return {**first, **second, **self._own}

    def _derived(self, column: Column, names: Mapping[str, Column]) -> Expression | None:
        pairs = [(n, v) for n, v in names.items() if len(set(v)) > 1]
        for (one, a), (other, b) in combinations(pairs, 2):
            if _equal(column, tuple(x * y for x, y in zip(a, b, strict=True))):
                first, second = sorted((one, other), key=lambda name: name in CHANNELS)
                return self._use(Expression(f"{{{first}}} * {{{second}}}"), one, other)
        for name, values in pairs:
            if factor := _factor(column, values):
                return self._use(Expression(f"{factor} * {{{name}}}"), name)
        for name, values in pairs:
            for divisor in (2, 3, 4, 6, 8, 16):
                is_whole = divisor == 2 or not any(v % divisor for v in values)  # noqa: PLR2004
                if is_whole and _equal(column, tuple(v // divisor for v in values)):
                    return self._use(Expression(f"{{{name}}} // {divisor}"), name)
        return None

    def condition(self, name: str, present: tuple[bool, ...]) -> Expression:
        """Return an expression that is true where a member is there."""
        if condition := _condition(present, list(self._atoms())):
            text, names = condition
            return self._use(Expression(text), *names)
        new = self._new(f"with_{name}", present)
        return self._use(Expression(f"{{{new}}}"), new)

    def _atoms(self) -> Iterator[_Atom]:
        names = {**self._own, **self._known}
        for name, values in names.items():
            if all(isinstance(v, bool) for v in values):
                yield f"{{{name}}}", values, (name,)
                yield f"not {{{name}}}", tuple(not v for v in values), (name,)
        for name, values in names.items():
            if all(isinstance(v, str) for v in values):
                for word in dict.fromkeys(values):
                    are = tuple(v == word for v in values)
                    yield f'{{{name}}} == "{word}"', are, (name,)
                    yield f'{{{name}}} != "{word}"', tuple(not a for a in are), (name,)
        whole = {n: v for n, v in names.items() if all(type(x) is int for x in v)}
        whole = {n: v for n, v in whole.items() if len(set(v)) > 1}

        def with_channels(one: str, other: str) -> bool:
            return one in CHANNELS or other in CHANNELS

        yield from self._pairs(whole, with_channels, (1,))
        yield from self._numbers(whole, lambda value: value == 1)
        yield from self._pairs(whole, with_channels, (2, 4))
        yield from self._numbers(whole, lambda value: value != 1)
        yield from self._pairs(whole, lambda *names: not with_channels(*names), (1, 2, 4))

    def _numbers(
        self, whole: Mapping[str, Column], is_meant: Callable[[int], bool]
    ) -> Iterator[_Atom]:
        for name, values in whole.items():
            for value in filter(is_meant, sorted(set(values))):
                are = tuple(v == value for v in values)
                yield f"{{{name}}} == {value}", are, (name,)
                yield f"{{{name}}} != {value}", tuple(not a for a in are), (name,)

    def _pairs(
        self,
        whole: Mapping[str, Column],
        is_meant: Callable[[str, str], bool],
        factors: tuple[int, ...],
    ) -> Iterator[_Atom]:
        for factor, one, other in product(factors, whole, whole):
            if one == other or not is_meant(one, other) or (factor == 1 and other in CHANNELS):
                continue
            if one.startswith(_WINDOWS) or other.startswith(_WINDOWS):
                continue
            by = f"{factor} * " if factor > 1 else ""
            are = tuple(a == factor * b for a, b in zip(whole[one], whole[other], strict=True))
            yield f"{{{one}}} == {by}{{{other}}}", are, (one, other)
            yield f"{{{one}}} != {by}{{{other}}}", tuple(not a for a in are), (one, other)

    def _new(self, slot: str, column: Column) -> str:
        names = (slot if k == 1 else f"{slot}{k}" for k in count(1))
        name = next(n for n in names if n not in self._own and n not in self._known)
        told = [v for v in column if v is not None]
        # Where an instance does not have it, any value will do; nobody sees it.
        common = max(told, key=told.count)
        self._own[name] = tuple(common if v is None else v for v in column)
        return name

    def _use(self, expression: Expression, *names: str) -> Expression:
        self._used.update(dict.fromkeys(names))
        return expression

    def parameters(self) -> tuple[Parameter, ...]:
        """Return what is used: channels first, then as the block has them; defaults stand last."""
        all_names = {**self._known, **self._own}
        made = [
            Parameter(name, column, _default(name, column))
            for name, column in sorted(all_names.items(), key=lambda item: item[0] not in CHANNELS)
            if name in self._used
        ]
        return tuple(sorted(made, key=lambda parameter: parameter.default is not None))


def _condition(
    present: Sequence[bool | None], atoms: Sequence[_Atom]
) -> tuple[str, tuple[str, ...]] | None:
    """Return one comparison, or two, that hold where something is there; some do not care."""

    def is_right(values: Iterable[bool]) -> bool:
        return all(p is None or p == v for p, v in zip(present, values, strict=True))

    for text, values, names in atoms:
        if is_right(values):
            return text, names
    for (one, a, m), (other, b, n) in combinations(atoms, 2):
        if is_right(x and y for x, y in zip(a, b, strict=True)):
            return f"{one} and {other}", (*m, *n)
        if is_right(x or y for x, y in zip(a, b, strict=True)):
            return f"{one} or {other}", (*m, *n)
    return None


_WINDOWS = ("kernel", "stride", "dilation", "pool_size")
"""What begins so is compared with numbers, never with widths: an equal one is an accident."""


def _is_value(value: object) -> bool:
    if isinstance(value, tuple):
        return all(type(v) in {int, float} for v in value)
    return type(value) in {int, float, bool, str}


def _same(a: Any, b: Any) -> bool:  # noqa: ANN401
    return type(a) is type(b) and bool(a == b)


def _equal(column: Column, values: Iterable[Any]) -> bool:
    return all(c is None or _same(c, v) for c, v in zip(column, values, strict=True))


def _factor(column: Column, values: Sequence[int]) -> int:
    for c, v in zip(column, values, strict=True):
        if c is not None:
            factor = c // v if v else 0
            is_right = 1 < factor <= _SMALL
            return factor if is_right and _equal(column, [factor * x for x in values]) else 0
    return 0


def _default(name: str, column: Column) -> Any:  # noqa: ANN401
    """Return what most instances have, if it is a plain setting and no size."""
    common = max(column, key=column.count)
    if isinstance(common, bool) or name.startswith(("stride", "dilation", "groups")):
        return common if 2 * column.count(common) > len(column) else None
    return None
