"""Path fields: composing, joining and reading, each against the plain enumeration of units."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.index_map import IndexMap
from cnnanalyze.core.periodic_field import (
    INPUT_FIELD,
    START,
    STRETCHES,
    Interval,
    PathField,
    PeriodicField,
    TooFine,
    follow,
    follow_field,
    hull,
    join,
    merge,
)
from cnnanalyze.core.reach import POINT, WHOLE, Window
from cnnanalyze.core.resampling import Sampled, Transposed

small = st.integers(1, 5)
offsets = st.integers(-5, 5)
maps: st.SearchStrategy[IndexMap] = st.one_of(
    st.builds(Window, small, small, small, offsets),
    st.builds(Transposed, small, small, small, offsets),
    st.builds(Sampled, small, small, offsets, st.sampled_from((1, 2, 4))),
    st.builds(Bins, small, small),
)
chains = st.lists(maps, max_size=3)
units = st.integers(-30, 30)


MOST_READ = 50_000
"""Beyond that, going through all indices is no oracle any more."""


def seen(chain: list[IndexMap], unit: int) -> Interval | None:
    """Walk back through the layers, index by index."""
    read = {unit}
    for reach in reversed(chain):
        assume(sum(len(reach.taps(o)) for o in read) < MOST_READ)
        read = {i for o in read for i in reach.taps(o)}
    return (min(read), max(read)) if read else None


def strand_of(chain: list[IndexMap]) -> PathField:
    path_field = START
    for reach in chain:
        path_field = follow(path_field, reach)
    return path_field


@given(chain=chains, unit=units)
@example(chain=[], unit=0)
@example(chain=[Transposed(1, 3), Window(2)], unit=4)
@example(chain=[Transposed(2, 5, 1, 1), Transposed(1, 2)], unit=-7)
@example(chain=[Sampled(0, 5, 0, neighbours=2), Window(3, 2)], unit=9)
@example(chain=[Window(3, 2, 1, 1), Transposed(2, 2), Window(3, 1, 2)], unit=-1)
def test_strand_sees_what_the_layers_read(chain: list[IndexMap], unit: int) -> None:
    assert strand_of(chain).at(unit) == seen(chain, unit)


@given(chain=chains, unit=units)
def test_a_period_on_everything_has_advanced(chain: list[IndexMap], unit: int) -> None:
    path_field = strand_of(chain)
    here, there = path_field.at(unit), path_field.at(unit + path_field.period)
    assert there == (here and (here[0] + path_field.advance, here[1] + path_field.advance))
    assert path_field.rate == Fraction(path_field.advance, path_field.period)


large = st.integers(1, 1_000_003)
far = st.integers(-1_000_003, 1_000_003)
large_maps: st.SearchStrategy[IndexMap] = st.one_of(
    st.builds(Window, small, large, small, far),
    st.builds(Window, small, small, large, far),
    st.builds(Transposed, small, large, st.just(1), far),
    st.builds(Transposed, small, small, large, far),
    st.builds(Sampled, st.just(1), large, far, st.booleans()),
    st.builds(Bins, large, small),
    st.builds(Bins, small, large),
)


@given(chain=st.lists(large_maps | maps, max_size=4), unit=st.integers(-(10**9), 10**9))
@example(chain=[Sampled(1, 10**11), Window(3, 7, 1, 1)], unit=10**12 // 7)
@example(chain=[Transposed(1, 10**11), Window(3, 1, 1, 1), Window(5, 2, 3)], unit=1)
@example(chain=[Transposed(2, 10**11), Transposed(1, 3), Window(4)], unit=3 * 10**11 - 1)
@example(chain=[Window(3, 1, 10**6, 10**6), Sampled(1, 3), Window(7)], unit=1)
def test_large_numbers_change_nothing(chain: list[IndexMap], unit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(STRETCHES, "most", 3_000)  # what takes longer is another test's concern
        try:
            path_field = strand_of(chain)
        except TooFine:
            assume(False)
    assert path_field.at(unit) == seen(chain, unit)


@given(left=chains, right=chains, unit=units)
def test_a_merged_strand_sees_what_either_sees(
    left: list[IndexMap], right: list[IndexMap], unit: int
) -> None:
    one, other = strand_of(left), strand_of(right)
    if one.rate == other.rate:
        assert merge(one, other).at(unit) == hull([one.at(unit), other.at(unit)])


@given(chain=chains, first=units, count=st.integers(0, 40))
def test_over_is_the_hull_of_its_units(chain: list[IndexMap], first: int, count: int) -> None:
    path_field = strand_of(chain)
    last = first + count - 1
    assert path_field.over(first, last) == hull([path_field.at(i) for i in range(first, last + 1)])


@given(chain=chains)
def test_centre_is_the_mean_over_a_period(chain: list[IndexMap]) -> None:
    path_field = strand_of(chain)
    middles = [
        Fraction(sum(i), 2) - path_field.rate * unit
        for unit in range(path_field.period)
        if (i := path_field.at(unit)) is not None
    ]
    assert path_field.centre == (sum(middles, Fraction(0)) / len(middles) if middles else 0)


@given(chain=chains)
def test_neighbouring_stretches_differ(chain: list[IndexMap]) -> None:
    path_field = strand_of(chain)
    assert len(path_field.starts) == len(path_field.intervals)
    assert all(a != b for a, b in pairwise(path_field.intervals))
    assert path_field.starts[0] == 0
    assert all(a < b for a, b in pairwise((*path_field.starts, path_field.period)))


CHAINS = {
    "resized": [Sampled(1, 10**11)],
    "resized, then read": [Sampled(1, 300), Window(3, before=1)],
    "transposed by a huge stride": [Transposed(1, 10**11), Window(3, before=1)],
    "a huge transposed kernel": [Transposed(10**8, 2)],
    "a huge kernel behind phases": [Sampled(1, 3), Window(10**8 + 1, before=5 * 10**7)],
    "dilated far": [Window(3, 1, 10**6, 10**6), Window(10**6 + 3)],
    "depth to space": [Sampled(1, 10**6)],
    "up and down": [m for _ in range(7) for m in (Sampled(1, 3), Window(2, 2))],
    "up eighteen times": [*([Sampled(1, 2)] * 18), Window(3)],
    "transposed by huge strides, twice": [Transposed(1, 10**12), Transposed(1, 10**12), Window(3)],
    "huge bins": [Bins(10**9, 7), Bins(5, 10**9)],
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_the_work_does_not_grow_with_the_numbers(chain: list[IndexMap]) -> None:
    with STRETCHES.counted():
        strand_of(chain)
        assert STRETCHES.most - STRETCHES.left < 20_000


def test_what_changes_too_often_is_refused() -> None:
    with STRETCHES.counted(), pytest.raises(TooFine) as caught:
        strand_of([Sampled(1_000_003, 2_000_029)])
    assert caught.value.message == (
        "the receptive field of its units changes too often from one to the next: "
        "more than 500,000 stretches in all, the bound"
    )


def test_what_one_analysis_looks_at_is_counted_together() -> None:
    fine: list[IndexMap] = [Sampled(200_003, 200_023)]
    with STRETCHES.counted():
        strand_of(fine)
        strand_of(fine)
        with pytest.raises(TooFine):
            strand_of(fine)


@given(chain=chains)
def test_size_is_that_of_the_widest_unit(chain: list[IndexMap]) -> None:
    path_field = strand_of(chain)
    intervals = [path_field.at(unit) for unit in range(path_field.period)]
    lengths = [last - first + 1 for first, last in filter(None, intervals)]
    assert path_field.size == max(lengths, default=0)
    assert sorted(set(path_field.sizes)) == sorted(set(lengths))


@given(paths=st.lists(chains, min_size=1, max_size=3), unit=units)
@example(paths=[[Window(3, 1, 1, 1)], [Transposed(3, 2), Window(1, 2)]], unit=5)
@example(paths=[[Transposed(3, 2)], [Transposed(2, 2)]], unit=5)
@example(paths=[[], [], [Window(5)]], unit=0)
def test_join_sees_what_any_path_sees(paths: list[list[IndexMap]], unit: int) -> None:
    joined = join([PeriodicField((strand_of(chain),)) for chain in paths])
    assert joined.at(unit) == hull([seen(chain, unit) for chain in paths])


@given(one=chains, other=chains)
def test_paths_of_one_rate_become_one_strand(one: list[IndexMap], other: list[IndexMap]) -> None:
    path_fields = (strand_of(one), strand_of(other))
    joined = join([PeriodicField((s,)) for s in path_fields])
    assert len(joined.path_fields) == len({s.rate for s in path_fields})


@given(chain=chains, unit=units)
def test_merging_with_itself_changes_nothing(chain: list[IndexMap], unit: int) -> None:
    path_field = strand_of(chain)
    assert merge(path_field, path_field).at(unit) == path_field.at(unit)


@given(paths=st.lists(chains, min_size=1, max_size=2), extent=st.integers(1, 23), unit=units)
@example(paths=[[Transposed(1, 3)]], extent=1, unit=0)
@example(paths=[[Transposed(1, 3, 1, 1)]], extent=2, unit=0)
@example(paths=[[Window(3), Transposed(1, 5, 1, 2)]], extent=4, unit=3)
@example(paths=[[Transposed(1, 2, 1, 1)]], extent=3, unit=0)
@example(paths=[[Transposed(1, 3, 1, 1)], [Window(1, before=5)]], extent=4, unit=0)
@example(
    paths=[[Transposed(1, 2)], [Window(1, before=50), Transposed(1, 3, 1, 1)]], extent=5, unit=0
)
def test_whole_sees_what_any_unit_sees(paths: list[list[IndexMap]], extent: int, unit: int) -> None:
    field = join([PeriodicField((strand_of(chain),)) for chain in paths])
    everything = hull([seen(chain, i) for chain in paths for i in range(extent)])
    read = follow_field(field, WHOLE, extent)
    assert read.at(unit) == everything
    assert read.sees_all


@given(chain=chains, offset=offsets, unit=units)
def test_shifting_the_units_shifts_nothing_else(
    chain: list[IndexMap], offset: int, unit: int
) -> None:
    path_field = strand_of(chain)
    assert follow(path_field, Window(1, before=offset)).at(unit) == path_field.at(unit - offset)


@given(kernels=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_two_windows_see_what_one_large_one_sees(kernels: list[int]) -> None:
    # Two 3x3 convolutions see what one 5x5 sees.
    large = Window(sum(k - 1 for k in kernels) + 1)
    assert strand_of([Window(k) for k in kernels]) == follow(START, large)


def test_period_is_no_longer_than_it_must_be() -> None:
    # Twice as large, then every second: all units are alike again.
    assert strand_of([Transposed(3, 2), Window(1, 2)]).period == 1
    assert strand_of([Sampled(0, 5), Sampled(0, 3)]).period == 1


def test_constant_strand_stays() -> None:
    constant = PathField(1, 0, ((3, 7),))
    assert follow(constant, Window(5, 2, 3, 1)).at(11) == (3, 7)
    assert follow(constant, Transposed(3, 2)).at(11) == (3, 7)
    assert follow_field(PeriodicField((constant,)), WHOLE, 5).at(2) == (3, 7)


def test_input_sees_itself() -> None:
    assert INPUT_FIELD.at(-3) == (-3, -3)
    assert not INPUT_FIELD.sees_all
    assert follow_field(INPUT_FIELD, POINT, 5).local == START


@pytest.mark.parametrize(
    ("chain", "centre"),
    [
        # Distill 2019: centres of the first feature, (r - 1)/2 - P.
        ([Window(7, 2, 1, 3)], Fraction(0)),
        ([Window(11, 4)], Fraction(5)),
        ([Window(2, 2)], Fraction(1, 2)),
        ([Window(3, 2, 1, 1), Window(2, 2)], Fraction(1)),
    ],
)
def test_centre_of_the_first_unit(chain: list[IndexMap], centre: Fraction) -> None:
    assert strand_of(chain).centre == centre


def test_centre_of_a_phase_is_taken_back() -> None:
    # Twice as large by nearest neighbour: units 0 and 1 see index 0; their middles are 0 and -1/2.
    assert strand_of([Sampled(1, 2)]).centre == Fraction(-1, 4)


def test_strand_that_sees_nothing_has_no_size() -> None:
    nothing = PathField(1, 1, (None,))
    assert (nothing.size, nothing.centre) == (0, Fraction(0))
    assert nothing.at(3) is None
    assert follow(nothing, Window(3)).at(0) is None


def test_local_strand_moves_with_the_unit() -> None:
    wide, narrow = follow(START, Window(7)), follow(START, Window(3, 2))
    everything = PathField(1, 0, ((0, 100),))
    assert PeriodicField((everything, narrow, wide)).local == wide
    assert PeriodicField((everything,)).local == everything
