"""Attention that is written out in products, told as what it is.

Exporters write ``softmax(Q·Kᵀ/√d)·V`` as two matrix products with a softmax between them, and lay
the heads side by side by reshapes and transpositions of many forms. Which number goes where is
found by sending the numbers of the places through the same views. If queries, keys and values come
to the products head by head, and the results back into their places, the whole is one operation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose, prod, sqrt
from typing import TYPE_CHECKING

from cnnanalyze.comparison.conformance.operation import Operation, ordered
from cnnanalyze.layers.traits import Trait

if TYPE_CHECKING:
    import numpy as np

VIEWS = frozenset({"rearrange", "slice", "reshape", "permute", "flatten", "gather"})
"""Kinds that only move numbers."""
MOST_NUMBERS = 10_000_000
"""The largest map whose places are followed."""


@dataclass(frozen=True, slots=True)
class _Operand:
    """What comes to a product: numbers of another operation, moved and scaled."""

    root: Operation
    places: np.ndarray
    """Of each number of the operand, its place in what the root gives."""
    factor: float
    passed: tuple[str, ...]
    """The operations on the way."""


@dataclass(frozen=True, slots=True)
class _Attention:
    """One attention that is written out."""

    heads: int
    operands: tuple[_Operand, _Operand, _Operand]
    starts: tuple[int, int, int]
    """The first channel of each operand in its root."""
    widths: tuple[int, int, int]
    passed: frozenset[str]
    """The operations that it stands for, but the last one."""
    last: Operation
    node_of: Operation


class _Finder:
    def __init__(self, operations: Mapping[str, Operation], outputs: frozenset[str]) -> None:
        self.operations = operations
        self.readers: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations.values():
            for source in operation.inputs:
                self.readers[source].append(operation)
        self.outputs = outputs

    def is_read_once(self, id_: str) -> bool:
        return len(self.readers[id_]) == 1 and id_ not in self.outputs

    def of(self, softmax: Operation) -> _Attention | None:
        """Return the attention whose weights this softmax makes."""
        if not self.is_read_once(softmax.id):
            return None
        (second,) = self.readers[softmax.id]
        if second.name != "matmul" or second.inputs[0] != softmax.id or _turned(second)[0]:
            return None
        scores = self.operand(softmax.inputs[0], "matmul")
        if scores is None or scores.root.name != "matmul" or not _is_unmoved(scores.places):
            return None
        first = scores.root
        operands = [self.operand(id_) for id_ in (*first.inputs, second.inputs[1])]
        if not all(operands):
            return None
        query, key, value = (one for one in operands if one is not None)
        turned, turned_key = _turned(first)
        laid = (
            _by_head(query.places, turn=turned),
            _by_head(key.places, turn=not turned_key),
            _by_head(value.places, turn=_turned(second)[1]),
        )
        heads, _, size = laid[0].shape
        factor = scores.factor * query.factor * key.factor
        if not isclose(factor, 1 / sqrt(size), rel_tol=1e-5) or value.factor != 1:
            return None
        starts = [
            _start(one, operand.root)
            for one, operand in zip(laid, (query, key, value), strict=True)
        ]
        last, behind = self._last(second, heads, laid[2].shape[2])
        if any(start is None for start in starts) or last is None:
            return None
        read = (query, key, value)
        own = {softmax.id, first.id, second.id, *scores.passed, *behind}
        passed = frozenset(own.union(*(one.passed for one in read)) - {last.id})
        if not self._is_closed(passed, last.id):
            return None
        return _Attention(
            heads,
            read,
            (starts[0] or 0, starts[1] or 0, starts[2] or 0),
            (heads * size, heads * size, heads * laid[2].shape[2]),
            passed,
            last,
            softmax,
        )

    def _is_closed(self, passed: frozenset[str], last: str) -> bool:
        """Whether nobody else reads what an attention stands for."""
        return self.outputs.isdisjoint(passed) and all(
            reader.id in passed or reader.id == last
            for id_ in passed
            for reader in self.readers[id_]
        )

    def operand(self, id_: str, *ends: str) -> _Operand | None:
        """Return where the numbers of an operation come from, through views and factors."""
        import numpy as np

        factor, way = 1.0, list[Operation]()
        while (operation := self.operations.get(id_)) is not None and operation.name not in ends:
            given = dict(operation.features).get("factor")
            if operation.name == "scale" and isinstance(given, int | float):
                factor *= given
            elif operation.name not in VIEWS:
                break
            way.append(operation)
            id_ = operation.inputs[0]
        root = self.operations.get(id_)
        if root is None or root.shape.count > MOST_NUMBERS:
            return None
        places = np.arange(root.shape.count).reshape(1, *root.shape.extents)
        for operation in reversed(way):
            if operation.name in VIEWS:
                places = _moved(operation, places)
        return _Operand(root, places[0], factor, tuple(one.id for one in way))

    def _last(
        self, product: Operation, heads: int, size: int
    ) -> tuple[Operation | None, list[str]]:
        """Return the view behind which the heads stand side by side."""
        import numpy as np

        last, passed = product, list[str]()
        places = np.arange(product.shape.count).reshape(1, *product.shape.extents)
        wanted = places.reshape(heads, -1, size).transpose(1, 0, 2).ravel()
        while not (places.shape[-1] == heads * size and np.array_equal(places.ravel(), wanted)):
            if not self.is_read_once(last.id) or product.shape.count > MOST_NUMBERS:
                return None, []
            (reader,) = self.readers[last.id]
            if reader.name not in VIEWS:
                return None, []
            places = _moved(reader, places)
            passed.append(last.id)
            last = reader
        return last, passed


def _turned(product: Operation) -> tuple[bool, bool]:
    features = dict(product.features)
    return bool(features.get("transpose_first")), bool(features.get("transpose_second"))


def _is_unmoved(places: np.ndarray) -> bool:
    import numpy as np

    return bool(np.array_equal(places.ravel(), np.arange(places.size)))


def _moved(view: Operation, places: np.ndarray) -> np.ndarray:
    """Send places through a view."""
    from cnnanalyze.execute.kernels import RUN, Tally  # noqa: PLC0415 - hardly ever needed

    return RUN[view.node.kind](Tally(), [places], {}, **view.node.attributes)


def _by_head(places: np.ndarray, *, turn: bool) -> np.ndarray:
    """Return places as heads, positions and numbers of a head."""
    found = places.reshape(-1, *places.shape[-2:])
    return found.transpose(0, 2, 1) if turn else found


def _start(laid: np.ndarray, root: Operation) -> int | None:
    """Return the channel at which an operand begins, if its heads stand side by side."""
    import numpy as np

    heads, positions, size = laid.shape
    channels = root.shape.channels
    start = int(laid.flat[0])
    wanted = (
        start
        + np.arange(heads)[:, None, None] * size
        + np.arange(positions)[None, :, None] * channels
        + np.arange(size)
    )
    fits = positions == root.shape.positions and start + heads * size <= channels
    return start if fits and np.array_equal(laid, wanted) else None


def with_attention(
    operations: Mapping[str, Operation], outputs: frozenset[str]
) -> dict[str, Operation]:
    """Return operations with every attention that is written out in one.

    Parameters
    ----------
    operations
        By id, in the order of execution.
    outputs
        What the network gives.
    """
    finder = _Finder(operations, outputs)
    softmaxes = [one for one in operations.values() if Trait.SOFTMAX in one.node.layer.traits]
    found = [one for softmax in softmaxes if (one := finder.of(softmax)) is not None]
    if not found:
        return dict(operations)
    instead: dict[str, list[Operation]] = {}
    for one in found:
        parts = _parts(one, finder)
        if parts is None:
            continue
        sources, split = parts
        instead |= {key: [] for key in one.passed}
        instead |= split
        features = ordered({"heads": one.heads, **UNPLACED})
        instead[one.last.id] = [
            Operation(one.last.id, "attend", features, sources, one.last.shape, one.node_of.node)
        ]
    return {
        new.id: new
        for operation in operations.values()
        for new in instead.get(operation.id, [operation])
    }


UNPLACED = {
    "window": None,
    "shift": 0,
    "axis": None,
    "relative_position": False,
    "causal": False,
}
"""Attention of all positions."""
PARTS = ("query", "key", "value")


def _parts(
    one: _Attention, finder: _Finder
) -> tuple[tuple[str, ...], dict[str, list[Operation]]] | None:
    """Return what an attention reads; a projection to all three at once is taken apart."""
    by_root: dict[str, list[int]] = defaultdict(list)
    for number, operand in enumerate(one.operands):
        by_root[operand.root.id].append(number)
    sources = [operand.root.id for operand in one.operands]
    split: dict[str, list[Operation]] = {}
    for id_, numbers in by_root.items():
        root = finder.operations[id_]
        spans = sorted((one.starts[n], one.starts[n] + one.widths[n]) for n in numbers)
        if spans == [(0, root.shape.channels)]:
            continue
        is_tiled = [begin for begin, _ in spans] == [0, *(end for _, end in spans[:-1])]
        if not is_tiled or spans[-1][1] != root.shape.channels or not _is_pointwise(root):
            return None
        passed = one.passed
        if id_ in finder.outputs or any(r.id not in passed for r in finder.readers[id_]):
            return None
        word = "units" if root.name == "dense" else "filters"
        split[id_] = []
        for n in numbers:
            features = ordered({**dict(root.features), word: one.widths[n]})
            sources[n] = f"{id_} ({PARTS[n]})"
            shape = type(root.shape)(root.shape.size, one.widths[n])
            split[id_].append(
                Operation(sources[n], root.name, features, root.inputs, shape, root.node)
            )
    return tuple(sources), split


def _is_pointwise(root: Operation) -> bool:
    """Whether each position is projected by itself."""
    features = dict(root.features)
    kernel: Sequence[int] = features.get("kernel", ())
    return root.name == "dense" or (
        root.name == "conv" and prod(kernel) == 1 and features.get("groups") == 1
    )
