"""Refusals: where the rules say no, the executor must say no, too, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.analysis.pipeline import Rules
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.execute.refusal import try_layer
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

MOST_WEIGHTS = 3_000_000
"""Layers are tried only where they hold no more numbers than this."""
MOST_NUMBERS = 200_000
"""The most activations in the inputs that layers are tried on; a refusal needs no large one."""


def compare_refusals(network: Network) -> Iterator[tuple[str, str, str, object, object]]:
    """Try every distinct layer on small inputs; yield what the rules and the executor say.

    The spatial extents are 1, 2, 3, ... up to what the layer gets in the network, so the border
    between accepting and refusing lies within. Joins are also tried with inputs that disagree.
    Of layers that differ in their filters only, the one with the fewest is tried.
    """
    smallest: dict[object, Node] = {}
    rules = Rules(_behaviour)
    for node in network:
        key = rules.ask(node)
        known = smallest.get(key)
        if known is None or _channels(node) < _channels(known):
            smallest[key] = node
    for node in smallest.values():
        for shapes in _smaller(node):
            said = " and ".join("x".join(map(str, s.extents)) for s in dict.fromkeys(shapes))
            yield (
                "refusals",
                node.id,
                f"on {said}",
                _by_rule(node, shapes),
                try_layer(node.kind, node.attributes, [s.extents for s in shapes]),
            )


def _behaviour(node: Node) -> object:
    """Return what decides whether a layer refuses an input, as far as positions go."""
    attributes = tuple(
        (name, value) for name, value in node.attributes.items() if name not in {"filters", "units"}
    )
    return node.kind, attributes, tuple(s.rank for s in node.input_shapes)


def _channels(node: Node) -> int:
    return node.output.channels + sum(s.channels for s in node.input_shapes)


def _weights(node: Node, shapes: tuple[Shape, ...]) -> int:
    """Return how many numbers the layer would hold on such inputs, if it takes them."""
    try:
        node.layer.shape(*shapes)
        return sum(p.size for p in node.layer.params(*shapes))
    except ShapeError:
        return 0


def _by_rule(node: Node, shapes: tuple[Shape, ...]) -> tuple[int, ...] | None:
    try:
        return node.layer.shape(*shapes).extents
    except ShapeError:
        return None


def _smaller(node: Node) -> Iterator[tuple[Shape, ...]]:
    """Return inputs of growing extents for one layer, and for a join some that disagree."""
    shapes = node.input_shapes
    rank = max((s.rank for s in shapes), default=0)
    if not rank:
        return
    largest = max(max(s.size, default=1) for s in shapes)
    for n in range(1, min(largest, 12) + 1):
        smaller = tuple(Shape(tuple(min(e, n) for e in s.size), s.channels) for s in shapes)
        if sum(s.count for s in smaller) > MOST_NUMBERS or _weights(node, smaller) > MOST_WEIGHTS:
            return
        yield smaller
        if len(smaller) > 1 and n > 2:  # noqa: PLR2004 - room for an extent of 2 beside one of 3
            first = smaller[0]
            yield (Shape(tuple(max(e - 1, 1) for e in first.size), first.channels), *smaller[1:])
            yield (Shape(first.size, first.channels + 1), *smaller[1:])
