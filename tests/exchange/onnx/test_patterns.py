"""Patterns: what exporters write as several operations is one layer."""

from __future__ import annotations

import pytest

from cnnanalyze.exchange.onnx.model import Operation, Tensor
from cnnanalyze.exchange.onnx.network import network
from tests.exchange.onnx.models import floats, model, node, whole

NUMBERS = [
    floats("three", (), 3),
    floats("zero", (), 0),
    floats("six", (), 6),
    floats("sixth", (), 1 / 6),
    floats("half", (), 0.5),
    floats("one", (), 1),
    floats("two", (), 2),
    floats("root", (), 2**0.5),
    floats("cube", (), 0.044715),
    floats("tangent", (), 0.7978845608),
    floats("twenty", (), 20),
    floats("epsilon", (), 1e-6),
    floats("gamma", (3, 1, 1)),
    floats("beta", (3, 1, 1)),
    floats("ones", (3,), 1),
    floats("zeros", (3,), 0),
    whole("groups", 0, 3, -1),
    whole("shape", 0, 3, 10, 14),
]
MEAN = {"axes": (1,), "keepdims": 1}
CENTRED = [node("m = ReduceMean x", **MEAN), node("d = Sub x m")]
SPREAD = [
    node("p = Pow d two"),
    node("v = ReduceMean p", **MEAN),
    node("e = Add v epsilon"),
    node("s = Sqrt e"),
    node("n = Div d s"),
]
CASES: list[tuple[str, list[Operation]]] = [
    ("silu", [node("s = Sigmoid x"), node("y = Mul x s")]),
    ("silu", [node("s = Sigmoid x"), node("y = Mul s x")]),
    ("mish", [node("s = Softplus x"), node("t = Tanh s"), node("y = Mul x t")]),
    ("hard_swish", [node("h = HardSigmoid x", alpha=1 / 6, beta=0.5), node("y = Mul x h")]),
    (
        "hard_swish",
        [
            node("a = Add x three"),
            node("c = Clip a zero six"),
            node("p = Mul x c"),
            node("y = Div p six"),
        ],
    ),
    (
        "hard_swish",
        [
            node("a = Add three x"),
            node("c = Clip a", min=0.0, max=6.0),
            node("p = Mul c sixth"),
            node("y = Mul p x"),
        ],
    ),
    (
        "hard_sigmoid",
        [node("a = Add x three"), node("c = Clip a zero six"), node("y = Div c six")],
    ),
    (
        "gelu",
        [
            node("d = Div x root"),
            node("e = Erf d"),
            node("a = Add e one"),
            node("p = Mul x a"),
            node("y = Mul p half"),
        ],
    ),
    (
        "gelu",
        [
            node("k = Pow x three"),
            node("c = Mul k cube"),
            node("a = Add x c"),
            node("t = Mul a tangent"),
            node("h = Tanh t"),
            node("o = Add one h"),
            node("i = Mul half x"),
            node("y = Mul i o"),
        ],
    ),
    (
        "softplus",
        [node("g = Greater x twenty"), node("s = Softplus x"), node("y = Where g x s")],
    ),
    ("layernorm", [*CENTRED, *SPREAD, node("g = Mul n gamma"), node("y = Add g beta")]),
    ("layernorm", [*CENTRED, *SPREAD]),
    (
        "groupnorm",
        [
            node("r = Reshape x groups"),
            node("i = InstanceNormalization r ones zeros"),
            node("b = Reshape i shape"),
            node("g = Mul b gamma"),
            node("y = Add g beta"),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "operations"), CASES)
def test_what_exporters_write_out_is_one_layer(kind: str, operations: list[Operation]) -> None:
    assert [one.kind for one in network(model(operations, NUMBERS))] == [kind]


@pytest.mark.parametrize(("kind", "operations"), CASES)
def test_what_is_read_elsewhere_stays(kind: str, operations: list[Operation]) -> None:
    ends = [operations[-1].outputs[0], operations[0].outputs[0]]
    made = network(model(operations, NUMBERS, outputs=ends))
    assert len(made) > 1
    assert kind not in {one.kind for one in made} - {"softplus"}


def test_constants_of_a_norm_are_kept() -> None:
    operations = [*CENTRED, *SPREAD, node("g = Mul n gamma"), node("y = Add g beta")]
    (norm,) = network(model(operations, NUMBERS))
    assert norm.attributes["epsilon"] == 1e-6
    assert [p.shape for p in norm.layer.params(*norm.input_shapes)] == [(3,), (3,)]


def test_other_constants_are_another_function() -> None:
    constants: list[Tensor] = [*NUMBERS, floats("seven", (), 7)]
    operations = [node("a = Add x three"), node("c = Clip a zero seven"), node("y = Div c six")]
    assert [one.kind for one in network(model(operations, constants))] == ["scale", "clip", "scale"]
