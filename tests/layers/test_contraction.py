"""Products of branches: laws, costs and messages."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import cnnanalyze as cnn
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT, WHOLE
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attention import Attention
from cnnanalyze.layers.base import KINDS
from cnnanalyze.layers.contraction import Einsum, Matmul

QUERY, KEY = Shape((5,), 3), Shape((7,), 3)


def cost(layer: Any, *inputs: Shape) -> Cost:
    found: Cost = layer.cost(layer.shape(*inputs), *inputs)
    return found


def test_a_matrix_product_in_both_notations() -> None:
    one, other = Matmul(transpose_second=True), Einsum(pattern="i c, j c -> i j")
    assert one.shape(QUERY, KEY) == other.shape(QUERY, KEY) == Shape((5,), 7)
    assert cost(one, QUERY, KEY) == cost(other, QUERY, KEY) == Cost(mac=5 * 7 * 3)
    assert one.reach(QUERY, KEY) == other.reach(QUERY, KEY) == ((POINT,), (WHOLE,))


def test_three_inputs_are_multiplied_in_their_order() -> None:
    x, y, z = Shape((2,), 3), Shape((3,), 5), Shape((5,), 7)
    layer = Einsum(pattern="i j, j k, k l -> i l")
    assert cost(layer, x, y, z) == Cost(mac=2 * 3 * 5 + 2 * 5 * 7)


def test_what_only_one_input_has_is_summed_before() -> None:
    layer = Einsum(pattern="i j, k -> i k")
    assert cost(layer, Shape((5,), 3), Shape((), 7)) == Cost(multiply=5 * 7, add=5 * 2)


def test_a_product_without_a_sum_is_no_multiply_accumulate() -> None:
    layer = Einsum(pattern="i c, i c -> i c")
    assert cost(layer, QUERY, QUERY) == Cost(multiply=15)
    assert layer.reach(QUERY, QUERY) == ((POINT,), (POINT,))


def test_attention_is_composed_of_products() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 11x6\nlayers:\n"
        "  - {conv: {filters: 6, kernel: 1}, as: q, from: input}\n"
        "  - {conv: {filters: 6, kernel: 1}, as: k, from: input}\n"
        "  - {conv: {filters: 6, kernel: 1}, as: v, from: input}\n"
        "  - {matmul: {transpose_second: true}, from: [q, k], as: scores}\n"
        "  - {scale: 0.4}\n  - {softmax: , as: weights}\n"
        "  - {matmul: , from: [weights, v]}\n"
        "  - {conv: {filters: 6, kernel: 1}}\n"
    )
    whole = cost(Attention(heads=1), Shape((11,), 6))
    assert cnn.analyze(net).analysis.total.operations() == whole.mac


RELATIONS = [
    ("i (h c), j c -> i j", "must name single axes; 'rearrange' makes and splits '(h c)'"),
    ("i c, j c -> i d", "must name axes of the inputs; no input has 'd'"),
]


@pytest.mark.parametrize(("pattern", "text"), RELATIONS)
def test_pattern_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Einsum(pattern=pattern)
    assert [e["msg"] for e in caught.value.errors()] == [text]


TURN = (
    "each row of the first needs as many numbers as each column of the second; "
    "'transpose_second' and 'transpose_first' turn a matrix"
)
SHAPES: list[tuple[str, dict[str, Any], list[Shape], str, str]] = [
    (
        "einsum",
        {"pattern": "i c, j c -> i j"},
        [QUERY, KEY, KEY],
        "the pattern names the axes of 2 inputs, but there are 3: 2 ≠ 3",
        "write the axes of each input, with commas between them",
    ),
    (
        "einsum",
        {"pattern": "i c, j c -> i j"},
        [QUERY, Shape((7,), 2)],
        "'c' stands for 3, but the input 7x2 has 2: 3 ≠ 2",
        "one name has one length, in every input and in 'sizes'",
    ),
    (
        "matmul",
        {},
        [QUERY, KEY],
        "matrices of 5x3 and 7x3 cannot be multiplied: 3 ≠ 7",
        TURN,
    ),
]


@pytest.mark.parametrize(("kind", "attributes", "inputs", "text", "remedy"), SHAPES)
def test_input_is_refused(
    kind: str, attributes: dict[str, Any], inputs: list[Shape], text: str, remedy: str
) -> None:
    cls = KINDS.get(kind)
    assert cls is not None
    with pytest.raises(ShapeError) as caught:
        cls(**attributes).shape(*inputs)
    assert (caught.value.message, caught.value.faults[0].help) == (text, remedy)


def test_stacks_of_matrices_must_be_alike() -> None:
    with pytest.raises(ShapeError, match="cannot multiply the matrices 2x5x3 and 4x3x7: height"):
        Matmul().shape(Shape((2, 5), 3), Shape((4, 3), 7))
    with pytest.raises(ShapeError, match="cannot multiply the matrices 2x5x3 and 3x7: 2 spatial"):
        Matmul().shape(Shape((2, 5), 3), Shape((3,), 7))
