"""Laws of the layers that read their whole input."""

from __future__ import annotations

from cnnanalyze.core.cost import Cost, Param
from cnnanalyze.core.reach import WHOLE
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.maxout import Maxout, Rbf
from cnnanalyze.layers.reshape import Flatten

X = Shape((5, 7), 11)


def held(layer: Dense | Maxout | Conv, *inputs: Shape) -> int:
    return sum(p.size for p in layer.params(*inputs))


def test_flatten_before_dense_changes_nothing() -> None:
    flat = Flatten().shape(X)
    for layer in (Dense(units=13), Maxout(units=13, pieces=3), Rbf(units=13)):
        assert layer.shape(X) == layer.shape(flat) == Shape((), 13)
        assert layer.params(X) == layer.params(flat)
        assert layer.cost(Shape((), 13), X) == layer.cost(Shape((), 13), flat)
        assert layer.reach(X) == ((WHOLE, WHOLE),)
        assert layer.reach(flat) == ((),)


def test_dense_is_a_convolution_with_a_kernel_as_large_as_the_map() -> None:
    # Lecture 004: a fully connected layer is connected to the entire input volume.
    dense, conv = Dense(units=13), Conv(filters=13, kernel=X.size)
    assert held(dense, X) == held(conv, X)
    assert dense.cost(dense.shape(X), X) == conv.cost(conv.shape(X), X)


def test_maxout_with_one_piece_is_dense() -> None:
    dense, maxout = Dense(units=13), Maxout(units=13, pieces=1)
    assert held(dense, X) == held(maxout, X)
    assert dense.cost(dense.shape(X), X) == maxout.cost(maxout.shape(X), X)


def test_maxout_is_one_dense_layer_per_piece_and_a_choice() -> None:
    maxout, pieces = Maxout(units=13, pieces=3), Dense(units=39)
    assert held(maxout, X) == held(pieces, X)
    choice = Cost(compare=2 * 13)
    assert maxout.cost(Shape((), 13), X) == pieces.cost(Shape((), 39), X) + choice
    assert [p.shape for p in maxout.params(X)] == [(385, 3, 13), (3, 13)]


def test_without_bias_nothing_is_added() -> None:
    assert Dense(units=13, bias=False).cost(Shape((), 13), X).add == 0
    assert Maxout(units=13, bias=False).cost(Shape((), 13), X).add == 0
    assert [p.role for p in Dense(units=13, bias=False).params(X)] == ["kernel"]
    assert [p.role for p in Maxout(units=13, bias=False).params(X)] == ["kernel"]


def test_centres_are_not_trained() -> None:
    assert Rbf(units=13).params(X) == (Param("centres", (13, 385), trainable=False),)
    assert Rbf(units=13).cost(Shape((), 13), X) == Cost(mac=13 * 385, add=13 * 385)
