"""Laws of pooling."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.reach import WHOLE, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.adaptive_pool import AdaptiveAvgPool, AdaptiveMaxPool
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.pool import AvgPool, GlobalAvgPool, GlobalMaxPool, LpPool, MaxPool, Subsample

X = Shape((31, 37), 5)


@pytest.mark.parametrize("kind", [MaxPool, AvgPool, LpPool, Subsample])
def test_stride_is_the_kernel_unless_given(
    kind: type[MaxPool | AvgPool | LpPool | Subsample],
) -> None:
    by_default, given_stride = kind(kernel=(3, 2)), kind(kernel=(3, 2), stride=(3, 2))
    assert by_default.shape(X) == given_stride.shape(X) == Shape((10, 18), 5)
    assert by_default.reach(X) == given_stride.reach(X)
    assert by_default.fit(X) == given_stride.fit(X)


@pytest.mark.parametrize("kind", [MaxPool, AvgPool, LpPool, Subsample])
def test_windows_lie_as_those_of_a_convolution(
    kind: type[MaxPool | AvgPool | LpPool | Subsample],
) -> None:
    for padding in ("same", "valid", 1, (1, 0), ((0, 1), (1, 1))):
        pool = kind(kernel=3, stride=2, padding=padding)
        conv = Depthwise(kernel=3, stride=2, padding=padding)
        assert pool.shape(X) == conv.shape(X)
        assert pool.reach(X) == conv.reach(X)


def test_dilated_pool_lies_as_a_dilated_convolution() -> None:
    pool = MaxPool(kernel=3, stride=2, dilation=(2, 3), padding="same")
    conv = Depthwise(kernel=3, stride=2, dilation=(2, 3), padding="same")
    assert pool.shape(X) == conv.shape(X)
    assert pool.reach(X) == conv.reach(X)


@given(
    n=st.integers(1, 43),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 9),
    padding=st.integers(0, 3),
)
@example(n=1, kernel=1, stride=1, padding=0)
@example(n=1, kernel=1, stride=9, padding=0)
@example(n=5, kernel=2, stride=2, padding=1)
@example(n=3, kernel=2, stride=3, padding=1)
def test_ceil_mode_leaves_no_input_unread(n: int, kernel: int, stride: int, padding: int) -> None:
    padding = min(padding, kernel // 2)
    n += kernel - 1
    pool = MaxPool(kernel=kernel, stride=stride, padding=padding, ceil_mode=True)
    starts = [
        i for i in range(-padding, n, stride) if i == -padding or i - stride + kernel < n + padding
    ]
    assert pool.shape(Shape((n,), 1)).size == (len(starts),)
    assert pool.fit(Shape((n,), 1))[0].unread <= max(0, stride - kernel)
    average = AvgPool(kernel=kernel, stride=stride, padding=padding, ceil_mode=True)
    assert average.shape(Shape((n,), 1)) == pool.shape(Shape((n,), 1))


def test_pooling_touches_every_element_of_a_window() -> None:
    output = Shape((15, 18), 5)
    reads = output.count * 6
    assert MaxPool(kernel=(3, 2), stride=2).shape(X) == output
    assert MaxPool(kernel=(3, 2), stride=2).cost(output, X) == Cost(compare=reads - output.count)
    assert AvgPool(kernel=(3, 2), stride=2).cost(output, X) == Cost(
        add=reads - output.count, divide=output.count
    )
    assert Subsample(kernel=(3, 2), stride=2).cost(output, X) == Cost(
        add=reads, multiply=output.count
    )


def test_global_pool_is_one_window_over_everything() -> None:
    whole_max, whole_mean = MaxPool(kernel=(31, 37)), AvgPool(kernel=(31, 37))
    output = Shape((1, 1), 5)
    for pool, window in ((GlobalMaxPool(), whole_max), (GlobalAvgPool(), whole_mean)):
        assert pool.shape(X) == window.shape(X) == output
        assert pool.cost(output, X) == window.cost(output, X)
    assert GlobalAvgPool().reach(X) == ((WHOLE, WHOLE),)


@given(n=st.integers(1, 41), m=st.integers(1, 53))
@example(n=1, m=1)
@example(n=12, m=4)
@example(n=4, m=12)
@example(n=7, m=7)
def test_adaptive_pool_reads_its_bins(n: int, m: int) -> None:
    x, output = Shape((n, 3), 5), Shape((m, 2), 5)
    rows, columns = Bins(n, m), Bins(3, 2)
    merges = 5 * sum(
        len(rows.taps(o)) * len(columns.taps(q)) - 1 for o, q in product(range(m), range(2))
    )
    largest, mean = AdaptiveMaxPool(size=(m, 2)), AdaptiveAvgPool(size=(m, 2))
    assert largest.shape(x) == mean.shape(x) == output
    assert largest.reach(x) == mean.reach(x) == ((rows, columns),)
    assert largest.cost(output, x) == Cost(compare=merges)
    assert mean.cost(output, x) == Cost(add=merges, divide=output.count)
    assert {i for o in range(m) for i in rows.taps(o)} == set(range(n))


def test_adaptive_pool_into_equal_parts_is_plain_pooling() -> None:
    x, output = Shape((35, 33), 5), Shape((7, 11), 5)
    adaptive, plain = AdaptiveMaxPool(size=(7, 11)), MaxPool(kernel=(5, 3))
    assert adaptive.shape(x) == plain.shape(x) == output
    assert adaptive.cost(output, x) == plain.cost(output, x)


def test_pooling_learns_nothing_but_subsampling_does() -> None:
    for pool in (MaxPool(kernel=2), AvgPool(kernel=2), GlobalMaxPool(), AdaptiveAvgPool(size=3)):
        assert pool.params(X) == ()
    assert [(p.role, p.shape) for p in Subsample(kernel=2).params(X)] == [
        ("coefficient", (5,)),
        ("bias", (5,)),
    ]


def test_reach_of_a_pool_names_its_padding() -> None:
    pool = AvgPool(kernel=3, stride=2, padding=((1, 0), (0, 1)))
    assert pool.reach(X) == ((Window(3, 2, 1, 1), Window(3, 2, 1, 0)),)


def test_power_pool_raises_every_element_once_and_roots_every_window() -> None:
    # Overlapping windows share the powers of their elements.
    pool = LpPool(kernel=(3, 2), stride=1, norm=3.0)
    output = pool.shape(X)
    average = AvgPool(kernel=(3, 2), stride=1)
    assert output == average.shape(X)
    assert pool.reach(X) == average.reach(X)
    cost = pool.cost(output, X)
    assert cost == Cost(add=average.cost(output, X).add, power=X.count + output.count)
    assert LpPool(kernel=(3, 2), stride=1).cost(output, X) == cost


def test_power_pool_hangs_over_as_the_others_do() -> None:
    for ceil in (False, True):
        power = LpPool(kernel=3, stride=2, padding=1, ceil_mode=ceil)
        largest = MaxPool(kernel=3, stride=2, padding=1, ceil_mode=ceil)
        for n in (5, 6, 7):
            assert power.fit(Shape((n, n), 3)) == largest.fit(Shape((n, n), 3))


@pytest.mark.parametrize("kind", [MaxPool, AvgPool, LpPool, Subsample])
def test_pool_of_a_volume_one_slice_deep_is_that_of_an_image(
    kind: type[MaxPool | AvgPool | LpPool | Subsample],
) -> None:
    image, volume = X, Shape((1, *X.size), X.channels)
    flat, deep = kind(kernel=(3, 2), stride=2), kind(kernel=(1, 3, 2), stride=(1, 2, 2))
    output = flat.shape(image)
    assert deep.shape(volume) == Shape((1, *output.size), output.channels)
    assert deep.cost(deep.shape(volume), volume) == flat.cost(output, image)
    assert deep.reach(volume)[0][1:] == flat.reach(image)[0]


def test_global_pool_of_a_volume_reads_all_three_axes() -> None:
    volume, output = Shape((3, 5, 7), 11), Shape((1, 1, 1), 11)
    window = AvgPool(kernel=(3, 5, 7))
    assert GlobalAvgPool().shape(volume) == window.shape(volume) == output
    assert GlobalAvgPool().cost(output, volume) == window.cost(output, volume)
    assert GlobalAvgPool().reach(volume) == ((WHOLE,) * 3,)


@pytest.mark.parametrize(
    ("attributes", "size", "output"),
    [
        ({"kernel": 5, "stride": 3}, (35, 3), (11, 1)),
        ({"kernel": 5, "stride": 3, "dilation": 2}, (33, 8), (9, 1)),
    ],
)
def test_a_window_larger_than_the_map_by_less_than_a_step_hangs_over(
    attributes: dict[str, Any], size: tuple[int, int], output: tuple[int, int]
) -> None:
    # PyTorch 2.13, max_pool2d with ceil_mode; without it both are refused.
    assert MaxPool(ceil_mode=True, **attributes).shape(Shape(size, 2)) == Shape(output, 2)
    with pytest.raises(ShapeError):
        MaxPool(**attributes).shape(Shape(size, 2))


@pytest.mark.parametrize("kind", [MaxPool, AvgPool, LpPool, Subsample])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
def test_padding_may_be_half_of_the_window_or_by_border_less_than_it(
    kind: type[MaxPool | AvgPool | LpPool | Subsample], kernel: int
) -> None:
    # Numbers are taken as by PyTorch 2.13, pairs as by ONNX Runtime 1.32.
    x = Shape((13,), 3)
    for padding in range(kernel + 2):
        for form, most in ((padding, kernel // 2), (((0, padding),), kernel - 1)):
            layer = kind(kernel=kernel, stride=1, padding=form)
            if padding <= most:
                assert layer.shape(x).size[0] >= x.size[0] - kernel + 1
            else:
                with pytest.raises(ShapeError):
                    layer.shape(x)
