"""Histograms: every value is in one part, and bars are as high as they say."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.report.graded import document
from cnnanalyze.report.page.histogram import MOST_PARTS, counts, draw
from cnnanalyze.report.writers import render
from tests.report.page.chart_words import check_words, parsed

SHEETS = Path(__file__).parent.parent.parent.parent / "specs" / "sheets"


@given(st.data(), st.fractions(Fraction(1, 2), 200, max_denominator=4))
def test_every_value_is_in_one_part_and_words_have_room(
    data: st.DataObject, most: Fraction
) -> None:
    values = data.draw(st.lists(st.fractions(0, most, max_denominator=4), min_size=1))
    found = counts(values, most)
    assert sum(found) == len(values)
    assert 1 <= len(found) <= MOST_PARTS
    check_words(parsed(draw(values, most, "points", "papers by their points")))


def test_bars_are_as_high_as_they_say() -> None:
    values = [Fraction(n) for n in (0, 0, 3, 4, 4, 4)]
    svg = parsed(draw(values, Fraction(4), "points", "papers"))
    (bars,) = (p for p in svg.findall("path") if p.attrib["class"] == "more")
    heights = [float(h) for h in re.findall(r"v([\d.]+)", bars.attrib["d"])]
    assert heights[0] == pytest.approx(heights[1] / 2, rel=0.01)
    assert [t.text for t in svg.iter("text")][:2] == ["2", "4"]


def test_the_page_of_a_class_has_one_and_its_text_has_none() -> None:
    graded = cnn.grade("zoo:first_course", SHEETS / "first_course.csv")
    assert "papers by their points, of 16" in render(document(graded), "html")
    assert "papers by their points" not in render(document(graded), "text")
