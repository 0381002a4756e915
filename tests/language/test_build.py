"""From a source to a network."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.language.build import build, load, vary
from cnnanalyze.language.writer import write

TEXT = """\
cnn: 1
name: Small
input: 31x37x3
params: {width: 5}
layers: [{conv: {filters: $width, kernel: 3}}, relu]
expect: [{source: a, total: {parameters: 140}}]
"""


def test_a_file_and_its_text_are_the_same_network(write_spec: Callable[..., Path]) -> None:
    path = write_spec(TEXT)
    from_file, from_text = load(path), build(Source("text", TEXT))
    assert [(n.id, n.layer, n.output) for n in from_file] == [
        (n.id, n.layer, n.output) for n in from_text
    ]
    assert (from_file.name, from_file.input) == ("Small", cnn.Shape((31, 37), 3))
    assert str(from_file["conv1"].mark) == f"{path}:5:11"
    assert [claim.printed for claim in from_file.claims] == ["140"]


def test_settings_are_kept() -> None:
    net = build(Source("text", TEXT), {"width": 7})
    assert (net.settings, net.parameters) == ((("width", 7),), (("width", 7),))
    assert net["relu1"].output.channels == 7


def test_a_network_varies_with_its_parameters() -> None:
    net = build(Source("text", TEXT))
    assert vary(net, {"width": 11})["relu1"].output.channels == 11
    assert write(vary(net, {})) == write(net)


def test_a_variant_finds_what_it_extends(write_spec: Callable[..., Path]) -> None:
    write_spec(TEXT, "base.yaml")
    net = load(write_spec("cnn: 1\nextends: base.yaml\n"))
    assert vary(net, {"width": 11})["relu1"].output.channels == 11


def test_equal_layers_are_one_object() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 31x37x5\n"
        "layers: [{conv: {filters: 5, kernel: 3}}, {conv: {filters: $in, kernel: 3, stride: 1}}, "
        "{conv: {filters: 5, kernel: 3}, repeat: 3}, {conv: {filters: 5, kernel: [3, 3]}}]\n"
    )
    assert len({id(node.layer) for node in net}) == 3  # a default written out is written


def test_values_that_are_equal_but_not_alike_are_judged_apart() -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(
            "cnn: 1\ninput: 31x37x5\n"
            "layers: [{maxpool: {kernel: [1, 1]}}, {maxpool: {kernel: [1, true]}}]\n"
        )
    assert caught.value.message == "kernel must be a whole number of at least 1, not true"


@pytest.mark.parametrize("enabled", [True, False])
def test_reading_leaves_the_collector_as_it_was(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        build(Source("text", TEXT))
        assert gc.isenabled() is enabled
        with pytest.raises(cnn.SpecError):
            build(Source("text", "cnn: ["))
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_a_bare_value_is_the_attribute_of_a_join_that_has_one() -> None:
    net = cnn.loads(
        "cnn: 1\ninput: 12x8\nlayers:\n  - attention: 2\n"
        "  - {einsum: 'i c, j c -> i j', from: [input, input]}\n"
    )
    assert [str(node.output) for node in net] == ["12x8", "12x12"]
    assert net["attention1"].attributes["heads"] == 2
