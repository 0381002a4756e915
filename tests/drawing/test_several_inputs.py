"""Drawings of networks with several inputs: one end for each, read where it is read."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.outline import outline
from cnnanalyze.drawing.svg import draw
from cnnanalyze.drawing.thumbnail import thumbnail

SPEC = """\
cnn: 1
name: Fused
inputs: {image: 61x67x3, depth: 61x67x1, age: 7}
layers:
  - {conv: {filters: 11, kernel: 3, padding: same}, from: image}
  - {concat: , from: [conv1, depth]}
  - {conv: {filters: 13, kernel: 3, stride: 2}}
  - gap
  - flatten
  - {concat: , from: [flatten1, age]}
  - dense: 5
"""


@pytest.fixture(scope="module")
def analysis() -> cnn.Analysis:
    return cnn.analyze(cnn.loads(SPEC)).analysis


def test_every_input_is_an_end_with_its_name_and_shape(analysis: cnn.Analysis) -> None:
    drawn = draw(analysis)
    ends = re.findall(
        r'<g class="tile end">\n.*\n<text[^>]*>(\w+)</text>\n<text[^>]*>([\d×]+)<', drawn
    )
    assert ends == [("image", "61×67×3"), ("depth", "61×67×1"), ("age", "7"), ("output", "5")]
    assert "From 3 inputs, 61x67x3 and 61x67x1 and 7, to 1 output" in drawn


def test_every_input_has_its_edge(analysis: cnn.Analysis) -> None:
    """Six layers in a row, and two inputs that come in later: an arrow for each thing read."""
    drawn = draw(analysis)
    tips = sum(path.count("l-3.5") for path in re.findall(r'class="tip" d="([^"]*)"', drawn))
    boxes = [box for box in re.findall(r'data-id="(\w+)"', drawn) if box != "flatten1"]
    assert tips == len(boxes) + len(["depth", "age"]) + len(["output"])


def test_outline_begins_with_all_inputs(analysis: cnn.Analysis) -> None:
    lines = ["".join(text for text, _ in line) for line in outline(analysis, width=80)]
    assert [line.split()[1] for line in lines if line.startswith("○")] == ["image", "depth", "age"]
    assert any("concat" in line for line in lines)


def test_thumbnail_is_drawn(analysis: cnn.Analysis) -> None:
    assert thumbnail(analysis).count("<rect") >= 4


def test_a_block_with_the_weights_of_another_says_so() -> None:
    drawn = draw(cnn.analyze("zoo:siamese").analysis)
    texts = [re.sub(r"<[^>]*>", " ", text).split() for text in re.findall(r"<text.*</text>", drawn)]
    assert [text for text in texts if "shared" in text] == [["shared"]]
    assert texts.index(["shared"]) == texts.index(["right_tower"]) + 1
