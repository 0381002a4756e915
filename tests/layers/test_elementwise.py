"""Normalisation, activations and the layers that do nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.activation import Relu, Relu6, Sigmoid, Softmax, Tanh
from cnnanalyze.layers.arithmetic import Abs, Clip, Exp, HardTanh, Log, Power, Sqrt
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.leaky import Elu, LeakyRelu, Prelu
from cnnanalyze.layers.norm import Lrn, RmsNorm
from cnnanalyze.layers.regularise import Dropout, DropPath, Identity
from cnnanalyze.layers.scaling import Affine, LayerScale, Scale
from cnnanalyze.layers.smooth import (
    Celu,
    Gelu,
    HardSigmoid,
    HardSwish,
    LogSoftmax,
    Mish,
    Selu,
    Silu,
    Softplus,
)

X = Shape((5, 7), 11)

LAYERS = [
    (Relu(), Cost(compare=385)),
    (Relu6(), Cost(compare=770)),
    (LeakyRelu(), Cost(compare=385, multiply=385)),
    (Prelu(), Cost(compare=385, multiply=385)),
    (Elu(), Cost(compare=385, exponential=385, add=385, multiply=385)),
    (Sigmoid(), Cost(exponential=385, add=385, divide=385)),
    (Tanh(), Cost(exponential=385)),
    (Softmax(), Cost(compare=350, add=735, exponential=385, divide=385)),
    (BatchNorm(), Cost(multiply=385, add=385)),
    (BatchNorm(scale=False, center=False), Cost(multiply=385, add=385)),
    (Dropout(), Cost()),
    (Identity(), Cost()),
    (Selu(), Cost(compare=385, exponential=385, add=385, multiply=770)),
    (Gelu(), Cost(multiply=1155, exponential=385, add=385)),
    (Gelu(approximate=True), Cost(multiply=2310, exponential=385, add=770)),
    (Silu(), Cost(exponential=385, add=385, divide=385)),
    (HardSigmoid(), Cost(add=385, compare=770, divide=385)),
    (HardSwish(), Cost(add=385, compare=770, multiply=385, divide=385)),
    (Softplus(), Cost(exponential=770, add=385)),
    (Mish(), Cost(exponential=1155, add=385, multiply=385)),
    (LogSoftmax(), Cost(compare=350, add=1120, exponential=420)),
    (DropPath(), Cost()),
    (LayerScale(), Cost(multiply=385)),
    (Scale(factor=0.17), Cost(multiply=385)),
    (Scale(factor=0.17, offset=2), Cost(multiply=385, add=385)),
    (Scale(factor=1, offset=2), Cost(add=385)),
    (Affine(), Cost(multiply=385, add=385)),
    (Affine(scale=False, shared=True), Cost(add=385)),
    (Power(exponent=3), Cost(power=385)),
    (Abs(), Cost()),
    (Sqrt(), Cost(power=385)),
    (Exp(), Cost(exponential=385)),
    (Log(), Cost(exponential=385)),
    (Clip(min=-1, max=2), Cost(compare=770)),
    (Clip(max=2), Cost(compare=385)),
    (HardTanh(), Cost(compare=770)),
    (Celu(), Cost(compare=385, divide=385, exponential=385, add=385, multiply=385)),
    (Prelu(shared=True, per_position=True), Cost(compare=385, multiply=385)),
    (LayerScale(shared=True), Cost(multiply=385)),
    (Dropout(per_channel=True), Cost()),
    (RmsNorm(), Cost(add=385, multiply=1155, divide=35, power=35)),
]


@pytest.mark.parametrize(
    ("layer", "cost"), LAYERS, ids=lambda v: f"{v.kind}({v})" if isinstance(v, Layer) else "cost"
)
def test_cost_of_385_elements(layer: Layer, cost: Cost) -> None:
    assert layer.cost(X, X) == cost


@pytest.mark.parametrize(
    "layer", [one for one, _ in LAYERS] + [Lrn()], ids=lambda v: f"{v.kind}({v})"
)
def test_shape_and_place_stay(layer: Layer) -> None:
    for x in (X, Shape((13,), 3), Shape((), 17)):
        assert layer.shape(x) == x
        assert layer.reach(x) == ((POINT,) * x.rank,)
        assert layer.fit(x) == ()


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({}, (11,)),
        ({"shared": True}, (1,)),
        ({"per_position": True}, (5, 7, 11)),
        ({"shared": True, "per_position": True}, (5, 7, 1)),
    ],
)
def test_slopes_are_shared_along_the_axes_that_are_said(
    given: dict[str, bool], shape: tuple[int, ...]
) -> None:
    assert [p.shape for p in Prelu(**given).params(X)] == [shape]


def test_batch_norm_holds_what_it_learns_and_what_it_keeps() -> None:
    everything = BatchNorm().params(X)
    assert [(p.role, p.trainable) for p in everything] == [
        ("gamma", True),
        ("beta", True),
        ("moving mean", False),
        ("moving variance", False),
    ]
    assert {p.shape for p in everything} == {(11,)}
    assert [p.role for p in everything if p.is_bias] == ["beta"]
    assert BatchNorm(scale=False).params(X) == everything[1:]
    assert BatchNorm(center=False).params(X) == (everything[0], *everything[2:])
    assert BatchNorm(scale=False, center=False).params(X) == everything[2:]


def test_prelu_has_one_slope_per_channel_or_one() -> None:
    assert [p.shape for p in Prelu().params(X)] == [(11,)]
    assert [p.shape for p in Prelu(shared=True).params(X)] == [(1,)]
    assert LeakyRelu().params(X) == ()


@given(channels=st.integers(1, 23), size=st.integers(1, 29))
@example(channels=1, size=1)
@example(channels=2, size=2)
@example(channels=5, size=4)
@example(channels=3, size=29)
def test_lrn_adds_up_the_channels_around_each(channels: int, size: int) -> None:
    x = Shape((7,), channels)
    window = range(-(size // 2), (size - 1) // 2 + 1)
    assert len(window) == size
    additions = sum(
        len([c + i for i in window if 0 <= c + i < channels]) - 1 for c in range(channels)
    )
    assert Lrn(size=size).cost(x, x) == Cost(
        add=7 * (additions + channels),
        multiply=14 * channels,
        divide=7 * channels,
        power=7 * channels,
    )


def test_log_softmax_and_softmax_share_their_sum() -> None:
    # Both subtract the maximum, raise and add up; then one divides, the other takes a logarithm.
    plain, logarithm = Softmax().cost(X, X), LogSoftmax().cost(X, X)
    assert replace(logarithm, exponential=0, add=0) == replace(
        plain, divide=0, exponential=0, add=0
    )
    assert logarithm.exponential - plain.exponential == X.positions
    assert logarithm.add - plain.add == plain.divide == X.count


def test_mish_is_a_softplus_a_tangent_and_a_product() -> None:
    assert Mish.per_element == Softplus.per_element + Tanh.per_element + Cost(multiply=1)
    assert HardSigmoid.per_element == Relu6.per_element + Cost(add=1, divide=1)
    assert HardSwish.per_element == HardSigmoid.per_element + Cost(multiply=1)


def test_layer_scale_learns_one_factor_per_channel_and_scale_none() -> None:
    assert [(p.role, p.shape, p.trainable) for p in LayerScale().params(X)] == [
        ("gamma", (11,), True)
    ]
    assert Scale(factor=0.3).params(X) == DropPath().params(X) == ()


def test_softmax_of_one_channel_compares_nothing() -> None:
    x = Shape((5, 7), 1)
    assert Softmax().cost(x, x) == Cost(add=35, divide=35, exponential=35)
