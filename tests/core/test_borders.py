"""What units see behind paddings of all sorts, and behind statistics of the whole map."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.analysis.trace import Clipped, _clip
from cnnanalyze.core.periodic_field import INPUT_FIELD, START, follow, follow_field
from cnnanalyze.core.reach import EVERYWHERE, WHOLE, Border, Continued, Reach, Window
from cnnanalyze.core.resampling import Transposed

NUMPY: dict[Border, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
CONV = Window(3, stride=2, before=1)


def units(n: int) -> Clipped:
    """Return what the units of an input see: themselves."""
    return Clipped(tuple((i, i) for i in range(n)), (True,) * n)


@given(before=st.integers(0, 9), border=st.sampled_from(list(NUMPY)))
def test_in_theory_a_continued_map_is_padded_with_zeros(before: int, border: Border) -> None:
    there, zeros = Continued(1, before=before, border=border), Window(1, before=before)
    assert follow(START, there) == follow(START, zeros)
    grown = follow(START, Transposed(3, stride=2))
    assert [follow(grown, there).at(o) for o in range(9)] == [
        follow(grown, zeros).at(o) for o in range(9)
    ]


def test_a_statistic_adds_the_whole_map_to_what_a_unit_sees() -> None:
    field = follow_field(INPUT_FIELD, CONV, 13)
    normed = follow_field(field, EVERYWHERE, 7)
    everything = follow_field(field, WHOLE, 7)
    assert not field.sees_all
    assert normed.sees_all
    assert {normed.at(o) for o in range(7)} == {everything.at(0)} == {(-1, 13)}
    assert normed.local == field.local
    assert follow_field(normed, CONV, 7).local == follow_field(field, CONV, 7).local


def test_a_statistic_behind_a_global_pool_adds_nothing() -> None:
    pooled = follow_field(INPUT_FIELD, WHOLE, 13)
    assert follow_field(pooled, EVERYWHERE, 1) == pooled


@given(
    n=st.integers(1, 11),
    before=st.integers(0, 15),
    after=st.integers(0, 15),
    border=st.sampled_from(list(NUMPY)),
)
@example(n=2, before=1, after=1, border="reflect")
@example(n=1, before=3, after=0, border="replicate")
def test_clipped_padding_sees_what_numpy_pads_with(
    n: int, before: int, after: int, border: Border
) -> None:
    padded = np.pad(np.arange(n), (before, after), mode=NUMPY[border]).tolist()
    seen = _clip(units(n), Continued(1, before=before, border=border), len(padded))
    assert seen.intervals == tuple((i, i) for i in padded)
    # Only what lies inside keeps to the theoretical field.
    assert seen.inner == tuple(before <= o < before + n for o in range(len(padded)))


def test_clipped_window_drops_its_padding() -> None:
    seen = _clip(units(5), Window(3, before=1), 5)
    assert seen.intervals == ((0, 1), (0, 2), (1, 3), (2, 4), (3, 4))
    assert seen.inner == (False, True, True, True, False)
    shifted = _clip(units(3), Window(1, before=1), 3)
    assert shifted.intervals == (None, (0, 0), (1, 1))
    assert shifted.inner == (False, True, True)


def test_clipped_statistic_sees_everything_and_leaves_no_unit_free_of_borders() -> None:
    maps: tuple[Reach, ...] = (EVERYWHERE, WHOLE)
    for reach in maps:
        seen = _clip(units(5), reach, 5)
        assert seen.intervals == ((0, 4),) * 5
        assert seen.inner == (False,) * 5
