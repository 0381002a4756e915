"""What holds for every drawing: nothing is lost, nothing overlaps, every edge has two ends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise

import pytest
from hypothesis import given

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.drawing.diagram import Figure, Frame, Label, Line, Tile
from cnnanalyze.drawing.diagram_builder import BOLD, TITLE
from cnnanalyze.drawing.layout_graph import LABEL_SIZE
from cnnanalyze.drawing.page_layout import DrawingPage
from cnnanalyze.drawing.svg import compose_page, draw
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
    return [compose_page(analysis, {}, expanded)[0] for expanded in (False, True)]


def check_layers(analysis: Analysis) -> None:
    """Every layer is found exactly once when all is expanded."""
    drawn = parse(draw(analysis, expanded=True)).layers
    assert sorted(drawn) == sorted(analysis.facts)


def figures(page: DrawingPage) -> list[Figure]:
    return [page.spine.figure, *(c.figure for c in page.cards)]


def place(thing: Tile | Frame) -> Rectangle:
    return Rectangle(thing.x, thing.y, thing.width, thing.height)


def check_places(page: DrawingPage) -> None:
    """No two boxes overlap; frames lie in each other or apart; nothing leaves the page."""
    for figure in figures(page):
        tiles = [place(t) for t in figure.things if isinstance(t, Tile)]
        tiles.sort(key=lambda r: r.y)
        for i, one in enumerate(tiles):
            for other in tiles[i + 1 :]:
                if other.y >= one.y + one.height:
                    break
                assert not one.overlaps(other)
        frames = [place(f) for f in figure.things if isinstance(f, Frame)]
        for one, other in combinations(frames, 2):
            assert one.holds(other) or other.holds(one) or not one.overlaps(other)
    view = Rectangle(0, 0, page.width, page.height)
    placed = [
        Rectangle(p.x, p.y, p.figure.width, p.figure.height) for p in (page.spine, *page.cards)
    ]
    assert all(view.holds(r) for r in placed)
    assert not any(a.overlaps(b) for a, b in combinations(placed, 2))
    for p in (page.spine, *page.cards):
        own = Rectangle(0, 0, p.figure.width, p.figure.height)
        assert all(own.holds(place(t)) for t in p.figure.things if isinstance(t, Tile | Frame))


def touches(x: float, y: float, r: Rectangle) -> bool:
    """Whether a point lies on the border of a rectangle."""
    inside = r.x - 0.2 <= x <= r.x + r.width + 0.2 and r.y - 0.2 <= y <= r.y + r.height + 0.2
    level = min(abs(y - r.y), abs(y - r.y - r.height)) < 0.2
    upright = min(abs(x - r.x), abs(x - r.x - r.width)) < 0.2
    return inside and (level or upright)


def check_edges(page: DrawingPage) -> None:
    """Every edge leaves a box, a border or another edge, and comes to a box or a border."""
    for figure in figures(page):
        borders = [place(t) for t in figure.things if isinstance(t, Tile | Frame)]
        lines = [t for t in figure.things if isinstance(t, Line)]
        for line in lines:
            (x0, y0), (x1, y1) = (
                (line.x + x, line.y + y) for x, y in (line.points[0], line.points[-1])
            )
            assert any(touches(x1, y1, r) for r in borders), line
            if line.ends[0] < 0:  # from outside: from the border, or below its name
                assert any(r.x <= x0 <= r.x + r.width and 0 <= y0 - r.y <= 50 for r in borders)
            else:
                assert any(touches(x0, y0, r) for r in borders), line


def along(line: Line) -> Iterator[tuple[float, float]]:
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
    for figure in figures(page):
        tiles = [place(t) for t in figure.things if isinstance(t, Tile)]
        for line in figure.things:
            if isinstance(line, Line):
                for x, y in along(line):
                    for r in tiles:
                        inside = (
                            r.x + 2 < x < r.x + r.width - 2 and r.y + 2 < y < r.y + r.height - 2
                        )
                        assert not inside, line


def check_labels(page: DrawingPage) -> None:
    """No shape on an edge lies over another, or leaves its figure."""
    for figure in figures(page):
        found = []
        for label in figure.things:
            if isinstance(label, Label):
                width = text_width(label.text, LABEL_SIZE)
                x = label.x - (width / 2 if label.anchor == "middle" else 0)
                found.append(Rectangle(x, label.y - LABEL_SIZE, width, LABEL_SIZE))
        assert not any(a.overlaps(b) for a, b in combinations(found, 2))
        assert all(r.x >= 0 and r.x + r.width <= figure.width for r in found)


def check_words(page: DrawingPage) -> None:
    """Every title fits its box."""
    for figure in figures(page):
        for tile in figure.things:
            if isinstance(tile, Tile):
                times = tile.part.times if tile.part else 1
                title = tile.words.title + (f"  ×{times}" if times > 1 else "")
                assert text_width(title, TITLE) * BOLD <= tile.width - 6
                for row in (tile.words.before, tile.words.after):
                    assert text_width(" · ".join(w for _, w in row), 10) <= tile.width - 6


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
    """The boxes of the spine, with what they stand for, are the whole network."""
    analysis = analysis_of(name)
    page, _ = compose_page(analysis, {})
    tiles = [t for t in page.spine.figure.things if isinstance(t, Tile)]
    frames = [t for t in page.spine.figure.things if isinstance(t, Frame) and t.times > 1]
    found = {n.id for t in tiles for b in t.boxes for n in b.nodes}
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
    boxes = [rectangle(t) for t in drawn.tiles]
    assert len(boxes) >= 20
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(drawn.view.holds(b) for b in boxes)
