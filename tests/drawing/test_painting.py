"""What is drawn later lies on what is drawn earlier: no word is covered, each is in its box."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, cycle
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.svg import draw
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.language.zoo import zoo
from tests.drawing.parsed import SVG, Rectangle, classes, parse

SIZES = {"head": 18.0, "small": 10.0, "inverse": 11.0, "sign": 13.0}
BOLD = 1.07
SEEN_THROUGH = {"border", "bar"}
"""Borders of frames have no area; a bar is asked for by name."""


class Painted(NamedTuple):
    """Something with an area, in the order of painting."""

    order: int
    name: str
    place: Rectangle
    tile: int | None
    """The number of the box that it belongs to."""


def size_of(element: ET.Element, size: float) -> float:
    if "font-size:12px" in element.get("style", ""):
        return 12.0
    return next((s for name, s in SIZES.items() if name in classes(element)), size)


def stretches(element: ET.Element, size: float, *, bold: bool) -> Iterator[float]:
    """Yield the widths of the parts of a text."""
    size = size_of(element, size)
    bold = bold and "small" not in classes(element)
    yield text_width(element.text or "", size) * (BOLD if bold else 1)
    for part in element:
        yield from stretches(part, size, bold=bold)
        yield text_width(part.tail or "", size) * (BOLD if bold else 1)


def place_of(text: ET.Element, *, middle: bool) -> Rectangle:
    size = size_of(text, 12.0)
    names = classes(text)
    width = sum(stretches(text, 12.0, bold=bool(names & {"strong", "head", "inverse"})))
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    anchor = "middle" if middle else text.get("text-anchor", "start")
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Rectangle(left, y - 0.72 * size, width, 0.74 * size)


def painted(root: ET.Element) -> tuple[list[Painted], list[Painted]]:
    """Return the areas and the words of a drawing, in the order in which they are painted."""
    areas: list[Painted] = []
    words: list[Painted] = []
    order = tiles = 0

    def walk(element: ET.Element, tile: int | None, *, middle: bool) -> None:
        nonlocal order, tiles
        for part in element:
            order += 1
            if part.tag == f"{SVG}g" and "tile" in classes(part):
                tiles += 1
                walk(part, tiles, middle=bool(classes(part) & {"layer", "block"}))
            elif part.tag == f"{SVG}rect":
                place = Rectangle(*(float(part.get(a, 0)) for a in ("x", "y", "width", "height")))
                areas.append(Painted(order, part.attrib["class"], place, tile))
            elif part.tag == f"{SVG}text":
                said = "".join(part.itertext())
                words.append(Painted(order, said, place_of(part, middle=middle), tile))
            else:
                walk(part, tile, middle=middle)

    walk(root, None, middle=False)
    return areas, words


def check_words(svg: str) -> None:
    """Every word is in its box, covered by nothing, and beside all others."""
    drawn = parse(svg)
    areas, words = painted(drawn.root)
    assert len(words) > 5
    boxes = {a.tile: a.place for a in areas if a.name == "fill" and a.tile is not None}
    covering = [a for a in areas if a.name != "border"]
    for word in words:
        assert drawn.view.holds(word.place), word
        if word.tile is not None:
            assert boxes[word.tile].holds(word.place), (word, boxes[word.tile])
        for area in covering:
            if area.order > word.order:
                assert not area.place.overlaps(word.place), (word, area)
    for one, other in combinations(words, 2):
        assert not one.place.overlaps(other.place), (one, other)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("colour", ["kind", "macs", "field"])
@pytest.mark.parametrize("name", sorted(zoo()))
def test_every_word_is_in_its_box_and_covered_by_nothing(name: str, colour: str) -> None:
    check_words(draw(cnn.analyze(f"zoo:{name}").analysis, colour=colour))


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_signs_of_a_comparison_do_not_stand_on_words(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    marks = dict(zip(analysis.facts, cycle(("changed", "added", "removed")), strict=False))
    check_words(draw(analysis, marks={n: m for i, (n, m) in enumerate(marks.items()) if i % 5 < 3}))
