"""Chunks: as many rows as stay within a limit, and always one."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.execute.chunks import rows_within


@given(limit=st.integers(1, 10_000), row=st.integers(1, 20_000))
@example(limit=7, row=7)
@example(limit=7, row=8)
@example(limit=13, row=7)
@example(limit=14, row=7)
def test_one_more_row_would_not_stay_within_the_limit(limit: int, row: int) -> None:
    rows = rows_within(limit, row)
    assert rows == 1 or rows * row <= limit
    assert (rows + 1) * row > limit


def test_rows_of_nothing_are_as_many_as_rows_of_one_number() -> None:
    assert rows_within(11, 0) == 11
