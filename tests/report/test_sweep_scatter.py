"""The scatter of a sweep: every point at its place, the front over the others, words inside."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.characters import cells
from cnnanalyze.report.sweep_scatter import (
    FRONT,
    HEIGHT,
    WIDTH,
    Dot,
    axes_of,
    outline,
    svg,
)

TITLES = ("MACs", "parameters")
numbers = st.one_of(st.integers(0, 50), st.integers(1, 10**15), st.floats(-3, 3, allow_nan=False))
dots = st.lists(st.builds(Dot, numbers, numbers, st.booleans()), min_size=1, max_size=12)


def text_of(found: list[Dot], width: int) -> list[str]:
    return ["".join(part for part, _ in line) for line in outline(found, TITLES, width)]


@given(found=dots, width=st.sampled_from([30, 80, 100, 200]))
def test_lines_fit_the_terminal(found: list[Dot], width: int) -> None:
    assert all(cells(line) <= width for line in text_of(found, width)[1:-2])


@given(found=dots)
def test_axes_have_room_for_every_point(found: list[Dot]) -> None:
    x, y = axes_of(found, TITLES)
    for dot in found:
        assert -1e-9 <= x.at(dot.x) <= 1 + 1e-9
        assert -1e-9 <= y.at(dot.y) <= 1 + 1e-9
    for axis in (x, y):
        places = [at for at, _ in axis.ticks()]
        assert all(-1e-9 <= at <= 1 + 1e-9 for at in places)
        assert places == sorted(places)
        assert len(places) <= 20


@given(found=dots)
def test_every_point_is_drawn_inside_of_the_paper(found: list[Dot]) -> None:
    root = ET.fromstring(svg(found, TITLES))  # noqa: S314 - our own text
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(circles) == len(found)
    for circle in circles:
        assert 0 < float(circle.attrib["cx"]) < WIDTH
        assert 0 < float(circle.attrib["cy"]) < HEIGHT
    assert [e.get("class") for e in circles] == sorted(
        (e.get("class") for e in circles), key=lambda one: one == "front"
    )


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 9], ["0", "2", "4", "6", "8"]),
        ([0.25, 1.4], ["0.5", "1"]),
        ([3, 40_000], ["10", "100", "1 k", "10 k"]),
        ([-3, 3], ["-2", "0", "2"]),
        ([5, 5], ["5"]),
    ],
)
def test_ticks_are_round(values: list[float], ticks: list[str]) -> None:
    axis, _ = axes_of([Dot(value, 1, is_front=False) for value in values], TITLES)
    assert [words for _, words in axis.ticks()] == ticks


def test_a_point_of_the_front_is_seen_over_another() -> None:
    lines = text_of([Dot(1, 1, True), Dot(1, 1, False), Dot(9, 9, False)], 60)
    assert sum(line.count(FRONT) for line in lines[:-1]) == 1
    assert re.search("·", lines[1])
