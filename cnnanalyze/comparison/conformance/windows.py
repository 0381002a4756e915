"""Windows of attention that are written out: which positions see each other, and where they lie.

A map is rolled, cut into windows and laid side by side, and all that back again, by slices,
reshapes and transpositions of many forms. Where each position comes from says which windows these
are, whatever the form is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.comparison.conformance.operation import Operation
from cnnanalyze.core.shape import Shape

if TYPE_CHECKING:
    import numpy as np

VIEWS = frozenset({"rearrange", "slice", "reshape", "permute", "flatten", "gather"})
"""Kinds that only move numbers."""
MOVING = VIEWS | {"concat", "space_to_depth"}
"""Kinds that only move numbers, of several operations, too."""
MOST_NUMBERS = 10_000_000
"""The largest map whose places are followed."""
_MOST_STEPS = 64


def moved(view: Operation, *places: np.ndarray) -> np.ndarray:
    """Send places through a view, or through a concatenation of several."""
    from cnnanalyze.execute.kernels import RUN, Tally  # noqa: PLC0415 - hardly ever needed

    found: np.ndarray = RUN[view.node.kind](Tally(), [*places], {}, **view.node.attributes)
    return found


class Origin(NamedTuple):
    """An operation, or an input of the network, from which numbers come."""

    id: str
    shape: Shape


class Tracer:
    """Where numbers of operations come from, through views and concatenations of views."""

    def __init__(self, operations: Mapping[str, Operation], inputs: Mapping[str, Shape]) -> None:
        self._operations = operations
        self._inputs = inputs
        self._found: dict[tuple[str, str], tuple[str, np.ndarray]] = {}

    def shape(self, id_: str) -> Shape:
        """Return the shape of what an operation gives, or of an input."""
        operation = self._operations.get(id_)
        return self._inputs[id_] if operation is None else operation.shape

    def of(self, id_: str, end: str = "", depth: int = 0) -> tuple[str, np.ndarray] | None:
        """Return the operation that made the numbers of one, and the place of each in that.

        Parameters
        ----------
        id_
            The operation.
        end
            Another one, at which the way back ends if it is met.
        depth
            How many steps were gone already.
        """
        import numpy as np

        shape, operation = self.shape(id_), self._operations.get(id_)
        if shape.count > MOST_NUMBERS:
            return None
        if (id_, end) in self._found:
            return self._found[id_, end]
        found = (id_, np.arange(shape.count).reshape(1, *shape.extents))
        may_go_on = id_ != end and depth < _MOST_STEPS
        if may_go_on and operation is not None and operation.name in MOVING:
            before = [self.of(source, end, depth + 1) for source in operation.inputs]
            roots = {one[0] for one in before if one is not None}
            if len(roots) == 1 and all(one is not None for one in before):
                places = [one[1] for one in before if one is not None]
                found = (roots.pop(), moved(operation, *places))
        self._found[id_, end] = found
        return found

    def positions(self, id_: str, end: str = "") -> tuple[Origin, np.ndarray] | None:
        """Return what made the numbers, if positions have only changed their places, and which."""
        import numpy as np

        found = self.of(id_, end)
        if found is None:
            return None
        root, own = self.shape(found[0]), self.shape(id_)
        channels = own.channels
        places = found[1].reshape(-1, channels)
        if channels != root.channels or own.positions != root.positions:
            return None
        order = places[:, 0] // channels
        is_moved = np.array_equal(places, order[:, None] * channels + np.arange(channels))
        return (Origin(found[0], root), order) if is_moved else None


@dataclass(frozen=True, slots=True)
class Heads:
    """How the heads of queries, keys or values stand in what they come from."""

    count: int
    start: int
    """The first channel."""
    head: np.ndarray
    """Of each product of matrices, which head it is of."""
    places: np.ndarray
    """Of each product, the positions in their order."""

    @property
    def windows(self) -> np.ndarray:
        """Of each product, which window it is of."""
        import numpy as np

        _, found = np.unique(self.places, axis=0, return_inverse=True)
        return np.asarray(found).ravel()

    @property
    def is_plain(self) -> bool:
        """Whether all positions in their order are one window."""
        import numpy as np

        return len(self.head) == self.count and all(
            np.array_equal(one, np.arange(len(one))) for one in self.places
        )

    def stands_like(self, other: Heads) -> bool:
        """Whether heads and positions of both stand in the same order."""
        import numpy as np

        return np.array_equal(self.head, other.head) and np.array_equal(self.places, other.places)


def heads_of(laid: np.ndarray, shape: Shape) -> Heads | None:
    """Return the heads of an operand, if those of each position stand side by side.

    Parameters
    ----------
    laid
        By product, position and number of a head: the place in what the operand comes from.
    shape
        The shape of that.
    """
    import numpy as np

    positions, channel = np.divmod(laid, shape.channels)
    first, size = channel[:, 0, 0], laid.shape[2]
    start = int(first.min())
    head, rest = np.divmod(first - start, size)
    count = int(head.max()) + 1
    places = positions[:, :, 0]
    is_laid = (
        np.array_equal(channel, np.broadcast_to(first[:, None, None] + np.arange(size), laid.shape))
        and np.array_equal(positions, np.broadcast_to(places[:, :, None], laid.shape))
        and not rest.any()
        and start + count * size <= shape.channels
    )
    if not is_laid:
        return None
    # Every head has every position once.
    whole = np.arange(shape.positions)
    for number in range(count):
        own = np.sort(places[head == number], axis=None)
        if not np.array_equal(own, whole):
            return None
    return Heads(count, start, head, places)


def windows_of(
    places: np.ndarray, size: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return how large windows are along every axis, and how far they are moved on.

    Parameters
    ----------
    places
        By window, its positions in their order.
    size
        The size of the map.

    Examples
    --------
    >>> import numpy as np
    >>> rolled = np.roll(np.arange(16).reshape(4, 4), (-1, -1), axis=(0, 1))
    >>> cut = rolled.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
    >>> windows_of(cut, (4, 4))
    ((2, 2), (1, 1))
    """
    import numpy as np

    number = places.shape[1]
    for window in _windows(number, size):
        shift = tuple(
            int(at) % w for at, w in zip(np.unravel_index(places[0, 0], size), window, strict=True)
        )
        rolled = np.roll(
            np.arange(prod(size)).reshape(size), [-s for s in shift], axis=range(len(size))
        )
        cut = rolled.reshape([n for m, w in zip(size, window, strict=True) for n in (m // w, w)])
        rank = len(size)
        order = (*range(0, 2 * rank, 2), *range(1, 2 * rank, 2))
        tiles = cut.transpose(order).reshape(-1, number)
        if np.array_equal(np.unique(tiles, axis=0), np.unique(places, axis=0)):
            return window, shift
    return None


def _windows(number: int, size: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the windows of so many positions that tile a map."""
    if not size:
        return [()] if number == 1 else []
    first, *more = size
    return [
        (w, *rest)
        for w in range(1, first + 1)
        if first % w == 0 and number % w == 0
        for rest in _windows(number // w, more)
    ]


@dataclass(frozen=True, slots=True)
class Laid:
    """An attention whose positions lie otherwise than in the map around it."""

    source: Origin
    """What the projections really read."""
    projection: Operation | None
    """What follows, position by position, before positions lie in their places again."""
    end: str
    """Behind which they do."""

    def place(self, operation: Operation, inputs: tuple[str, ...], **features: Any) -> Operation:  # noqa: ANN401
        """Return an operation that works position by position on the map itself."""
        rank = self.source.shape.rank
        ones = (1,) * rank
        own = dict(operation.features) | features
        if operation.name == "conv":
            own |= {"kernel": ones, "stride": ones, "dilation": ones, "padding": ((0, 0),) * rank}
        shape = Shape(self.source.shape.size, own.get("filters", operation.shape.channels))
        return replace(operation, inputs=inputs, features=tuple(sorted(own.items())), shape=shape)


def end_of(
    start: Operation,
    order: np.ndarray,
    size: Sequence[int],
    tracer: Tracer,
    readers: Mapping[str, Sequence[Operation]],
) -> str | None:
    """Return what has the numbers of an operation with their positions in the order of a map.

    Parameters
    ----------
    start
        The operation.
    order
        Of each of its positions, that in the map.
    size
        The size of the map.
    tracer
        Knows where numbers come from.
    readers
        By operation, what reads it.
    """
    import numpy as np

    waiting, seen = [start], {start.id}
    while waiting and len(seen) < _MOST_STEPS:
        here = waiting.pop(0)
        found = tracer.positions(here.id, start.id)
        if (
            found is not None
            and found[0].id == start.id
            and here.shape.size == tuple(size)
            and np.array_equal(order[found[1]], np.arange(len(order)))
        ):
            return here.id
        for reader in readers.get(here.id, ()):
            if reader.id not in seen and reader.name in MOVING:
                seen.add(reader.id)
                waiting.append(reader)
    return None
