"""Index maps: what one output index reads, and the period of the pattern."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.partition import Blocks
from cnnanalyze.core.reach import POINT, Border, Continued, Window
from cnnanalyze.core.resampling import Sampled, Transposed

BORDERS = ("reflect", "replicate", "circular")
small = st.integers(1, 7)
offsets = st.integers(-9, 9)
maps: st.SearchStrategy[IndexMap] = st.one_of(
    st.builds(Window, small, small, small, offsets),
    st.builds(Transposed, small, small, small, offsets),
    st.builds(Sampled, small, small, offsets, st.sampled_from((1, 2, 4))),
    st.builds(Bins, small, small),
    st.builds(Blocks, small, offsets),
    st.builds(Continued, small, small, small, offsets, st.sampled_from(BORDERS)),
)


@given(reach=maps, o=st.integers(-20, 20))
@example(reach=POINT, o=0)
@example(reach=Bins(1, 1), o=3)
@example(reach=Transposed(1, 7, 1, 0), o=3)
@example(reach=Sampled(6, 4, 0, neighbours=2), o=-3)
def test_a_period_on_everything_has_advanced(reach: IndexMap, o: int) -> None:
    later = [i + reach.advance for i in reach.taps(o)]
    assert list(reach.taps(o + reach.period)) == later


@given(reach=maps, o=st.integers(-20, 20))
def test_taps_ascend(reach: IndexMap, o: int) -> None:
    taps = list(reach.taps(o))
    assert taps == sorted(set(taps))


@given(reach=maps, o=st.integers(-20, 20))
@example(reach=Transposed(2, 5, 1, 0), o=3)
def test_first_and_last_are_the_outermost_taps(reach: IndexMap, o: int) -> None:
    taps = list(reach.taps(o))
    first, last = reach.first(o), reach.last(o)
    assert (first > last) if not taps else (first, last) == (taps[0], taps[-1])
    if reach.is_dense:
        assert taps == list(range(first, last + 1))


@given(reach=maps)
def test_most_taps_is_the_largest_number_of_taps(reach: IndexMap) -> None:
    assert reach.most_taps == max(len(reach.taps(o)) for o in range(reach.period))


@given(reach=maps, i=st.integers(-40, 40))
def test_the_output_from_which_on_an_index_is_reached(reach: IndexMap, i: int) -> None:
    if reach.is_sliding:
        o = reach.first_from(i)
        assert reach.first(o - 1) < i <= reach.first(o)
        o = reach.last_from(i)
        assert reach.last(o - 1) < i <= reach.last(o)


@given(reach=maps)
@example(reach=Transposed(2, 4, 2, 0))
def test_gaps_are_outputs_that_read_nothing(reach: IndexMap) -> None:
    assert reach.has_gaps == any(not reach.taps(o) for o in range(reach.period))


@given(reach=maps, o=st.integers(-20, 20), n=st.integers(1, 20))
def test_inside_are_the_taps_that_lie_on_the_map(reach: IndexMap, o: int, n: int) -> None:
    if not isinstance(reach, Continued):
        assert reach.inside(o, n) == [i for i in reach.taps(o) if 0 <= i < n]


@given(kernel=small, stride=small, dilation=small, before=offsets)
@example(kernel=1, stride=7, dilation=1, before=0)
def test_transposed_is_the_window_read_backwards(
    kernel: int, stride: int, dilation: int, before: int
) -> None:
    forth = Window(kernel, stride, dilation, before)
    back = Transposed(kernel, stride, dilation, before)
    here = range(-10, 11)
    there = range(-200, 201)
    pairs = {(i, o) for i in here for o in forth.taps(i)}
    assert {(i, o) for o in there for i in back.taps(o) if i in here} == pairs


def test_point_reads_its_own_place() -> None:
    assert [list(POINT.taps(o)) for o in (-1, 0, 7)] == [[-1], [0], [7]]


@given(n=st.integers(1, 31), m=st.integers(1, 31))
@example(n=1, m=31)
@example(n=31, m=1)
@example(n=12, m=8)
def test_bins_cover_the_input_in_order(n: int, m: int) -> None:
    bins = [list(Bins(n, m).taps(o)) for o in range(m)]
    assert bins[0][0] == 0
    assert bins[-1][-1] == n - 1
    for one, following in itertools.pairwise(bins):
        # The next bin begins right behind, or shares the last index.
        assert following[0] in {one[-1], one[-1] + 1}


@pytest.mark.parametrize(
    ("reach", "period", "advance"),
    [
        (Window(3, stride=2), 1, 2),
        (Transposed(3, stride=2), 2, 1),
        (Sampled(step=6, unit=4), 2, 3),
        (Sampled(step=0, unit=5, neighbours=2), 1, 0),
        (Sampled(step=6, unit=4, neighbours=4), 2, 3),
        (Bins(12, 8), 2, 3),
        (Blocks(3, count=5), 3, 3),
        (Continued(3, stride=5), 1, 5),
    ],
)
def test_period_and_advance(reach: IndexMap, period: int, advance: int) -> None:
    assert (reach.period, reach.advance) == (period, advance)


def test_linear_reads_one_index_where_it_falls_on_it() -> None:
    # Two rows of input made four, as PyTorch's bilinear upsampling: at -1/4, 1/4, 3/4, 5/4.
    upsampled = Sampled(step=4, unit=8, offset=-2, neighbours=2)
    assert [list(upsampled.taps(o)) for o in range(4)] == [[-1, 0], [0, 1], [0, 1], [1, 2]]
    aligned = Sampled(step=2, unit=4, neighbours=2)
    assert [list(aligned.taps(o)) for o in range(5)] == [[0], [0, 1], [1], [1, 2], [2]]


def test_four_neighbours_lie_around_a_position_and_are_one_on_an_index() -> None:
    # PyTorch's bicubic upsampling of three to six, at -1/4, 1/4, 3/4; its corners at 0, 2/5, 4/5.
    centred = Sampled(step=6, unit=12, offset=-3, neighbours=4)
    around = [-1, 0, 1, 2]
    assert [list(centred.taps(o)) for o in range(3)] == [[-2, -1, 0, 1], around, around]
    aligned = Sampled(step=2, unit=5, neighbours=4)
    assert [list(aligned.taps(o)) for o in (0, 1, 5)] == [[0], [-1, 0, 1, 2], [2]]
    assert not aligned.is_sliding


@given(reach=maps, o=st.integers(-20, 20), n=st.integers(1, 23))
@example(reach=Window(3, before=1), o=0, n=1)
@example(reach=Continued(1, before=9), o=-20, n=1)
@example(reach=Continued(1, before=-9, border="replicate"), o=20, n=2)
def test_inside_lies_inside_and_is_what_is_tapped_there(reach: IndexMap, o: int, n: int) -> None:
    inside, taps = reach.inside(o, n), list(reach.taps(o))
    assert inside == sorted(set(inside))
    assert set(inside) <= set(range(n))
    if set(taps) <= set(range(n)):
        assert inside == taps
    elif not isinstance(reach, Continued):
        assert set(inside) == set(taps) & set(range(n))


NUMPY: dict[Border, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@given(
    n=st.integers(1, 11),
    before=st.integers(0, 25),
    after=st.integers(0, 25),
    border=st.sampled_from(BORDERS),
)
@example(n=1, before=3, after=2, border="reflect")
@example(n=3, before=2, after=2, border="reflect")
def test_a_continued_map_reads_what_numpy_pads_with(
    n: int, before: int, after: int, border: Border
) -> None:
    padded = np.pad(np.arange(n), (before, after), mode=NUMPY[border])
    reach = Continued(1, before=before, border=border)
    assert [reach.inside(o, n) for o in range(n + before + after)] == [[i] for i in padded.tolist()]


@given(
    n=st.integers(1, 11),
    window=st.tuples(small, small, small),
    before=st.integers(0, 25),
    border=st.sampled_from(BORDERS),
)
@example(n=2, window=(7, 1, 3), before=25, border="circular")
@example(n=2, window=(7, 1, 3), before=25, border="reflect")
def test_a_window_on_a_continued_map_reads_what_one_on_the_padded_map_does(
    n: int, window: tuple[int, int, int], before: int, border: Border
) -> None:
    padded = np.pad(np.arange(n), (before, 100), mode=NUMPY[border]).tolist()
    reach = Continued(*window, before=before, border=border)
    plain = Window(*window)
    for o in range(7):
        assert reach.inside(o, n) == sorted({padded[i] for i in plain.taps(o)})
