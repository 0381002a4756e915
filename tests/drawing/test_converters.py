"""The automatic theme outside a browser: as programs draw it that know no properties of CSS."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.drawing.style import palette
from cnnanalyze.drawing.svg import draw
from tests.drawing.parsed import Rectangle, classes, parse, rectangle

ROOT = Path(__file__).parents[2]
Converter = Callable[[str], bytes]


def _cairosvg(svg: str) -> bytes:
    cairosvg = pytest.importorskip("cairosvg", reason="cairosvg is not installed")
    return bytes(cairosvg.svg2png(svg.encode(), scale=2))


def _resvg(svg: str) -> bytes:
    resvg = pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    return bytes(resvg.svg_to_bytes(svg_string=svg, zoom=2, sans_serif_family="DejaVu Sans"))


CONVERTERS = pytest.mark.parametrize("converter", [_cairosvg, _resvg], ids=["cairosvg", "resvg"])
TWICE = 2
"""Pixels of a unit of the drawing."""


class Pixels:
    """The picture that a converter makes of a drawing."""

    def __init__(self, converter: Converter, svg: str) -> None:
        image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
        self._image = image.open(io.BytesIO(converter(svg))).convert("RGBA")
        self.size = self._image.size

    def at(self, x: float, y: float) -> str:
        """Return the colour of a place of the drawing."""
        *colour, opacity = self._image.getpixel((round(TWICE * x), round(TWICE * y)))
        assert opacity == 255
        return "#{:02x}{:02x}{:02x}".format(*colour)

    def darkest(self, where: Rectangle) -> int:
        """Return the least brightness in a part of the drawing, of 255."""
        x, y, width, height = (TWICE * v for v in where)
        return int(self._image.convert("L").crop((x, y, x + width, y + height)).getextrema()[0])

    @property
    def bytes(self) -> bytes:
        """All pixels."""
        return bytes(self._image.tobytes())


def _needs_letters(converter: Converter) -> None:
    """Skip where a converter finds no font."""
    text = '<text y="20" font-family="sans-serif" font-size="20" fill="#000">MMM</text>'
    plain = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30" viewBox="0 0 60 30">'
        f'<rect width="60" height="30" fill="#fff"/>{text}</svg>'
    )
    if Pixels(converter, plain).darkest(Rectangle(0, 0, 60, 30)) > 100:
        pytest.skip("the converter finds no font")


@CONVERTERS
@pytest.mark.parametrize(
    "svg",
    [
        pytest.param(lambda: draw(cnn.analyze("zoo:lenet5").analysis), id="lenet5"),
        pytest.param(lambda: draw(cnn.analyze("zoo:unet").analysis), id="unet"),
        pytest.param(
            lambda: (ROOT / "docs/assets/resnet50.svg").read_text("utf-8"), id="documentation"
        ),
    ],
)
def test_boxes_have_their_colours_on_white(converter: Converter, svg: Callable[[], str]) -> None:
    drawn = parse(svg())
    pixels = Pixels(converter, svg())
    colours = palette(dark=False)
    assert pixels.at(1, 1) == pixels.at(drawn.view.width - 2, drawn.view.height - 2) == "#ffffff"
    seen = set()
    for tile in drawn.drawn_boxes:
        family = next((f for f in FAMILIES if f in classes(tile)), None)
        if family is None:
            continue
        seen.add(family)
        where = rectangle(tile)
        # Beside the round corner and above all words there is nothing but the colour of the box.
        shown = pixels.at(where.x + where.width / 2, where.y + 2.5)
        assert shown == colours[f"{family}-fill"], (family, where)
    assert len(seen) >= 3


@CONVERTERS
def test_words_are_dark(converter: Converter) -> None:
    _needs_letters(converter)
    svg = draw(cnn.analyze("zoo:lenet5").analysis)
    pixels = Pixels(converter, svg)
    assert pixels.darkest(Rectangle(20, 20, 100, 40)) < 60  # the title
    tiles = [rectangle(t) for t in parse(svg).drawn_boxes if "layer" in classes(t)]
    assert len(tiles) > 5
    for x, y, width, height in tiles:
        assert pixels.darkest(Rectangle(x + 4, y + 4, width - 8, height - 8)) < 80


@CONVERTERS
@pytest.mark.parametrize("colour", ["kind", "macs"])
def test_the_automatic_theme_is_the_light_one(converter: Converter, colour: str) -> None:
    analysis = cnn.analyze("zoo:lenet5").analysis
    marks = {"C1": "added", "C3": "removed", "F6": "changed"}
    auto = draw(analysis, colour=colour, marks=marks)
    light = draw(analysis, colour=colour, marks=marks, theme="light")
    assert Pixels(converter, auto).bytes == Pixels(converter, light).bytes


@CONVERTERS
def test_a_dark_drawing_is_dark(converter: Converter) -> None:
    drawn = draw(cnn.analyze("zoo:lenet5").analysis, theme="dark")
    assert Pixels(converter, drawn).at(1, 1) == palette(dark=True)["page"]
