"""What an ONNX file says: frozen values, without weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

MOST_NUMBERS = 4096
"""How many numbers a constant may have whose numbers are kept: axes, sizes, bounds, no weights."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A constant of the file.

    Examples
    --------
    >>> Tensor("conv1.weight", (64, 3, 7, 7), "float32")
    Tensor(name='conv1.weight', shape=(64, 3, 7, 7), type='float32', is_fixed=False)
    """

    name: str
    shape: tuple[int, ...]
    type: str
    """As NumPy calls it, ``float32``; what it does not have is ``bfloat16``, ``string`` and so
    on, as ONNX calls it in small letters."""
    data: bytes | None = field(default=None, repr=False)
    """The numbers, each little-endian; only if they are few and in the file itself."""
    is_fixed: bool = False
    """Whether no training changes it, if that is known: a buffer, or a number of the code."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor that is computed or given, as far as the file declares it.

    Examples
    --------
    >>> Value("x", "float32", ("batch", 3, 224, 224)).shape
    ('batch', 3, 224, 224)
    """

    name: str
    type: str
    shape: tuple[int | str | None, ...] | None
    """Each extent as a number, a symbol, or nothing; nothing at all if the rank is not known."""


Attribute: TypeAlias = (
    "int | float | str | bytes | Tensor | Value | Graph | tuple[int, ...] | tuple[float, ...] "
    "| tuple[str | bytes, ...] | tuple[Tensor, ...] | tuple[Value, ...] | tuple[Graph, ...]"
)
"""What an attribute may hold; text that is not UTF-8 stays bytes."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One node of a graph.

    Examples
    --------
    >>> conv = Operation("conv1", "Conv", "", ("x", "w"), ("y",), {"strides": (2, 2)})
    >>> print(conv)
    node 'conv1' (Conv)
    """

    name: str
    """The node's own; without one, that of its first output."""
    operator: str
    domain: str
    """Empty for ONNX's own operators."""
    inputs: tuple[str, ...]
    """Names of values; an empty one is an input that is left out."""
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        operator = f"{self.domain}::{self.operator}" if self.domain else self.operator
        return f"node '{self.name}' ({operator})"


@dataclass(frozen=True, slots=True)
class Graph:
    """Operations in an order in which each reads what is given or computed before it."""

    name: str
    inputs: tuple[Value, ...]
    """What is given from outside: none of them is a constant."""
    outputs: tuple[Value, ...]
    operations: tuple[Operation, ...]
    constants: Mapping[str, Tensor]
    """The initializers by name; what the operator ``Constant`` makes stays an operation."""
    values: Mapping[str, Value]
    """What the file declares of values between the operations, by name."""


@dataclass(frozen=True, slots=True)
class Model:
    """All that is kept of a file; functions are expanded already."""

    graph: Graph
    opsets: Mapping[str, int]
    """The version of each set of operators by domain; ONNX's own has the empty name."""
    producer: str = ""
    name: str = ""
