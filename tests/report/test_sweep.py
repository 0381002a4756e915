"""Pages of sweeps: points that can be searched, ranges of their numbers, drawings of some."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn
from cnnanalyze.api.sweeping import Sweep
from cnnanalyze.report.sweep import DRAWN, document
from cnnanalyze.report.writers import render

TEXT = """
cnn: 1
name: family
input: 17x17x3
params: {width: 3.0, depths: [1, 2], kind: relu}
layers:
  - for: {d: $depths}
    do: [{conv: {filters: round($width * 4), kernel: 3, padding: 1}, repeat: $d}, $kind]
  - gap
  - {dense: 5}
"""


def swept() -> Sweep:
    return cnn.sweep(
        cnn.loads(TEXT), {"width": "0.5..4/0.5", "depths[1]": [1, 3], "kind": ["relu", "tanh"]}
    )


@pytest.fixture(scope="module")
def page() -> str:
    return render(document(swept().summary), "html")


def test_every_column_of_numbers_has_a_range(page: str) -> None:
    names = re.findall(r'<input type="number" step="any" name="([^"]+)"', page)
    columns = ("id", "width", "depths[1]", "parameters", "macs", "peak_memory")
    assert names == [f"{key}.{end}" for key in columns for end in ("least", "most")]
    assert 'name="width.least" data-column="1" data-end="least" aria-label="least width" ' in page
    assert re.search(r'aria-label="most width" placeholder="4"', page)


def test_every_point_has_a_row_with_its_settings_and_a_dot(page: str) -> None:
    points = list(swept())
    assert len(points) == 32
    for point in points:
        width, second = point.parameters["width"], point.parameters["depths[1]"]
        options = f"--set width={width} --set &#x27;depths=[1, {second}]&#x27;"
        assert f"<code>{options} --set kind={point.parameters['kind']}</code>" in page
        assert f'data-point="{point.id}"' in page


def test_some_points_of_the_front_are_drawn(page: str) -> None:
    front = swept().front
    drawn = [int(n) for n in re.findall(r'<h3 id="point-(\d+)">', page)]
    assert drawn == [p.id for p in front[:: -(-len(front) // DRAWN)]]
    for point in drawn:
        assert f'<a href="#point-{point}">{point}</a>' in page
        assert f"The network of point {point}" in page
