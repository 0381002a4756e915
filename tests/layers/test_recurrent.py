"""Laws of recurrent layers."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.reach import PAST, WHOLE
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.recurrent import Gru, Lstm, Recurrent

X = Shape((11,), 5)


def numbers(layer: Recurrent) -> int:
    return sum(prod(p.shape) for p in layer.params(X))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        # As PyTorch counts them: sum(p.numel() for p in nn.LSTM(5, 7, ...).parameters()).
        (Lstm(units=7), 392),
        (Lstm(units=7, biases=0), 336),
        (Lstm(units=7, bidirectional=True), 784),
        (Lstm(units=7, layers=2), 840),
        (Lstm(units=7, layers=2, bidirectional=True), 2_072),
        (Gru(units=7), 294),
        (Gru(units=7, biases=0), 252),
        (Gru(units=7, bidirectional=True), 588),
        (Gru(units=7, layers=2, bidirectional=True), 1_554),
        # As Keras counts them: 4·7·(5 + 7 + 1) and 3·7·(5 + 7 + 2).
        (Lstm(units=7, biases=1), 364),
        (Gru(units=7, reset_after=False, biases=1), 273),
    ],
    ids=str,
)
def test_parameters_are_those_of_the_frameworks(layer: Recurrent, expected: int) -> None:
    assert numbers(layer) == expected


@pytest.mark.parametrize("cls", [Lstm, Gru])
def test_every_weight_is_used_once_for_every_step(cls: type[Recurrent]) -> None:
    layer = cls(units=7, layers=3, bidirectional=True)
    weights = sum(p.size for p in layer.params(X) if not p.is_bias)
    assert layer.cost(layer.shape(X), X).mac == 11 * weights


def test_a_hundred_steps_are_a_hundred_times_one() -> None:  # onnx-tool#64 counted one
    layer = Lstm(units=64)
    x, one = Shape((100,), 64), Shape((1,), 64)
    assert layer.cost(layer.shape(x), x).mac == 100 * layer.cost(layer.shape(one), one).mac


def test_a_unit_sees_its_past_or_everything() -> None:
    assert Lstm(units=2).reach(X) == ((PAST,),)
    assert Lstm(units=2, bidirectional=True).reach(X) == ((WHOLE,),)
    assert Gru(units=2, output="last").reach(X) == ((WHOLE,),)


def test_an_lstm_behind_a_convolution_balances_and_sees_its_past() -> None:
    text = (
        "{cnn: 1, input: 13x3, layers: [{conv: {filters: 4, kernel: 3, stride: 2}}, "
        "{lstm: {units: 5, layers: 2}}, {gru: {units: 2, bidirectional: true}}]}"
    )
    result = cnn.verify(cnn.loads(text))
    assert result.is_balanced, result


@pytest.mark.parametrize(
    ("shape", "message", "remedy"),
    [
        (
            Shape((3, 5), 7),
            (
                "lstm needs a sequence, which has one axis, but its input has 2 (height and "
                "width): 2 ≠ 1"
            ),
            "make it one before, such as 'reshape: 15x7'",
        ),
        (
            Shape((), 7),
            "lstm needs a feature map, but its input is a vector of 7 features",
            "place it before 'flatten' and 'dense', or give the vector positions with 'reshape'",
        ),
    ],
)
def test_what_is_no_sequence_is_refused(shape: Shape, message: str, remedy: str) -> None:
    with pytest.raises(ShapeError) as refused:
        Lstm(units=2).shape(shape)
    assert refused.value.message == message
    assert refused.value.faults[0].help == remedy


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"biases": 3}, "biases must be 0, 1 or 2, not 3"),
        ({"output": "all"}, "output must be one of sequence, last, not 'all'"),
        ({"layers": 1001}, "layers must be at most 1,000, not 1,001"),
    ],
)
def test_values_are_refused(attributes: dict[str, Any], message: str) -> None:
    words = ", ".join(f"{k}: {v}" for k, v in attributes.items())
    with pytest.raises(cnn.CnnError, match=message):
        cnn.loads(f"{{cnn: 1, input: 7x3, layers: [{{lstm: {{units: 2, {words}}}}}]}}")
