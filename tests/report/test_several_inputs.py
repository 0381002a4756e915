"""Tables of networks with several inputs name them, and say what is seen of each."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import cnnanalyze as cnn


@pytest.fixture(scope="module")
def report() -> cnn.Report:
    b = cnn.NetworkBuilder("stereo")
    left, right = b.input(31, 37, 3, name="left"), b.input(31, 37, 1, name="right")
    scale = b.input(5, name="scale")
    x = b.conv(left, filters=8, kernel=3, padding="same")
    y = b.conv(right, filters=8, kernel=5, padding="same")
    gate = b.reshape(b.dense(scale, 8), "1x1x8")
    return cnn.analyze(b.build(outputs=b.multiply(b.add(x, y), gate)))


def test_headings_name_all_inputs(report: cnn.Report) -> None:
    said = "stereo · inputs left 31x37x3, right 31x37x1, scale 5 · 6 layers"
    assert report.render().splitlines()[0] == said
    assert said in report.render("markdown")
    assert str(report) == report.render()


def test_fields_name_the_input_that_they_are_of(report: cnn.Report) -> None:
    rows = report.render("csv", columns="name,field").splitlines()
    assert rows[1:] == [
        "conv1,3",
        "conv2,5",
        "dense1,",
        "reshape1,",
        'add1,"3 of left, 5 of right"',
        'multiply1,"3 of left, 5 of right"',
    ]


def test_the_field_of_each_input_is_held_against_it(report: cnn.Report) -> None:
    lines = report.render().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("field "))
    assert lines[at : at + 2] == [
        "field       3x3 of left at multiply1; left is 31x37: does not cover it",
        "            5x5 of right at multiply1; right is 31x37: does not cover it",
    ]


def test_other_columns_tell_each_input_too(report: cnn.Report) -> None:
    rows = report.render("csv", columns="name,stride,padding,centre,minimal,aligned").splitlines()
    assert (
        rows[-1]
        == 'multiply1,1 of each,"1 of left, 2 of right",0 of each,"3 of left, 5 of right",true'
    )


def test_data_has_every_input_and_every_field(report: cnn.Report) -> None:
    data = report.to_dict()
    assert data["inputs"] == {"left": [31, 37, 3], "right": [31, 37, 1], "scale": [5]}
    assert "input" not in data
    layers = {layer["id"]: layer for layer in data["layers"]}
    assert layers["conv1"]["receptive_field"]["size"] == [3, 3]
    assert layers["add1"]["receptive_field"] is None
    seen = layers["multiply1"]["receptive_fields"]
    assert {name: field["size"] for name, field in seen.items()} == {
        "left": [3, 3],
        "right": [5, 5],
        "scale": [],
    }
    schema = Path(__file__).parents[2] / "docs" / "schemas" / "summary.v1.json"
    jsonschema.validate(data, json.loads(schema.read_text("utf-8")))
