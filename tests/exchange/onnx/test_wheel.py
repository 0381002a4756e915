"""The reader against the ``onnx`` wheel: both see the same in every model of its test suite."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.exchange.onnx.model import MOST_NUMBERS, Graph, Tensor, Value
from cnnanalyze.exchange.onnx.read import parse
from tests.exchange.onnx.files import function, graph, model, node

pytestmark = pytest.mark.frameworks


def models() -> Iterator[tuple[str, bytes]]:
    """Yield the models of the wheel: those of operators, and those that it has as files."""
    onnx = pytest.importorskip("onnx")
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            yield case.name, case.model.SerializeToString()
    for path in sorted(Path(onnx.__file__).parent.glob("backend/test/data/**/*.onnx")):
        yield path.parent.name, path.read_bytes()


def seen(graph: Graph) -> dict[str, Any]:
    """Return what our reader sees of a graph."""
    return {
        "inputs": [_value(one) for one in graph.inputs],
        "outputs": [_value(one) for one in graph.outputs],
        "values": sorted(_value(one) for one in graph.values.values()),
        "constants": sorted(map(_tensor, graph.constants.values())),
        "operations": [
            (o.domain, o.operator, o.inputs, o.outputs, _plain(dict(o.attributes)))
            for o in graph.operations
        ],
    }


def _value(value: Value) -> tuple[Any, ...]:
    return value.name, value.type, repr(value.shape)


def _tensor(tensor: Tensor) -> tuple[Any, ...]:
    data = None if tensor.data is None else bytes(tensor.data)
    return tensor.name, tensor.shape, tensor.type, data


def _plain(thing: Any) -> Any:
    if isinstance(thing, Graph):
        return seen(thing)
    if isinstance(thing, Tensor):
        return _tensor(thing)
    if isinstance(thing, Value):
        return _value(thing)
    if isinstance(thing, tuple):
        return [_plain(one) for one in thing]
    if isinstance(thing, dict):
        return {key: _plain(one) for key, one in thing.items()}
    return repr(thing) if isinstance(thing, float) else thing


class Wheel:
    """What the wheel sees of a graph, in the same words."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.types = onnx.TensorProto.DataType

    def graph(self, graph: Any) -> dict[str, Any]:
        constants = sorted(map(self.tensor, graph.initializer))
        names = {one[0] for one in constants}
        return {
            "inputs": [self.value(one) for one in graph.input if one.name not in names],
            "outputs": [self.value(one) for one in graph.output],
            "values": sorted(map(self.value, graph.value_info)),
            "constants": constants,
            "operations": [
                (
                    "" if node.domain == "ai.onnx" else node.domain,
                    node.op_type,
                    tuple(node.input),
                    tuple(node.output),
                    {one.name: self.attribute(one) for one in node.attribute},
                )
                for node in graph.node
            ],
        }

    def type(self, number: int) -> str:
        return {"float": "float32", "double": "float64"}.get(
            name := self.types.Name(number).lower() if number else "unknown", name
        )

    def value(self, one: Any) -> tuple[Any, ...]:
        return one.name, *self.described(one.type)

    def described(self, type_: Any) -> tuple[Any, ...]:
        which = type_.WhichOneof("value") or "tensor_type"
        if which != "tensor_type":
            return which.removesuffix("_type").removesuffix("_tensor"), "None"
        shape: Any = None
        if type_.tensor_type.HasField("shape"):
            shape = tuple(
                d.dim_value if d.HasField("dim_value") else d.dim_param or None
                for d in type_.tensor_type.shape.dim
            )
        return self.type(type_.tensor_type.elem_type), repr(shape)

    def tensor(self, one: Any) -> tuple[Any, ...]:
        name, shape = one.name, tuple(one.dims)
        type_ = self.type(one.data_type)
        count = 1
        for extent in shape:
            count *= extent
        data = None
        if (
            count <= MOST_NUMBERS
            and type_ not in {"string", "uint4", "int4", "float4e2m1", "uint2", "int2"}
            and not one.data_location
        ):
            data = self.onnx.numpy_helper.to_array(one).tobytes()
        return name, shape, type_, data

    def attribute(self, one: Any) -> Any:
        found = self.onnx.helper.get_attribute_value(one)
        return self.plain(found)

    def plain(self, found: Any) -> Any:
        match found:
            case bytes():
                return found.decode()
            case float():
                return repr(found)
            case self.onnx.GraphProto():
                return self.graph(found)
            case self.onnx.TensorProto():
                return self.tensor(found)
            case self.onnx.SparseTensorProto():
                return "", tuple(found.dims), self.type(found.values.data_type), None
            case self.onnx.TypeProto():
                return "", *self.described(found)
            case str() | int():
                return found
            case _:
                return [self.plain(each) for each in found]


def test_reader_and_wheel_see_the_same_in_every_model_of_the_wheel() -> None:
    onnx = pytest.importorskip("onnx")
    wheel = Wheel(onnx)
    different, compared = [], 0
    for name, data in models():
        proto = onnx.ModelProto.FromString(data)
        ours = parse(memoryview(data))
        theirs = wheel.graph(proto.graph)
        same = {key: one == theirs[key] for key, one in seen(ours.graph).items()}
        same["opsets"] = ours.opsets == {o.domain: o.version for o in proto.opset_import}
        if not all(same.values()):
            different.append((name, [key for key, equal in same.items() if not equal]))
        compared += 1
    assert different == []
    assert compared > 1_900


def renamed(operations: list[Any]) -> list[Any]:
    """Return operations with the names of values in the order in which they come."""
    names: dict[str, int] = {}
    return [
        (
            operator,
            *([names.setdefault(one, len(names)) if one else None for one in row] for row in rows),
            attributes,
        )
        for _, operator, *rows, attributes in operations
    ]


def test_functions_are_expanded_as_the_wheel_does_it() -> None:
    onnx = pytest.importorskip("onnx")
    inliner = pytest.importorskip("onnx.inliner")
    gate = function(
        "Gate",
        "p s",
        "q r",
        node("Op", "p -", "m", k={"of": "size"}, j={"of": "none"}, i={"of": "given"}),
        node("Mul", "m s", "q"),
        node("Sigmoid", "q", "r"),
        attributes="size none given",
    )
    twice = function(
        "Twice",
        "p",
        "q",
        node("Gate", "p p", "m -", domain="d", size={"of": "size"}),
        node("Gate", "m p", "- q", domain="d", size=[7, 7], given=11),
        attributes="size",
    )
    data = model(
        graph(
            node("Twice", "x", "a", domain="d", size=[3, 3]),
            node("Twice", "a", "b", domain="d"),
            node("Gate", "b", "y", domain="d"),
        ),
        gate,
        twice,
    )
    wheel = Wheel(onnx)
    expanded = inliner.inline_local_functions(onnx.ModelProto.FromString(data))
    theirs = renamed(wheel.graph(expanded.graph)["operations"])
    ours = renamed(seen(parse(memoryview(data)).graph)["operations"])
    assert len(ours) == 15
    assert ours == theirs
