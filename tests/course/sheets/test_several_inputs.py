"""Homework about networks with several inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.course.sheets.question_data import question_data
from cnnanalyze.errors import CnnError
from tests.course.marking import marked, solved

SPEC = Path(__file__).parents[2] / "language" / "two_stream.yaml"
STREAMS = f"""
- id: net
  spec: {SPEC}
  ask:
    size: {{find: output, layer: temporal/conv1}}
    weights: {{find: parameters, layer: temporal/conv1}}
    field: {{find: receptive_field, layer: spatial/conv2}}
    frame: {{find: receptive_field of frame, layer: average1}}
    jump: {{find: jump of flow, layer: temporal/conv2}}
    work: {{find: macs, layer: spatial/conv2}}
    all: parameters
    convs: {{find: parameters, over: conv}}
"""
INLINE = """
- id: net
  inputs: {left: 11x13x3, right: 7x5x2}
  layers:
    - {conv: {filters: 5, kernel: 3}, from: left}
    - {gap: , as: one}
    - {conv: {filters: 5, kernel: 3}, from: right}
    - {gap: , as: other}
    - {add: [one, other]}
  ask:
    all: parameters
    left: {find: output, layer: conv1}
"""


def test_answers_are_those_of_the_rules() -> None:
    analysis = cnn.analyze(SPEC).analysis
    (question,) = solved(STREAMS).questions
    assert {name: answer.solution.value for name, answer in question.answers.items()} == {
        "size": (4, 29, 32, 5),
        "weights": 5**3 * 2 * 5 + 5,
        "field": 15,
        "frame": (67, 75),
        "jump": 4,
        "work": 14 * 16 * 14 * 9 * 7,
        "all": analysis.total.parameters,
        "convs": sum(f.parameters for f in analysis if f.node.kind == "conv"),
    }


def test_the_question_names_every_input() -> None:
    found = question_data(solved(STREAMS)["net"]).common
    assert ("inputs", "frame 61x67x3, flow 11x61x67x2") in [(d.word, d.text) for d in found]
    (layers,) = (d.lines for d in found if d.lines)
    assert layers[1].startswith("temporal: conv (kernel 5, stride 2, filters 5) of flow, relu")


def test_inputs_may_stand_in_the_question() -> None:
    (question,) = solved(INLINE).questions
    found = {name: answer.solution.value for name, answer in question.answers.items()}
    assert found == {"all": 3 * 3 * 3 * 5 + 5 + 3 * 3 * 2 * 5 + 5, "left": (9, 11, 5)}


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("net.all", 3 * 3 * 3 * 5 + 3 * 3 * 2 * 5, "forgot the biases"),
        ("net.left", "8x10x5", "dropped the + 1"),
    ],
)
def test_slips_are_found(key: str, given: object, words: str) -> None:
    mark = marked(solved(INLINE), key, given)
    assert mark.outcome == "wrong"
    assert any(m.words.startswith(words) for m in mark.mistakes)


def test_a_field_of_several_inputs_is_asked_for_by_name() -> None:
    with pytest.raises(CnnError) as caught:
        solved(STREAMS.replace("receptive_field of frame", "receptive_field"))
    said = str(caught.value)
    assert "'average1' has no quantity 'receptive_field'; did you mean" in said
    assert "receptive_field of frame, receptive_field of flow" in said
