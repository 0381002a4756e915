"""Small models for tests, in a line for each operation."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnanalyze.exchange.onnx.model import Graph, Model, Operation, Tensor, Value

Extents = Sequence[int | str | None]


def floats(name: str, shape: Sequence[int] = (), *numbers: float) -> Tensor:
    """Return a constant of these numbers, or of one again and again; without, a weight."""
    many = numbers * prod(shape) if len(numbers) == 1 else numbers
    data = struct.pack(f"<{len(many)}f", *many) if numbers else None
    return Tensor(name, tuple(shape), "float32", data)


def whole(name: str, *numbers: int) -> Tensor:
    """Return whole numbers."""
    return Tensor(name, (len(numbers),), "int64", struct.pack(f"<{len(numbers)}q", *numbers))


def node(line: str, **attributes: Any) -> Operation:
    """Return an operation: ``y = Conv x w``."""
    left, _, right = line.partition(" = ")
    operator, *read = right.split(" ")
    outputs = tuple(left.split(" "))
    domain, _, name = operator.rpartition("::")
    return Operation(
        outputs[0], name, domain, tuple(r.strip("_") for r in read), outputs, attributes
    )


def model(
    operations: Sequence[Operation],
    constants: Sequence[Tensor] = (),
    inputs: Mapping[str, Extents | None] | None = None,
    outputs: Sequence[str] = (),
    values: Mapping[str, Extents] | None = None,
    opset: int = 18,
) -> Model:
    """Return a model; by default an image of 10x14 goes in, and what is computed last comes out."""
    ends = outputs or operations[-1].outputs[:1]
    given: Mapping[str, Extents | None] = {"x": ("batch", 3, 10, 14)} if inputs is None else inputs
    graph = Graph(
        "net",
        tuple(
            Value(name, "float32", None if extents is None else tuple(extents))
            for name, extents in given.items()
        ),
        tuple(Value(name, "float32", None) for name in ends),
        tuple(operations),
        {one.name: one for one in constants},
        {n: Value(n, "float32", tuple(extents)) for n, extents in (values or {}).items()},
    )
    return Model(graph, {"": opset})
