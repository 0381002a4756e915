"""Laws of the layers that put elements in other places."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.cost import Cost
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.periodic_field import START, PathField, follow
from cnnanalyze.core.reach import POINT, Window
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import Layer
from cnnanalyze.layers.merge import Concat
from cnnanalyze.layers.padding import Crop, ReflectPad, ReplicatePad, ZeroPad
from cnnanalyze.layers.rearrange import (
    ChannelShuffle,
    DepthToSpace,
    Permute,
    Shift,
    Slice,
    SpaceToDepth,
)
from cnnanalyze.layers.resize import Resize

X = Shape((5, 7), 12)


def seen(*layers: Layer, x: Shape, axis: int = 0) -> PathField:
    """Return what the units behind some layers see along one axis."""
    path_field = START
    for layer in layers:
        reach = (layer.reach(x) or ())[0][axis]
        assert isinstance(reach, IndexMap)
        path_field = follow(path_field, reach)
        x = layer.shape(x)
    return path_field


@given(order=st.permutations((1, 2, 3)))
@example(order=[1, 2, 3])
@example(order=[3, 1, 2])
def test_permuting_back_restores_the_shape(order: list[int]) -> None:
    x = Shape((2, 5, 7), 3)
    back = tuple(order.index(axis) + 1 for axis in (1, 2, 3))
    there = Permute(order=tuple(order)).shape(x)
    assert there.channels == 3
    assert sorted(there.size) == [2, 5, 7]
    assert Permute(order=back).shape(there) == x


def test_axes_that_move_are_read_at_one_place_and_named() -> None:
    x = Shape((2, 5, 7), 3)
    for order in permutations((1, 2, 3)):
        layer = Permute(order=order)
        assert layer.reach(x) == ((POINT,) * 3,)
        assert layer.shape(x).size == tuple(x.size[axis] for axis in layer.moved_axes(x))
    assert Permute(order=(2, 1)).shape(X) == Shape((7, 5), 12)
    assert Permute(order=(1,)).shape(Shape((7,), 3)) == Shape((7,), 3)


@given(start=st.integers(0, 10), width=st.integers(1, 11))
@example(start=0, width=11)
@example(start=10, width=1)
def test_slices_concatenate_to_the_whole(start: int, width: int) -> None:
    x = Shape((5, 7), 11)
    stop = min(start + width, 11)
    ends = [(0, start), (start, stop), (stop, 11)]
    parts = [Slice(channels=(a, b)).shape(x) for a, b in ends if a < b]
    assert (Concat().shape(*parts) if len(parts) > 1 else parts[0]) == x
    assert Slice(channels=(start, stop)).reach(x) == ((POINT, POINT),)


def test_slice_and_shuffle_take_vectors() -> None:
    vector = Shape((), 12)
    assert Slice(channels=(5, 12)).shape(vector) == Shape((), 7)
    assert ChannelShuffle(groups=4).shape(vector) == vector
    assert ChannelShuffle(groups=4).reach(vector) == ((),)


@given(block=st.integers(1, 5), rank=st.integers(1, 3))
@example(block=1, rank=3)
def test_space_and_depth_undo_each_other(block: int, rank: int) -> None:
    x = Shape(tuple(block * n for n in (2, 3, 5)[:rank]), 7)
    there, back = SpaceToDepth(block=block), DepthToSpace(block=block)
    deep = there.shape(x)
    assert deep.count == x.count
    assert deep.size == (2, 3, 5)[:rank]
    assert back.shape(deep) == x
    blocks = seen(there, back, x=x)
    assert [blocks.at(o) for o in range(2 * block)] == [(0, block - 1)] * block + [
        (block, 2 * block - 1)
    ] * block


def test_depth_to_space_reads_what_nearest_reads() -> None:
    x = Shape((5, 7), 18)
    assert DepthToSpace(block=3).shape(x).size == Resize(scale=3).shape(x).size
    for axis in (0, 1):
        there = seen(DepthToSpace(block=3), x=x, axis=axis)
        assert there == seen(Resize(scale=3), x=x, axis=axis)


@given(amount=st.integers(-6, 6))
@example(amount=0)
def test_shift_is_a_crop_and_zeros(amount: int) -> None:
    x = Shape((7,), 3)
    before, after = max(-amount, 0), max(amount, 0)
    crop = Crop(amount=((after, before),))
    pad = ZeroPad(padding=((before, after),))
    shift = Shift(amount=amount)
    assert pad.shape(crop.shape(x)) == shift.shape(x) == x
    assert seen(shift, x=x) == seen(crop, pad, x=x)
    assert seen(shift, Shift(amount=-amount), x=x) == START


def test_shift_may_differ_per_axis() -> None:
    assert Shift(amount=(1, -2)).reach(X) == ((Window(1, before=-1), Window(1, before=2)),)
    assert Shift(amount=(4, -6)).shape(X) == X


@pytest.mark.parametrize("kind", [ReflectPad, ReplicatePad])
@given(before=st.integers(0, 6), after=st.integers(0, 6))
@example(before=6, after=6)
@example(before=0, after=0)
def test_other_pads_grow_and_look_like_zeros(
    kind: type[ReflectPad | ReplicatePad], before: int, after: int
) -> None:
    # In theory, where no map ends, all paddings are the same.
    x = Shape((7,), 3)
    pad, zeros = (k(padding=((before, after),)) for k in (kind, ZeroPad))
    assert pad.shape(x) == zeros.shape(x)
    assert seen(pad, x=x) == seen(zeros, x=x)
    reach = pad.reach(x)[0][0]
    assert isinstance(reach, IndexMap)
    assert {i for o in range(7 + before + after) for i in reach.inside(o, 7)} == set(range(7))


def test_replication_may_exceed_the_map() -> None:
    assert ReplicatePad(padding=9).shape(Shape((1, 5), 3)) == Shape((19, 23), 3)


def test_moving_costs_nothing() -> None:
    for layer in (
        Permute(order=(2, 1)),
        Slice(channels=(1, 3)),
        ChannelShuffle(groups=3),
        SpaceToDepth(block=1),
        DepthToSpace(block=2),
        Shift(amount=2),
        ReflectPad(padding=2),
        ReplicatePad(padding=2),
    ):
        assert layer.cost(layer.shape(X), X) == Cost()
        assert layer.params(X) == ()
