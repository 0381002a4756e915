"""Treemaps: areas are shares, and nothing overlaps."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.report.page.svg import AxisScale, element
from cnnanalyze.report.page.treemap import Area, Leaf, draw, squarify

VALUES = st.lists(st.integers(1, 10_000), min_size=1, max_size=40).map(
    lambda values: sorted(values, reverse=True)
)


@given(VALUES, st.integers(10, 1000), st.integers(10, 1000))
def test_areas_are_shares(values: list[int], width: int, height: int) -> None:
    areas = squarify(values, Area(0, 0, width, height))
    each = width * height / sum(values)
    assert [a.width * a.height for a in areas] == pytest.approx([v * each for v in values])


@given(VALUES)
def test_areas_lie_inside_and_beside_one_another(values: list[int]) -> None:
    areas = squarify(values, Area(3, 5, 400, 300))
    tiny = 1e-6
    for a in areas:
        assert a.x >= 3 - tiny
        assert a.y >= 5 - tiny
        assert a.x + a.width <= 403 + tiny
        assert a.y + a.height <= 305 + tiny
    for a, b in combinations(areas, 2):
        wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
        high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
        assert min(wide, high) < tiny


def test_example_of_the_authors() -> None:
    # Bruls, Huizing, van Wijk 2000, figure 5: 6, 6, 4, 3, 2, 2, 1 in 6 x 4.
    areas = squarify([6, 6, 4, 3, 2, 2, 1], Area(0, 0, 6, 4))
    assert [tuple(round(x, 2) for x in a) for a in areas[:4]] == [
        (0, 0, 3, 2),
        (0, 2, 3, 2),
        (3, 0, 1.71, 2.33),
        (4.71, 0, 1.29, 2.33),
    ]


def test_texts_and_attributes_are_escaped() -> None:
    drawn = element("text", '<&"', data_id="\"'<")
    assert drawn == '<text data-id="&#34;&#39;&lt;">&lt;&amp;&#34;</text>'


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1, [0, 1]), (13, [0, 5, 10]), (224, [0, 50, 100, 150, 200]), (3303, [0, 1000, 2000, 3000])],
)
def test_ticks_are_round(most: int, ticks: list[int]) -> None:
    assert list(AxisScale(most, 0, 1).ticks()) == ticks


@pytest.mark.parametrize(("letter", "shown"), [("a", True), ("畳", False)])
def test_a_name_of_wide_letters_takes_twice_the_room(letter: str, shown: bool) -> None:
    """A hundred narrow letters of 5.9 pixels fit 667; so many wide ones would reach beyond."""
    name = 100 * letter
    groups = {name: [Leaf(2, name, "conv", 0)], "b": [Leaf(1, "b", "conv", 1)]}
    assert (f">{name}</text>" in draw(groups, "")) is shown
