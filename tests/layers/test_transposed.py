"""Laws of transposed convolution."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.resampling import Transposed
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.transposed import TransposedConv


@given(
    m=st.integers(1, 31),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 5),
    dilation=st.integers(1, 3),
    rest=st.integers(0, 4),
)
@example(m=1, kernel=1, stride=1, dilation=1, rest=0)
@example(m=1, kernel=1, stride=5, dilation=1, rest=4)
def test_transposed_undoes_the_size_of_a_convolution(
    m: int, kernel: int, stride: int, dilation: int, rest: int
) -> None:
    rest %= stride
    padding = (kernel - 1) // 2
    n = stride * (m - 1) + dilation * (kernel - 1) + 1 - 2 * padding + rest
    shared = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    forth = Conv(filters=5, **shared)  # type: ignore[arg-type]
    back = TransposedConv(filters=3, output_padding=rest, **shared)  # type: ignore[arg-type]
    x = Shape((n,), 3)
    assert forth.shape(x) == Shape((m,), 5)
    assert back.shape(forth.shape(x)) == x


@given(n=st.integers(1, 31), kernel=st.integers(1, 7), stride=st.integers(1, 7))
@example(n=1, kernel=1, stride=7)
@example(n=5, kernel=4, stride=3)
def test_same_multiplies_the_size_by_the_stride(n: int, kernel: int, stride: int) -> None:
    layer = TransposedConv(filters=2, kernel=kernel, stride=stride, padding="same")
    assert layer.shape(Shape((n,), 3)).size == (n * stride,)


@given(n=st.integers(1, 31), kernel=st.integers(1, 7), dilation=st.integers(1, 3))
@example(n=1, kernel=7, dilation=3)
def test_same_and_convolution_with_same_read_each_other(n: int, kernel: int, dilation: int) -> None:
    # Output o of the one reads input i of the other exactly when the reverse holds.
    stride = 2
    shared = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": "same"}
    back = TransposedConv(filters=1, **shared).reach(Shape((n,), 1))[0][0]  # type: ignore[arg-type]
    forth = Conv(filters=1, **shared).reach(Shape((n * stride,), 1))[0][0]  # type: ignore[arg-type]
    assert isinstance(back, Transposed)
    writes = {(i, o) for o in range(n * stride) for i in back.taps(o) if 0 <= i < n}
    reads = {(i, o) for i in range(n) for o in forth.taps(i) if 0 <= o < n * stride}  # type: ignore[union-attr]
    assert writes == reads


def test_every_input_writes_a_kernel() -> None:
    layer = TransposedConv(filters=5, kernel=(3, 2), stride=(2, 3), dilation=(1, 2))
    x = Shape((7, 11), 4)
    output = layer.shape(x)
    for axis, reach in enumerate(layer.reach(x)[0]):
        assert isinstance(reach, Transposed)
        pairs = [i for o in range(output.size[axis]) for i in reach.taps(o)]
        inside = [i for i in pairs if 0 <= i < x.size[axis]]
        assert sorted(set(inside)) == list(range(x.size[axis]))
        assert len(inside) == x.size[axis] * (3, 2)[axis]


def test_without_stride_it_is_a_convolution_with_full_padding() -> None:
    back = TransposedConv(filters=5, kernel=4, padding=1, groups=2)
    forth = Conv(filters=5, kernel=4, padding=2, groups=1)
    assert back.model_copy(update={"groups": 1}).shape(Shape((13,), 6)) == (
        forth.shape(Shape((13,), 6))
    )


def test_groups_divide_kernel_and_cost() -> None:
    x = Shape((7, 11), 6)
    whole = TransposedConv(filters=9, kernel=3, bias=False)
    split = TransposedConv(filters=9, kernel=3, groups=3, bias=False)
    output = whole.shape(x)
    assert split.shape(x) == output
    assert split.params(x)[0].shape == (3, 3, 2, 9)
    assert whole.params(x)[0].size == 3 * split.params(x)[0].size
    assert whole.cost(output, x).mac == 3 * split.cost(output, x).mac


def test_bias_is_added_to_every_output() -> None:
    x = Shape((7,), 6)
    layer = TransposedConv(filters=9, kernel=3, stride=2, output_padding=1)
    output = layer.shape(x)
    assert output == Shape((16,), 9)
    assert layer.params(x)[1].shape == (9,)
    assert layer.cost(output, x).add == 16 * 9


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"kernel": 3, "stride": 2, "padding": "same"}, 14),
        ({"kernel": 3, "stride": 2, "padding": "same", "output_padding": 0}, 13),
        ({"kernel": 3, "stride": 2, "padding": "same", "output_padding": 1}, 14),
        ({"kernel": 4, "stride": 2, "padding": "same", "output_padding": 0}, 12),
        ({"kernel": 2, "stride": 3, "padding": "valid"}, 21),
        ({"kernel": 2, "stride": 3, "padding": "valid", "output_padding": 0}, 20),
        ({"kernel": 2, "stride": 3, "padding": "valid", "output_padding": 2}, 22),
    ],
    ids=str,
)
def test_the_words_are_those_of_keras_and_a_written_0_is_not_left_out(
    attributes: dict[str, Any], size: int
) -> None:
    # Keras 3.15, Conv2DTranspose on 7x7.
    assert TransposedConv(filters=1, **attributes).shape(Shape((7, 7), 1)).size == (size, size)


def test_numbers_are_those_of_pytorch_whether_0_is_written_or_left_out() -> None:
    # PyTorch 2.13, ConvTranspose2d(1, 1, 2, 3) on 7x7.
    for written in ({}, {"padding": 0}, {"output_padding": 0}, {"padding": 0, "output_padding": 0}):
        layer = TransposedConv(filters=1, kernel=2, stride=3, **written)  # type: ignore[arg-type]
        assert layer.shape(Shape((7, 7), 1)).size == (20, 20)
