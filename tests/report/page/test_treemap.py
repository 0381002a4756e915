"""Treemaps: areas are shares, nothing overlaps, and every word lies within what it names."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.language.zoo import zoo
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.charts import treemaps
from cnnanalyze.report.page.layers import groups_of
from cnnanalyze.report.page.svg import AxisScale, element
from cnnanalyze.report.page.treemap import (
    BOLD,
    HEIGHT,
    LETTERS,
    WIDTH,
    Area,
    Leaf,
    draw,
    has_several,
    squarify,
)
from cnnanalyze.report.view import view
from tests.drawing.parsed import Rectangle, parse

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
    """Ninety narrow letters of 6.8 pixels fit 667; so many wide ones would reach beyond."""
    name = 90 * letter
    groups = {name: [Leaf(2, name, "conv", 0)], "b": [Leaf(1, "b", "conv", 1)]}
    assert (f">{name}</text>" in draw(groups, "")) is shown


def leaf(value: int, name: str, family: str = "conv", order: int = 0) -> Leaf:
    return Leaf(value, name, family, order)


def test_small_layers_of_one_family_keep_its_colour() -> None:
    small = [leaf(1, f"a/{i}", order=i) for i in range(1, 4)]
    drawn = draw({"a": [leaf(1000, "a/0"), *small]}, "")
    assert classes_of(drawn) == {"f-conv", "name", "group"}
    assert not has_several(drawn)


def test_small_layers_of_several_families_have_a_colour_of_their_own() -> None:
    small = [leaf(1, "a/1"), leaf(2, "a/2", "dense"), leaf(2, "a/3")]
    drawn = draw({"a": [leaf(1000, "a/0"), *small]}, "")
    assert classes_of(drawn) == {"f-conv", "f-several", "name", "group"}
    assert has_several(drawn)


def test_small_layers_say_what_they_are_without_a_script() -> None:
    small = [leaf(n, f"a/{n}") for n in (1, 5, 3, 2)]
    assert ("<title>4 smaller layers, 11 together, 1.1 %; the largest: 5</title></path>") in draw(
        {"a": [leaf(989, "a/0"), *small]}, ""
    )


class Text(NamedTuple):
    words: str
    place: Rectangle


def classes_of(drawn: str) -> set[str]:
    return {g.attrib["class"] for g in parse(drawn).root[1:]}


def parts_of(drawn: str) -> tuple[list[Rectangle], list[Text]]:
    """Return the areas and the words of a treemap; no area may come after a word."""
    areas: list[Rectangle] = []
    texts: list[Text] = []
    for group in parse(drawn).root[1:]:
        for part in group:
            if part.tag == "path":
                assert not texts, "an area is painted over words"
                areas.append(Rectangle(*map(float, re.findall(r"[\d.]+", part.attrib["d"])[:4])))
            else:
                bold = BOLD if group.attrib["class"] == "group" else 1.0
                width = bold * text_width(part.text or "", LETTERS)
                x, y = float(part.attrib["x"]), float(part.attrib["y"])
                texts.append(Text(part.text or "", Rectangle(x, y - 9, width, 11)))
    return areas, texts


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_every_word_lies_in_one_area_and_is_painted_over_by_none(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    for switched in treemaps(analysis, groups_of(view(analysis, Options()))):
        areas, texts = parts_of(switched.drawing)
        assert len(texts) > (len(areas) > 1)
        for words, place in texts:
            assert Rectangle(0, 0, WIDTH, HEIGHT).holds(place), (switched.key, words)
            touched = [area for area in areas if area.overlaps(place)]
            # The name of a group lies above its areas, that of a layer in its own.
            assert all(area.holds(place) for area in touched), (switched.key, words, place, touched)
            assert len(touched) <= 1
        for one, other in combinations(texts, 2):
            assert not one.place.overlaps(other.place), (switched.key, one, other)
