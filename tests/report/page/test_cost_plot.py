"""Cost plot: dots where their numbers are, names that nothing lies on, colours for converters."""

from __future__ import annotations

import re
from itertools import combinations
from math import log10, pi
from xml.etree import ElementTree as ET

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.report.page import cost_plot
from cnnanalyze.report.page.zoo import page
from cnnanalyze.report.placement import place
from tests.report.page.reader import Page

NAMES = (
    *("lenet5", "alexnet", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet101"),
    *("mobilenet_v1", "mobilenet_v2", "squeezenet1_0", "squeezenet1_1", "unet", "sobel"),
)
NETWORKS = [place(name, cnn.analyze(f"zoo:{name}").analysis) for name in NAMES]
OWN = NETWORKS[6]._replace(name="own 0", title="Mine <&>", is_own=True, macs=10**9)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> ET.Element:
    return ET.fromstring(cost_plot.standalone([*NETWORKS, OWN]))  # noqa: S314 - our own text


def circles(drawn: ET.Element) -> dict[str, tuple[float, float, float]]:
    found = {}
    for circle in drawn.iter(f"{SVG}circle"):
        title = circle.findtext(f"{SVG}title") or ""
        x, y, r = (float(circle.attrib[key]) for key in ("cx", "cy", "r"))
        found[re.split(r", \d{4}: |: ", title)[0]] = (x, y, r)
    return found


def test_equal_ratios_are_equal_distances(drawn: ET.Element) -> None:
    at = circles(drawn)
    assert set(at) == {n.title for n in [*NETWORKS, OWN] if n.is_shown}
    scale = []
    for a, b in combinations([n for n in NETWORKS if n.is_shown], 2):
        if abs(ratio := log10(b.parameters) - log10(a.parameters)) > 0.5:
            scale.append((at[b.title][0] - at[a.title][0]) / ratio)
    assert max(scale) - min(scale) < 0.5
    assert at["VGG-19"][1] < at["ResNet-50"][1] < at["LeNet-5"][1]


def test_areas_are_those_of_the_activations(drawn: ET.Element) -> None:
    at = circles(drawn)
    by_title = {n.title: n.activations for n in NETWORKS}
    each = [
        pi * at[title][2] ** 2 / by_title[title]
        for title in ("U-Net", "ResNet-101", "ResNet-50")
        if at[title][2] > cost_plot.SMALLEST
    ]
    assert len(each) >= 2
    assert max(each) < 1.05 * min(each)


def test_no_name_lies_on_another_or_leaves_the_paper(drawn: ET.Element) -> None:
    (layer,) = (g for g in drawn.iter(f"{SVG}g") if g.get("class") == "labels")
    boxes = []
    for label in layer:
        wide = text_width(label.text or "", cost_plot.LETTERS)
        x, y = float(label.attrib["x"]), float(label.attrib["y"])
        left = x - {"end": wide, "middle": wide / 2}.get(label.get("text-anchor", ""), 0)
        boxes.append(cost_plot.Box(left, y - 9, left + wide, y + 3))
        assert left >= cost_plot.LEFT
        assert left + wide <= cost_plot.WIDTH
    assert len(boxes) > 6
    assert not any(a.meets(b) for a, b in combinations(boxes, 2))
    assert layer[0].text == "Mine <&>"


def test_a_file_of_its_own_has_plain_colours_for_converters(drawn: ET.Element) -> None:
    cairosvg = pytest.importorskip("cairosvg", reason="cairosvg is not installed")
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    from io import BytesIO

    png = cairosvg.svg2png(cost_plot.standalone([*NETWORKS, OWN]).encode())
    pixels = image.open(BytesIO(png)).convert("RGB")
    x, y, _ = circles(drawn)["Mine <&>"]
    red, green, blue = pixels.getpixel((round(x), round(y)))
    assert red > green + 60
    assert red > blue + 60
    assert pixels.getpixel((2, 2)) == (255, 255, 255)


def test_the_small_plot_marks_one_network_and_its_family() -> None:
    resnet = next(n for n in NETWORKS if n.name == "resnet50")
    text = str(cost_plot.small_plot(NETWORKS, resnet))
    here, kin = (re.search(rf'd="([^"]+)" class="points {c}"', text) for c in ("here", "kin"))
    assert here
    assert here[1].count("M") == 1
    assert kin
    assert kin[1].count("M") == 3
    assert 'aria-label="MACs against parameters, both on logarithmic axes: ResNet-50, 2015:' in text


def test_the_page_has_every_network_in_its_table_and_says_what_the_picture_lacks() -> None:
    root = Page(page([*NETWORKS, OWN], lambda n: "" if n.is_own else f"{n.name}.html")).root
    rows = root.one("table", id="zoo-table").all("tr", class_="own")
    assert len(rows) == 1
    links = [a.attributes["href"] for a in root.one("table", id="zoo-table").all("a")]
    assert links == [f"{name}.html" for name in NAMES]
    assert "Sobel filters." in root.one("section", id="picture").text
    dots = root.one("g", class_="dots")
    assert {a.attributes["href"] for a in dots.all("a")} == {
        f"{n.name}.html" for n in NETWORKS if n.is_shown
    }
    assert "Mine <&>" in root.one("section", id="picture").text


def test_networks_that_no_picture_shows_are_a_table() -> None:
    (sobel,) = (n for n in NETWORKS if n.name == "sobel")
    root = Page(page([sobel])).root
    assert not root.all("svg")
    assert len(root.one("table", id="zoo-table").all("tr")) == 2


def test_the_largest_families_have_a_colour_each() -> None:
    found = cost_plot.colours(NETWORKS)
    assert list(found)[:4] == ["ResNet", "MobileNet", "SqueezeNet", "VGG"]
    assert len(set(found.values())) == len(found) <= len(cost_plot.COLOURS)
