"""Laws of the layers that move elements, add zeros or leave some out."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.periodic_field import START, follow
from cnnanalyze.core.reach import POINT, WHOLE, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.padding import Crop, ZeroPad
from cnnanalyze.layers.reshape import Flatten, Reshape

X = Shape((5, 7), 11)
borders = st.tuples(st.integers(0, 9), st.integers(0, 9))


@given(rows=borders, columns=borders)
@example(rows=(0, 0), columns=(0, 0))
def test_crop_undoes_zeropad(rows: tuple[int, int], columns: tuple[int, int]) -> None:
    pad, crop = ZeroPad(padding=(rows, columns)), Crop(amount=(rows, columns))
    padded = pad.shape(X)
    assert crop.shape(padded) == X
    for there, back in zip(pad.reach(X)[0], crop.reach(padded)[0], strict=True):
        assert isinstance(there, Window)
        assert isinstance(back, Window)
        assert follow(follow(START, there), back) == START


@given(before=st.integers(0, 5), after=st.integers(0, 5), kernel=st.integers(1, 5))
@example(before=0, after=0, kernel=5)
def test_zeropad_before_a_convolution_is_its_padding(before: int, after: int, kernel: int) -> None:
    x = Shape((7,), 3)
    pad = ZeroPad(padding=((before, after),))
    apart, within = (
        Conv(filters=2, kernel=kernel),
        Conv(filters=2, kernel=kernel, padding=((before, after),)),
    )
    assert apart.shape(pad.shape(x)) == within.shape(x)
    there, window = pad.reach(x)[0][0], apart.reach(pad.shape(x))[0][0]
    at_once = within.reach(x)[0][0]
    assert isinstance(there, Window)
    assert isinstance(window, Window)
    assert isinstance(at_once, Window)
    assert follow(follow(START, there), window) == follow(START, at_once)


def test_amounts_per_side_per_axis_and_per_border_agree() -> None:
    assert (
        ZeroPad(padding=2).shape(X)
        == ZeroPad(padding=(2, 2)).shape(X)
        == ZeroPad(padding=((2, 2), (2, 2))).shape(X)
        == Shape((9, 11), 11)
    )
    assert Crop(amount=((1, 3), (0, 6))).shape(X) == Shape((1, 1), 11)


def test_reshape_undoes_flatten() -> None:
    flat = Flatten().shape(X)
    assert flat == Shape((), 385)
    assert Reshape(to="5x7x11").shape(flat) == X
    assert Reshape(to="385").shape(X) == flat
    assert Reshape(to=385).shape(X) == flat  # type: ignore[arg-type]  # as YAML reads a bare number
    assert Reshape(to=385).to == "385"  # type: ignore[arg-type]


def test_reshape_reads_the_same_place_only_if_the_extents_stay() -> None:
    assert Reshape(to="5x7x11").reach(X) == ((POINT, POINT),)
    assert Reshape(to="7x5x11").reach(X) == ((WHOLE, WHOLE),)
    assert Reshape(to="35x11").reach(X) == ((WHOLE, WHOLE),)
    assert Reshape(to="5x7x11").reach(Shape((), 385)) == ((),)
    assert Flatten().reach(X) == ((WHOLE, WHOLE),)
    assert Flatten().reach(Shape((), 13)) == ((),)


def test_moving_costs_nothing() -> None:
    for layer in (Flatten(), Reshape(to="385"), ZeroPad(padding=1), Crop(amount=1)):
        assert layer.cost(layer.shape(X), X) == Cost()
        assert layer.params(X) == ()
