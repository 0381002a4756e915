"""Fronts: the points that no other one dominates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.sweeping.front import front


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@given(data=st.data())
def test_the_front_is_what_nothing_dominates(columns: int, data: st.DataObject) -> None:
    row = st.tuples(*[st.integers(0, 5)] * columns)
    rows = data.draw(st.lists(row, max_size=30))
    found = front(np.array(rows, float).reshape(len(rows), columns)).tolist()

    def dominates(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        return one != other and all(a <= b for a, b in zip(one, other, strict=True))

    wanted = {row for row in rows if not any(dominates(other, row) for other in rows)}
    assert {rows[k] for k in found} == wanted
    assert len(found) == len(wanted)  # of equal points one
    assert all(rows.index(rows[k]) == k for k in found)  # the first
    assert [rows[k] for k in found] == sorted(wanted)
