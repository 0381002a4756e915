"""The work for a page grows with the layers, and the page of a huge network stays readable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing import repeats
from cnnanalyze.report.page import network
from tests.report.page.reader import Page
from tests.strategies.growing import SHAPES, check_growth

pytestmark = pytest.mark.sampled(13)


@pytest.mark.thorough
@pytest.mark.parametrize("shape", SHAPES)
def test_page(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "LONGEST_PERIOD", 8)

    def measured(n: int) -> Callable[[], object]:
        analysis = cnn.analyze(cnn.loads(SHAPES[shape](n))).analysis
        return lambda: network.to_html(analysis)

    check_growth(measured)


GROUPS = "{cnn: 1, input: 5x5x1, blocks: {b: [relu, tanh]}, layers: [softmax, {b: , repeat: 9}]}"


def test_a_huge_network_gets_a_lean_page_that_says_where_every_layer_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = cnn.analyze(cnn.loads(GROUPS)).analysis
    assert Page(network.to_html(analysis)).root.all("script", id="result")
    monkeypatch.setattr(network, "HUGE", 18)
    page = Page(network.to_html(analysis))
    assert not page.root.all("script", id="result")
    layers = page.root.one("section", id="layers")
    assert "cnnanalyze summary --format csv shows every layer" in layers.text


def test_a_table_with_too_many_rows_says_how_many_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = cnn.analyze(cnn.loads("{cnn: 1, input: 5x5x1, layers: [{relu: , repeat: 9}]}"))
    monkeypatch.setattr(network, "MOST_ROWS", 7)
    page = Page(network.to_html(analysis.analysis, lean=True))
    text = page.root.one("section", id="layers").text
    assert "… and 2 further layers" in text
    assert "relu7" in text
    assert "relu8" not in text
