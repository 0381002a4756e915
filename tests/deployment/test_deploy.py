"""Deployments: what a target does not know, and the sums."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.layers.traits import Trait


def test_a_format_that_a_target_does_not_run_makes_it_partial() -> None:
    found = deploy_network(cnn.load("zoo:lenet5_common"), dtype="float16")
    assert found.status == "partial"
    assert found.notes == ("tflm-reference does not run float16; it runs int8, int16x8, float32",)


def test_a_layer_that_a_target_does_not_run_is_named(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text('name = "board"\nsource = "by hand"\nruns = ["conv", "relu"]\n')
    net = cnn.loads("{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, tanh]}")
    assert deploy_network(net, target=str(path)).notes == ("tanh1: board does not run 'tanh'",)


def test_sums_are_those_of_the_rows() -> None:
    found = deploy_network(cnn.load("zoo:resnet18"), target="cortex-m7")
    assert found.flash == sum(row.flash for row in found.rows) + found.file.flash
    assert found.macs == cnn.analyze("zoo:resnet18").total.operations("mac")
    assert found.arena == max(row.in_use for row in found.rows)
    assert found.live == max(row.live for row in found.rows) == found.peak.live
    assert found.seconds is not None


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("resnet8", 12_505_748),
        ("mobilenet_v1_vww", 7_491_972),
        ("ds_cnn", 2_664_792),
        ("streaming_wake_word", 826_374),
    ],
)
def test_macs_of_vela_are_ours_with_pooling_and_softmax(name: str, printed: int) -> None:
    """Vela 5.2.0 counts a product for each number that is pooled, and two for each class."""
    found = deploy_network(cnn.load(f"zoo:{name}"))
    pooled = classes = 0
    for row in found.rows:
        layer = row.operation.nodes[0].layer
        if Trait.MEAN_POOLING in layer.traits:
            pooled += row.traffic.read
        if Trait.SOFTMAX in layer.traits:
            classes += row.traffic.read
    assert found.macs + pooled + 2 * classes == printed
