"""Attention that is written out in products, told as what it is.

Exporters write ``softmax(Q·Kᵀ/√d)·V`` as two matrix products with a softmax between them, and lay
the heads side by side by reshapes and transpositions of many forms. Which number goes where is
found by sending the numbers of the places through the same views. If queries, keys and values come
to the products head by head, and the results back into their places, the whole is one operation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, prod, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.comparison.conformance.operation import Features, Operation, ordered
from cnnanalyze.comparison.conformance.windows import (
    MOST_NUMBERS,
    VIEWS,
    Heads,
    Laid,
    Origin,
    Tracer,
    end_of,
    heads_of,
    moved,
    windows_of,
)
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.traits import Trait

if TYPE_CHECKING:
    import numpy as np

MAPS = frozenset({"constant_map"})
"""Kinds that add numbers which depend on the place alone."""


@dataclass(frozen=True, slots=True)
class _Operand:
    """What comes to a product: numbers of another operation, moved and scaled."""

    root: Operation
    places: np.ndarray
    """Of each number of the operand, its place in what the root gives."""
    factor: float
    passed: tuple[str, ...]
    """The operations on the way."""
    maps: tuple[tuple[Operation, np.ndarray], ...] = ()
    """What is added on the way, with the places at which."""


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
    features: Features
    laid: Laid | None
    """Where positions lie otherwise around it, as window by window."""
    has_maps: bool
    """Whether numbers are added by place."""


class _Finder:
    def __init__(
        self,
        operations: Mapping[str, Operation],
        inputs: Mapping[str, Shape],
        outputs: frozenset[str],
    ) -> None:
        self.operations = operations
        self.readers: dict[str, list[Operation]] = defaultdict(list)
        for operation in operations.values():
            for source in operation.inputs:
                self.readers[source].append(operation)
        self.outputs = outputs
        self.tracer = Tracer(operations, inputs)

    def is_read_once(self, id_: str) -> bool:
        return len(self.readers[id_]) == 1 and id_ not in self.outputs

    def of(self, softmax: Operation) -> _Attention | None:
        """Return the attention whose weights this softmax makes."""
        if not self.is_read_once(softmax.id):
            return None
        (second,) = self.readers[softmax.id]
        if second.name != "matmul" or second.inputs[0] != softmax.id or _turned(second)[0]:
            return None
        scores = self.operand(softmax.inputs[0], "matmul", passes=MAPS)
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
        size = laid[0].shape[2]
        factor = scores.factor * query.factor * key.factor
        if not isclose(factor, 1 / sqrt(size), rel_tol=1e-5) or value.factor != 1:
            return None
        split = [
            heads_of(one, operand.root.shape)
            for one, operand in zip(laid, (query, key, value), strict=True)
        ]
        if not all(split):
            return None
        heads = [one for one in split if one is not None]
        read = (query, key, value)
        found = self._placed(second, heads, read, laid[2].shape[2], scores)
        if found is None:
            return None
        last, behind, features, placed = found
        own = {softmax.id, first.id, second.id, *scores.passed, *behind}
        passed = frozenset(own.union(*(one.passed for one in read)) - {last.id})
        if not self._is_closed(passed, last.id):
            return None
        return _Attention(
            heads[0].count,
            read,
            (heads[0].start, heads[1].start, heads[2].start),
            (heads[0].count * size, heads[0].count * size, heads[0].count * laid[2].shape[2]),
            passed,
            last,
            softmax,
            features,
            placed,
            bool(scores.maps),
        )

    def _is_closed(self, passed: frozenset[str], last: str) -> bool:
        """Whether nobody else reads what an attention stands for."""
        return self.outputs.isdisjoint(passed) and all(
            reader.id in passed or reader.id == last
            for id_ in passed
            for reader in self.readers[id_]
        )

    def operand(
        self, id_: str, *ends: str, passes: frozenset[str] = frozenset()
    ) -> _Operand | None:
        """Return where the numbers of an operation come from, through views and factors."""
        import numpy as np

        factor, way = 1.0, list[Operation]()
        while (operation := self.operations.get(id_)) is not None and operation.name not in ends:
            given = dict(operation.features).get("factor")
            if operation.name == "scale" and isinstance(given, int | float):
                factor *= given
            elif operation.name not in VIEWS | passes:
                break
            way.append(operation)
            id_ = operation.inputs[0]
        root = self.operations.get(id_)
        if root is None or root.shape.count > MOST_NUMBERS:
            return None
        places = np.arange(root.shape.count).reshape(1, *root.shape.extents)
        maps = []
        for operation in reversed(way):
            if operation.name in VIEWS:
                places = moved(operation, places)
            elif operation.name in passes:
                maps.append((operation, places[0]))
        return _Operand(root, places[0], factor, tuple(one.id for one in way), tuple(maps))

    def _placed(
        self,
        product: Operation,
        heads: Sequence[Heads],
        read: Sequence[_Operand],
        size: int,
        scores: _Operand,
    ) -> tuple[Operation, list[str], Features, Laid | None] | None:
        """Return where an attention ends, what it is given, and how it lies."""
        query, key, value = heads
        if not (query.count == key.count == value.count and key.stands_like(value)):
            return None
        features: dict[str, Any] = {"heads": query.count, **UNPLACED}
        if not scores.maps and all(one.is_plain for one in heads):
            last, behind = self._last(product, query.count, size)
            return None if last is None else (last, behind, features, None)
        if not query.stands_like(key):
            return None
        sources = [self._source(operand.root) for operand in read]
        source, order = sources[0] or (None, None)
        if source is None or order is None:
            return None
        if any(one is None or one[0] != source for one in sources) or any(
            one is not None and not _are_equal(one[1], order) for one in sources
        ):
            return None
        own = order[query.places]
        placed = windows_of(own, source.shape.size)
        added = _added(scores, query, own.shape[1])
        if placed is None or added is None:
            return None
        window, shift = placed
        tables, masks = added
        if tables not in ([], [query.count * prod(2 * w - 1 for w in window)]) or masks > 1:
            return None
        features["relative_position"] = bool(tables)
        if window != source.shape.size:
            features |= {"window": window, "shift": shift}
        features["masked"] = bool(masks)
        ended = self._end(product, query, own, size, source)
        if ended is None:
            return None
        last, behind, laid = ended
        return last, behind, features, laid

    def _source(self, root: Operation) -> tuple[Origin, np.ndarray] | None:
        """Return what a projection reads, before its positions change their places."""
        if root.name != "conv" or not _is_pointwise(root):
            return None
        return self.tracer.positions(root.inputs[0])

    def _end(
        self, product: Operation, heads: Heads, own: np.ndarray, size: int, source: Origin
    ) -> tuple[Operation, list[str], Laid] | None:
        """Return the view behind which heads stand side by side, and how positions lie there."""
        import numpy as np

        last, passed = product, list[str]()
        places = np.arange(product.shape.count).reshape(1, *product.shape.extents)
        number = own.shape[1]
        while product.shape.count <= MOST_NUMBERS:
            if places.shape[-1] == heads.count * size:
                flat = places.reshape(-1, heads.count * size)
                batch, position, within = np.unravel_index(flat, (len(own), number, size))
                order = own[batch, position]
                is_laid = np.array_equal(order, np.broadcast_to(order[:, :1], order.shape))
                if is_laid and np.array_equal(
                    heads.head[batch] * size + within,
                    np.broadcast_to(np.arange(flat.shape[1]), flat.shape),
                ):
                    laid = self._laid(last, order[:, 0], source)
                    if laid is not None:
                        return last, passed, laid
            if not self.is_read_once(last.id):
                return None
            (reader,) = self.readers[last.id]
            if reader.name not in VIEWS:
                return None
            places = moved(reader, places)
            passed.append(last.id)
            last = reader
        return None

    def _laid(self, last: Operation, order: np.ndarray, source: Origin) -> Laid | None:
        """Return how what an attention gives comes back into the places of the map."""
        size = source.shape.size
        if last.shape.size == size and _are_equal(order, range(len(order))):
            return Laid(source, None, last.id)
        if not self.is_read_once(last.id):
            return None
        (reader,) = self.readers[last.id]
        if reader.name == "conv" and _is_pointwise(reader):
            end = end_of(reader, order, size, self.tracer, self.readers)
            return None if end is None else Laid(source, reader, end)
        return None

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
            places = moved(reader, places)
            passed.append(last.id)
            last = reader
        return last, passed


def _turned(product: Operation) -> tuple[bool, bool]:
    features = dict(product.features)
    return bool(features.get("transpose_first")), bool(features.get("transpose_second"))


def _is_unmoved(places: np.ndarray) -> bool:
    import numpy as np

    return bool(np.array_equal(places.ravel(), np.arange(places.size)))


def _are_equal(one: object, other: object) -> bool:
    import numpy as np

    return np.array_equal(one, other)  # type: ignore[arg-type]  # arrays


def _added(scores: _Operand, heads: Heads, number: int) -> tuple[list[int], int] | None:
    """Return the tables that are added by distance, and how many masks by window; else nothing."""
    import numpy as np

    tables, masks, windows = list[int](), 0, heads.windows
    for operation, places in scores.maps:
        given = dict(operation.features)
        if given.get("operation") != "add":
            return None
        # Numbers for every place, or for every channel and the same at all positions.
        groups = places.reshape(-1, places.size if given["along"] == "all" else places.shape[-1])
        batch, row, column = np.unravel_index(groups, (len(windows), number, number))
        table = given["table"]
        of = windows if table is None else heads.head
        told = (of[batch] * number + row) * number + column
        if not np.array_equal(told, np.broadcast_to(told[:1], told.shape)):
            return None
        if len(np.unique(told[0])) != told.shape[1]:
            return None  # one number for each, and not one for several
        if table is None:
            masks += 1
        else:
            tables.append(table)
    return tables, masks


def _by_head(places: np.ndarray, *, turn: bool) -> np.ndarray:
    """Return places as heads, positions and numbers of a head."""
    found = places.reshape(-1, *places.shape[-2:])
    return found.transpose(0, 2, 1) if turn else found


class Written(NamedTuple):
    """Operations with every attention in one."""

    operations: dict[str, Operation]
    renamed: Mapping[str, str]
    """For what is gone, what stands for it."""
    assumed: int
    """How many attentions have masks, or tables, of which nobody reads the numbers."""


def with_attention(
    operations: Mapping[str, Operation], inputs: Mapping[str, Shape], outputs: frozenset[str]
) -> Written:
    """Return operations with every attention that is written out in one.

    Parameters
    ----------
    operations
        By id, in the order of execution.
    inputs
        The shapes of what goes in, by name.
    outputs
        What the network gives.
    """
    finder = _Finder(operations, inputs, outputs)
    softmaxes = [one for one in operations.values() if Trait.SOFTMAX in one.node.layer.traits]
    found = [one for softmax in softmaxes if (one := finder.of(softmax)) is not None]
    if not found:
        return Written(dict(operations), {}, 0)
    instead: dict[str, list[Operation]] = {}
    renamed: dict[str, str] = {}
    for one in found:
        parts = _parts(one, finder)
        if parts is None:
            continue
        sources, split = parts
        instead |= {key: [] for key in one.passed}
        instead |= split
        made = Operation(
            one.last.id, "attend", ordered(one.features), sources, one.last.shape, one.node_of.node
        )
        if one.laid is not None:
            shape = type(made.shape)(one.laid.source.shape.size, made.shape.channels)
            made = replace(made, shape=shape)
            projection = one.laid.projection
            if projection is not None:
                instead[projection.id] = [one.laid.place(projection, (made.id,))]
                renamed[one.laid.end] = projection.id
        instead[one.last.id] = [made]
    kept = {
        new.id: replace(new, inputs=tuple(renamed.get(i, i) for i in new.inputs))
        for operation in operations.values()
        for new in instead.get(operation.id, [operation])
    }
    assumed = sum(bool(one.has_maps) for one in found)
    return Written(kept, renamed, assumed)


UNPLACED = {
    "window": None,
    "shift": 0,
    "axis": None,
    "relative_position": False,
    "causal": False,
    "masked": False,
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
            if one.laid is not None:
                split[id_] = [one.laid.place(root, (one.laid.source.id,))]
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
            part = Operation(sources[n], root.name, features, root.inputs, shape, root.node)
            if one.laid is not None:
                part = one.laid.place(part, (one.laid.source.id,))
            split[id_].append(part)
    return tuple(sources), split


def _is_pointwise(root: Operation) -> bool:
    """Whether each position is projected by itself."""
    features = dict(root.features)
    kernel: Sequence[int] = features.get("kernel", ())
    return root.name == "dense" or (
        root.name == "conv" and prod(kernel) == 1 and features.get("groups") == 1
    )
