"""Side edges beside a column, and bundles of them where they are many."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.drawing.diagram import EdgeLine
from cnnanalyze.drawing.side_edges import (
    MOST_TRACKS,
    TRACK_WIDTH,
    SideEdge,
    assign_tracks,
    bundle_edges,
)
from cnnanalyze.drawing.svg import lay_out_page
from tests.drawing.test_laws import check_edges, check_layers, check_places, check_words
from tests.strategies.growing import SHAPES


@st.composite
def side_edges(draw: st.DrawFn) -> list[SideEdge]:
    found = []
    for a, length, least in draw(
        st.lists(
            st.tuples(st.integers(0, 12), st.integers(2, 9), st.sampled_from((3.0, 14.5, 80.0)))
        )
    ):
        found.append(SideEdge(a, "", a + length, 10.0 * a, 10.0 * (a + length), least))
    return found


def pass_each_other(one: SideEdge, other: SideEdge) -> bool:
    return one.start < other.end and other.start < one.end


@given(side_edges())
def test_side_edges_beside_each_other_keep_their_distance(found: list[SideEdge]) -> None:
    if assign_tracks(found):
        assert all(r.x >= r.least for r in found)
        assert not any(
            pass_each_other(a, b) and abs(a.x - b.x) < TRACK_WIDTH
            for a, b in combinations(found, 2)
        )
    else:
        heights = {r.start for r in found}
        assert max(sum(r.start <= y < r.end for r in found) for y in heights) > MOST_TRACKS


@given(side_edges())
def test_bundles_keep_their_distance_from_each_other(found: list[SideEdge]) -> None:
    bundle_edges(found, [(r.a, r.b) for r in found])
    assert all(r.x >= r.least for r in found)
    for one, other in combinations(found, 2):
        if pass_each_other(one, other) and abs(one.x - other.x) < TRACK_WIDTH:
            assert one.x == other.x
            assert one.a == other.a or one.b == other.b


def test_skips_into_one_join_run_as_one() -> None:
    page, _ = lay_out_page(cnn.analyze(cnn.loads(SHAPES["skips"](20))).analysis, {})
    side_edges = [
        t for t in page.overview.diagram.elements if isinstance(t, EdgeLine) and t.kind == "bus"
    ]
    assert len(side_edges) == 19
    assert len({t.x + t.points[2][0] for t in side_edges}) == 1
    assert sum(t.arrow for t in side_edges) == 1


def test_skips_from_one_layer_run_as_one() -> None:
    page, _ = lay_out_page(cnn.analyze(cnn.loads(SHAPES["far_skips"](20))).analysis, {}, True)
    side_edges = [
        t for t in page.overview.diagram.elements if isinstance(t, EdgeLine) and t.kind == "rail"
    ]
    assert len(side_edges) == 20
    assert len({t.x + t.points[2][0] for t in side_edges}) == 1
    assert all(t.arrow for t in side_edges)


@pytest.mark.thorough
def test_the_laws_of_drawings_hold_for_crowds() -> None:
    for name, shape in SHAPES.items():
        for size in (24, 61):
            analysis = cnn.analyze(cnn.loads(shape(size))).analysis
            for expanded in (False, True):
                page, _ = lay_out_page(analysis, {}, expanded)
                check_places(page)
                check_edges(page)
                check_words(page)
            if name != "equal_chain":  # whose boxes stand for each other
                check_layers(analysis)
