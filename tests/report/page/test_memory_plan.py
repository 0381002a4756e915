"""Pictures of memory: bands lie beside one another, below the outline, with their names inside."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.language.zoo import zoo
from cnnanalyze.report.deployment import picture
from cnnanalyze.report.memory_plan import MemoryPlan, Tensor, memory_plan
from cnnanalyze.report.page.memory_plan import draw
from tests.report.page.chart_words import check_words, parsed
from tests.report.test_memory_plan import ARENA
from tests.strategies.networks import specs

Columns = dict[int, tuple[int, int]]
"""Of a band, the upper and the lower edge at each pixel across."""


def columns(path: str) -> Columns:
    """Return where a path of level and upright lines lies."""
    found: dict[int, list[int]] = {}
    begun, *lines = re.findall(r"[MHVhv]-?\d+(?: \d+)?", path)
    start, y = map(int, begun[1:].split())
    x = start
    for line in [*lines, f"H{start}"]:
        command, value = line[0], int(line[1:])
        if command in "Vv":
            y = value + (y if command == "v" else 0)
        else:
            end = value + (x if command == "h" else 0)
            for at in range(min(x, end), max(x, end)):
                found.setdefault(at, []).append(y)
            x = end
    return {at: (min(ys), max(ys)) for at, ys in found.items()}


def bands(svg: ET.Element) -> list[Columns]:
    return [
        columns(path.attrib["d"])
        for group in svg.findall("g")
        if group.attrib["class"].startswith("f-")
        for path in group
    ]


def check(plan: MemoryPlan) -> None:
    svg = parsed(draw(plan))
    seen: dict[int, list[tuple[int, int]]] = {}
    drawn = bands(svg)
    for band in drawn:
        for at, edges in band.items():
            seen.setdefault(at, []).append(edges)
    for across in seen.values():
        across.sort()
        assert all(low <= high for (_, low), (high, _) in pairwise(across))
    areas = [path for path in svg.iter("path") if path.attrib.get("class") == "area"]
    for area in areas:
        outline = columns(area.attrib["d"])
        for at, across in seen.items():
            assert across[0][0] >= outline[at][0] - 1, at  # a pixel is rounded
    found = check_words(svg)
    inside = {text for group in svg.findall("g[@class='inside']") for text in group}
    for place, text in found:
        if text in inside:
            assert any(
                all(
                    at in band
                    and band[at][0] <= place.y + 1
                    and place.y + place.height - 1 <= band[at][1]
                    for at in range(int(place.x) + 1, int(place.x + place.width))
                )
                for band in drawn
            ), text.text


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_bands_and_names_of_the_zoo_have_their_places(name: str) -> None:
    check(memory_plan(cnn.analyze(f"zoo:{name}").analysis))


@given(specs())
def test_bands_and_names_of_random_networks_have_their_places(text: str) -> None:
    check(memory_plan(cnn.analyze(cnn.loads(text)).analysis))


def test_tensors_lie_at_their_addresses() -> None:
    check(ARENA)
    svg = parsed(draw(ARENA))
    titles = [title.text for title in svg.iter("title")]
    assert titles == [
        "one: 2.931 KiB, from byte 0 on, held from a to c",
        "two: 1.956 KiB, from byte 3,001 on, held from b to c",
        "three: 4.886 KiB, from byte 0 on, held from d to f",
        "four: 1.476 KiB, from byte 6,007 on, held from c to e",
    ]
    texts = [text.text for text in svg.iter("text") if text.attrib.get("class") == "peak-name"]
    assert texts == ["7.342 KiB, in use at most 6.362 KiB, c"]


def test_a_long_name_of_the_layer_at_the_peak_stays_on_the_paper() -> None:
    steps = tuple("畳" * 90 + str(i) for i in range(7))
    for at in (0, 3, 6):
        check(MemoryPlan((Tensor("畳" * 50, at, at, 1023 * 1024**2),), steps))


def test_the_picture_says_what_it_shows() -> None:
    plan = memory_plan(cnn.analyze("zoo:unet").analysis)
    svg = parsed(draw(plan))
    assert svg.attrib["aria-label"] == plan.text
    names = [text.text for group in svg.findall("g[@class='inside']") for text in group]
    assert {"left1/relu2", "left2/relu2", "left3/relu2"} <= set(names)


@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet8", "unet"])
def test_every_tensor_of_an_arena_has_the_colour_of_a_family(name: str) -> None:
    """Norms and activations that run alone were black: pages know no colour for their category."""
    svg = parsed(
        draw(picture(cnn.deploy(f"zoo:{name}", target="cortex-m7", dtype="int8").deployment))
    )
    colours = {group.attrib["class"] for group in svg.findall("g")} - {"inside"}
    assert colours <= {"f-input", *(f"f-{name}" for name in FAMILIES)}
