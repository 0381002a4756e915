"""Receptive fields inside the image, unit by unit: what the executor can observe.

They come from the same index maps (:mod:`cnnanalyze.core.reach`) as the theoretical fields of
:mod:`cnnanalyze.analysis.receptive_field`, but know the borders: what lies outside of a map is
dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from math import inf
from typing import NamedTuple

from cnnanalyze.analysis.receptive_field import Maps
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.periodic_field import Interval, hull
from cnnanalyze.core.reach import POINT, Everywhere, Past, Reach, Whole
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node, NodeId


class Clipped(NamedTuple):
    """What the units along one axis of a node depend on inside the image."""

    intervals: tuple[Interval | None, ...]
    """First and last input index for each unit; nothing for a unit that sees only padding."""
    inner: tuple[bool, ...]
    """Whether no border was met on any path to the unit: the theoretical field must then hold."""


Part = tuple[Clipped, ...]
"""What the units of a node depend on along some of the paths to it, axis by axis."""


class Path(NamedTuple):
    """A part, axis by axis of the node's own map, and which axis of the input lies along each.

    A map whose axes a reshape made anew, other in number than those of the input, is one unit on
    each axis of the input; behind these stand its own axes, to tell which units see anything.
    """

    order: tuple[int, ...]
    part: Part


def trace(
    network: Network,
    maps: dict[str, Maps],
    most: int | None = None,
    *,
    of: NodeId | None = None,
) -> dict[str, Part]:
    """What does every unit of every node depend on inside the image?

    Follows the index maps layer by layer and drops, at each layer, what lies outside its input, so
    the result is exact at the borders, too. The length of the work is the number of units along the
    axes, not their product.

    Parameters
    ----------
    network
        The network.
    maps
        The index maps of every node.
    most
        How many units may be looked at; nodes for which that does not suffice are left out, and
        those behind them.
    of
        The input that is the image, of several; nodes that do not depend on it are left out.
    """
    name, image = network.only_input if of is None else (of, network.inputs[of])
    paths = _Paths(most)
    if not paths.can_take(sum(image.shape.size)):
        return {}
    start = [Clipped(tuple((i, i) for i in range(n)), (True,) * n) for n in image.shape.size]
    axes = tuple(range(image.shape.rank))
    found: dict[str, list[Path]] = {name: [Path(axes, tuple(map(paths.known, start)))]}
    dependent = {name}
    for node in network.nodes:
        own = maps[node.id]
        sources = [source for source in node.inputs if source in dependent]
        if sources:
            dependent.add(node.id)
        if not sources or own is None or any(source not in found for source in sources):
            continue
        if (same := _unchanged(node, own, found, len(axes))) is not None:
            found[node.id] = same
            continue
        followed = (
            _follow(paths, path, m, node, axes)
            for source, m in zip(node.inputs, own, strict=True)
            if source in dependent
            for path in found[source]
        )
        try:
            found[node.id] = paths.alike(followed)
        except _TooMany:
            break
    told: dict[int, Part] = {}
    for kept in found.values():
        if id(kept) not in told:  # nodes that depend on the same as the one before share the list
            told[id(kept)] = paths.told(kept)
    return {known: told[id(kept)] for known, kept in found.items()}


def _unchanged(
    node: Node, own: tuple[tuple[Reach, ...], ...], found: dict[str, list[Path]], rank: int
) -> list[Path] | None:
    """Return what the inputs of a node depend on, if each unit depends on the same."""
    first = found.get(node.inputs[0])
    if first is None or any(found.get(source) is not first for source in node.inputs):
        return None
    if any(maps != (POINT,) * rank for maps in own):
        return None
    is_in_place = all(shape.size == node.output.size for shape in node.input_shapes)
    return first if is_in_place and not node.layer.moved_axes(*node.input_shapes) else None


def _follow(
    paths: _Paths, path: Path, maps: tuple[Reach, ...], node: Node, axes: tuple[int, ...]
) -> Path:
    """Follow the index maps of one input of a node; its axes may come to lie elsewhere."""
    made = path.part[len(axes) :]
    if node.output.rank != len(axes):
        own = maps if len(maps) == len(axes) else (None,) * len(axes)
        image = path.part[: len(axes)]
        ones = [paths.clip(*each, 1) for each in zip(image, own, strict=True)]
        told = tuple(ones[path.order.index(a)] for a in axes)
        return Path(axes, (*told, *_follow_made(paths, made, maps, node)))
    if len(maps) != len(axes):
        size = node.output.size
        return Path(axes, tuple(paths.clip(path.part[a], None, size[a]) for a in axes))
    moved = node.layer.moved_axes(*node.input_shapes) or axes
    sized = zip(moved, node.output.size, strict=True)
    part = tuple(paths.clip(path.part[a], maps[a], n) for a, n in sized)
    return Path(tuple(path.order[a] for a in moved), part)


def _follow_made(paths: _Paths, made: Part, maps: tuple[Reach, ...], node: Node) -> Part:
    """Follow the index maps along axes that a reshape made, or begin with them."""
    size = node.output.size
    if not made or len(made) != len(size):
        return tuple(paths.known(Clipped(((0, 0),) * n, (False,) * n)) for n in size)
    moved = node.layer.moved_axes(*node.input_shapes) or range(len(size))
    return tuple(paths.clip(made[a], maps[a], n) for a, n in zip(moved, size, strict=True))


class _TooMany(Exception):  # noqa: N818 - control flow, never seen outside
    """Raised where no more units may be looked at."""


class _Paths:
    """What units see along paths; what was worked out once is not worked out again.

    Deep networks repeat their layers, and behind some of them every unit sees the same.
    """

    def __init__(self, most: int | None = None) -> None:
        self._left = inf if most is None else most
        self._known: dict[Clipped, Clipped] = {}
        self._clipped: dict[tuple[int, Reach | None, int], Clipped] = {}
        self._merged: dict[tuple[int, ...], Clipped] = {}
        self._alive: dict[int, tuple[bool, ...]] = {}
        self._settled: dict[tuple[int, ...], Part] = {}

    def can_take(self, units: int) -> bool:
        """Count units that are looked at; return whether the bound is kept."""
        self._left -= units
        return self._left >= 0

    def known(self, clipped: Clipped) -> Clipped:
        """Return the one value that stands for all that are equal; its number may be a key."""
        return self._known.setdefault(clipped, clipped)

    def clip(self, seen: Clipped, reach: Reach | None, outputs: int) -> Clipped:
        """Follow one index map from the units of a layer's input to those of its output."""
        key = (id(seen), reach, outputs)
        found = self._clipped.get(key)
        if found is None:
            reads = min(reach.most_taps, len(seen.intervals)) if isinstance(reach, IndexMap) else 1
            if not self.can_take(outputs * reads):
                raise _TooMany
            found = self._clipped[key] = self.known(_clip(seen, reach, outputs))
        return found

    def alike(self, followed: Iterable[Path]) -> list[Path]:
        """Merge the paths on which the same units see something, on every axis.

        A unit of a map is alive where it is on every axis. Axis by axis, paths with other units
        alive must be kept apart: a later layer may read, on one axis, only where one of them is
        dead, and what that path sees on the other axes does not count then. Hardly any network has
        such paths: their units lie in padding alone, or in the gaps of a transposed window. Paths
        whose axes lie elsewhere are kept apart, too.
        """
        groups: dict[tuple[object, ...], list[Part]] = {}
        for path in followed:
            settled = self.settled(path.part)
            groups.setdefault((path.order, *map(self.alive, settled)), []).append(settled)
        return [Path(key[0], self.merged(group)) for key, group in groups.items()]  # type: ignore[arg-type]

    def told(self, kept: list[Path]) -> Part:
        """Return what the units depend on along any of these paths, by axis of the input.

        Units are numbered along the axis of the map that has the same number. If another axis of
        the input lies along it, each of them, unless it is dead, sees all that lies across.
        """
        parts = []
        for order, part in kept:
            parts.append(
                tuple(
                    part[a] if order[a] == a else self._across(part[order.index(a)], part[a])
                    for a in range(len(order))
                )
            )
        return self.merged(parts)

    def _across(self, seen: Clipped, along: Clipped) -> Clipped:
        everything = hull(list(seen.intervals))
        alive = self.alive(along)
        return self.known(
            Clipped(tuple(everything if on else None for on in alive), (False,) * len(alive))
        )

    def settled(self, part: Part) -> Part:
        """Return a part in which all units are dead if they are so along one axis."""
        key = tuple(map(id, part))
        found = self._settled.get(key)
        if found is None:
            found = part
            if not all(any(self.alive(axis)) for axis in part):
                found = tuple(
                    self.known(Clipped((None,) * n, (False,) * n))
                    for n in (len(axis.intervals) for axis in part)
                )
            self._settled[key] = found
        return found

    def alive(self, clipped: Clipped) -> tuple[bool, ...]:
        """Return which units see something."""
        found = self._alive.get(id(clipped))
        if found is None:
            found = tuple(i is not None for i in clipped.intervals)
            self._alive[id(clipped)] = found
        return found

    def merged(self, parts: list[Part]) -> Part:
        """Return what the units depend on along any of these paths."""
        if len(parts) == 1:
            return parts[0]
        return tuple(map(self._merge, zip(*parts, strict=True)))

    def _merge(self, parts: tuple[Clipped, ...]) -> Clipped:
        distinct = {id(p): p for p in parts}
        key = tuple(distinct)
        found = self._merged.get(key)
        if found is None:
            found = self._merged[key] = self.known(_merge_clipped(list(distinct.values())))
        return found


def _clip(seen: Clipped, reach: Reach | None, outputs: int) -> Clipped:
    """Follow one index map from the units of a layer's input to those of its output."""
    if isinstance(reach, Past):
        so_far = accumulate(seen.intervals, lambda before, own: hull([before, own]))
        return Clipped(tuple(so_far), (False,) * outputs)
    if reach is None or isinstance(reach, Whole | Everywhere):
        everything = hull(list(seen.intervals))
        return Clipped((everything,) * outputs, (False,) * outputs)
    if reach is POINT:
        return seen
    n = len(seen.intervals)
    intervals: list[Interval | None] = []
    inner: list[bool] = []
    for o in range(outputs):
        taps, inside = reach.taps(o), reach.inside(o, n)
        intervals.append(hull([seen.intervals[i] for i in inside]))
        # A repeated index is as good as a border: what was tapped is not what is read.
        free = len(inside) == len(taps) > 0 and (inside[0], inside[-1]) == (taps[0], taps[-1])
        inner.append(free and all(seen.inner[i] for i in inside))
    return Clipped(tuple(intervals), tuple(inner))


def _merge_clipped(parts: list[Clipped]) -> Clipped:
    if len(parts) == 1:
        return parts[0]
    return Clipped(
        tuple(hull(list(each)) for each in zip(*(p.intervals for p in parts), strict=True)),
        tuple(all(each) for each in zip(*(p.inner for p in parts), strict=True)),
    )
