"""Fields: what units see at the end of chains of parts, worked out once for equal chains."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np

from cnnanalyze.analysis.receptive_field import Maps, Seen, look, start
from cnnanalyze.core.periodic_field import STRETCHES, PeriodicField, TooFine
from cnnanalyze.core.shape import Shape
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, NodeId
from cnnanalyze.sweeping.columns import Column, Numbers, combine
from cnnanalyze.sweeping.part import Part


class Passed(NamedTuple):
    """What units see behind a network, given what its input sees."""

    seen: Seen
    widest: int
    """The most that units of a layer see that lie at places, all axes together."""
    extent: int
    """The longest side of that."""


_NOTHING = -1
"""Stands for the most that is seen where no layer lies at places."""


class Fields:
    """What networks make of what comes in, each worked out once for equal maps."""

    def __init__(self) -> None:
        self._kinds: dict[int, tuple[Network, int]] = {}
        """For a network, the number of what its layers read; the network keeps its id its own."""
        self._numbers: dict[object, int] = {}
        self._passed: dict[tuple[int, Seen], Passed] = {}

    def start(self, shapes: Column) -> SeenColumns:
        """Return what the inputs of some points see: themselves."""
        return SeenColumns(self, shapes)

    def behind(self, trail: tuple[Network, ...], seen: Seen) -> Passed:
        """Return what units see behind networks one after the other."""
        widest, extent = _NOTHING, _NOTHING
        for network in trail:
            key = (self._kind(network), seen)
            found = self._passed.get(key)
            if found is None:
                found = self._passed[key] = _pass(network, seen)
            seen = found.seen
            if found.widest >= widest:
                widest, extent = found.widest, found.extent
        return Passed(seen, widest, extent)

    def _kind(self, network: Network) -> int:
        """Return a number that is equal for networks whose layers read alike."""
        known = self._kinds.get(id(network))
        if known is None:
            places = {INPUT: -1} | {node.id: n for n, node in enumerate(network.nodes)}
            key = tuple(
                (
                    tuple([places[source] for source in node.inputs]),
                    node.layer.reach(*node.input_shapes),
                    node.layer.moved_axes(*node.input_shapes),
                    tuple([shape.size for shape in node.input_shapes]),
                    node.output.rank,
                )
                for node in network.nodes
            )
            number = self._numbers.setdefault(key, len(self._numbers))
            known = self._kinds[id(network)] = (network, number)
        return known[1]


class SeenColumns:
    """What the units of some points see, as their networks grow."""

    def __init__(self, fields: Fields, shapes: Column) -> None:
        self._fields = fields
        count = len(shapes.codes)
        starts: dict[Seen, int] = {}
        places = [
            starts.setdefault(
                start(shape if isinstance(shape, Shape) else Shape((), 1)), len(starts)
            )
            for shape in shapes.values
        ]
        self._codes = np.array(places, np.int64)[shapes.codes]
        self._states = tuple(starts)
        self._widest = np.full(count, _NOTHING, np.int64)
        self.extents = np.full(count, _NOTHING, np.int64)
        """The receptive field of each point; -1 where no layer lies at places."""

    def follow(self, parts: list[Part], codes: Numbers, here: Numbers) -> None:
        """Let points go through parts.

        Parameters
        ----------
        parts
            The parts.
        codes, here
            For each point that goes through one, which part, and which point it is.
        """
        part = Column(codes, parts)
        state = Column(self._codes[here], self._states)
        points, pairs = combine([part, state], len(here))
        passed = [
            self._fields.behind(parts[p].trail, self._states[s])
            for p, s in zip(codes[points].tolist(), state.codes[points].tolist(), strict=True)
        ]
        states: dict[Seen, int] = {}
        places = np.array([states.setdefault(one.seen, len(states)) for one in passed], np.int64)
        self._codes = np.zeros(len(self._codes), np.int64)
        self._codes[here] = places[pairs]
        self._states = tuple(states)
        widest = np.array([one.widest for one in passed], np.int64)[pairs]
        extents = np.array([one.extent for one in passed], np.int64)[pairs]
        wider = widest >= np.maximum(self._widest[here], 0)
        self._widest[here] = np.where(wider, widest, self._widest[here])
        self.extents[here] = np.where(wider, extents, self.extents[here])


def _pass(network: Network, seen: Seen) -> Passed:
    """Return what units see behind a network, by the rules of its layers."""
    states: dict[NodeId, Seen] = {INPUT: seen}
    widest, extent = _NOTHING, _NOTHING
    with STRETCHES.counted():
        for node in network.nodes:
            maps: Maps = node.layer.reach(*node.input_shapes)
            try:
                state = look(node, maps, states)
            except TooFine:
                state = Seen(None, None, aligned=False)
            states[node.id] = state
            if state.fields and node.output.rank and state.moves:
                sizes = [field.local.size for field in state.fields]
                if (product := prod(sizes)) >= widest:
                    widest, extent = product, max(sizes)
    return Passed(_normalised(states[network.outputs[0]]), widest, extent)


def _normalised(seen: Seen) -> Seen:
    """Return what is seen with its first unit at 0: where a field begins changes no size."""
    if seen.fields is None:
        return Seen(None, None, aligned=True, order=seen.order)
    fields = tuple(map(_at_zero, seen.fields))
    return Seen(fields, fields, aligned=True, order=seen.order)


def _at_zero(field: PeriodicField) -> PeriodicField:
    first = next((seen[0] for s in field.path_fields for seen in s.intervals if seen), 0)
    if not first:
        return field
    return PeriodicField(
        tuple(
            one._replace(
                intervals=tuple(
                    seen and (seen[0] - first, seen[1] - first) for seen in one.intervals
                )
            )
            for one in field.path_fields
        )
    )
