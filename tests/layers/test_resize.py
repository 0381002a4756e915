"""Laws of resizing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import POINT
from cnnanalyze.core.resampling import Sampled
from cnnanalyze.core.shape import Shape
from cnnanalyze.execute.kernels import RUN, Tally
from cnnanalyze.layers.resize import Resize

X = Shape((5, 7), 11)
extents = st.integers(1, 31)


def taps(layer: Resize, n: int, m: int) -> list[list[int]]:
    reach = layer.reach(Shape((n,), 1))[0][0]
    assert isinstance(reach, Sampled)
    return [list(reach.taps(o)) for o in range(m)]


def test_scale_and_size_say_the_same() -> None:
    by_scale, by_size = Resize(scale=(2, 3)), Resize(size=(10, 21))
    assert by_scale.shape(X) == by_size.shape(X) == Shape((10, 21), 11)
    assert by_scale.reach(X) == by_size.reach(X)


@given(n=extents, m=extents)
@example(n=1, m=1)
@example(n=1, m=31)
@example(n=31, m=1)
def test_nearest_repeats_or_skips(n: int, m: int) -> None:
    # Each input is repeated for the outputs between its own and the next one's start.
    expected = [[max(i for i in range(n) if Fraction(i, n) <= Fraction(o, m))] for o in range(m)]
    assert taps(Resize(size=m), n, m) == expected


@given(n=extents, m=extents, align=st.booleans())
@example(n=1, m=1, align=False)
@example(n=1, m=31, align=True)
@example(n=31, m=1, align=True)
@example(n=4, m=8, align=False)
@example(n=5, m=9, align=True)
def test_bilinear_reads_the_neighbours_of_its_position(n: int, m: int, align: bool) -> None:
    layer = Resize(size=m, method="bilinear", align_corners=align)
    for o, found in enumerate(taps(layer, n, m)):
        if align:
            position = Fraction(o, m - 1) * (n - 1) if m > 1 else Fraction(0)
        else:
            position = (o + Fraction(1, 2)) / m * n - Fraction(1, 2)
        assert found == [i for i in range(-1, n + 1) if abs(i - position) < 1]


def test_the_same_size_reads_the_same_place() -> None:
    for method, align in (("nearest", False), ("bilinear", False), ("bilinear", True)):
        layer = Resize(size=(5, 7), method=method, align_corners=align)
        assert layer.shape(X) == X
        assert taps(layer.model_copy(update={"size": 5}), 5, 5) == [
            list(POINT.taps(o)) for o in range(5)
        ]


@pytest.mark.parametrize(("rank", "corners"), [(1, 2), (2, 4), (3, 8)])
def test_linear_interpolation_weighs_every_corner(rank: int, corners: int) -> None:
    x = Shape((3,) * rank, 5)
    layer = Resize(scale=2, method="bilinear")
    output = layer.shape(x)
    assert layer.cost(output, x) == Cost(
        multiply=output.count * corners, add=output.count * (corners - 1)
    )
    assert Resize(scale=2).cost(output, x) == Cost()


@given(n=st.integers(1, 13), m=st.integers(1, 29))
@example(n=2, m=4)
@example(n=7, m=3)
@example(n=4, m=2)
def test_nearest_exact_reads_the_input_whose_centre_is_nearest(n: int, m: int) -> None:
    layer = Resize(size=m, method="nearest_exact")
    for o, (found,) in enumerate(taps(layer, n, m)):
        centre = (o + Fraction(1, 2)) / m * n
        distances = [abs(i + Fraction(1, 2) - centre) for i in range(n)]
        assert distances[found] == min(distances)
    assert layer.cost(layer.shape(Shape((n,), 3)), Shape((n,), 3)) == Cost()


def test_seven_enlarged_one_and_a_half_times_are_ten_two_thirds_apart() -> None:
    layer = Resize(scale=1.5, method="bilinear")  # Tencent/ncnn#6836
    assert layer.shape(Shape((7, 7), 3)) == Shape((10, 10), 3)
    (reach,) = layer.reach(Shape((7,), 3))[0]
    assert isinstance(reach, Sampled)
    assert Fraction(reach.step, reach.unit) == Fraction(2, 3)
    by_size = Resize(size=10, method="bilinear").reach(Shape((7,), 3))[0][0]
    assert isinstance(by_size, Sampled)
    assert Fraction(by_size.step, by_size.unit) == Fraction(7, 10)


@given(n=extents, m=extents, word=st.sampled_from(("half_pixel", "align_corners", "asymmetric")))
@example(n=1, m=31, word="half_pixel")
@example(n=31, m=1, word="align_corners")
@example(n=4, m=8, word="asymmetric")
def test_bicubic_reads_the_four_around_its_position(n: int, m: int, word: str) -> None:
    layer = Resize(size=m, method="bicubic", coordinates=word)
    for o, found in enumerate(taps(layer, n, m)):
        position = {
            "half_pixel": (o + Fraction(1, 2)) / m * n - Fraction(1, 2),
            "align_corners": Fraction(o, max(m - 1, 1)) * (n - 1),
            "asymmetric": Fraction(o, m) * n,
        }[word]
        on_index = position.denominator == 1
        assert found == (
            [int(position)] if on_index else [i for i in range(-2, n + 3) if abs(i - position) < 2]
        )


def test_a_cubic_weighs_four_along_every_axis() -> None:
    layer, x = Resize(scale=2, method="bicubic"), Shape((3, 5), 7)
    output = layer.shape(x)
    assert layer.cost(output, x) == Cost(multiply=output.count * 16, add=output.count * 15)


@given(
    n=st.integers(1, 13),
    scale=st.sampled_from((1, 1.01, 1.04, 1.1, 1.3)),
    method=st.sampled_from(("nearest", "nearest_exact", "bilinear", "bicubic")),
)
@example(n=7, scale=1.1, method="nearest")
@example(n=7, scale=1.01, method="nearest_exact")
@example(n=7, scale=1.1, method="nearest_exact")
@example(n=1, scale=1.3, method="bicubic")
@example(n=7, scale=1, method="bilinear")
def test_a_scale_that_keeps_the_size_may_still_read_other_places(
    n: int, scale: float, method: str
) -> None:
    layer, x = Resize(scale=scale, method=method), Shape((n,), 1)
    numbers = np.arange(n, dtype=float).reshape(1, n, 1) ** 2
    found = RUN["resize"](Tally(), [numbers], {}, scale=scale, method=method)
    same = found.shape == numbers.shape and bool(np.allclose(found, numbers))
    assert bool(layer.without_effect(x)) == same


def test_aligned_corners_of_the_same_size_read_the_same_place() -> None:
    layer = Resize(scale=1.1, method="bilinear", align_corners=True)
    assert layer.without_effect(Shape((7,), 3)) == "resize to the size that it has"
