"""Laws of deformable convolution."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.deformable import DeformConv

X = Shape((11, 13), 6)
LAYER = DeformConv(filters=4, kernel=3, padding=1)


@pytest.mark.parametrize("together", [1, 2, 3, 6])
def test_products_and_weights_are_those_of_a_convolution(together: int) -> None:
    inputs = X, Shape((11, 13), 18 * together), Shape((11, 13), 9 * together)
    plain = Conv(filters=4, kernel=3, padding=1)
    assert LAYER.shape(*inputs) == plain.shape(X)
    assert LAYER.params(*inputs) == plain.params(X)
    output = plain.shape(X)
    assert LAYER.cost(output, *inputs).mac == plain.cost(output, X).mac


def test_a_mask_costs_one_multiplication_for_each_tap_channel_and_position() -> None:
    output, offset, mask = Shape((11, 13), 4), Shape((11, 13), 18), Shape((11, 13), 9)
    one, two = LAYER.cost(output, X, offset), LAYER.cost(output, X, offset, mask)
    assert two.multiply - one.multiply == 11 * 13 * 9 * 6


@pytest.mark.parametrize(
    ("others", "message", "remedy"),
    [
        (
            ("11x13x17",),
            (
                "offset has 17 channels, but 9 taps are moved along 2 axes: 17 is not 18 times "
                "a divisor of the 6 channels of the map"
            ),
            "give it 18 channels, or a multiple",
        ),
        (
            ("11x13x72",),
            (
                "offset has 72 channels, but 9 taps are moved along 2 axes: 72 is not 18 times "
                "a divisor of the 6 channels of the map"
            ),
            "give it 18 channels, or a multiple",
        ),
        (
            ("11x13x18", "11x13x8"),
            "mask has 8 channels, but the offset moves 9 taps: 8 ≠ 9",
            "give it 9 channels, one for each tap",
        ),
        (
            ("9x11x18",),
            "offset 9x11x18 does not have the size of the output: 9x11 ≠ 11x13",
            "make it with a convolution of the same kernel, stride, padding and dilation",
        ),
    ],
)
def test_offsets_that_do_not_belong_are_refused(
    others: tuple[str, ...], message: str, remedy: str
) -> None:
    shapes = [Shape(tuple(map(int, t.split("x")[:-1])), int(t.split("x")[-1])) for t in others]
    with pytest.raises(ShapeError) as refused:
        LAYER.shape(X, *shapes)
    assert refused.value.message == message
    assert refused.value.faults[0].help == remedy


def test_what_a_deformable_convolution_sees_is_said_not_to_be_bounded() -> None:
    network = cnn.loads(
        "{cnn: 1, input: 9x11x3, layers: [{conv: {filters: 18, kernel: 3, padding: 1}, as: o}, "
        "{deform_conv: {filters: 5, kernel: 3, padding: 1}, from: [input, o]}]}"
    )
    fields = cnn.analyze(network).analysis["deform_conv1"].fields
    assert fields is not None
    assert all(field.sees_all for field in fields)
    assert cnn.verify(network).is_balanced
