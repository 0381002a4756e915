"""Placement: where a network stands, counted by sorting."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.report.placement import (
    FEW,
    FEWEST_PARAMETERS,
    MEASURED,
    NEAR,
    PlacedNetwork,
    standing,
)


def network(name: str, parameters: int, macs: int, family: str = "", **more: bool) -> PlacedNetwork:
    return PlacedNetwork(name, name, family, 2015, parameters, macs, macs + 7, "3", 9, **more)


NETWORKS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=FEW + 1, max_size=20
).map(lambda pairs: [network(f"net{i}", *pair) for i, pair in enumerate(pairs)])


@given(NETWORKS)
def test_ranks_are_those_of_sorted_numbers(networks: list[PlacedNetwork]) -> None:
    one, *others = networks
    found = standing(one, networks)
    assert found is not None
    for key in MEASURED:
        values, value = sorted(getattr(n, key) for n in others), getattr(one, key)
        assert found.ranks[key].below == bisect_left(values, value)
        assert found.ranks[key].equal == bisect_right(values, value) - bisect_left(values, value)
        assert found.ranks[key].others == len(others)


@given(NETWORKS)
def test_nobody_is_nearer_than_the_neighbours(networks: list[PlacedNetwork]) -> None:
    one, *others = networks
    found = standing(one, networks)
    assert found is not None
    placed = [n for n in others if n.has_place]
    assert len(found.neighbours) == (min(NEAR, len(placed)) if one.has_place else 0)
    if found.neighbours:
        farthest = max(map(one.distance, found.neighbours))
        assert all(one.distance(n) >= farthest for n in placed if n not in found.neighbours)


def test_readers_own_networks_are_not_counted() -> None:
    others = [network(f"net{i}", 10**i, 10**i, "Net") for i in range(4, 8)]
    own = [network(f"own {i}", 70_000, 10**5, is_own=True) for i in range(2)]
    found = standing(own[0], [*others, *own])
    assert found is not None
    assert found.ranks["parameters"].text == "70 k parameters, more than 1 of the other 4"
    assert found.neighbours[0].name == "net5"
    assert found.family == ""


def test_a_network_stands_in_its_family() -> None:
    family = [network(f"net{i}", 10**i, 10**i, "Net") for i in range(4, 8)]
    said = [found.family for n in family if (found := standing(n, family))]
    assert said == [
        "Of the 3 others of the family Net, 3 cost more MACs.",
        "Of the 3 others of the family Net, 2 cost more MACs.",
        "Of the 3 others of the family Net, 1 costs more MACs.",
        "Of the 3 others of the family Net, none costs more MACs.",
    ]


def test_among_few_others_it_stands_nowhere() -> None:
    assert standing(network("a", 5, 5), [network(n, 7, 7) for n in "abc"]) is None


@pytest.mark.parametrize(
    ("parameters", "macs", "is_own", "is_shown"),
    [
        (FEWEST_PARAMETERS, 1, False, True),
        (FEWEST_PARAMETERS - 1, 1, False, False),
        (1, 1, True, True),
        (0, 1, True, False),
        (10**6, 0, False, False),
    ],
)
def test_what_a_picture_shows(parameters: int, macs: int, is_own: bool, is_shown: bool) -> None:
    assert network("a", parameters, macs, is_own=is_own).is_shown == is_shown
