"""Generated models of Keras before Keras: parameters, shapes and numbers agree."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from tests.strategies import STRATEGIES

pytest.importorskip("torch", reason="generated models: torch, the backend, is not installed")
pytest.importorskip("keras", reason="generated models: keras is not installed")
from tests.exporting import networks
from tests.exporting.cases import confront
from tests.exporting.keras3 import computed, counted

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:(?s).*softmax over axis:UserWarning"),
]

TOLERANCE = 1e-4
"""Keras computes with 32 bits, and the executor here with 64."""
LOOSE = {"instancenorm": 1e-3}
"""Kinds that divide by the spread of a few positions, which 32 bits tell less well."""
SHARED = "layers that share weights"
NOT_WRITTEN = {
    "crnn": "its LSTM has two biases",
    **dict.fromkeys(
        ("polynet", "resnet50_cbam", "retinanet_resnet50_fpn", "siamese", "yolov8n"), SHARED
    ),
}
"""Networks that cannot be written for Keras, and why."""


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", networks.zoo_of_outputs())
def test_keras_computes_what_the_executor_computes(name: str) -> None:
    network = networks.small(networks.network(name))
    if name in NOT_WRITTEN:
        with pytest.raises(cnn.UsageError):
            counted(network)
        return
    report = cnn.analyze(network)
    shapes = [network.shape_of(output).extents for output in network.outputs]
    assert counted(network) == (report.total.parameters, shapes)
    networks.assert_agree(computed, network, TOLERANCE)


REFUSED = {
    "deform_conv": "Keras has no such layer",
    "embedding": "Keras' looks up whole numbers",
    "gru": "its gates stand in another order",
    "local_conv": "Keras has no such layer any more",
    "lppool": "Keras has no such layer",
    "lstm": "Keras' has one bias",
    "rmsnorm": "Keras' always learns, and along the channels",
}
"""Kinds that are not written for Keras, and why."""


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_each_kind_computes_what_the_executor_computes(kind: str) -> None:
    def assert_right(network: cnn.Network) -> None:
        networks.assert_agree(computed, network, LOOSE.get(kind, TOLERANCE), 2)

    tried = confront(kind, assert_right, most=10)
    assert tried["written"] or kind in REFUSED, tried
