"""Memory: bytes of weights and activations, and how many activations live at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId

Count = TypeVar("Count")
"""A number of activations, or what can be added and subtracted like one."""
BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes of one number."""


def bytes_of(dtype: str) -> int:
    """Return the bytes of one number of a type.

    Raises
    ------
    UsageError
        If the type is unknown.

    Examples
    --------
    >>> bytes_of("float16")
    2
    """
    if dtype not in BYTES:
        raise UsageError(
            f"unknown dtype '{dtype}'; known: {', '.join(BYTES)}{nearest(dtype, tuple(BYTES))}"
        )
    return BYTES[dtype]


@dataclass(frozen=True, slots=True)
class Memory:
    """Activations that live while one image passes through, layer by layer in execution order.

    While a layer is computed its inputs, its output and everything that later layers still read are
    alive; what nobody reads any more is given back. Nothing is computed in place, and workspace of
    the implementation is not counted.
    """

    live: tuple[int, ...]
    """Activations alive while each layer is computed."""
    peak: int
    peak_at: str
    """The layer at which the peak is reached."""
    saved: int
    """All activations, as training keeps them for the backward pass."""


def measure(network: Network) -> Memory:
    """How many activations live at the same time, and where is the peak?"""
    counts = {name: given.shape.count for name, given in network.inputs.items()}
    # What nobody reads need not be there.
    held = sum(count for name, count in counts.items() if network.consumers[name])
    counts.update((n.id, n.output.count) for n in network.nodes)
    live = live_counts(network, counts)
    peak = max(live)
    return Memory(
        tuple(live),
        peak,
        network.nodes[live.index(peak)].id,
        held + sum(n.output.count for n in network.nodes),
    )


def live_counts(network: Network, counts: Mapping[NodeId, Count]) -> list[Count]:
    """Return the activations that are alive while each layer is computed, in their order.

    Parameters
    ----------
    network
        The network.
    counts
        How many numbers each input and each output of a layer has: numbers, or closed forms.
    """
    readers = {source: len(found) for source, found in network.consumers.items()}
    for output in network.outputs:
        readers[output] += 1  # outputs are read by the user, after the end
    read: list[Any] = [counts[name] for name in network.inputs if readers[name]]
    alive = sum(read, start=0)
    live: list[Count] = []
    for node in network.nodes:
        alive = alive + counts[node.id]
        live.append(alive)
        for source in dict.fromkeys(node.inputs):
            readers[source] -= 1
            if not readers[source]:
                alive = alive - counts[source]
        if not readers[node.id]:
            alive = alive - counts[node.id]
    return live


class Lifetime(NamedTuple):
    """The layers, by their place in the execution order, while which a tensor is held."""

    first: int
    last: int


def lifetimes(network: Network) -> dict[NodeId, Lifetime]:
    """When is each tensor held? The same rule, seen from the tensors; unread inputs have no life.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, {add: [[tanh, selu], []]}]}")
    >>> for name, life in lifetimes(net).items():
    ...     print(name, *life)
    input 0 0
    relu1 0 3
    add1/1/tanh1 1 2
    add1/1/selu1 2 3
    add1 3 3
    """
    places = {n.id: i for i, n in enumerate(network)}
    kept = set(network.outputs)
    found = {}
    for name, readers in network.consumers.items():
        first = places.get(name, 0)
        if name in kept:
            found[name] = Lifetime(first, len(places) - 1)
        elif readers or name in places:
            found[name] = Lifetime(first, max([first, *(places[reader] for reader in readers)]))
    return found


def alive_at(network: Network, layer: NodeId) -> tuple[NodeId, ...]:
    """Whose activations live while a layer is computed? The same rule, seen from one layer.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu, {add: [[tanh, selu], []]}]}")
    >>> alive_at(net, "add1/1/selu1")
    ('relu1', 'add1/1/tanh1', 'add1/1/selu1')
    """
    lives = lifetimes(network)
    now = lives[layer].first
    return tuple(name for name, life in lives.items() if life.first <= now <= life.last)
