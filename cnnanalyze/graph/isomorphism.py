"""Isomorphism: is one network the other, whatever its layers are called and in whichever order?

Both are walked through in an order that their layers and wiring give, not their texts. If the same
layer then stands at every place of both and reads what stands at the same places, they are
isomorphic. That takes n log n time, where a search may take exponential time; it is never wrong if
it finds something, but it may find nothing where layers that read the same and lead to the same are
wired crosswise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Protocol, TypeVar

Labels = Mapping[str, Hashable]
"""For each layer something that is equal for equal layers."""


class Wired(Protocol):
    """A layer, or an operation, that reads others."""

    @property
    def id(self) -> str:
        """What it is called."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of what it reads."""


W_co = TypeVar("W_co", bound=Wired, covariant=True)
W = TypeVar("W", bound=Wired)


class Wiring(Protocol[W_co]):
    """A network, or whatever else is wired as one: its layers come in the order of execution."""

    @property
    def inputs(self) -> Collection[str]:
        """The ids of what goes in."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The ids of what comes out."""

    def __iter__(self) -> Iterator[W_co]: ...

    def __len__(self) -> int: ...


def isomorphism(
    one: Wiring[W],
    other: Wiring[W],
    labels: tuple[Labels, Labels],
    takes_any_order: Callable[[W], bool],
) -> dict[str, str] | None:
    """Return which layer of one network is which of the other; nothing if none is found.

    Parameters
    ----------
    one, other
        The networks; their inputs are the same by their order.
    labels
        Of the layers of the one and of the other.
    takes_any_order
        Whether the order of what a layer reads makes no difference.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> one, other = (
    ...     cnn.loads("{cnn: 1, input: 5x5x1, layers: [{add: [" + branches + "]}]}")
    ...     for branches in ("relu, tanh", "tanh, relu")
    ... )
    >>> labels = tuple({node.id: node.kind for node in net} for net in (one, other))
    >>> isomorphism(one, other, labels, lambda node: node.kind == "add")
    {'add1/1/relu1': 'add1/2/relu1', 'add1/2/tanh1': 'add1/1/tanh1', 'add1': 'add1'}
    """
    if len(one) != len(other) or len(one.inputs) != len(other.inputs):
        return None
    numbers: dict[Hashable, int] = {}
    ours = _walk(one, labels[0], takes_any_order, numbers)
    theirs = _walk(other, labels[1], takes_any_order, numbers)
    if list(ours.values()) != list(theirs.values()):
        return None
    partner = dict(zip(ours, theirs, strict=True))
    return {node.id: partner[node.id] for node in one}


def _walk(
    network: Wiring[W],
    labels: Labels,
    takes_any_order: Callable[[W], bool],
    numbers: dict[Hashable, int],
) -> dict[str, tuple[Hashable, ...]]:
    """Return the layers in an order that names do not matter for, each with what it reads by place.

    Equal things get equal numbers, in whichever of the networks they are.
    """

    def number(*thing: Hashable) -> int:
        return numbers.setdefault(thing, len(numbers))

    ends = frozenset[str](network.outputs)
    inputs: dict[str, int] = {source: -1 - k for k, source in enumerate(network.inputs)}
    made: dict[str, int] = {s: number("input", k) for s, k in inputs.items()}
    """What each layer is and is made of."""
    for node in network:
        parts = [made[i] for i in node.inputs]
        made[node.id] = number(
            "made", labels[node.id], *(sorted(parts) if takes_any_order(node) else parts)
        )
    leads: dict[str, int] = {}
    """What each layer is and leads to, too."""
    places: dict[str, list[tuple[int, int]]] = {node.id: [] for node in network}
    nodes = {node.id: node for node in network}
    for node in reversed(nodes.values()):
        leads[node.id] = number("leads", made[node.id], node.id in ends, *sorted(places[node.id]))
        for k, source in enumerate(node.inputs):
            if source in places:
                places[source].append((leads[node.id], 0 if takes_any_order(node) else k))

    at: dict[str, int] = dict(inputs)
    waiting: dict[str, int] = {node.id: len({*node.inputs} - {*inputs}) for node in network}
    order: dict[str, int] = {node.id: k for k, node in enumerate(network)}

    def key(id_: str) -> tuple[int, tuple[int, ...], int, str]:
        node = nodes[id_]
        read = [at[i] for i in node.inputs]
        return (
            leads[id_],
            tuple(sorted(read) if takes_any_order(node) else read),
            order[id_],
            id_,
        )

    readers: dict[str, list[str]] = {id_: [] for id_ in nodes}
    for node in nodes.values():
        for source in filter(nodes.get, dict.fromkeys(node.inputs)):
            readers[source].append(node.id)
    ready = [key(id_) for id_, count in waiting.items() if not count]
    heapify(ready)
    found: dict[str, tuple[Hashable, ...]] = {}
    while ready:
        _, read, _, id_ = heappop(ready)
        at[id_] = len(found)
        found[id_] = (labels[id_], id_ in ends, read)
        for reader in readers[id_]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heappush(ready, key(reader))
    return found
