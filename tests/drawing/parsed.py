"""A drawing as its XML says it is: boxes, layers, texts."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


class Rectangle(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Rectangle) -> bool:
        """Whether two rectangles share more than a border."""
        return (
            self.x < other.x + other.width - 0.2
            and other.x < self.x + self.width - 0.2
            and self.y < other.y + other.height - 0.2
            and other.y < self.y + self.height - 0.2
        )

    def holds(self, other: Rectangle) -> bool:
        """Whether the other one is inside."""
        return (
            self.x <= other.x + 0.2
            and self.y <= other.y + 0.2
            and other.x + other.width <= self.x + self.width + 0.2
            and other.y + other.height <= self.y + self.height + 0.2
        )


class Drawn(NamedTuple):
    root: ET.Element

    @property
    def view(self) -> Rectangle:
        return Rectangle(*map(float, self.root.attrib["viewBox"].split()))

    @property
    def drawn_boxes(self) -> list[ET.Element]:
        """The boxes that are to be seen."""
        hidden = {
            id(e) for g in self.root.iter(f"{SVG}g") if g.get("display") == "none" for e in g.iter()
        }
        return [
            g
            for g in self.root.iter(f"{SVG}g")
            if "tile" in g.get("class", "").split() and id(g) not in hidden
        ]

    @property
    def layers(self) -> list[str]:
        """The ids of all layers that are drawn."""
        return [
            e.attrib["data-id"]
            for drawn_box in self.drawn_boxes
            for e in drawn_box.iter()
            if "data-id" in e.attrib
        ]

    @property
    def texts(self) -> list[str]:
        return ["".join(t.itertext()) for t in self.root.iter(f"{SVG}text")]


def parse(svg: str) -> Drawn:
    """Read a drawing."""
    return Drawn(ET.fromstring(svg))  # noqa: S314 - our own text


def rectangle(drawn_box: ET.Element) -> Rectangle:
    """Return the rectangle of a box."""
    rect = next(r for r in drawn_box.iter(f"{SVG}rect") if "fill" in r.get("class", "").split())
    return Rectangle(*(float(rect.attrib[a]) for a in ("x", "y", "width", "height")))


def classes(element: ET.Element) -> set[str]:
    """Return the classes of an element."""
    return set(element.get("class", "").split())
