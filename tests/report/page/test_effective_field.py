"""Effective fields: paths counted one by one, and the binomial weights that books print."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import comb

import numpy as np
import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.pipeline import index_maps
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.graph.node import NodeId
from cnnanalyze.report.page.effective_field import fewest, path_counts
from tests.report.page.reader import Page


def counts(text: str, target: str, unit: list[int]) -> list[list[float]]:
    net = cnn.loads(text)
    (image,) = seen_inputs(cnn.analyze(net).analysis)
    found = path_counts(image, index_maps(net), NodeId(target), unit)
    assert found is not None
    return [list(map(float, row)) for row in found]


def test_stacked_kernels_of_two_have_binomial_weights() -> None:
    """Luo et al. 2016, sec. 2: with equal weights the field is a binomial distribution."""
    found = counts(
        "{cnn: 1, input: 7x6x1, layers: [{conv: {filters: 1, kernel: 2}, repeat: 5}]}",
        "conv5",
        [1, 0],
    )
    weights = [comb(5, k) for k in range(6)]
    assert found[0] == [0] * 6
    assert found[1:] == [[a * b for b in weights] for a in weights]


def test_paths_around_a_block_are_added() -> None:
    found = counts(
        "{cnn: 1, input: 5x5x1, defaults: {conv: {kernel: 3, padding: same}}, "
        "layers: [{add: [[{conv: 1}], []]}]}",
        "add1",
        [2, 2],
    )
    assert found[2] == [0, 1, 2, 1, 0]
    assert found[1] == found[3] == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("target", ["pool1", "inception_3a/concat1"])
def test_they_are_the_paths_counted_one_by_one(target: str) -> None:
    """A path is followed back, tap by tap, along both axes at once."""
    net = cnn.load("zoo:googlenet", settings={})
    (image,) = seen_inputs(cnn.analyze(net).analysis)
    if target not in net.by_id:
        target = net.nodes[12].id
    maps = index_maps(net)

    @cache
    def back(name: str, unit: tuple[int, ...]) -> dict[tuple[int, ...], int]:
        if name == image.name:
            return {unit: 1}
        node = net.by_id[NodeId(name)]
        own = maps[node.id]
        assert own is not None
        found: dict[tuple[int, ...], int] = {}
        for source, through in zip(node.inputs, own, strict=True):
            sizes = net.shape_of(source).size
            taps = [
                [i for i in reach.taps(u) if 0 <= i < n]  # type: ignore[union-attr]
                for reach, u, n in zip(through, unit, sizes, strict=True)
            ]
            for at in product(*taps):
                for pixel, n in back(source, at).items():
                    found[pixel] = found.get(pixel, 0) + n
        return found

    unit = tuple(n // 2 for n in net.shape_of(NodeId(target)).size)
    expected = np.zeros(image.shape.size)
    for pixel, n in back(target, unit).items():
        expected[pixel] = n
    found = path_counts(image, maps, NodeId(target), unit)
    assert found is not None
    assert np.array_equal(found, expected)


def test_the_fewest_positions_are_those_with_most_paths() -> None:
    assert fewest(np.array([[1.0, 8.0, 1.0]]), 50) == [1]
    assert fewest(np.array([[1.0, 8.0, 1.0]]), 80) == [1]
    assert len(fewest(np.array([[1.0, 8.0, 1.0]]), 95)) == 3


def test_the_page_has_the_field_for_readers_without_scripts() -> None:
    page = Page(cnn.analyze("zoo:lenet5").to_html())
    (static,) = page.root.all("div", class_="static")
    pictures = static.all("svg")
    assert len(pictures) == 2
    assert "Where the paths to a unit of" in pictures[1].attributes["aria-label"]
    assert [title.text for title in pictures[1].all("title")] == [
        f"{share} % of the paths" for share in (95, 80, 50)
    ]
