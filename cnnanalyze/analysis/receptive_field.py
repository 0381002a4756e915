"""Receptive fields: what every unit sees of the network's input, by rule.

This is the *theoretical* field, which knows no borders and is what papers print. What a unit really
depends on inside the image is told by :mod:`cnnanalyze.analysis.trace`, from the same index maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.periodic_field import INPUT_FIELD, PathField, PeriodicField, follow_field, join
from cnnanalyze.core.reach import POINT, WHOLE, Reach
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.node import Node, NodeId

Maps = tuple[tuple[Reach, ...], ...] | None


class Seen(NamedTuple):
    """The theoretical receptive field of the units of one node."""

    fields: tuple[PeriodicField, ...] | None
    """Along each axis of the network's input; nothing if some layer cannot tell."""
    narrow: tuple[PeriodicField, ...] | None
    """Along the path with the smallest field."""
    aligned: bool
    order: tuple[int, ...] = ()
    """For each axis of the map, the axis of the input that lies along it; nothing if all stay."""

    @property
    def moves(self) -> bool:
        """Whether units that lie elsewhere see something else."""
        return self.fields is None or any(s.advance for f in self.fields for s in f.path_fields)


NOT_ASKED = Seen(None, None, aligned=True)
"""Stands for what a unit sees where nobody asks."""
OUT_OF_BOUNDS = Seen(None, None, aligned=False)
"""Stands for what a unit sees where telling it would take too much work."""


def start(shape: Shape) -> Seen:
    """Return what the units of an input see: themselves."""
    fields = (INPUT_FIELD,) * shape.rank
    return Seen(fields, fields, aligned=True)


def look(node: Node, maps: Maps, seen: Mapping[NodeId, Seen]) -> Seen:
    """What do the units of a node see of one input of the network, given what its inputs see?

    Parameters
    ----------
    node
        The node.
    maps
        Its layer's index maps, for each input and axis.
    seen
        What the earlier nodes see; those that see nothing of it are missing, and of this node's
        inputs at least one is there.

    Raises
    ------
    TooFine
        If that is out of bounds.
    """
    places = [k for k, name in enumerate(node.inputs) if name in seen]
    sources = [seen[node.inputs[k]] for k in places]
    aligned = all(s.aligned for s in sources)
    if len(sources) == 1:
        (place,), only = places, sources[0]
        fields = _through(only.fields, maps, node, place, only.order)
        narrow = (
            fields
            if only.narrow is only.fields
            else _through(only.narrow, maps, node, place, only.order)
        )
        order = _moved(only.order, node)
        if fields is only.fields and narrow is only.narrow and order == only.order:
            return only
        return Seen(fields, narrow, aligned, order)
    orders = {s.order for s in sources if s.moves}
    if len(orders) > 1:
        sources = [
            _unmoved(s, node.input_shapes[k].size, orders)
            for k, s in zip(places, sources, strict=True)
        ]
        aligned = False
    order = orders.pop() if len(orders) == 1 else ()
    wide, small = [], []
    for k, source in zip(places, sources, strict=True):
        fields = _through(source.fields, maps, node, k, order)
        if fields is None:
            return Seen(None, None, aligned=False)
        narrow = (
            fields
            if source.narrow is source.fields
            else _through(source.narrow, maps, node, k, order)
        )
        assert narrow is not None
        wide.append(fields)
        small.append(narrow)
    order = _moved(order, node)
    if all(w is wide[0] for w in wide) and all(s is wide[0] for s in small):
        same = Seen(wide[0], wide[0], aligned, order)
        return sources[0] if same == sources[0] else same
    axes = range(len(wide[0]))
    done: dict[tuple[int, ...], PeriodicField] = {}
    for a in axes:
        if (key := tuple(id(w[a]) for w in wide)) not in done:
            done[key] = join([w[a] for w in wide])
    joined = tuple(done[tuple(id(w[a]) for w in wide)] for a in axes)
    return Seen(
        joined,
        tuple(min((s[a] for s in small), key=lambda f: f.local.size) for a in axes),
        aligned and all(_aligned([w[a] for w in wide]) for a in axes),
        order,
    )


def _moved(order: tuple[int, ...], node: Node) -> tuple[int, ...]:
    """Return which axes of the network's input lie along those of a node's output."""
    moved = node.layer.moved_axes(*node.input_shapes)
    if not moved and not order:
        return ()
    rank = node.output.rank
    found = tuple(order[a] for a in moved) if moved and order else moved or order
    return () if found == tuple(range(rank)) or len(found) != rank else found


def _unmoved(seen: Seen, size: tuple[int, ...], orders: set[tuple[int, ...]]) -> Seen:
    """Return what units see where some axes lie elsewhere than on another path: all of these."""
    if seen.fields is None or seen.narrow is None or len(size) != len(seen.fields):
        return seen
    stay = tuple(range(len(size)))
    own = seen.order or stay
    places = [{(order or stay).index(a) for order in orders} for a in stay]

    def whole(fields: tuple[PeriodicField, ...]) -> tuple[PeriodicField, ...]:
        return tuple(
            follow_field(fields[a], WHOLE, size[own.index(a)]) if len(places[a]) > 1 else fields[a]
            for a in stay
        )

    return Seen(whole(seen.fields), whole(seen.narrow), aligned=False)


def _through(
    fields: tuple[PeriodicField, ...] | None,
    maps: Maps,
    node: Node,
    k: int,
    order: tuple[int, ...],
) -> tuple[PeriodicField, ...] | None:
    if fields is None or maps is None:
        return None
    own = maps[k]
    if not own or all(m is POINT for m in own):
        return fields
    size = node.input_shapes[k].size
    if len(own) != len(fields):  # axes were made anew by a reshape: every unit sees the same
        return fields if all(not s.advance for f in fields for s in f.path_fields) else None
    if order:  # the maps are those of the node's axes, the fields those of the network's
        places = [order.index(a) for a in range(len(fields))]
        own, size = tuple(own[p] for p in places), tuple(size[p] for p in places)
    # Axes are mostly alike; then one of them is worked out, and stands for the others.
    done: dict[tuple[int, Reach, int], PeriodicField] = {}
    for field, reach, n in zip(fields, own, size, strict=True):
        if (key := (id(field), reach, n)) not in done:
            done[key] = follow_field(field, reach, n)
    return tuple(done[id(f), m, n] for f, m, n in zip(fields, own, size, strict=True))


def _aligned(fields: list[PeriodicField]) -> bool:
    """Whether all paths advance at one rate around one centre."""
    moving = [s for f in fields for s in f.path_fields if s.advance]
    return all(s.rate == moving[0].rate and s.centre == moving[0].centre for s in moving[1:])


def middle(path_field: PathField) -> Fraction | None:
    """Return the middle of what the first unit sees; nothing if that is nothing.

    Behind a layer with phases this is not ``path_field.centre``, which is averaged over all.

    Examples
    --------
    >>> from cnnanalyze.core.resampling import Sampled
    >>> from cnnanalyze.core.periodic_field import START, follow
    >>> doubled = follow(START, Sampled(step=1, unit=2))
    >>> middle(doubled), doubled.centre
    (Fraction(0, 1), Fraction(-1, 4))
    """
    seen = path_field.at(0)
    return None if seen is None else Fraction(sum(seen), 2)
