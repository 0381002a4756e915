"""The numbers of one block on the card of its form: every slot says what the layers say."""

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
from cnnanalyze.drawing.svg import compose_page, draw
from cnnanalyze.graph.node import Node
from tests.drawing.parsed import SVG, classes, parse
from tests.strategies.networks import specs

pytestmark = pytest.mark.sampled(12)


class Card(NamedTuple):
    """One card, as a script finds it."""

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


def read(analysis: Analysis) -> tuple[list[list[int]], dict[str, Card]]:
    """Return the layers of the boxes of the spine, and the cards."""
    root = parse(draw(analysis, interactive=True)).root
    data = json.loads(root.findtext(f"{SVG}metadata") or "")
    cards = {}
    for group in root.iter(f"{SVG}g"):
        if "data-card" in group.attrib:
            slots = [e for e in group.iter() if "slot" in classes(e)]
            boxes = [e for e in group.iter() if "tile" in classes(e) and "data-path" in e.attrib]
            letter = group.attrib["data-card"]
            cards[letter] = Card(slots, boxes, data["cards"][letter])
    return [listed(t) for t in data["spine"]], cards


@cache
def analysis_of(name: str) -> Analysis:
    return cnn.analyze(f"zoo:{name}").analysis


def titles(card: Card) -> Iterator[tuple[int, ET.Element, int]]:
    """Yield box, title and use for every box of a layer that is not repeated."""
    for box, element in enumerate(card.boxes):
        if "block" in classes(element):
            continue
        title = next(t for t in element.iter(f"{SVG}text") if "strong" in classes(t))
        for use in range(len(card.data["uses"])):
            yield box, title, use


def check(analysis: Analysis) -> None:
    """Every text of a use speaks of the layers of that use."""
    nodes = analysis.network.nodes
    spine, cards = read(analysis)
    assert {i for held in spine for i in held} <= {*range(len(nodes))}
    for card in cards.values():
        uses = card.data["uses"]
        assert len({first for _, first, _, _ in uses}) == len(uses)
        assert all(len(texts) == len(card.slots) for texts in card.data["texts"])
        assert all(len(boxes) == len(card.boxes) for boxes in card.data["boxes"])
        for box, title, use in titles(card):
            check_title(card.text(title, use), [nodes[i] for i in card.layers(box, use)])
        for use in range(len(uses)):
            check_labels(analysis, card, use)


def check_title(text: str, held: list[Node]) -> None:
    """A box names its layer, the first of those that it holds, with its own numbers."""
    alike = [n for n in held if n.kind == held[0].kind]
    title, _, times = text.partition("  ×")
    assert title in {title_of([n]) for n in alike} or "…" in title
    if "…" not in title:
        numbers = r"(?<![/×\d])(?<!dilation )(\d+)(?=, /|, \d+ groups|$)"
        said = {int(n) for n in re.findall(numbers, title)}
        widths = {n.output.channels for n in alike}
        assert said <= widths | {n.attributes.get("units") for n in alike} or not {
            "filters",
            "units",
        } & {*held[0].attributes}
    assert not times or int(times) > 1


def check_labels(analysis: Analysis, card: Card, use: int) -> None:
    """What stands on an edge is the shape of something that the use reads or puts out."""
    nodes = analysis.network.nodes
    held = {i for box in range(len(card.boxes)) for i in card.layers(box, use)}
    shapes = {written(nodes[i].output) for i in held}
    shapes |= {written(s) for i in held for s in nodes[i].input_shapes}
    shown = {id(t) for box in card.boxes for t in box.iter()}
    for slot in card.slots:
        text = card.text(slot, use)
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
def test_blocks_hold_the_uses_of_their_cards(name: str) -> None:
    """A box with a letter stands for as many uses of that card as it is said to be repeated."""
    analysis = analysis_of(name)
    root = parse(draw(analysis, interactive=True)).root
    spine, cards = read(analysis)
    group = next(g for g in root if g.get("class") == "spine")
    boxes = [e for e in group.iter() if "tile" in classes(e) and "data-path" in e.attrib]
    blocks = 0
    for box, held in zip(boxes, spine, strict=True):
        if "data-opens" in box.attrib:
            uses = cards[box.attrib["data-opens"]].data["uses"]
            found = [u for u in uses if u[1] in held]
            assert len(found) == int(box.get("data-times", "1"))
            assert found[0][0].startswith(box.attrib["data-path"])
            blocks += 1
    assert blocks > 3


def test_the_last_stage_of_resnet50() -> None:
    """He et al. 2015, table 1, conv5_x: 1×1, 512; 3×3, 512; 1×1, 2048, on maps of 7×7."""
    _, cards = read(analysis_of("resnet50"))
    card = cards["B"]
    use = next(k for k, u in enumerate(card.data["uses"]) if u[0] == "stage4/residual2")
    assert [card.text(title, use) for _, title, k in titles(card) if k == use] == [
        "1×1 conv, 512",
        "3×3 conv, 512",
        "1×1 conv, 2048",
        "+",
    ]
    texts = {card.text(slot, use) for slot in card.slots}
    assert {"7×7×2048", "7×7×512"} <= texts
    general = {"".join(slot.itertext()) for slot in card.slots}
    assert {"H×W×C", "H×W×C/4", "1×1 conv, C/4"} <= general


@pytest.mark.parametrize(
    "name", ["resnet50", "densenet121", "nasnet_a_mobile", "shufflenet_v2_x1_0"]
)
def test_boxes_fit_the_longest_text_of_any_use(name: str) -> None:
    from cnnanalyze.drawing.diagram import Frame, Tile
    from cnnanalyze.drawing.diagram_builder import BOLD, SMALL, TITLE
    from cnnanalyze.drawing.text_metrics import text_width

    page, _ = compose_page(analysis_of(name), {})
    seen = 0
    for card in page.cards:
        for thing in card.figure.things:
            if isinstance(thing, Tile):
                for title in thing.words.titles:
                    assert text_width(title, TITLE) * BOLD <= thing.width - 6
                    seen += 1
                for own in thing.words.names:
                    words = " · ".join(filter(None, [own, *(w for _, w in thing.words.after)]))
                    assert text_width(words, SMALL) <= thing.width - 6
            elif isinstance(thing, Frame):
                for title in thing.titles:
                    assert text_width(title, SMALL) <= thing.width - 16
    assert seen > 10


def test_a_drawing_without_a_script_carries_nothing_for_one() -> None:
    plain = draw(analysis_of("resnet50"))
    assert "metadata" not in plain
    assert "slot" not in plain
    assert "data-card" not in plain
