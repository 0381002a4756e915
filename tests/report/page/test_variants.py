"""Variants: parameters of specs set otherwise, against numbers that others printed."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.page.variants import MOST, variants
from tests.report.page.reader import Page


@pytest.mark.parametrize(
    ("name", "setting", "parameters"),
    [
        ("vgg16", "batch_norm = true", 138_365_992),  # torchvision 0.29.2, vgg16_bn
        ("mobilenet_v2", "width = 0.5", 1_968_680),  # torchvision, mobilenet_v2(width_mult=0.5)
    ],
)
def test_variants_are_the_networks_of_others(name: str, setting: str, parameters: int) -> None:
    found = {v.setting: v.parameters for v in variants(cnn.analyze(f"zoo:{name}").analysis)}
    assert found[setting] == parameters


def test_a_variant_is_what_setting_the_parameter_gives() -> None:
    analysis = cnn.analyze("zoo:yolov8n").analysis
    found = variants(analysis)
    assert 0 < len(found) <= MOST
    for v in found:
        name, _, value = v.setting.partition(" = ")
        if value.isdigit():
            alone = cnn.analyze(cnn.load("zoo:yolov8n", settings={name: int(value)})).total
            assert (v.parameters, v.macs) == (alone.parameters, alone.operations("mac"))


def test_values_that_make_no_network_and_those_that_change_nothing_are_left_out() -> None:
    spec = (
        "{cnn: 1, input: 8x8x3, params: {kernel: 6, rate: 0.2}, "
        "layers: [{conv: {filters: 5, kernel: $kernel}}, {dropout: $rate}]}"
    )
    found = variants(cnn.analyze(cnn.loads(spec)).analysis)
    assert [(v.setting, v.parameters) for v in found] == [("kernel = 3", 5 * 27 + 5)]


def test_values_go_from_a_quarter_to_the_double_and_by_ones_where_they_are_small() -> None:
    spec = (
        "{cnn: 1, input: 8x8x3, params: {filters: 8, width: 1.0, depth: 3}, layers: "
        "[{conv: {filters: round($filters * $width), kernel: 1}, repeat: $depth}]}"
    )
    found = variants(cnn.analyze(cnn.loads(spec)).analysis)
    assert [v.setting for v in found] == [
        *("filters = 2", "filters = 4", "filters = 6", "filters = 12", "filters = 16"),
        *("width = 0.25", "width = 0.5", "width = 0.75", "width = 1.5", "width = 2.0"),
        *("depth = 2", "depth = 4", "depth = 6"),
    ]
    assert {v.own for v in found} == {"8", "1.0", "3"}


def test_a_page_shows_them_with_their_ratios() -> None:
    analysis = cnn.analyze("zoo:vgg16").analysis
    page = Page(to_html(analysis, variants=variants(analysis)))
    rows = {row[0]: row[1:] for row in page.rows("variants-table")}
    assert rows["resolution = 448"][3:5] == ["61,818,437,632", "3.996"]
    assert 'id="variants-table"' not in to_html(analysis)
