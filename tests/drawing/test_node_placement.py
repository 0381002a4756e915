"""Rows and places of small graphs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.drawing.node_placement import DUMMY_WIDTH, assign_ranks, place_nodes


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[float], list[tuple[int, int]]]:
    count = draw(st.integers(1, 12))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    widths = draw(st.lists(st.sampled_from((7.0, 41.0, 103.0)), min_size=count, max_size=count))
    return widths, sorted(edges)


@given(graphs())
def test_edges_lead_down(graph: tuple[list[float], list[tuple[int, int]]]) -> None:
    widths, edges = graph
    ranks = assign_ranks(len(widths), edges)
    assert all(ranks[a] < ranks[b] for a, b in edges)


@given(graphs(), st.booleans())
def test_nodes_of_a_row_keep_their_distance(
    graph: tuple[list[float], list[tuple[int, int]]], straight_main_path: bool
) -> None:
    widths, edges = graph
    places = place_nodes(widths, edges, 11.0, straight_main_path=straight_main_path)
    for rank in set(places.ranks):
        spans = [
            (places.axes[v] - w / 2, places.axes[v] + w / 2)
            for v, w in enumerate(widths)
            if places.ranks[v] == rank
        ]
        spans += [
            (x - DUMMY_WIDTH / 2, x + DUMMY_WIDTH / 2)
            for bends in places.bends
            for r, x in bends
            if r == rank
        ]
        assert all(b[0] - a[1] >= 11 - 0.25 for a, b in pairwise(sorted(spans)))
        assert min(s[0] for s in spans) >= -0.1
        assert max(s[1] for s in spans) <= places.width + 0.1


@given(graphs())
def test_edges_bend_in_every_rank_between(graph: tuple[list[float], list[tuple[int, int]]]) -> None:
    widths, edges = graph
    places = place_nodes(widths, edges)
    for (a, b), bends in zip(edges, places.bends, strict=True):
        assert [r for r, _ in bends] == list(range(places.ranks[a] + 1, places.ranks[b]))


def test_branches_stand_evenly_below_their_fork() -> None:
    places = place_nodes([50.0] * 5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)], 20.0)
    assert places.axes == [95.0, 25.0, 95.0, 165.0, 95.0]


def test_the_main_path_stands_upright() -> None:
    edges = [(0, 1), (0, 2), (1, 3), (3, 4)]
    places = place_nodes([50.0] * 5, edges, 20.0, straight_main_path=True)
    assert len({places.axes[v] for v in (0, 1, 3, 4)}) == 1
    assert places.axes[2] > places.axes[1]


def test_a_skip_runs_outside_of_the_branches_that_it_would_cross() -> None:
    # A gate: 0 is read by 2 and, further down, by 6; 1 by 3. Then 2 and 3 meet.
    edges = [(0, 2), (0, 6), (1, 3), (2, 4), (3, 4), (4, 5), (5, 6)]
    places = place_nodes([10.0] * 7, edges)
    skip = dict(places.bends[edges.index((0, 6))])
    for node in (2, 4, 5):
        assert skip[places.ranks[node]] < places.axes[node]


def test_what_ends_low_is_in_the_last_rank_beside_the_others() -> None:
    edges = [(0, 1), (0, 4), (1, 2), (2, 3)]
    places = place_nodes([10.0] * 5, edges, lowest={3, 4})
    assert places.ranks == [0, 1, 2, 3, 3]
    assert [rank for rank, _ in places.bends[1]] == [1, 2]
