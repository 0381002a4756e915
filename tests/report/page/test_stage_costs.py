"""Cost by stage: shares that add up, bars as long as they say, words that have room."""

from __future__ import annotations

import re

import pytest

import cnnanalyze as cnn
from cnnanalyze.language.zoo import zoo
from cnnanalyze.report.page.stage_costs import ROWS, describe, draw, shares
from tests.report.page.chart_words import check_words, parsed


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_stages_have_all_there_is_and_words_have_room(name: str) -> None:
    analysis = cnn.analyze(f"zoo:{name}").analysis
    parts, measured = shares(analysis)
    assert len(parts) <= ROWS
    assert sum(len(part.layers) for part in parts) == len(analysis)
    if not measured:
        return
    totals = {share.title: share.total for share in measured}
    assert totals.get("MACs", 0) == analysis.total.operations("mac")
    assert totals["activations"] == sum(f.activations for f in analysis)
    check_words(parsed(draw(parts, measured)))


def test_most_of_resnet50_is_where_its_paper_has_it() -> None:
    parts, measured = shares(cnn.analyze("zoo:resnet50").analysis)
    assert describe(parts, measured) == (
        "most parameters in stage4 (58.6 %), MACs in stage3 (35.8 %), α-MACs in stage4 (38.4 %), "
        "activations in stage1 (39.5 %)"
    )


def test_bars_are_as_long_as_their_shares() -> None:
    """A convolution of 3 to 5 channels, and a dense layer of 13 on 5: 19 and 77 parameters."""
    net = cnn.loads(
        "{cnn: 1, input: 7x7x3, layers: [{conv: {filters: 5, kernel: 1}}, gap, {dense: 13}]}"
    )
    parts, measured = shares(cnn.analyze(net).analysis)
    svg = parsed(draw(parts, measured))
    bars = {
        path.attrib["class"]: float(re.findall(r"h([\d.]+)", path.attrib["d"])[0])
        for path in svg.findall("path")
    }
    assert bars["f-conv"] / bars["f-linear"] == pytest.approx(20 / 78, rel=0.01)
    said = [text.text for text in svg.iter("text")]
    assert {"conv1", "20.4 %", "dense1", "79.6 %", "98 parameters"} <= set(said)


def test_a_long_name_is_shortened() -> None:
    long = "a_very_long_name_of_one_stage_of_a_network"
    net = cnn.loads(
        f"{{cnn: 1, input: 7x7x3, layers: [{{conv: {{filters: 5, kernel: 1}}, as: {long}}}, relu]}}"
    )
    svg = parsed(draw(*shares(cnn.analyze(net).analysis)))
    check_words(svg)
    assert any((text.text or "").endswith("…") for text in svg.iter("text"))
