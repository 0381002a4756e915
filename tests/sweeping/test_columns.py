"""Columns: values of many points, and what follows from them."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.sweeping.columns import Column, column_of, combine, derive


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc")), max_size=40))
def test_combinations_are_those_that_occur(rows: list[tuple[int, str]]) -> None:
    columns = [column_of([row[k] for row in rows]) for k in range(2)]
    points, codes = combine(columns, len(rows))
    assert sorted(rows[p] for p in points) == sorted(set(rows))
    assert [rows[points[code]] for code in codes] == rows


def test_combinations_of_more_columns_than_64_bits_hold() -> None:
    values = tuple(range(100_000))
    rows = np.array([[7, 99_999, 7], [3, 3, 3], [99_998, 5, 99_998], [1, 0, 1]])
    columns = [Column(row, values) for row in rows] * 3
    points, codes = combine(columns, 3)
    assert len(points) == 2
    assert codes[0] == codes[2] != codes[1]


def test_one_point_without_columns_has_one_combination() -> None:
    points, codes = combine([], 3)
    assert (points.tolist(), codes.tolist()) == ([0], [0, 0, 0])
    assert combine([], 0)[0].tolist() == []


def test_what_follows_is_worked_out_once_for_each_combination() -> None:
    calls = []

    def work(at: dict[str, int]) -> int:
        calls.append(at)
        return at["a"] // at["b"]

    rows = list(itertools.product([4, 5, 8], [2, 4], [1, 1, 1]))
    columns = {"a": column_of([a for a, _, _ in rows]), "b": column_of([b for _, b, _ in rows])}
    found = derive(columns, len(rows), work)
    assert [*found] == [int(a) // int(b) for a, b, *_ in rows]
    assert len(calls) == 6
    assert tuple(found.values) == (2, 1, 4)  # equal results are one value
