"""Words of charts: where they lie, and that none leaves the paper or lies over another."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.page.axes import BOLD, LETTERS
from tests.drawing.parsed import Rectangle

STRONG = {"limit-name", "peak-name"}
"""The classes of bold words."""


def parsed(svg: str) -> ET.Element:
    """Return the tree of a chart."""
    return ET.fromstring(str(svg))  # noqa: S314 - we wrote it


def words(svg: ET.Element) -> list[tuple[Rectangle, ET.Element]]:
    """Return the places of all texts."""
    found = []
    for text in svg.iter("text"):
        weight = BOLD if text.attrib.get("class") in STRONG else 1
        width = weight * text_width(text.text or "", LETTERS)
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        x -= {"middle": width / 2, "end": width}.get(text.attrib.get("text-anchor", ""), 0)
        found.append((Rectangle(x, y - LETTERS + 2, width, LETTERS - 2), text))
    return found


def check_words(svg: ET.Element) -> list[tuple[Rectangle, ET.Element]]:
    """Every text lies on the paper, and none over another."""
    found = words(svg)
    paper = Rectangle(*map(float, svg.attrib["viewBox"].split()))
    for place, text in found:
        assert paper.holds(place), text.text
    for (one, a), (other, b) in combinations(found, 2):
        assert not one.overlaps(other), (a.text, b.text)
    return found
