"""The numbers of one block on the detail of its form: every slot says what the layers say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.shape import Shape
from cnnanalyze.drawing.labels import title_of
from cnnanalyze.drawing.svg import draw, lay_out_page
from cnnanalyze.graph.node import Node
from tests.drawing.parsed import SVG, classes, parse
from tests.strategies.networks import specs

pytestmark = pytest.mark.sampled(12)


class Detail(NamedTuple):
    """One detail, as a script finds it."""

    slots: list[ET.Element]
    boxes: list[ET.Element]
    data: dict[str, Any]

    def text(self, element: ET.Element, use: int) -> str:
        """Return what an element says of a use."""
        # Behind the word of a join stand its marks.
        general = (element.text or "").strip() or "".join(element.itertext())
        at = next((i for i, slot in enumerate(self.slots) if slot is element), None)
        return general if at is None else self.data["texts"][self.data["uses"][use][2]][at]

    def layers(self, box: int, use: int) -> list[int]:
        """Return the layers that a box stands for in a use."""
        _, first, _, at = self.data["uses"][use]
        return [first + i for i in listed(self.data["boxes"][at][box])]


def listed(text: str) -> list[int]:
    """Return numbers that are written as ranges."""
    ends = [list(map(int, part.split("-"))) for part in text.split(",") if part]
    return [i for first, *last in ends for i in range(first, (last or [first])[0] + 1)]


def read(analysis: Analysis) -> tuple[list[list[int]], dict[str, Detail]]:
    """Return the layers of the boxes of the overview, and the details."""
    root = parse(draw(analysis, interactive=True)).root
    data = json.loads(root.findtext(f"{SVG}metadata") or "")
    details = {}
    for group in root.iter(f"{SVG}g"):
        if "data-card" in group.attrib:
            slots = [e for e in group.iter() if "slot" in classes(e)]
            boxes = [e for e in group.iter() if "tile" in classes(e) and "data-path" in e.attrib]
            letter = group.attrib["data-card"]
            details[letter] = Detail(slots, boxes, data["cards"][letter])
    return [listed(t) for t in data["spine"]], details


@cache
def analysis_of(name: str) -> Analysis:
    return cnn.analyze(f"zoo:{name}").analysis


def titles(detail: Detail) -> Iterator[tuple[int, ET.Element, int]]:
    """Yield box, title and use for every box of a layer that is not repeated."""
    for box, element in enumerate(detail.boxes):
        if "block" in classes(element):
            continue
        title = next(t for t in element.iter(f"{SVG}text") if "strong" in classes(t))
        for use in range(len(detail.data["uses"])):
            yield box, title, use


def check(analysis: Analysis) -> None:
    """Every text of a use speaks of the layers of that use."""
    nodes = analysis.network.nodes
    overview, details = read(analysis)
    assert {i for held in overview for i in held} <= {*range(len(nodes))}
    for detail in details.values():
        uses = detail.data["uses"]
        assert len({first for _, first, _, _ in uses}) == len(uses)
        assert all(len(texts) == len(detail.slots) for texts in detail.data["texts"])
        assert all(len(boxes) == len(detail.boxes) for boxes in detail.data["boxes"])
        for box, title, use in titles(detail):
            check_title(detail.text(title, use), [nodes[i] for i in detail.layers(box, use)])
        for use in range(len(uses)):
            check_labels(analysis, detail, use)


def check_title(text: str, held: list[Node]) -> None:
    """A box names its layer, the first of those that it holds, with its own numbers."""
    alike = [n for n in held if n.kind == held[0].kind]
    title, _, times = text.partition("  ×")
    assert title in {title_of([n]) for n in alike} or "…" in title
    if "…" not in title:
        numbers = r"(?<![/×\d])(?<!dilation )(\d+)(?=, /|, \d+ groups|$)"
        shown = {int(n) for n in re.findall(numbers, title)}
        widths = {n.output.channels for n in alike}
        assert shown <= widths | {n.attributes.get("units") for n in alike} or not {
            "filters",
            "units",
        } & {*held[0].attributes}
    assert not times or int(times) > 1


def check_labels(analysis: Analysis, detail: Detail, use: int) -> None:
    """What stands on an edge is the shape of something that the use reads or puts out."""
    nodes = analysis.network.nodes
    held = {i for box in range(len(detail.boxes)) for i in detail.layers(box, use)}
    shapes = {written(nodes[i].output) for i in held}
    shapes |= {written(s) for i in held for s in nodes[i].input_shapes}
    shown = {id(t) for box in detail.boxes for t in box.iter()}
    for slot in detail.slots:
        text = detail.text(slot, use)
        if id(slot) in shown or "strong" in classes(slot):
            continue
        assert text in shapes or "…" in text


def written(shape: Shape) -> str:
    return str(shape).replace("x", "×")


@pytest.mark.parametrize("name", sorted(cnn.zoo()))
def test_every_slot_says_what_the_layers_say(name: str) -> None:
    check(analysis_of(name))


@given(specs())
def test_random_networks(text: str) -> None:
    check(cnn.analyze(cnn.loads(text)).analysis)


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "googlenet", "nasnet_a_mobile"])
def test_blocks_hold_the_uses_of_their_details(name: str) -> None:
    """A box with a letter stands for as many uses of that detail as it is said to be repeated."""
    analysis = analysis_of(name)
    root = parse(draw(analysis, interactive=True)).root
    overview, details = read(analysis)
    group = next(g for g in root if g.get("class") == "spine")
    boxes = [e for e in group.iter() if "tile" in classes(e) and "data-path" in e.attrib]
    blocks = 0
    for box, held in zip(boxes, overview, strict=True):
        if "data-opens" in box.attrib:
            uses = details[box.attrib["data-opens"]].data["uses"]
            found = [u for u in uses if u[1] in held]
            assert len(found) == int(box.get("data-times", "1"))
            assert found[0][0].startswith(box.attrib["data-path"])
            blocks += 1
    assert blocks > 3


def test_the_last_stage_of_resnet50() -> None:
    """He et al. 2015, table 1, conv5_x: 1×1, 512; 3×3, 512; 1×1, 2048, on maps of 7×7."""
    _, details = read(analysis_of("resnet50"))
    detail = details["B"]
    use = next(k for k, u in enumerate(detail.data["uses"]) if u[0] == "stage4/residual2")
    assert [detail.text(title, use) for _, title, k in titles(detail) if k == use] == [
        "1×1 conv, 512",
        "3×3 conv, 512",
        "1×1 conv, 2048",
        "+",
    ]
    texts = {detail.text(slot, use) for slot in detail.slots}
    assert {"7×7×2048", "7×7×512"} <= texts
    general = {"".join(slot.itertext()) for slot in detail.slots}
    assert {"H×W×C", "H×W×C/4", "1×1 conv, C/4"} <= general


@pytest.mark.parametrize(
    "name", ["resnet50", "densenet121", "nasnet_a_mobile", "shufflenet_v2_x1_0"]
)
def test_boxes_fit_the_longest_text_of_any_use(name: str) -> None:
    from cnnanalyze.drawing.diagram import DrawnBox, Frame
    from cnnanalyze.drawing.diagram_builder import BOLD, SMALL, TITLE
    from cnnanalyze.drawing.text_metrics import text_width

    page, _ = lay_out_page(analysis_of(name), {})
    seen = 0
    for detail in page.details:
        for thing in detail.diagram.elements:
            if isinstance(thing, DrawnBox):
                for title in thing.text.titles:
                    assert text_width(title, TITLE) * BOLD <= thing.width - 6
                    seen += 1
                for own in thing.text.names:
                    text = " · ".join(filter(None, [own, *(w for _, w in thing.text.after)]))
                    assert text_width(text, SMALL) <= thing.width - 6
            elif isinstance(thing, Frame):
                for title in thing.titles:
                    assert text_width(title, SMALL) <= thing.width - 16
    assert seen > 10


def test_a_drawing_without_a_script_carries_nothing_for_one() -> None:
    plain = draw(analysis_of("resnet50"))
    assert "metadata" not in plain
    assert "slot" not in plain
    assert "data-card" not in plain
