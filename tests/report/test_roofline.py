"""Rooflines: where operations lie, and the picture in characters."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.characters import cells
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.report.page.roofline import draw
from cnnanalyze.report.roofline import Roofline, outline, roofline_of

BOARD = """\
name = "board"
source = "by hand"
bandwidth = 1000
[macs_per_second]
int8 = 2000
"""
NET = (
    "{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, tanh, flatten, {dense: 7}]}"
)


@pytest.fixture
def roofline(tmp_path: Path) -> Roofline:
    path = tmp_path / "board.toml"
    path.write_text(BOARD)
    found = roofline_of(deploy_network(cnn.loads(NET), target=str(path)))
    assert found is not None
    return found


def test_operations_lie_on_the_roof(roofline: Roofline) -> None:
    conv, dense = roofline.points
    assert roofline.ridge == 2.0
    assert (conv.name, conv.bound, conv.rate) == ("conv1", "compute", 2000)
    # by hand: 225 times 7 products are 1,575; bytes are 1,575 + 28 of it, 225 and 7
    assert (dense.name, dense.bound) == ("dense1", "memory")
    assert dense.intensity == pytest.approx(1575 / 1835)
    assert dense.rate == pytest.approx(1000 * 1575 / 1835)


def test_without_rates_there_is_no_roof() -> None:
    assert roofline_of(deploy_network(cnn.loads(NET))) is None


@pytest.mark.parametrize("width", [40, 80, 200])
def test_picture_of_characters_shows_each_operation(roofline: Roofline, width: int) -> None:
    lines = ["".join(text for text, _ in line) for line in outline(roofline, width)]
    assert sum(line.count("●") for line in lines[:-1]) == 2
    assert max(cells(line) for line in lines[:-1]) <= width
    assert lines[-1] == f"● one operation  ◉ several; {roofline.text}"
    assert roofline.text == (
        "a roof of 2 k MACs/s from 2 MACs per byte on; 1 of 2 operations lies left of that, bound "
        "by memory"
    )


def test_picture_of_the_page_names_each_operation(roofline: Roofline) -> None:
    drawn = str(draw(roofline))
    assert "conv1: 9.94 MACs per byte, at most 2 k MACs/s, bound by arithmetic" in drawn
    assert "dense1: 0.858 MACs per byte, at most 858 MACs/s, bound by memory" in drawn
    assert drawn.count("<circle") == 2
