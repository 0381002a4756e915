"""Constants: what is known when a file is read, and what a file computes of that.

Exporters write a graph's own sizes as arithmetic: shapes are taken, cut and multiplied, and give
the axes of a reshape. That is folded here, in whole numbers and floats, as long as there are few
of them; of weights only the shape is known, and where each axis lies in the tensor of the file.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from cnnanalyze.core.shape import Shape
from cnnanalyze.exchange.onnx.model import MOST_NUMBERS, Tensor
from cnnanalyze.exchange.views import View

Number = int | float | bool | str
_CODES = {
    "float64": "d",
    "float32": "f",
    "float16": "e",
    "int64": "q",
    "int32": "i",
    "int16": "h",
    "int8": "b",
    "uint64": "Q",
    "uint32": "I",
    "uint16": "H",
    "uint8": "B",
    "bool": "?",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A tensor that does not depend on what goes into the network.

    Examples
    --------
    >>> Known.of([2, 3]).numbers, Known((64, 3, 7, 7), "float32").numbers
    ((2, 3), None)
    """

    shape: tuple[int, ...]
    type: str = "float32"
    numbers: tuple[Number, ...] | None = None
    """All of them, row by row, if they are few."""
    source: str = ""
    """The tensor of the file that these numbers are, perhaps with its axes elsewhere."""
    view: View | None = None
    """Where each axis lies in that tensor."""
    is_stored: bool = False
    """Whether it is a tensor of the file's, as weights are, and no number of its code."""
    made_of: frozenset[str] = frozenset()
    """The tensors of the file that it is computed of."""
    table: str = ""
    """The tensor of the file whose numbers these are, each as often as it is looked up."""
    is_fixed: bool = False
    """Whether no training changes any of them, if that is known."""
    gain: Known | None = None
    """Of weights that are brought to mean 0 and variance 1: what they are multiplied with then."""

    @classmethod
    def of(
        cls, numbers: Iterable[Number], shape: Sequence[int] | None = None, kind: str = "int64"
    ) -> Known:
        """Return numbers, by default as a vector."""
        held = tuple(numbers)
        return cls((len(held),) if shape is None else tuple(shape), kind, held)

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    @property
    def scalar(self) -> float | None:
        """The only number, if it has one and that is known."""
        if self.numbers is None or len(self.numbers) != 1 or isinstance(self.numbers[0], str):
            return None
        return float(self.numbers[0])

    @property
    def tensors(self) -> frozenset[str]:
        """The tensors of the file that it is, or is computed of."""
        return self.made_of | ({self.source} if self.source else frozenset())

    def taken(self, shape: Sequence[int]) -> Known:
        """Return some of its numbers, each perhaps several times, without saying which."""
        return Known(tuple(shape), self.type, table=self.table, is_fixed=self.is_fixed)

    def computed(self, shape: Sequence[int]) -> Known:
        """Return numbers that are computed of its own, and are not known."""
        return Known(tuple(shape), self.type, is_fixed=self.is_fixed)

    @property
    def is_nothing(self) -> bool:
        """Whether it is zeros that an exporter writes where there are no weights."""
        return not self.is_stored and self.numbers is not None and not any(self.numbers)

    @property
    def is_float(self) -> bool:
        """Whether it holds numbers that weights could be."""
        return "float" in self.type

    @property
    def whole(self) -> tuple[int, ...] | None:
        """The numbers as whole ones, if they are known."""
        return None if self.numbers is None else tuple(map(int, self.numbers))


def known(tensor: Tensor, *, is_stored: bool = True) -> Known:
    """Return a constant of the file."""
    roles = range(len(tensor.shape))
    view = View.of(Shape(tensor.shape[:-1], tensor.shape[-1]), roles) if tensor.shape else View(())
    return Known(
        tensor.shape,
        tensor.type,
        numbers(tensor),
        tensor.name,
        view,
        is_stored,
        table=tensor.name,
        is_fixed=tensor.is_fixed,
    )


def numbers(tensor: Tensor) -> tuple[Number, ...] | None:
    """Return the numbers of a constant, if the file has them and they are few.

    Examples
    --------
    >>> numbers(Tensor("", (2,), "int64", (7).to_bytes(8, "little") * 2))
    (7, 7)
    """
    code = _CODES.get(tensor.type)
    count = prod(tensor.shape)
    if tensor.data is None or count > MOST_NUMBERS:
        return None
    if tensor.type == "bfloat16":
        halves = struct.unpack(f"<{count}H", tensor.data)
        return struct.unpack(f"<{count}f", struct.pack(f"<{count}I", *(h << 16 for h in halves)))
    if code is None or len(tensor.data) != count * struct.calcsize(code):
        return None
    return struct.unpack(f"<{count}{code}", tensor.data)


# --- views of constants ---------------------------------------------------------------------------


def placed(
    of: Known, shape: Sequence[int], places: Sequence[int] | None, view: View | None
) -> Known:
    """Return a constant in another form: whose number stands at each place, and its view."""
    held = of.numbers
    moved = held if held is None or places is None else tuple(held[place] for place in places)
    source = of.source if view is not None else ""
    return replace(of, shape=tuple(shape), numbers=moved, source=source, view=view)


def transposed(of: Known, order: Sequence[int]) -> Known:
    """Return a constant with its axes in another order."""
    shape = [of.shape[axis] for axis in order]
    strides = _strides(of.shape)
    view = None if of.view is None else of.view.transpose(order)
    if of.numbers is None:
        return placed(of, shape, None, view)
    moved = [strides[axis] for axis in order]
    return placed(of, shape, [_place(i, moved) for i in _indices(shape)], view)


def reshaped(of: Known, extents: Sequence[int]) -> Known:
    """Return a constant with axes of other extents."""
    view = None if of.view is None else of.view.reshape(extents)
    return placed(of, extents, None, view)


def expanded(of: Known, shape: Sequence[int]) -> Known:
    """Return a constant repeated along axes of extent 1."""
    if tuple(shape) == of.shape:
        return of
    if of.numbers is None or prod(shape) > MOST_NUMBERS:
        return replace(of, shape=tuple(shape), numbers=None, source="", view=None)
    found = tuple(_spread(of, shape))
    return Known(tuple(shape), of.type, found, table=of.table, is_fixed=of.is_fixed)


def _spread(of: Known, shape: Sequence[int]) -> Iterator[Number]:
    assert of.numbers is not None
    own = (1,) * (len(shape) - len(of.shape)) + of.shape
    strides = [0 if n == 1 else s for n, s in zip(own, _strides(own), strict=True)]
    for index in _indices(shape):
        yield of.numbers[_place(index, strides)]


def _strides(shape: Sequence[int]) -> list[int]:
    return [prod(shape[axis + 1 :]) for axis in range(len(shape))]


def _indices(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return product(*map(range, shape))


def _place(index: Sequence[int], strides: Sequence[int]) -> int:
    return sum(i * s for i, s in zip(index, strides, strict=True))


def broadcast(*shapes: Sequence[int]) -> tuple[int, ...] | None:
    """Return the shape that several have together as NumPy joins them; nothing if they do not fit.

    Examples
    --------
    >>> broadcast((5, 1), (3,)), broadcast((2,), (3,))
    ((5, 3), None)
    """
    rank = max(map(len, shapes))
    found = []
    for extents in zip(*((1,) * (rank - len(s)) + tuple(s) for s in shapes), strict=True):
        wide = {n for n in extents if n != 1}
        if len(wide) > 1:
            return None
        found.append(wide.pop() if wide else 1)
    return tuple(found)


# --- what a file computes -------------------------------------------------------------------------


Attributes = Mapping[str, Any]
Fold = Callable[[Sequence[Known | None], Attributes], "Known | None"]


def _divide(a: Any, b: Any) -> Any:  # noqa: ANN401 - numbers
    if isinstance(a, int) and isinstance(b, int):
        return int(a / b) if abs(a) < 1 << 53 else a // b
    return a / b


def _round(x: float) -> float:
    return float(round(x))


_BY_NUMBER: dict[str, Callable[..., Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "Div": _divide,
    "Mod": operator.mod,
    "Pow": operator.pow,
    "Equal": operator.eq,
    "Greater": operator.gt,
    "Less": operator.lt,
    "GreaterOrEqual": operator.ge,
    "LessOrEqual": operator.le,
    "And": lambda a, b: bool(a and b),
    "Or": lambda a, b: bool(a or b),
    "Not": operator.not_,
    "Neg": operator.neg,
    "Abs": abs,
    "Floor": math.floor,
    "Ceil": math.ceil,
    "Round": _round,
    "Sqrt": math.sqrt,
    "Exp": math.exp,
    "Log": math.log,
    "Erf": math.erf,
    "Sin": math.sin,
    "Cos": math.cos,
    "Tanh": math.tanh,
    "Relu": lambda x: max(x, 0),
    "Sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "Reciprocal": lambda x: 1 / x,
    "Max": max,
    "Min": min,
    "Sum": lambda *n: sum(n),
    "Where": lambda c, a, b: a if c else b,
}
_LOGICAL = {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Not"}
_REDUCED: dict[str, Callable[[list[Any]], Any]] = {
    "ReduceProd": prod,
    "ReduceSum": sum,
    "ReduceMax": max,
    "ReduceMin": min,
    "ReduceMean": lambda n: sum(n) / len(n),
}
LARGEST_EXPONENT = 1024


def by_number(name: str, read: Sequence[Known | None]) -> Known | None:
    """Compute number by number; of weights, only the shape."""
    given = [one for one in read if one is not None]
    shape = broadcast(*(one.shape for one in given)) if given else None
    if shape is None:
        return None
    kind = "bool" if name in _LOGICAL else given[-1].type
    function = _BY_NUMBER[name]
    made_of = frozenset().union(*(one.tensors for one in given))
    is_fixed = all(one.is_fixed for one in given)
    if prod(shape) > MOST_NUMBERS or any(one.numbers is None for one in given):
        return Known(shape, kind, made_of=made_of, is_fixed=is_fixed)
    if name == "Pow" and any(abs(n) > LARGEST_EXPONENT for n in given[1].numbers or ()):  # type: ignore[arg-type]  # numbers
        return Known(shape, kind, is_fixed=is_fixed)
    columns = [list(_spread(one, shape)) for one in given]
    try:
        found = tuple(function(*row) for row in zip(*columns, strict=True))
    except (ArithmeticError, ValueError, TypeError):
        return Known(shape, kind, is_fixed=is_fixed)
    # Whole numbers stay as small as a file could store them.
    if any(isinstance(n, int) and abs(n) >= 1 << 63 for n in found):
        return Known(shape, kind, is_fixed=is_fixed)
    return Known(shape, kind, found, made_of=made_of, is_fixed=is_fixed)


def reduced(name: str, of: Known, axes: Sequence[int], *, keep: bool) -> Known:
    """Bring together all that lies along some axes."""
    rank = len(of.shape)
    gone = {axis % rank for axis in axes} if axes else set(range(rank))
    kept = [1 if axis in gone else n for axis, n in enumerate(of.shape)]
    shape = kept if keep else [n for axis, n in enumerate(of.shape) if axis not in gone]
    if of.numbers is None or name not in _REDUCED or of.count == 0:
        return of.computed(shape)
    strides = [0 if axis in gone else s for axis, s in enumerate(_strides(kept))]
    groups: list[list[Any]] = [[] for _ in range(prod(kept))]
    for number, index in zip(of.numbers, _indices(of.shape), strict=True):
        groups[_place(index, strides)].append(number)
    found = tuple(_REDUCED[name](group) for group in groups)
    return Known(tuple(shape), of.type, found, is_fixed=of.is_fixed)


def joined(parts: Sequence[Known], axis: int) -> Known:
    """Put constants one behind the other along an axis."""
    rank = len(parts[0].shape)
    axis %= rank
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    is_fixed = all(part.is_fixed for part in parts)
    if any(part.numbers is None for part in parts) or prod(shape) > MOST_NUMBERS:
        return Known(tuple(shape), parts[0].type, is_fixed=is_fixed)
    rows = prod(shape[:axis])
    found: list[Number] = []
    for row in range(rows):
        for part in parts:
            width = part.count // rows
            found += (part.numbers or ())[row * width : (row + 1) * width]
    return Known(tuple(shape), parts[0].type, tuple(found), is_fixed=is_fixed)


def taken(of: Known, axis: int, positions: Sequence[int], shape: Sequence[int]) -> Known:
    """Take places along an axis, which becomes axes of this shape."""
    axis %= len(of.shape)
    n = of.shape[axis]
    extents = (*of.shape[:axis], *shape, *of.shape[axis + 1 :])
    if of.numbers is None or prod(extents) > MOST_NUMBERS:
        return of.taken(extents)
    inner = prod(of.shape[axis + 1 :])
    found = [
        of.numbers[(row * n + place % n) * inner + column]
        for row in range(prod(of.shape[:axis]))
        for place in positions
        for column in range(inner)
    ]
    return Known(extents, of.type, tuple(found), table=of.table, is_fixed=of.is_fixed)


def counted(start: Number, stop: Number, step: Number, kind: str) -> Known | None:
    """Count from a start to before a stop, within bounds."""
    start, stop, step = (float(n) if "float" in kind else int(n) for n in (start, stop, step))
    if not step:
        return None
    length = max(0, math.ceil((stop - start) / step))
    if length > MOST_NUMBERS:
        return Known((length,), kind)
    return Known.of((start + k * step for k in range(length)), kind=kind)


def sliced(n: int, start: int, stop: int, step: int) -> range:
    """Return the places of a slice as ONNX has it: out of bounds is cut off.

    Examples
    --------
    >>> sliced(5, 1, 1 << 60, 2), sliced(5, -1, -(1 << 60), -2)
    (range(1, 5, 2), range(4, -1, -2))
    """
    return range(*slice(start, stop if step > 0 or stop >= -n else None, step).indices(n))
