"""Receptive fields: what every unit sees of the network's input, by rule.

Two views of the same index maps (:mod:`cnnanalyze.core.reach`): the *theoretical* field knows no
borders and is what papers print; the *clipped* field is what a unit really depends on inside the
image, unit by unit, and is what the executor can observe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import inf
from typing import NamedTuple

from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.reach import POINT, Everywhere, Reach, Whole
from cnnanalyze.core.strand import INPUT_FIELD, Field, Interval, Strand, follow_field, hull, join
from cnnanalyze.graph.network import Network
from cnnanalyze.spec.node import INPUT, Node, NodeId

Maps = tuple[tuple[Reach, ...], ...] | None


class Seen(NamedTuple):
    """The theoretical receptive field of the units of one node."""

    fields: tuple[Field, ...] | None
    """Along each axis of the network's input; nothing if some layer cannot tell."""
    narrow: tuple[Field, ...] | None
    """Along the path with the smallest field."""
    aligned: bool


NOT_ASKED = Seen(None, None, aligned=True)
"""Stands for what a unit sees where nobody asks."""
OUT_OF_BOUNDS = Seen(None, None, aligned=False)
"""Stands for what a unit sees where telling it would take too much work."""


def start(network: Network) -> Seen:
    """Return what the input's own units see: themselves."""
    fields = (INPUT_FIELD,) * network.input.rank
    return Seen(fields, fields, aligned=True)


def look(node: Node, maps: Maps, seen: Mapping[NodeId, Seen]) -> Seen:
    """What do the units of a node see, given what its inputs see?

    Parameters
    ----------
    node
        The node.
    maps
        Its layer's index maps, for each input and axis.
    seen
        What the earlier nodes see.

    Raises
    ------
    TooFine
        If that is out of bounds.
    """
    sources = [seen[i] for i in node.inputs]
    aligned = all(s.aligned for s in sources)
    if len(sources) == 1:
        only = sources[0]
        fields = _through(only.fields, maps, node, 0)
        narrow = fields if only.narrow is only.fields else _through(only.narrow, maps, node, 0)
        if fields is only.fields and narrow is only.narrow:
            return only
        return Seen(fields, narrow, aligned)
    wide, small = [], []
    for k, source in enumerate(sources):
        fields = _through(source.fields, maps, node, k)
        if fields is None:
            return Seen(None, None, aligned=False)
        narrow = (
            fields if source.narrow is source.fields else _through(source.narrow, maps, node, k)
        )
        assert narrow is not None
        wide.append(fields)
        small.append(narrow)
    if all(w is wide[0] for w in wide) and all(s is wide[0] for s in small):
        return Seen(wide[0], wide[0], aligned)
    axes = range(len(wide[0]))
    done: dict[tuple[int, ...], Field] = {}
    for a in axes:
        if (key := tuple(id(w[a]) for w in wide)) not in done:
            done[key] = join([w[a] for w in wide])
    joined = tuple(done[tuple(id(w[a]) for w in wide)] for a in axes)
    return Seen(
        joined,
        tuple(min((s[a] for s in small), key=lambda f: f.local.size) for a in axes),
        aligned and all(_aligned([w[a] for w in wide]) for a in axes),
    )


def _through(
    fields: tuple[Field, ...] | None, maps: Maps, node: Node, k: int
) -> tuple[Field, ...] | None:
    if fields is None or maps is None:
        return None
    own = maps[k]
    if not own or all(m is POINT for m in own):
        return fields
    size = node.input_shapes[k].size
    if len(own) != len(fields):  # axes were made anew by a reshape: every unit sees the same
        return fields if all(not s.advance for f in fields for s in f.strands) else None
    # Axes are mostly alike; then one of them is worked out, and stands for the others.
    done: dict[tuple[int, Reach, int], Field] = {}
    for field, reach, n in zip(fields, own, size, strict=True):
        if (key := (id(field), reach, n)) not in done:
            done[key] = follow_field(field, reach, n)
    return tuple(done[id(f), m, n] for f, m, n in zip(fields, own, size, strict=True))


def _aligned(fields: list[Field]) -> bool:
    """Whether all paths advance at one rate around one centre."""
    moving = [s for f in fields for s in f.strands if s.advance]
    return all(s.rate == moving[0].rate and s.centre == moving[0].centre for s in moving[1:])


def middle(strand: Strand) -> Fraction | None:
    """Return the middle of what the first unit sees; nothing if that is nothing.

    Behind a layer with phases this is not ``strand.centre``, which is averaged over all of them.

    Examples
    --------
    >>> from cnnanalyze.core.reach import Sampled
    >>> from cnnanalyze.core.strand import START, follow
    >>> doubled = follow(START, Sampled(step=1, unit=2))
    >>> middle(doubled), doubled.centre
    (Fraction(0, 1), Fraction(-1, 4))
    """
    seen = strand.at(0)
    return None if seen is None else Fraction(sum(seen), 2)


class Clipped(NamedTuple):
    """What the units along one axis of a node depend on inside the image."""

    intervals: tuple[Interval | None, ...]
    """First and last input index for each unit; nothing for a unit that sees only padding."""
    inner: tuple[bool, ...]
    """Whether no border was met on any path to the unit: the theoretical field must then hold."""


Part = tuple[Clipped, ...]
"""What the units of a node depend on along some of the paths to it, axis by axis."""


def trace(network: Network, maps: dict[str, Maps], most: int | None = None) -> dict[str, Part]:
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
    """
    paths = _Paths(most)
    if not paths.can_take(sum(network.input.size)):
        return {}
    start = [Clipped(tuple((i, i) for i in range(n)), (True,) * n) for n in network.input.size]
    found: dict[str, list[Part]] = {INPUT: [tuple(map(paths.known, start))]}
    for node in network.nodes:
        own = maps[node.id]
        if own is None or any(i not in found for i in node.inputs):
            continue
        axes = range(network.input.rank)
        # A vector, or a map whose axes a reshape made anew, is one unit on each axis of the input.
        size = node.output.size if node.output.rank == len(axes) else (1,) * len(axes)
        followed = (
            tuple(paths.clip(part[a], m[a] if len(m) == len(axes) else None, size[a]) for a in axes)
            for source, m in zip(node.inputs, own, strict=True)
            for part in found[source]
        )
        try:
            found[node.id] = paths.alike(followed)
        except _TooMany:
            break
    return {name: paths.merged(parts) for name, parts in found.items()}


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

    def alike(self, parts: Iterable[Part]) -> list[Part]:
        """Merge the parts in which the same units see something, on every axis.

        A unit of a map is alive where it is on every axis. Axis by axis, paths with other units
        alive must be kept apart: a later layer may read, on one axis, only where one of them is
        dead, and what that path sees on the other axes does not count then. Hardly any network has
        such paths: their units lie in padding alone, or in the gaps of a transposed window.
        """
        groups: dict[tuple[tuple[bool, ...], ...], list[Part]] = {}
        for part in parts:
            settled = self.settled(part)
            groups.setdefault(tuple(map(self.alive, settled)), []).append(settled)
        return [self.merged(group) for group in groups.values()]

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
        # A mirrored index is as good as a border: what was tapped is not what is read.
        free = len(inside) == len(taps) > 0 and inside[0] == taps[0]
        inner.append(free and all(seen.inner[i] for i in inside))
    return Clipped(tuple(intervals), tuple(inner))


def _merge_clipped(parts: list[Clipped]) -> Clipped:
    if len(parts) == 1:
        return parts[0]
    return Clipped(
        tuple(hull(list(each)) for each in zip(*(p.intervals for p in parts), strict=True)),
        tuple(all(each) for each in zip(*(p.inner for p in parts), strict=True)),
    )
