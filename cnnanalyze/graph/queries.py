"""Questions about a graph: what leads where, how long the ways are, what every path passes.

A graph is given as what each vertex reads, in an order in which everything comes after what it
reads; ``Network.producers`` is that of a network. What is read and is no key of it, as an input
of a network, is where paths begin. Each takes time in proportion to the graph and imports
nothing; what is asked less often, networkx answers of ``Network.digraph()``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId

V = TypeVar("V", bound=Hashable)


def ancestors(producers: Mapping[V, Sequence[V]], ends: Iterable[V]) -> tuple[V, ...]:
    """Return all that some vertices depend on, themselves included, in the order of the graph.

    Examples
    --------
    >>> ancestors({"a": ["in"], "b": ["a"], "c": ["a"], "d": ["c"]}, ["d"])
    ('a', 'c', 'd')
    """
    wanted = set(ends)
    for vertex in reversed(tuple(producers)):
        if vertex in wanted:
            wanted.update(producers[vertex])
    return tuple(vertex for vertex in producers if vertex in wanted)


def descendants(producers: Mapping[V, Sequence[V]], starts: Iterable[V]) -> tuple[V, ...]:
    """Return all that depends on some vertices, themselves included, in the order of the graph.

    Examples
    --------
    >>> descendants({"a": ["in"], "b": ["a"], "c": ["in"], "d": ["b", "c"]}, ["a"])
    ('a', 'b', 'd')
    """
    found = set(starts)
    for vertex, sources in producers.items():
        if not found.isdisjoint(sources):
            found.add(vertex)
    return tuple(vertex for vertex in producers if vertex in found)


def depths(producers: Mapping[V, Sequence[V]]) -> dict[V, int]:
    """Return for each vertex how many edges the longest path to it has within the graph.

    Vertices of one depth are one topological generation.

    Examples
    --------
    >>> depths({"a": [], "b": ["a"], "c": ["a", "b"]})
    {'a': 0, 'b': 1, 'c': 2}
    """
    found: dict[V, int] = {}
    for vertex, sources in producers.items():
        found[vertex] = max((found[s] + 1 for s in sources if s in found), default=0)
    return found


def longest_path(producers: Mapping[V, Sequence[V]], end: V | None = None) -> tuple[V, ...]:
    """Return a longest path, first vertex first: the one to some end, or the longest of all.

    Of several it is the one that follows what is read first.

    Examples
    --------
    >>> longest_path({"a": ["in"], "b": ["a"], "c": ["b", "in"], "d": ["in"]})
    ('a', 'b', 'c')
    """
    depth = depths(producers)
    if end is None and depth:
        end = max(depth, key=depth.__getitem__)
    path: list[V] = []
    here = end
    while here is not None and here in depth:
        path.append(here)
        inside = (s for s in producers[here] if s in depth)
        here = max(inside, key=depth.__getitem__, default=None)
    return tuple(reversed(path))


def leading_only_to(network: Network, end: NodeId) -> tuple[NodeId, ...]:
    """Return the nodes from which every path passes a node, that one included.

    A path ends at an output, or at a node that nothing reads.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{add: [relu, [tanh, elu]]}, softmax]}")
    >>> leading_only_to(net, net["add1/2/elu1"].id)
    ('add1/2/tanh1', 'add1/2/elu1')
    """
    found = {end}
    for node in reversed(network.nodes):
        readers = network.consumers[node.id]
        if readers and found.issuperset(readers) and node.id not in network.outputs:
            found.add(node.id)
    return tuple(node.id for node in network if node.id in found)


def cut_nodes(network: Network) -> tuple[NodeId, ...]:
    """Return the nodes that every path from an input to an output passes, in their order.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [{add: [relu, tanh]}, softmax]}")
    >>> cut_nodes(net)
    ('add1', 'softmax1')
    """
    ways = ancestors(network.producers, network.outputs)
    # How many readers on a way to an output each tensor waits for; an output waits for ever.
    waiting: dict[NodeId, int] = dict.fromkeys(network.outputs, 1)
    for vertex in ways:
        for source in dict.fromkeys(network.producers[vertex]):
            waiting[source] = waiting.get(source, 0) + 1
    held = sum(source in waiting for source in network.inputs)
    found: list[NodeId] = []
    for vertex in ways:
        for source in dict.fromkeys(network.producers[vertex]):
            waiting[source] -= 1
            held -= not waiting[source]
        held += 1
        if held == 1:  # of all before, only this tensor is needed from here on
            found.append(vertex)
    return tuple(found)
