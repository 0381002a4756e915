"""Rows and places of small graphs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.drawing.node_placement import LANE, arrange, assign_rows


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
    rows = assign_rows(len(widths), edges)
    assert all(rows[a] < rows[b] for a, b in edges)


@given(graphs(), st.booleans())
def test_nodes_of_a_row_keep_their_distance(
    graph: tuple[list[float], list[tuple[int, int]]], upright: bool
) -> None:
    widths, edges = graph
    places = arrange(widths, edges, 11.0, upright=upright)
    for row in set(places.rows):
        spans = [
            (places.centres[v] - w / 2, places.centres[v] + w / 2)
            for v, w in enumerate(widths)
            if places.rows[v] == row
        ]
        spans += [
            (x - LANE / 2, x + LANE / 2) for lane in places.lanes for r, x in lane if r == row
        ]
        assert all(b[0] - a[1] >= 11 - 0.25 for a, b in pairwise(sorted(spans)))
        assert min(s[0] for s in spans) >= -0.1
        assert max(s[1] for s in spans) <= places.width + 0.1


@given(graphs())
def test_lanes_cross_every_row_between(graph: tuple[list[float], list[tuple[int, int]]]) -> None:
    widths, edges = graph
    places = arrange(widths, edges)
    for (a, b), lane in zip(edges, places.lanes, strict=True):
        assert [r for r, _ in lane] == list(range(places.rows[a] + 1, places.rows[b]))


def test_branches_stand_evenly_below_their_fork() -> None:
    places = arrange([50.0] * 5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)], 20.0)
    assert places.centres == [95.0, 25.0, 95.0, 165.0, 95.0]


def test_the_main_path_stands_upright() -> None:
    edges = [(0, 1), (0, 2), (1, 3), (3, 4)]
    places = arrange([50.0] * 5, edges, 20.0, upright=True)
    assert len({places.centres[v] for v in (0, 1, 3, 4)}) == 1
    assert places.centres[2] > places.centres[1]


def test_a_skip_runs_outside_of_the_branches_that_it_would_cross() -> None:
    # A gate: 0 is read by 2 and, further down, by 6; 1 by 3. Then 2 and 3 meet.
    edges = [(0, 2), (0, 6), (1, 3), (2, 4), (3, 4), (4, 5), (5, 6)]
    places = arrange([10.0] * 7, edges)
    skip = dict(places.lanes[edges.index((0, 6))])
    for node in (2, 4, 5):
        assert skip[places.rows[node]] < places.centres[node]


def test_what_ends_low_is_in_the_last_row_and_passes_the_others_in_lanes() -> None:
    edges = [(0, 1), (0, 4), (1, 2), (2, 3)]
    places = arrange([10.0] * 5, edges, lowest={3, 4})
    assert places.rows == [0, 1, 2, 3, 3]
    assert [row for row, _ in places.lanes[1]] == [1, 2]
