"""Cases of ONNX's own tests of shape inference, as models."""

from __future__ import annotations

import struct
import tomllib
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

from cnnanalyze.exchange.onnx.model import Graph, Model, Operation, Tensor, Value
from tests.exchange.onnx.node_cases import COMPUTED, SECOND

FACTS = Path(__file__).with_suffix(".toml")
Case = Mapping[str, Any]


def cases(section: str) -> Iterator[tuple[str, int, Case]]:
    """Yield the cases of a section, one for each version of ONNX's operators."""
    for name, case in tomllib.loads(FACTS.read_text("utf-8"))[section].items():
        for opset in case["opsets"]:
            yield name, opset, case


def model_of(case: Case, opset: int) -> Model:
    """Return a model of one operation; what networks hold, such as kernels, is a constant of it."""
    reads = tuple(case["reads"])
    given = case.get("inputs", {})
    places = (
        range(len(reads)) if case["operator"] in COMPUTED else SECOND.get(case["operator"], (0,))
    )
    computed = {reads[place] for place in places if place < len(reads)}
    inputs, constants = [], {}
    for name, text in given.items():
        kind, extents = typed(text)
        if name in computed:
            inputs.append(Value(name, kind, extents))
        else:
            constants[name] = Tensor(name, extents, kind)
    for name, numbers in case.get("constants", {}).items():
        constants[name] = _constant(name, numbers)
    declared = {
        name: Value(name, kind, extents)
        for name, text in case["gives"].items()
        if text != "?"
        for kind, extents in [typed(text)]
    }
    attributes = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in case.get("attributes", {}).items()
    }
    op = Operation("it", case["operator"], "", reads, tuple(case["gives"]), attributes)
    outputs = tuple(Value(name, "float32", None) for name in case["gives"])
    return Model(Graph("case", tuple(inputs), outputs, (op,), constants, declared), {"": opset})


def typed(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the type and the extents of a value: ``"uint8 2x3"``, ``"()"``."""
    kind, _, extents = text.rpartition(" ")
    return kind or "float32", () if extents == "()" else tuple(map(int, extents.split("x")))


def _constant(name: str, numbers: Any) -> Tensor:
    if isinstance(numbers, str):
        kind, extents = typed(numbers)
        return Tensor(name, extents, kind)
    many = numbers if isinstance(numbers, list) else [numbers]
    shape = (len(many),) if isinstance(numbers, list) else ()
    is_whole = all(isinstance(n, int) for n in many)
    kind, code = ("int64", "q") if is_whole else ("float32", "f")
    data = struct.pack(f"<{prod(shape)}{code}", *many)
    return Tensor(name, shape, kind, data)
