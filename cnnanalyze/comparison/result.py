"""Results: the change of every layer and of the totals; frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnnanalyze.analysis.quantities import OURS, of_network
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.comparison.quantity import Delta, between
from cnnanalyze.core.quantities import Quantity, Terms

STATUSES = ("added", "removed", "changed", "equal")


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing in which a layer differs: an attribute, its shapes, what it reads."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class LayerChange:
    """What became of one layer."""

    before: NodeFacts | None
    after: NodeFacts | None
    aspects: tuple[Aspect, ...] = ()
    """In what a layer differs from its partner."""

    @property
    def status(self) -> str:
        """``added``, ``removed``, ``changed`` or ``equal``."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "changed" if self.aspects else "equal"

    @property
    def follows(self) -> bool:
        """Whether the layer is the same and only gets something of another shape."""
        return self.status == "changed" and {a.name for a in self.aspects} <= {"input", "output"}

    @property
    def facts(self) -> NodeFacts:
        """The layer as it is now; if it was removed, as it was."""
        facts = self.after or self.before
        assert facts is not None
        return facts

    @property
    def likeness(self) -> tuple[object, ...]:
        """Equal for changes of layers that are alike before, afterwards, and in what changed.

        Those whose aspects speak of other layers are like no others.
        """
        before, after = self.before, self.after
        return (
            None if before is None else before.likeness,
            None if after is None else after.likeness,
            id(self.aspects),
        )

    @property
    def path(self) -> str:
        """The path of the layer as it is now; if it was removed, as it was."""
        return self.facts.node.id

    @property
    def old_path(self) -> str:
        """The path that the layer had, if it was there and has another one now."""
        if self.before is None or self.before.node.id == self.path:
            return ""
        return self.before.node.id

    def delta(self, quantity: Quantity, terms: Terms = OURS) -> Delta:
        """Return what the layer adds to a quantity before and afterwards."""
        return between(quantity, self.before, self.after, terms)

    def mirrored(self) -> LayerChange:
        """Return the change that undoes this one."""
        return LayerChange(
            self.after,
            self.before,
            tuple(Aspect(a.name, a.after, a.before) for a in self.aspects),
        )


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What became of the layers of one stage or block."""

    path: str
    old_path: str
    """The path that the group had, if all of it had another one."""
    changes: tuple[LayerChange, ...]

    def delta(self, quantity: Quantity, terms: Terms = OURS) -> Delta:
        """Return what the layers add to a quantity before and afterwards."""
        return sum((c.delta(quantity, terms) for c in self.changes), Delta(None, None))


@dataclass(frozen=True)
class Comparison:
    """What differs between two networks, or between two versions of one."""

    before: Analysis
    after: Analysis
    changes: tuple[LayerChange, ...]
    """The change of every layer, in the order of execution; removed ones where they were."""
    aspects: tuple[Aspect, ...] = ()
    """In what the networks as a whole differ: their inputs, their outputs."""

    def __iter__(self) -> Iterator[LayerChange]:
        return (c for c in self.changes if c.status != "equal")

    @property
    def is_empty(self) -> bool:
        """Whether the networks are equal, layer by layer."""
        return not self.aspects and all(c.status == "equal" for c in self.changes)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many layers were added, removed, changed, and are equal."""
        found = [c.status for c in self.changes]
        return {status: found.count(status) for status in STATUSES}

    @property
    def following(self) -> int:
        """How many of the changed layers only get something of another shape."""
        return sum(c.follows for c in self.changes)

    @property
    def renamed(self) -> int:
        """How many layers have another path."""
        return sum(bool(c.old_path) for c in self.changes)

    def total(self, quantity: Quantity, terms: Terms = OURS) -> Delta:
        """Return the totals before and afterwards; lower bounds where not all can be counted."""
        sides = (self.before, self.after)
        return Delta(*(of_network(quantity, side, terms, least=True) for side in sides))

    def groups(self, depth: int = 1) -> tuple[GroupChange, ...]:
        """Return the changes by the first components of their paths."""
        found: dict[str, list[LayerChange]] = {}
        for change in self.changes:
            found.setdefault(top(change.path, depth), []).append(change)
        return tuple(_group(path, changes, depth) for path, changes in found.items())

    def marks(self, side: str) -> dict[str, str]:
        """Return what to mark in a drawing: the statuses of layers that are not equal, by path.

        Layers that only get something of another shape are marked if nothing else is to be.

        Parameters
        ----------
        side
            ``before`` or ``after``.
        """
        own = [c for c in self if not c.follows] or list(self)
        return {
            facts.node.id: change.status
            for change in own
            if (facts := getattr(change, side)) is not None
        }

    def mirrored(self) -> Comparison:
        """Return the comparison the other way round."""
        return Comparison(
            self.after,
            self.before,
            tuple(in_order(c.mirrored() for c in self.changes)),
            tuple(Aspect(a.name, a.after, a.before) for a in self.aspects),
        )


def in_order(changes: Iterator[LayerChange]) -> Iterator[LayerChange]:
    """Yield changes so that between two pairs removed layers come before added ones."""
    added: list[LayerChange] = []
    for change in changes:
        if change.status == "added":
            added.append(change)
            continue
        if change.status != "removed":
            yield from added
            added.clear()
        yield change
    yield from added


def top(path: str, depth: int) -> str:
    """Return the first components of a path.

    Examples
    --------
    >>> top("stage1/unit2/conv1", 1), top("fc", 2)
    ('stage1', 'fc')
    """
    return "/".join(path.split("/", depth)[:depth]) if "/" in path else path


def _group(path: str, changes: list[LayerChange], depth: int) -> GroupChange:
    olds = {top(c.before.node.id, depth) for c in changes if c.before is not None}
    old = olds.pop() if len(olds) == 1 else path
    return GroupChange(path, "" if old == path else old, tuple(changes))
