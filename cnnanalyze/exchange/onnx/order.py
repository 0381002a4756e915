"""The order of the nodes of a graph: each after those whose values it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Attribute, Graph, Operation

_SHOWN = 6


def ordered(
    operations: Sequence[Operation], given: Collection[str], *, inside: bool
) -> tuple[Operation, ...]:
    """Return operations in an order in which each reads what is there before it.

    The order of the file is kept as far as it is one.

    Parameters
    ----------
    operations
        The operations as they stand in the file.
    given
        The names of inputs and constants.
    inside
        Whether the graph lies inside of another one, of which it may read values.

    Raises
    ------
    SpecError
        If a value is defined twice or not at all, or if there is no such order.
    """
    makers = _makers(operations, set(given))
    waits: list[set[int]] = []
    for operation in operations:
        wanted = set()
        for name in read_by(operation):
            if name in makers:
                wanted.add(makers[name])
            elif name not in given and not inside:
                raise SpecError(
                    f"{operation}: it reads '{name}', which is no input, no constant and no output "
                    "of a node"
                )
        waits.append(wanted)
    if all(max(wanted, default=-1) < place for place, wanted in enumerate(waits)):
        return tuple(operations)
    return tuple(operations[place] for place in _sorted(operations, waits))


def _makers(operations: Iterable[Operation], taken: set[str]) -> dict[str, int]:
    """Return the place of the operation that makes each value."""
    makers: dict[str, int] = {}
    for place, operation in enumerate(operations):
        for name in filter(None, operation.outputs):
            if name in makers or name in taken:
                raise SpecError(
                    f"{operation}: '{name}' is defined twice, and every value has one source"
                )
            makers[name] = place
    return makers


def _sorted(operations: Sequence[Operation], waits: Sequence[set[int]]) -> list[int]:
    readers: Mapping[int, list[int]] = {place: [] for place in range(len(operations))}
    for place, wanted in enumerate(waits):
        for before in wanted:
            readers[before].append(place)
    left = [len(wanted) for wanted in waits]
    ready = [place for place, count in enumerate(left) if not count]
    heapify(ready)
    found = []
    while ready:
        found.append(place := heappop(ready))
        for after in readers[place]:
            left[after] -= 1
            if not left[after]:
                heappush(ready, after)
    if len(found) < len(operations):
        _refuse_circle(operations, waits, set(range(len(operations))) - set(found))
    return found


def _refuse_circle(
    operations: Sequence[Operation], waits: Sequence[set[int]], rest: set[int]
) -> None:
    """Refuse operations of which each reads what another one computes, the way round in words."""
    way = [min(rest)]
    while (before := min(waits[way[-1]] & rest)) not in way:
        way.append(before)
    circle = [*way[way.index(before) :], before][::-1]
    first = operations[circle[0]]
    if len(circle) == 2:  # noqa: PLR2004 - there and back
        raise SpecError(f"{first}: it reads what it computes itself")
    names = [operations[place].name for place in circle]
    if len(names) > _SHOWN:
        names[_SHOWN // 2 : -_SHOWN // 2] = ["..."]
    raise SpecError(f"{first}: the nodes make a circle: {' → '.join(names)}")


def read_by(operation: Operation) -> Iterator[str]:
    """Yield the names of the values that an operation reads, by graphs inside of it, too."""
    yield from filter(None, operation.inputs)
    for graph in graphs_of(operation.attributes.values()):
        yield from read_from_outside(graph)


def read_from_outside(graph: Graph) -> Iterator[str]:
    """Yield the names that a graph reads and does not define."""
    own = {*graph.constants, *(value.name for value in graph.inputs)}
    own.update(name for operation in graph.operations for name in operation.outputs)
    for operation in graph.operations:
        yield from (name for name in read_by(operation) if name not in own)
    yield from (value.name for value in graph.outputs if value.name not in own)


def graphs_of(attributes: Iterable[Attribute]) -> Iterator[Graph]:
    """Yield the graphs among attributes."""
    for attribute in attributes:
        if isinstance(attribute, Graph):
            yield attribute
        elif isinstance(attribute, tuple):
            yield from (one for one in attribute if isinstance(one, Graph))
