"""Spaces: every point by its number alone, all of a grid once, samples that chance decides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.errors import UsageError
from cnnanalyze.sweeping.plan import read_axis
from cnnanalyze.sweeping.space import Interval, Space, Values, read_range, shuffled


def test_a_grid_has_every_point_once_the_last_axis_first() -> None:
    space = Space((("a", Values((5, 7))), ("b", Values(("x", "y", "z")))))
    points = space.points(range(space.count))
    assert [(p["a"], p["b"]) for p in points] == [
        (5, "x"), (5, "y"), (5, "z"), (7, "x"), (7, "y"), (7, "z"),
    ]  # fmt: skip


@given(st.integers(1, 400), st.integers(0, 10**6))
def test_a_shuffle_meets_every_number_once(size: int, seed: int) -> None:
    numbers = np.arange(size, dtype=np.uint64)
    assert sorted(shuffled(numbers, size, seed).tolist()) == list(range(size))


def test_a_sample_of_a_grid_has_no_point_twice_and_depends_on_the_seed() -> None:
    axes = (("a", Values(tuple(range(101)))), ("b", Values(tuple(range(103)))))
    found = {seed: Space(axes, 500, seed) for seed in (0, 1)}
    points = {
        seed: [tuple(p.values()) for p in space.points(range(space.count))]
        for seed, space in found.items()
    }
    assert len(set(points[0])) == 500
    assert len(set(points[0]) & set(points[1])) < 100
    assert {a for a, _ in points[0]} > set(range(0, 101, 20))


def test_a_sample_is_the_same_in_whatever_parts_it_is_drawn() -> None:
    space = Space((("w", Interval(8, 256, is_logarithmic=True)), ("d", Values((2, 3, 5)))), 90, 7)
    whole = space.points(range(90))
    assert [*space.points(range(60, 90)), *space.points(range(60))] == [*whole[60:], *whole[:60]]


def test_log_uniform_numbers_have_even_logarithms() -> None:
    space = Space((("w", Interval(8, 256, is_logarithmic=True)),), 20_000)
    column = space.columns(0, 20_000)["w"]
    logs = [math.log2(value) for value in column]
    assert 3 <= min(logs) < 3.01
    assert 7.99 < max(logs) <= 8
    for octave in range(3, 8):
        share = sum(octave <= one < octave + 1 for one in logs) / len(logs)
        assert share == pytest.approx(1 / 5, abs=0.01)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.25..1.4/0.05", 24),
        ("2..4", (2, 3, 4)),
        ("-3..3/2", (-3, -1, 1, 3)),
        ("1e2..3e2/100", (100.0, 200.0, 300.0)),
        ("5..5", (5,)),
        ("no..range", None),
    ],
)
def test_ranges_have_both_ends(text: str, values: tuple[float, ...] | int | None) -> None:
    if text == "no..range":
        assert read_range("w", text) is None
        return
    found = read_range("w", text)
    assert found is not None
    assert (len(found) if isinstance(values, int) else found) == values


def test_steps_of_decimals_are_exact() -> None:
    found = read_range("w", "0.1..1.0/0.1")
    assert found == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("3..2", "w: '3..2' is empty: 3 > 2"),
        ("1..2/0", "w: the step of '1..2/0' must be above 0"),
        ("1..2/x", "w: 'x' is no number"),
        ("0..1/0.0000001", "w: '0..1/0.0000001' has 10,000,001 values, and at most 1,000,000"),
        ("log(0, 3)", "w: a logarithm needs bounds above 0, not 0"),
        ("uniform(3, 3)", "w: 'uniform(3, 3)' is empty: 3 >= 3"),
        ("", "w is given no values"),
        ([], "w is given no values"),
        ("1, 2, 1", "w is given the value 1 twice"),
        ([1.0, 2, 1.0], "w is given the value 1.0 twice"),
        (".nan", "w: a value must be a number, not NaN"),
        ("[1, 2", "w: '[1, 2' is no list of values: "),
    ],
)
def test_values_that_say_nothing_are_refused(values: object, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_axis("w", values)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ("1, 2.5, x, true", (1, 2.5, "x", True)),
        ("[1, 2], [3, 4]", ([1, 2], [3, 4])),
        ("1, 4..6, 9", (1, 4, 5, 6, 9)),
        ([1, "4..5"], (1, 4, 5)),
        (range(3), (0, 1, 2)),
        (7, (7,)),
    ],
)
def test_values_are_read_as_a_spec_has_them(values: object, read: tuple[object, ...]) -> None:
    axis = read_axis("w", values)
    assert isinstance(axis, Values)
    assert axis.values == read


def test_a_space_that_is_too_large_says_how_large() -> None:
    axes = tuple((name, Values(tuple(range(10_000)))) for name in "abc")
    with pytest.raises(UsageError) as refused:
        Space(axes).count  # noqa: B018 - raises
    assert refused.value.message == (
        "the space has 1,000,000,000,000 points, and at most 1,000,000,000 are gone through"
    )
    assert refused.value.faults[0].help == (
        "draw a sample with --sample 100000, or give fewer values"
    )
    assert Space(axes, 1_000).count == 1_000
    assert len(Space(axes, 1_000).points(range(3))) == 3


def test_an_interval_needs_a_sample() -> None:
    axes = (("w", Interval(8, 256, is_logarithmic=True)),)
    with pytest.raises(UsageError) as refused:
        Space(axes).count  # noqa: B018 - raises
    assert refused.value.message == (
        "'w' may be any number of an interval, so that a sample must be drawn"
    )
