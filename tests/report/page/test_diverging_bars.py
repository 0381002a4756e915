"""Diverging bars: as long as the changes, to the side of their signs, with words that have room."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.report.page.diverging_bars import Changes, draw
from tests.report.page.chart_words import check_words, parsed

NUMBERS = st.integers(-(10**13), 10**13)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_words_have_room_beside_bars_of_any_size(rows: list[tuple[int, int, int]]) -> None:
    by_quantity = zip(*rows, strict=True)
    titles = ("parameters", "MACs", "activations")
    columns = [Changes(*both) for both in zip(titles, by_quantity, strict=True)]
    svg = parsed(draw([f"stage{i}" for i in range(len(rows))], columns, "changes"))
    check_words(svg)
    for path in svg.findall("path"):
        for x, wide in re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v", path.attrib["d"]):
            assert 118 <= float(x) <= float(x) + float(wide) <= 640.5


def test_more_is_right_of_the_line_and_less_is_left_of_it() -> None:
    svg = parsed(draw(["a", "b"], [Changes("MACs", (300, -100))], "changes"))
    found = {
        path.attrib["class"]: [float(n) for n in re.findall(r"[\d.]+", path.attrib["d"])]
        for path in svg.findall("path")
    }
    line = found["axis"][0]
    assert found["more"][0] == line
    assert found["less"][0] + found["less"][2] == pytest.approx(line, abs=0.2)
    assert found["more"][2] == pytest.approx(3 * found["less"][2], rel=0.01)
    assert {"+300", "−100"} <= {text.text for text in svg.iter("text")}


def test_a_comparison_has_them_for_its_stages() -> None:
    compared = cnn.compare("zoo:mobilenet_v1", "zoo:mobilenet_v2")
    page = compared.render("html")
    assert "changes by stage, each quantity on its own scale: parameters, MACs, activations" in page
    assert 'class="less"' in page
    assert "changes by stage" not in str(compared)
