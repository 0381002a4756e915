"""What holds for every drawing: nothing is lost, nothing overlaps, every edge has two ends."""

from __future__ import annotations

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
from tests.drawing.parsed import Rectangle, parse, rectangle
from tests.strategies.networks import specs

pytestmark = pytest.mark.sampled(12)

NETWORKS = (
    *("lenet5", "alexnet", "vgg16", "googlenet", "googlenet_auxiliary", "resnet18", "resnet50"),
    *("resnet50_v2", "densenet121", "unet", "fcn8s", "fcn16s", "mobilenet_v2", "squeezenet1_0"),
    *("yolov3", "nasnet_a_mobile", "shufflenet_v2_x1_0", "m5", "r3d18", "sobel", "segnet", "crnn"),
    *("lecture_003_separable", "inception_v3", "xception", "efficientnet_b0", "convnext_tiny"),
    *("deeplabv3_plus_xception65", "pnasnet5_large", "attention_unet", "retinanet_resnet50_fpn"),
    *("coatnet_0", "hrnet_w18", "dla34", "yolov8n"),
)


@cache
def analysis_of(name: str) -> Analysis:
    return cnn.analyze(f"zoo:{name}").analysis


def drawings(analysis: Analysis) -> list[DrawingPage]:
    return [lay_out_page(analysis, {}, expanded)[0] for expanded in (False, True)]


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
                assert any(r.x <= x0 <= r.x + r.width and 0 <= y0 - r.y <= 50 for r in borders)
            else:
                assert any(touches(x0, y0, r) for r in borders), line


def along(line: EdgeLine) -> Iterator[tuple[float, float]]:
    """Yield points of a line; between two of its own a smooth one bends as ``smooth`` has it."""
    for (x0, y0), (x1, y1) in pairwise(line.points):
        for step in range(1, 20):
            t = step / 20
            if line.kind == "edge":
                upright = (1 - t) ** 3 + 3 * t * (1 - t) ** 2  # how near it is to the first point
                bent = 3 * t * (1 - t) * (y0 + y1) / 2
                y = (1 - t) ** 3 * y0 + bent + t**3 * y1
                yield line.x + upright * x0 + (1 - upright) * x1, line.y + y
            else:
                yield line.x + x0 + t * (x1 - x0), line.y + y0 + t * (y1 - y0)


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
    """No shape on an edge lies over another, or leaves its figure."""
    for diagram in diagrams(page):
        found = []
        for label in diagram.elements:
            if isinstance(label, EdgeLabel):
                width = text_width(label.text, LABEL_SIZE)
                x = label.x - (width / 2 if label.anchor == "middle" else 0)
                found.append(Rectangle(x, label.y - LABEL_SIZE, width, LABEL_SIZE))
        assert not any(a.overlaps(b) for a, b in combinations(found, 2))
        assert all(r.x >= 0 and r.x + r.width <= diagram.width for r in found)


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


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_drawn_once_when_all_is_expanded(name: str) -> None:
    check_layers(analysis_of(name))


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_overlaps_or_leaves_the_page(name: str) -> None:
    for page in drawings(analysis_of(name)):
        check_places(page)


@pytest.mark.parametrize("name", NETWORKS)
def test_edges_begin_and_end_at_boxes(name: str) -> None:
    for page in drawings(analysis_of(name)):
        check_edges(page)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_edge_runs_through_a_box(name: str) -> None:
    for page in drawings(analysis_of(name)):
        check_paths(page)


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes_on_edges_lie_beside_each_other(name: str) -> None:
    for page in drawings(analysis_of(name)):
        check_labels(page)


@pytest.mark.parametrize("name", NETWORKS)
def test_words_fit_their_boxes(name: str) -> None:
    for page in drawings(analysis_of(name)):
        check_words(page)


@pytest.mark.parametrize("name", NETWORKS)
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


def test_boxes_of_the_xml_do_not_overlap() -> None:
    """What is written is what was composed."""
    drawn = parse(draw(analysis_of("resnet50")))
    boxes = [rectangle(t) for t in drawn.drawn_boxes]
    assert len(boxes) >= 20
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(drawn.view.holds(b) for b in boxes)
