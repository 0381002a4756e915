"""Given numbers: explicit weights and named filters."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.filters import FILTERS


def given(step: str, head: str = "", size: str = "31x37x2") -> dict[str, Any]:
    net = cnn.loads(f"cnn: 1\ninput: {size}\n{head}layers: [{step}]\n", name="net")
    return {g.role: g.values for g in net.nodes[0].given}


def transposed(kernel: Any, channel: int, number: int) -> list[list[Any]]:
    """Return the matrix of one pair of channels out of a kernel."""
    return [[column[channel][number] for column in row] for row in kernel]


def test_one_matrix_serves_every_pair_of_channels() -> None:
    for weights in ("sobel-x", "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]"):
        kernel = given(f"{{conv: {{filters: 3, kernel: 3}}, weights: {weights}}}")["kernel"]
        for channel in range(2):
            for number in range(3):
                assert transposed(kernel, channel, number) == [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


def test_one_filter_each() -> None:
    kernel = given(
        "{conv: {filters: 2, kernel: 3}, weights: [sobel-x, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]}"
    )
    for channel in range(2):
        assert transposed(kernel["kernel"], channel, 0) == [list(r) for r in FILTERS["sobel-x"]]
        assert transposed(kernel["kernel"], channel, 1) == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_a_full_tensor() -> None:
    step = "{conv: {filters: 2, kernel: 1}, weights: [[[[1, 2], [3, 4.5]]]]}"
    assert given(step)["kernel"] == ((((1, 2), (3, 4.5)),),)


def test_one_number_fills_a_tensor() -> None:
    found = given("{dense: 3, weights: {kernel: 2, bias: -1}}", size="2")
    assert found == {"kernel": ((2, 2, 2), (2, 2, 2)), "bias": (-1, -1, -1)}


def test_tensors_by_role() -> None:
    found = given("{bn: , weights: {gamma: [2, 3], moving variance: 4}}")
    assert found == {"gamma": (2, 3), "moving variance": (4, 4)}


def test_signals_and_dense_layers() -> None:
    assert given("{conv: {filters: 1, kernel: 3}, weights: [1, 0, -1]}", size="11x1")["kernel"] == (
        ((1,),),
        ((0,),),
        ((-1,),),
    )
    assert given("{dense: 2, weights: [[1, 2], [3, 4], [5, 6]]}", size="3")["kernel"] == (
        (1, 2),
        (3, 4),
        (5, 6),
    )


def test_fractions_stay_exact() -> None:
    kernel = given("{conv: {filters: 1, kernel: 3}, weights: box-3x3}")["kernel"]
    assert kernel[1][1][0][0] == Fraction(1, 9)


def test_weights_may_hold_expressions_and_be_left_empty() -> None:
    head = "params: {w: 3, filter: sobel-y}\n"
    step = "{conv: {filters: 1, kernel: 3}, weights: {kernel: $filter, bias: $w * 2}}"
    assert given(step, head)["bias"] == (6,)
    assert given("{conv: {filters: 1, kernel: 3}, weights: {}}") == {}


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "{conv: {filters: 5, kernel: 5}, weights: sobel-x}",
            (
                "the given kernel is 3x3, but the layer takes 5x5x2x5, 5x5 for all channels, "
                "5x5x5 (one per filter) or one number for all of it"
            ),
        ),
        (
            "{dense: 3, weights: {bias: [1, 2]}}",
            (
                "the given bias is 2 numbers, but the layer takes 3 numbers or "
                "one number for all of it"
            ),
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: [[1, 2, 3], [4, 5]]}",
            "the given numbers form no regular array: their rows differ",
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: {krenel: 1}}",
            "'conv' has no 'krenel'; it has kernel, bias; did you mean 'kernel'?",
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: soble-x}",
            "unknown filter 'soble-x'; did you mean 'sobel-x'?",
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: true}",
            "weights must be numbers or the names of filters, not true",
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: {bias: {a: 1}}}",
            "weights must be numbers or the names of filters, not a mapping",
        ),
        (
            "{conv: {filters: 1, kernel: 3}, weights: {bias: .inf}}",
            "weights must be numbers or the names of filters, not inf",
        ),
        ("{relu: , weights: 1}", "'relu' has no weights to give"),
        (
            "{dense: 997, weights: 1}",
            "a kernel of 2,287,118 numbers cannot be given in a spec: 2,287,118 > 1,000,000",
        ),
        (
            "{conv: {filters: 97, kernel: 31, padding: same}, weights: 1, repeat: 9}",
            "a kernel of 9,042,049 numbers cannot be given in a spec: 9,042,049 > 1,000,000",
        ),
    ],
)
def test_what_cannot_be_given(step: str, message: str) -> None:
    with pytest.raises(cnn.SpecError) as caught:
        given(step)
    assert caught.value.message == message


def test_all_given_numbers_together_are_bounded() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        given(
            "{conv: {filters: 31, kernel: 31, padding: same, bias: false}, weights: 1, repeat: 9}"
        )
    assert caught.value.message == (
        "the given weights add up to more than 1,000,000 numbers, the bound"
    )
