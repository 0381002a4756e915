"""What holds for every drawing: nothing is lost, nothing overlaps, every edge has two ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.diagram import Diagram, DrawnBox, EdgeLabel, EdgeLine, Frame
from cnnanalyze.drawing.diagram_builder import BOLD, TITLE
from cnnanalyze.drawing.layout_graph import LABEL_SIZE
from cnnanalyze.drawing.page_layout import DrawingPage
from cnnanalyze.drawing.svg import draw, lay_out_page
from cnnanalyze.drawing.text_metrics import text_width
from cnnanalyze.language.zoo import zoo
from tests.drawing.parsed import Rectangle, parse, rectangle
from tests.strategies.networks import specs

pytestmark = pytest.mark.sampled(12)

SMALL = (
    *("lenet5", "googlenet", "resnet50", "resnet50_v2", "densenet121", "unet", "yolov3", "segnet"),
    *("crnn", "nasnet_a_mobile", "attention_unet", "siamese", "hrnet_w18", "dla34", "yolov8n"),
)
MOST_LAYERS = 1000
"""Of a larger network nobody looks at everything in place."""


@cache
def analysis_of(name: str) -> Analysis:
    return cnn.analyze(f"zoo:{name}").analysis


def drawings(analysis: Analysis) -> list[DrawingPage]:
    ways = (False, True) if len(analysis) <= MOST_LAYERS else (False,)
    return [lay_out_page(analysis, {}, expanded)[0] for expanded in ways]


def check_layers(analysis: Analysis) -> None:
    """Every layer is found exactly once when all is expanded."""
    drawn = parse(draw(analysis, expanded=True)).layers
    assert sorted(drawn) == sorted(analysis.facts)


def diagrams(page: DrawingPage) -> list[Diagram]:
    return [page.overview.diagram, *(c.diagram for c in page.details)]


def place(thing: DrawnBox | Frame) -> Rectangle:
    return Rectangle(thing.x, thing.y, thing.width, thing.height)


def check_places(page: DrawingPage) -> None:
    """No two boxes overlap; frames lie in each other or apart; nothing leaves the page."""
    for diagram in diagrams(page):
        drawn_boxes = [place(t) for t in diagram.elements if isinstance(t, DrawnBox)]
        drawn_boxes.sort(key=lambda r: r.y)
        for i, one in enumerate(drawn_boxes):
            for other in drawn_boxes[i + 1 :]:
                if other.y >= one.y + one.height:
                    break
                assert not one.overlaps(other)
        frames = [place(f) for f in diagram.elements if isinstance(f, Frame)]
        for one, other in combinations(frames, 2):
            assert one.holds(other) or other.holds(one) or not one.overlaps(other)
    view = Rectangle(0, 0, page.width, page.height)
    placed = [
        Rectangle(p.x, p.y, p.diagram.width, p.diagram.height)
        for p in (page.overview, *page.details)
    ]
    assert all(view.holds(r) for r in placed)
    assert not any(a.overlaps(b) for a, b in combinations(placed, 2))
    for p in (page.overview, *page.details):
        own = Rectangle(0, 0, p.diagram.width, p.diagram.height)
        assert all(
            own.holds(place(t)) for t in p.diagram.elements if isinstance(t, DrawnBox | Frame)
        )


def touches(x: float, y: float, r: Rectangle) -> bool:
    """Whether a point lies on the border of a rectangle."""
    inside = r.x - 0.2 <= x <= r.x + r.width + 0.2 and r.y - 0.2 <= y <= r.y + r.height + 0.2
    level = min(abs(y - r.y), abs(y - r.y - r.height)) < 0.2
    upright = min(abs(x - r.x), abs(x - r.x - r.width)) < 0.2
    return inside and (level or upright)


def check_edges(page: DrawingPage) -> None:
    """Every edge leaves a box, a border or another edge, and comes to a box or a border."""
    for diagram in diagrams(page):
        borders = [place(t) for t in diagram.elements if isinstance(t, DrawnBox | Frame)]
        lines = [t for t in diagram.elements if isinstance(t, EdgeLine)]
        for line in lines:
            (x0, y0), (x1, y1) = (
                (line.x + x, line.y + y) for x, y in (line.points[0], line.points[-1])
            )
            assert any(touches(x1, y1, r) for r in borders), line
            if line.ends[0] < 0:  # from outside: from the border, or below its name
                at = Rectangle(x0, y0, 0, 0)
                begun = (x0 - r.x if line.is_level else y0 - r.y for r in borders if r.holds(at))
                assert any(distance <= 50 for distance in begun), line
            else:
                assert any(touches(x0, y0, r) for r in borders), line


def along(line: EdgeLine) -> Iterator[tuple[float, float]]:
    """Yield points of a line; between two of its own a smooth one bends as ``smooth`` has it."""
    for (x0, y0), (x1, y1) in pairwise(line.points):
        for step in range(1, 20):
            t = step / 20
            x = y = t
            if line.kind == "edge":
                bent = 1.5 * t * (1 - t) + t**3  # along, from the first point to the second
                aside = 3 * t**2 * (1 - t) + t**3
                x, y = (bent, aside) if line.is_level else (aside, bent)
            yield line.x + x0 + x * (x1 - x0), line.y + y0 + y * (y1 - y0)


def check_paths(page: DrawingPage) -> None:
    """No edge runs through a box."""
    for diagram in diagrams(page):
        drawn_boxes = [place(t) for t in diagram.elements if isinstance(t, DrawnBox)]
        for line in diagram.elements:
            if isinstance(line, EdgeLine):
                for x, y in along(line):
                    for r in drawn_boxes:
                        inside = (
                            r.x + 2 < x < r.x + r.width - 2 and r.y + 2 < y < r.y + r.height - 2
                        )
                        assert not inside, line


def check_labels(page: DrawingPage) -> None:
    """No shape on an edge lies over another, over a box or over an edge, or leaves its figure."""
    for diagram in diagrams(page):
        found = []
        for label in diagram.elements:
            if isinstance(label, EdgeLabel):
                width = max(text_width(t, LABEL_SIZE) for t in {label.text, *label.uses})
                found.append(Rectangle(label.x, label.y - LABEL_SIZE + 2, width, LABEL_SIZE - 2))
        assert not any(a.overlaps(b) for a, b in combinations(found, 2))
        assert all(r.x >= 0 and r.x + r.width <= diagram.width for r in found)
        drawn_boxes = [place(t) for t in diagram.elements if isinstance(t, DrawnBox)]
        assert not any(a.overlaps(b) for a in found for b in drawn_boxes)
        for line in diagram.elements:
            if isinstance(line, EdgeLine):
                for x, y in along(line):
                    for r in found:
                        inside = r.x < x < r.x + r.width and r.y < y < r.y + r.height
                        assert not inside, (line, r)


def check_words(page: DrawingPage) -> None:
    """Every title fits its box."""
    for diagram in diagrams(page):
        for drawn_box in diagram.elements:
            if isinstance(drawn_box, DrawnBox):
                times = drawn_box.part.times if drawn_box.part else 1
                title = drawn_box.text.title + (f"  ×{times}" if times > 1 else "")
                assert text_width(title, TITLE) * BOLD <= drawn_box.width - 6
                for row in (drawn_box.text.before, drawn_box.text.after):
                    assert text_width(" · ".join(w for _, w in row), 10) <= drawn_box.width - 6


LAWS = (check_places, check_edges, check_paths, check_labels, check_words)


@pytest.mark.parametrize("name", sorted(zoo()))
def test_nothing_overlaps_is_crossed_or_leaves_its_place(name: str) -> None:
    for page in drawings(cnn.analyze(f"zoo:{name}").analysis):
        for check in LAWS:
            check(page)


@pytest.mark.parametrize("name", sorted(zoo()))
def test_the_same_holds_for_drawings_to_the_right(name: str) -> None:
    page, _ = lay_out_page(cnn.analyze(f"zoo:{name}").analysis, {}, direction="right")
    for check in LAWS:
        check(page)


@pytest.mark.parametrize("name", SMALL)
def test_every_layer_is_drawn_once_when_all_is_expanded(name: str) -> None:
    check_layers(analysis_of(name))


@pytest.mark.parametrize("name", SMALL)
def test_what_is_collapsed_stands_for_every_layer(name: str) -> None:
    """The boxes of the overview, with what they stand for, are the whole network."""
    analysis = analysis_of(name)
    page, _ = lay_out_page(analysis, {})
    drawn_boxes = [t for t in page.overview.diagram.elements if isinstance(t, DrawnBox)]
    frames = [t for t in page.overview.diagram.elements if isinstance(t, Frame) and t.times > 1]
    found = {n.id for t in drawn_boxes for b in t.boxes for n in b.nodes}
    found |= {n.id for f in frames for n in f.part.nodes}
    assert found == set(analysis.facts)


@given(specs())
def test_random_networks(text: str) -> None:
    analysis = cnn.analyze(cnn.loads(text)).analysis
    check_layers(analysis)
    for page in drawings(analysis):
        check_places(page)
        check_edges(page)
        check_words(page)


@given(specs())
def test_the_same_network_gives_the_same_bytes(text: str) -> None:
    first, second = (draw(cnn.analyze(cnn.loads(text)).analysis) for _ in range(2))
    assert first == second


def test_edges_end_beside_each_other_before_a_join() -> None:
    """The three branches of the dual path came to the join as one line."""
    for name in ("dpn131", "inception_v3", "yolov8n"):
        page, _ = lay_out_page(analysis_of(name), {})
        for diagram in diagrams(page):
            lines = [t for t in diagram.elements if isinstance(t, EdgeLine) and t.arrow]
            ends = [(t.x + t.points[-1][0], t.y + t.points[-1][1]) for t in lines]
            boxes = [place(t) for t in diagram.elements if isinstance(t, DrawnBox)]
            at_boxes = [p for p in ends if any(touches(*p, r) for r in boxes)]
            assert all(
                abs(x - a) >= 5 or abs(y - b) >= 2 for (x, y), (a, b) in combinations(at_boxes, 2)
            )


def test_a_spine_runs_straight_through_stages_of_any_width() -> None:
    page, _ = lay_out_page(analysis_of("yolov3"), {})
    lines = [t for t in page.overview.diagram.elements if isinstance(t, EdgeLine)]
    spine = [t for t in lines if len({x for x, _ in t.points}) == 1]
    at = Counter(round(t.x + t.points[0][0]) for t in spine)
    assert at.most_common(1)[0][1] >= 20


def test_two_towers_meet_in_their_middle() -> None:
    page, _ = lay_out_page(analysis_of("siamese"), {})
    centres = {
        t.text.title: t.x + t.width / 2
        for t in page.overview.diagram.elements
        if isinstance(t, DrawnBox)
    }
    towers = centres["left_tower"], centres["right_tower"]
    assert centres["-"] == pytest.approx(sum(towers) / 2, abs=1)


def test_a_projection_runs_straight_down_to_its_join() -> None:
    page, _ = lay_out_page(analysis_of("resnet50_cbam"), {})
    for detail in page.details:
        title = next(t for t in detail.diagram.elements if isinstance(t, Frame)).title
        if title == "residual":
            bends = [
                len({round(x) for x, _ in t.points})
                for t in detail.diagram.elements
                if isinstance(t, EdgeLine) and t.kind == "edge"
            ]
            assert max(bends) <= 2


def test_boxes_of_the_xml_do_not_overlap() -> None:
    """What is written is what was composed."""
    drawn = parse(draw(analysis_of("resnet50")))
    boxes = [rectangle(t) for t in drawn.drawn_boxes]
    assert len(boxes) >= 20
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(drawn.view.holds(b) for b in boxes)
