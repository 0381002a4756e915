"""The order of the nodes of a graph: each after those whose values it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.model import Attribute, Graph, Operation
from cnnanalyze.exchange.order import circle_of, in_order

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
    places = in_order(waits)
    if len(places) < len(operations):
        _refuse_circle(operations, circle_of(waits, places))
    return tuple(operations[place] for place in places)


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


def _refuse_circle(operations: Sequence[Operation], circle: Sequence[int]) -> None:
    """Refuse operations of which each reads what another one computes, the way round in words."""
    first = operations[circle[0]]
    if len(circle) == 2:  # noqa: PLR2004 - there and back
        raise SpecError(f"{first}: it reads what it computes itself")
    names = [operations[place].name for place in circle]
    if len(names) > _SHOWN:
        names[_SHOWN // 2 : -_SHOWN // 2] = ["..."]
    raise SpecError(f"{first}: the nodes form a cycle: {' → '.join(names)}")


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
