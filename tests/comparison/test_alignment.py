"""Alignment: the cheapest of all pairings that keep the order, found without trying them all."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import NamedTuple
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.comparison import alignment
from cnnanalyze.comparison.alignment import ALONE, CHANGED, MOVED, REPLACED, Look, align


def look(path: str, kind: int, attributes: int = 0, output: int = 0) -> Look:
    first, *rest = path.split("/")
    frame = crc32(f"{len(rest)} {first} {rest[-1]}".encode()) if rest else 0
    name = path.rpartition("/")[2]
    whole = crc32(f"{kind} {attributes} {output}".encode())
    return Look(path, name, kind, output, frame, whole)


small = st.integers(0, 1)
looks = st.lists(
    st.builds(look, st.sampled_from(("a", "b", "c", "u/a", "v/a", "u/w/a")), small, small, small),
    max_size=5,
    unique_by=lambda one: one.path,
)


class Price(NamedTuple):
    """What a pairing costs: in the first place its prices, then how many names changed."""

    major: int
    minor: int


def price_of(one: Look, other: Look) -> Price | None:
    """Return the price of a pair as the module's text gives it, or nothing if it is none."""
    same_path = one.path == other.path
    minor = 0 if same_path else 1 if one.name == other.name else 2
    if one.whole == other.whole:
        return Price(0, minor)
    if same_path:
        return Price(CHANGED if one.kind == other.kind else REPLACED, 0)
    alike = one.output == other.output or (one.frame and one.frame == other.frame)
    return Price(MOVED, minor) if one.kind == other.kind and alike else None


def cheapest(one: list[Look], other: list[Look]) -> Price:
    """Try every pairing that keeps the order."""
    found = []
    for size in range(min(len(one), len(other)) + 1):
        alone = ALONE * (len(one) + len(other) - 2 * size)
        for left in combinations(one, size):
            for right in combinations(other, size):
                prices = [price_of(a, b) for a, b in zip(left, right, strict=True)]
                if None not in prices:
                    known = [p for p in prices if p is not None]
                    found.append(
                        Price(alone + sum(p.major for p in known), sum(p.minor for p in known))
                    )
    return min(found)


@pytest.mark.parametrize("narrow", [1, alignment.NARROW])
@given(looks, looks)
def test_no_pairing_is_cheaper(narrow: int, one: list[Look], other: list[Look]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "NARROW", narrow)  # so that short lists leave the band, too
        pairs = align(one, other)
    prices = [price_of(one[i], other[j]) for i, j in pairs]
    assert None not in prices
    known = [p for p in prices if p is not None]
    alone = ALONE * (len(one) + len(other) - 2 * len(pairs))
    found = Price(alone + sum(p.major for p in known), sum(p.minor for p in known))
    assert found == cheapest(one, other)


def test_what_is_left_at_the_end_does_not_cost_the_pair_before_it() -> None:
    one = [look("a", 0, 1), look("x", 1)]
    other = [look("y", 2), look("b", 0, 1)]
    assert align(one, other) == [(0, 1)]


def test_many_layers_behind_do_not_hide_renamed_ones_in_front() -> None:
    one = [look(f"a{n}", 0, n) for n in range(2)]
    front = [look(f"b{n}", 0, n) for n in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "NARROW", 1)
        for behind in range(1, 9):
            other = [*front, *(look(f"c{n}", 1, n) for n in range(behind))]
            assert align(one, other) == [(0, 0), (1, 1)]


@given(looks, looks)
def test_pairs_keep_the_order(one: list[Look], other: list[Look]) -> None:
    pairs = align(one, other)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


@given(looks, looks)
def test_it_is_the_same_both_ways_round(one: list[Look], other: list[Look]) -> None:
    assert align(other, one) == [(j, i) for i, j in align(one, other)]


def numbered(kinds: list[int]) -> list[Look]:
    """Return layers that are named by kind and number, as those without names are."""
    count: dict[int, int] = {}
    found = []
    for kind in kinds:
        count[kind % 3] = count.get(kind % 3, 0) + 1
        found.append(look(f"k{kind % 3}_{count[kind % 3]}", kind % 3, kind))
    return found


LONG = [n * n % 89 for n in range(1000)]


@pytest.mark.parametrize("at", [0, 1, 499, 997, 1000])
def test_one_inserted_layer_among_a_thousand_shifts_nothing(at: int) -> None:
    longer = [*LONG[:at], 97, *LONG[at:]]
    assert align(numbered(LONG), numbered(longer)) == [(i, i + (i >= at)) for i in range(1000)]


@pytest.mark.thorough
@pytest.mark.parametrize("length", [1000, 2000])
def test_work_grows_with_the_length_and_not_with_its_square(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    real = alignment._price

    def count(one: Look, other: Look, scale: int) -> int:
        nonlocal looked_at
        looked_at += 1
        return real(one, other, scale)

    monkeypatch.setattr(alignment, "_price", count)
    one = [look(f"l{n}", 0, n) for n in range(length)]
    other = [look(f"l{n}", 0, n + 10**6) for n in range(length)]  # every layer changed
    assert align(one, other) == [(n, n) for n in range(length)]
    assert looked_at <= 600 * length


def test_layers_far_from_the_diagonal_are_found() -> None:
    one = [look(f"l{n}", 0, n) for n in range(700)]
    other = [*(look(f"x{n}", 1, n) for n in range(300)), *one[:350], *one[350:]]
    assert align(one, [*other, look("end", 2)]) == [(n, n + 300) for n in range(700)]


@given(st.lists(st.sampled_from(("keep", "drop", "insert")), max_size=40), st.integers(0, 60))
def test_where_too_many_pairs_would_be_weighed_equal_layers_stay_partners(
    edits: list[str], most: int
) -> None:
    one: list[Look] = []
    other: list[Look] = []
    kept = []
    for i, edit in enumerate(edits):
        if edit != "insert":
            one.append(look(f"layer{i}", 1, i))
        if edit != "drop":
            other.append(look(f"layer{i}", 1, i) if edit == "keep" else look(f"new{i}", 2, i))
        if edit == "keep":
            kept.append((len(one) - 1, len(other) - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_PAIRS", most)
        found = align(one, other)
        assert align(other, one) == [(j, i) for i, j in found]
    assert found == kept


@given(looks, looks, st.integers(0, 6))
def test_a_pairing_along_the_straight_line_keeps_the_order(
    one: list[Look], other: list[Look], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_PAIRS", most)
        found = align(one, other)
    assert all(a < b and c < d for (a, c), (b, d) in pairwise(found))
    assert all(price_of(one[i], other[j]) is not None for i, j in found)
