"""Laws of convolutions."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.periodic_field import START, follow
from cnnanalyze.core.reach import Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.conv import Conv, Sliding
from cnnanalyze.layers.depthwise import Depthwise, Separable
from cnnanalyze.layers.local_conv import LocalConv, TableConv

X = Shape((31, 37), 6)
sizes = st.integers(1, 67)
kernels = st.integers(1, 11)


def held(layer: Sliding, x: Shape) -> int:
    return sum(p.size for p in layer.params(x))


@given(n=sizes, kernel=kernels, stride=st.integers(1, 7), groups=st.integers(1, 7))
@example(n=1, kernel=1, stride=1, groups=1)
@example(n=3, kernel=3, stride=5, groups=2)
def test_depthwise_is_grouped_convolution(n: int, kernel: int, stride: int, groups: int) -> None:
    x = Shape((n + kernel - 1,), groups)
    for multiplier in (1, 3):
        depthwise = Depthwise(kernel=kernel, stride=stride, multiplier=multiplier)
        grouped = Conv(filters=multiplier * groups, kernel=kernel, stride=stride, groups=groups)
        output = grouped.shape(x)
        assert depthwise.shape(x) == output
        assert held(depthwise, x) == held(grouped, x)
        assert depthwise.cost(output, x) == grouped.cost(output, x)
        assert depthwise.reach(x) == grouped.reach(x)
        assert depthwise.fit(x) == grouped.fit(x)


@given(n=sizes, kernel=kernels, dilation=st.integers(1, 5))
@example(n=1, kernel=1, dilation=5)
def test_dilation_spreads_a_kernel(n: int, kernel: int, dilation: int) -> None:
    extent = len(range(0, dilation * kernel, dilation)) * dilation - dilation + 1
    x = Shape((n + extent - 1,), 3)
    dilated = Conv(filters=5, kernel=kernel, dilation=dilation)
    wide = Conv(filters=5, kernel=extent)
    assert dilated.shape(x) == wide.shape(x)
    assert held(dilated, x) == held(Conv(filters=5, kernel=kernel), x)
    assert Conv(filters=5, kernel=kernel, dilation=1).reach(x) == (
        Conv(filters=5, kernel=kernel).reach(x)
    )


@given(n=sizes, kernel=kernels, dilation=st.integers(1, 4))
@example(n=1, kernel=11, dilation=4)
@example(n=2, kernel=2, dilation=1)
def test_same_with_stride_one_keeps_the_size(n: int, kernel: int, dilation: int) -> None:
    x = Shape((n,), 2)
    assert Conv(filters=3, kernel=kernel, dilation=dilation, padding="same").shape(x).size == (n,)


@given(n=sizes, kernel=kernels, stride=st.integers(1, 9))
@example(n=7, kernel=1, stride=9)
@example(n=9, kernel=2, stride=3)
def test_same_depends_on_the_stride_alone(n: int, kernel: int, stride: int) -> None:
    # TensorFlow: the output has one element per stride begun.
    x = Shape((n,), 2)
    conv = Conv(filters=3, kernel=kernel, stride=stride, padding="same")
    assert conv.shape(x).size == (len(range(0, n, stride)),)
    fit = conv.fit(x)[0]
    assert fit.before <= fit.after <= fit.before + 1


@given(n=sizes, kernel=kernels, stride=st.integers(1, 9), before=st.integers(0, 5))
@example(n=1, kernel=1, stride=9, before=0)
@example(n=11, kernel=11, stride=2, before=0)
def test_output_counts_the_windows(n: int, kernel: int, stride: int, before: int) -> None:
    n += kernel - 1
    after = 2
    conv = Conv(filters=1, kernel=kernel, stride=stride, padding=((before, after),))
    starts = [i for i in range(0, n + before + after, stride) if i + kernel <= n + before + after]
    fit = conv.fit(Shape((n,), 1))[0]
    assert conv.shape(Shape((n,), 1)).size == (len(starts),)
    last = starts[-1] + kernel
    assert fit.exact == (last == n + before + after)
    assert fit.unread == sum(before + i >= last for i in range(n))


def test_parameters_do_not_depend_on_the_size_of_the_input() -> None:
    small, large = Shape((11, 13), 6), Shape((101, 103), 6)
    for layer in (
        Conv(filters=12, kernel=5, groups=3),
        Depthwise(kernel=(3, 5), multiplier=2),
        Separable(filters=7, kernel=3, multiplier=2),
        TableConv(table=((0, 1), (2, 5)), kernel=3),
    ):
        assert layer.params(small) == layer.params(large)


def test_full_table_is_convolution() -> None:
    table = TableConv(table=(tuple(range(6)),) * 5, kernel=(3, 7), stride=2, padding=1)
    conv = Conv(filters=5, kernel=(3, 7), stride=2, padding=1)
    assert table.shape(X) == conv.shape(X)
    assert held(table, X) == held(conv, X)
    assert table.cost(conv.shape(X), X) == conv.cost(conv.shape(X), X)


def test_groups_are_a_table() -> None:
    rows = ((0, 1, 2),) * 4 + ((3, 4, 5),) * 4
    table, conv = TableConv(table=rows, kernel=3), Conv(filters=8, kernel=3, groups=2)
    assert held(table, X) == held(conv, X)
    assert table.cost(conv.shape(X), X) == conv.cost(conv.shape(X), X)


def test_separable_is_depthwise_then_pointwise() -> None:
    separable = Separable(filters=7, kernel=(3, 5), stride=2, multiplier=3)
    depthwise = Depthwise(kernel=(3, 5), stride=2, multiplier=3, bias=False)
    pointwise = Conv(filters=7, kernel=1)
    between = depthwise.shape(X)
    output = pointwise.shape(between)
    assert separable.shape(X) == output
    assert held(separable, X) == held(depthwise, X) + held(pointwise, between)
    assert separable.cost(output, X) == (
        depthwise.cost(between, X) + pointwise.cost(output, between)
    )
    assert [p.role for p in separable.params(X)] == [
        "depthwise kernel",
        "pointwise kernel",
        "bias",
    ]


def test_bias_is_one_tensor_and_one_addition_per_activation() -> None:
    for kind, attributes in (
        (Conv, {"filters": 12, "kernel": 3}),
        (Depthwise, {"kernel": 3, "multiplier": 2}),
        (Separable, {"filters": 7, "kernel": 3}),
        (TableConv, {"table": ((0, 1), (2, 5)), "kernel": 3}),
    ):
        plain, biased = kind(**attributes, bias=False), kind(**attributes)
        output = plain.shape(X)
        assert biased.params(X)[:-1] == plain.params(X)
        assert biased.params(X)[-1].shape == (output.channels,)
        assert biased.params(X)[-1].is_bias
        assert plain.cost(output, X).add == 0
        assert biased.cost(output, X).add == prod(output.extents)


def test_two_small_kernels_reach_what_one_large_one_reaches() -> None:
    # Simonyan and Zisserman 2015, section 2.3: two 3x3 see 5x5, three see 7x7.
    small = Conv(filters=1, kernel=3, padding=1).reach(X)[0][0]
    five = Conv(filters=1, kernel=5, padding=2).reach(X)[0][0]
    seven = Conv(filters=1, kernel=7, padding=3).reach(X)[0][0]
    assert isinstance(small, Window)
    assert isinstance(five, Window)
    assert isinstance(seven, Window)
    twice = follow(follow(START, small), small)
    assert twice == follow(START, five)
    assert follow(twice, small) == follow(START, seven)


def test_per_axis_attributes_meet_their_axis() -> None:
    conv = Conv(filters=2, kernel=(3, 7), stride=(2, 3), padding=((1, 0), (2, 4)), dilation=(1, 2))
    assert conv.reach(X) == ((Window(3, 2, 1, 1), Window(7, 3, 2, 2)),)
    rows = Conv(filters=2, kernel=3, stride=2, padding=((1, 0),))
    columns = Conv(filters=2, kernel=7, stride=3, padding=((2, 4),), dilation=2)
    assert conv.shape(X).size == (
        *rows.shape(Shape((31,), 6)).size,
        *columns.shape(Shape((37,), 6)).size,
    )


@given(n=st.integers(1, 9), kernel=st.integers(1, 5), stride=st.integers(1, 3))
@example(n=1, kernel=1, stride=1)
def test_local_convolution_is_one_convolution_per_position(
    n: int, kernel: int, stride: int
) -> None:
    x = Shape((n + kernel - 1, 7), 3)
    window: dict[str, Any] = {"filters": 5, "kernel": (kernel, 2), "stride": (stride, 1)}
    local, shared = LocalConv(**window), Conv(**window)
    output = shared.shape(x)
    assert local.shape(x) == output
    assert local.cost(output, x) == shared.cost(output, x)
    assert local.reach(x) == shared.reach(x)
    assert local.fit(x) == shared.fit(x)
    assert held(local, x) == output.positions * held(shared, x)
    assert [p.shape[:2] for p in local.params(x)] == [output.size] * 2
    assert [p.shape[2:] for p in local.params(x)] == [p.shape for p in shared.params(x)]


def test_every_weight_of_a_local_convolution_works_once() -> None:
    local = LocalConv(filters=5, kernel=3, padding="same", bias=False)
    assert local.cost(local.shape(X), X).mac == held(local, X)
    assert [p.role for p in local.params(X)] == ["kernel"]


def test_a_volume_one_slice_deep_is_an_image() -> None:
    image, volume = Shape((31, 37), 6), Shape((1, 31, 37), 6)
    flat = {"kernel": (3, 5), "stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}
    deep = {"kernel": (1, 3, 5), "stride": (1, 2, 1), "padding": (0, 1, 0), "dilation": (1, 1, 2)}
    for kind, own in ((Conv, {"filters": 12, "groups": 3}), (Depthwise, {"multiplier": 2})):
        two, three = kind(**own, **flat), kind(**own, **deep)  # type: ignore[arg-type]
        output = two.shape(image)
        assert three.shape(volume) == Shape((1, *output.size), output.channels)
        assert three.cost(three.shape(volume), volume) == two.cost(output, image)
        assert three.reach(volume)[0][1:] == two.reach(image)[0]
        assert held(three, volume) == held(two, image)


@pytest.mark.parametrize("padding", ["circular", "reflect", "replicate"])
@pytest.mark.parametrize(("n", "kernel", "stride"), [(5, 3, 1), (11, 4, 3), (7, 5, 2)])
def test_a_convolution_of_a_continued_map_has_one_output_for_every_stride(
    padding: str, n: int, kernel: int, stride: int
) -> None:
    x = Shape((n, 13), 2)
    layer = Conv(filters=3, kernel=kernel, stride=stride, padding=padding)
    assert layer.shape(x).size == (-(-n // stride), -(-13 // stride))
    assert layer.fit(x) == Conv(filters=3, kernel=kernel, stride=stride, padding="same").fit(x)


def test_circular_padding_of_1_around_5x5_gives_5x5() -> None:  # pytorch/pytorch#29712
    assert Conv(filters=1, kernel=3, padding="circular").shape(Shape((5, 5), 1)).size == (5, 5)


@given(n=sizes, kernel=kernels, stride=st.integers(1, 7), dilation=st.integers(1, 3))
@example(n=8, kernel=3, stride=1, dilation=1)
@example(n=1, kernel=1, stride=5, dilation=1)
def test_a_causal_convolution_reads_nothing_ahead(
    n: int, kernel: int, stride: int, dilation: int
) -> None:
    layer = Conv(filters=2, kernel=kernel, stride=stride, dilation=dilation, padding="causal")
    x = Shape((n,), 3)
    assert layer.shape(x).size == (len(range(0, n, stride)),)
    (reach,) = layer.reach(x)[0]
    for o, at in enumerate(range(0, n, stride)):
        assert max(reach.taps(o)) == at  # type: ignore[union-attr]
    ahead = dilation * (kernel - 1)
    same = Conv(filters=2, kernel=kernel, stride=stride, dilation=dilation, padding=((ahead, 0),))
    assert layer.fit(x) == same.fit(x)
