"""Outputs as bodies: their sizes, their order, and that nothing lies over anything else."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.diagram import Caption, EdgeLine, Volume
from cnnanalyze.drawing.svg import draw, lay_out_bodies
from cnnanalyze.language.zoo import zoo
from cnnanalyze.layers.traits import Category
from tests.drawing.parsed import SVG, Rectangle, parse
from tests.drawing.test_painting import check_words


def bodies(name: str, *, direction: str = "right", is_flat: bool = False) -> list[Volume]:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    page, _ = lay_out_bodies(analysis, (), None, direction, is_flat=is_flat)
    return [t for t in page.overview.diagram.elements if isinstance(t, Volume)]


def said(svg: str) -> list[str]:
    return ["".join(t.itertext()) for t in parse(svg).root.iter(f"{SVG}text")]


@pytest.mark.sampled(12)
@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("style", ["volumes", "maps"])
@pytest.mark.parametrize("name", sorted(zoo()))
def test_bodies_and_words_lie_apart_on_the_page(name: str, style: str, direction: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    check_words(draw(analysis, style=style, direction=direction))
    page, _ = lay_out_bodies(analysis, (), None, direction, is_flat=style == "maps")
    diagram = page.overview.diagram
    found = [
        Rectangle(t.x, t.y, t.width, t.height) for t in diagram.elements if isinstance(t, Volume)
    ]
    assert not any(a.overlaps(b) for a, b in combinations(found, 2))
    assert all(Rectangle(0, 0, diagram.width, diagram.height).holds(r) for r in found)
    words = [t for t in diagram.elements if isinstance(t, Caption)]
    assert not any(r.holds(Rectangle(t.x, t.y, 0, 0)) for t in words for r in found)


def test_lengths_grow_with_the_square_root() -> None:
    # LeCun et al. 1998: maps of 32, 28, 14, 10, 5 and 1 pixels.
    heights = [b.face_height for b in bodies("lenet5")][:6]
    assert [h / heights[0] for h in heights] == pytest.approx(
        [sqrt(n / 32) for n in (32, 28, 14, 10, 5, 1)], rel=1e-6
    )
    thick = [b.face_width for b in bodies("vgg16")][1:3]
    pools = [b.face_width for b in bodies("vgg16") if b.family == "pool"]
    assert thick[0] == thick[1] == pools[0]  # 64 channels each
    assert pools[1] / pools[0] == pytest.approx(sqrt(2), rel=1e-6)


def test_a_column_is_a_row_turned() -> None:
    row, column = bodies("lenet5"), bodies("lenet5", direction="down")
    assert [(b.face_width, b.face_height) for b in row] == [
        (b.face_height, b.face_width) for b in column
    ]
    assert [b.x for b in row] == sorted(b.x for b in row)
    assert [b.y for b in column] == sorted(b.y for b in column)


def test_a_stack_has_no_more_maps_than_channels() -> None:
    # The maps of LeNet-5: 1, 6, 6, 16, 16, 120; then vectors.
    sheets = [b.sheets for b in bodies("lenet5", is_flat=True)]
    assert sheets[0] == 1
    assert sheets[1] <= sheets[3] < sheets[5] <= 8
    assert sheets[6:] == [1, 1]


def test_skip_connections_of_a_unet_run_above_all_bodies() -> None:
    page, _ = lay_out_bodies(cnn.analyze("zoo:unet").analysis, (), None, "right", is_flat=False)
    elements = page.overview.diagram.elements
    lines = [t for t in elements if isinstance(t, EdgeLine) and t.ends[1] > t.ends[0] + 1]
    assert len(lines) == 4  # Ronneberger et al. 2015, figure 1: four grey arrows
    highest = min(t.y for t in elements if isinstance(t, Volume))
    levels = [t.points[1][1] for t in lines]
    assert max(levels) < highest
    assert len(set(levels)) == 4


def test_every_map_of_alexnet_is_said() -> None:
    words = said(draw(cnn.analyze("zoo:alexnet").analysis, style="volumes"))
    # Krizhevsky et al. 2012, figure 2, and its text.
    for shape in ("55×55×96", "27×27×256", "13×13×384", "13×13×256", "4096", "1000"):
        assert shape in words


def test_a_block_can_be_opened() -> None:
    closed = draw(cnn.analyze("zoo:resnet50").analysis, style="volumes")
    opened = draw(cnn.analyze("zoo:resnet50").analysis, style="volumes", expanded=["stage1"])
    assert len(said(opened)) > len(said(closed))


def test_colours_of_a_quantity_are_those_of_bodies_too() -> None:
    svg = draw(cnn.analyze("zoo:vgg16").analysis, style="volumes", colour="parameters")
    assert f'class="volume {Category.DENSE} heat6"' in svg  # the first dense layer has the most
