"""Treemaps: which layers have most parameters, operations or outputs, as areas.

Rectangles are laid out as Bruls, Huizing and van Wijk do it (squarified treemaps, 2000): row by
row along the shorter side, each row as long as that makes its rectangles more like squares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.core.spelling import count_of
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.page.svg import Canvas, box, element


class Area(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, by: float, top: float = 0) -> Area:
        """Return what is left without a margin, and without a strip on top."""
        return Area(
            self.x + by,
            self.y + by + top,
            max(0.0, self.width - 2 * by),
            max(0.0, self.height - 2 * by - top),
        )

    def on_pixels(self) -> Area:
        """Return the area on whole pixels, with one pixel left to the next.

        Examples
        --------
        >>> Area(0.2, 1.6, 10.4, 5).on_pixels()
        Area(x=0, y=2, width=10, height=4)
        """
        x, y = round(self.x), round(self.y)
        right, bottom = round(self.x + self.width), round(self.y + self.height)
        return Area(x, y, max(1, right - x - 1), max(1, bottom - y - 1))


class Leaf(NamedTuple):
    """What has an area of its own: a layer, or several that are too small."""

    value: int
    name: str
    family: str
    """As in the drawing; ``several`` for layers of different families."""
    order: int | None
    """The place of the layer in the order of execution; nothing for several layers."""
    tooltip: str = ""
    """Of several layers, what a script cannot find out."""


WIDTH, HEIGHT = 1000.0, 400.0
SMALLEST = 1 / 160
"""Layers with a smaller share of the whole are drawn as one."""
TOLD = 1 / 40
"""Layers with a smaller share are drawn without saying it."""
STRIP = 15.0
"""The height of the name above a group."""
LETTERS, BOLD = 11, 1.07
"""The height of letters, and how much wider bold ones are."""
SEVERAL = "several"
"""The family of an area that several layers of different families share."""


def squarify(values: Sequence[int], area: Area) -> list[Area]:
    """Return a rectangle for each value, as near to a square as possible.

    The values must be positive and fall.

    Examples
    --------
    >>> [tuple(map(round, a)) for a in squarify([6, 2, 1], Area(0, 0, 90, 60))]
    [(0, 0, 60, 60), (60, 0, 30, 40), (60, 40, 30, 20)]
    """
    found: list[Area] = []
    rest = sum(values)
    at = 0
    while at < len(values):
        side = min(area.width, area.height)
        scale = area.width * area.height / rest if rest else 0.0
        end, total = at + 1, values[at]
        worst = _worst(values[at], values[at], total * scale, side, scale)
        while end < len(values):
            total += values[end]
            longer = _worst(values[at], values[end], total * scale, side, scale)
            if longer > worst:
                break
            worst, end = longer, end + 1
        row = values[at:end]
        placed, area = _lay(row, area, rest)
        found += placed
        rest -= sum(row)
        at = end
    return found


def _worst(largest: int, smallest: int, total: float, side: float, scale: float) -> float:
    """Return the largest ratio of sides in a row of rectangles along a side."""
    if not total or not side:
        return float("inf")
    return max(
        side * side * largest * scale / total**2, total**2 / (side * side * smallest * scale)
    )


def _lay(row: Sequence[int], area: Area, rest: int) -> tuple[list[Area], Area]:
    """Lay a row along the shorter side; return its rectangles and the area that is left."""
    share = sum(row) / rest
    placed = []
    if area.width >= area.height:
        width, y = area.width * share, area.y
        for value in row:
            height = area.height * value / sum(row)
            placed.append(Area(area.x, y, width, height))
            y += height
        return placed, Area(area.x + width, area.y, area.width - width, area.height)
    height, x = area.height * share, area.x
    for value in row:
        width = area.width * value / sum(row)
        placed.append(Area(x, area.y, width, height))
        x += width
    return placed, Area(area.x, area.y + height, area.width, area.height - height)


def draw(groups: dict[str, list[Leaf]], title: str) -> Markup:
    """Draw layers by group, the largest first; what has room for it says what it is.

    ``data-i`` is the place of a layer in the order of execution, from which a script can say more.
    """
    total = sum(leaf.value for leaves in groups.values() for leaf in leaves)
    sums = {name: sum(leaf.value for leaf in leaves) for name, leaves in groups.items()}
    order = sorted((n for n in groups if sums[n]), key=lambda n: -sums[n])
    paper, words = Canvas(), Canvas()
    for name, area in zip(
        order, squarify([sums[n] for n in order], Area(0, 0, WIDTH, HEIGHT)), strict=True
    ):
        _group(paper, words, name, groups[name], area, total)
    return element(
        "svg",
        element("title", title),
        *paper.groups(),
        *words.groups(),  # after all areas, so that none is painted over a word
        viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}",
        class_="treemap",
        role="img",
        aria_label=title,
    )


def _group(
    paper: Canvas, words: Canvas, name: str, leaves: list[Leaf], area: Area, total: int
) -> None:
    shown = _merged(leaves, total, name)
    inner = area.inset(1.5)
    width = BOLD * text_width(name, LETTERS) + 6
    if len(shown) > 1 and inner.height > 3 * STRIP and inner.width > width:
        words.draw("group", element("text", name, x=round(inner.x) + 3, y=round(inner.y) + 11))
        inner = area.inset(1.5, STRIP)
    values = [leaf.value for leaf in shown]
    for leaf, place in zip(shown, squarify(values, inner), strict=True):
        tooltip = [element("title", leaf.tooltip)] if leaf.tooltip else []
        on_pixels = place.on_pixels()
        paper.draw(
            f"f-{leaf.family}", element("path", *tooltip, d=box(*on_pixels), data_i=leaf.order)
        )
        for text in _label(leaf, on_pixels, total, group=name):
            words.draw("name", text)


def _merged(leaves: list[Leaf], total: int, group: str) -> list[Leaf]:
    """Return the leaves from the largest on, with those that would be too small made one."""
    large = sorted((x for x in leaves if x.value >= total * SMALLEST), key=lambda x: -x.value)
    small = [x for x in leaves if 0 < x.value < total * SMALLEST]
    if len(small) == 1:
        return large + small
    if small:
        large.append(_together(small, total, group))
    return sorted(large, key=lambda x: -x.value)


def _together(leaves: Sequence[Leaf], total: int, group: str) -> Leaf:
    """Return several layers as one area."""
    value = sum(x.value for x in leaves)
    name = count_of(len(leaves), "smaller layer")
    families = {x.family for x in leaves}
    largest = max(leaves, key=lambda x: x.value).name.removeprefix(f"{group}/")
    return Leaf(
        value,
        name,
        families.pop() if len(families) == 1 else SEVERAL,
        None,
        f"{name}, {exact(value)} together, {_share(value, total)}; the largest: {largest}",
    )


def _share(value: int, total: int) -> str:
    return f"{100 * value / total:.1f} %"


def _label(leaf: Leaf, place: Area, total: int, *, group: str) -> Iterator[Markup]:
    """Write the name and the share where there is room."""
    name = leaf.name.removeprefix(f"{group}/")
    x, y = place.x + 4, place.y + 13
    room = place.width - 7
    if place.height < STRIP:
        return
    if text_width(name, LETTERS) > room:  # the end of a path tells more than its beginning
        parts = name.split("/")
        while len(parts) > 1 and text_width("/".join(parts), LETTERS) > room:
            parts.pop(0)
        name = "/".join(parts)
    if text_width(name, LETTERS) <= room:
        yield element("text", name, x=x, y=y)
        y += 13
    share = _share(leaf.value, total)
    fits = y + 3 < place.y + place.height and text_width(share, LETTERS) <= room
    if fits and leaf.value >= total * TOLD:
        yield element("text", share, x=x, y=y)


def has_several(drawing: str) -> bool:
    """Whether some area stands for layers of different families."""
    return f'class="f-{SEVERAL}"' in drawing
