"""Generated models of Keras before Keras: parameters, shapes and numbers agree."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

import cnnanalyze as cnn
from tests.strategies import STRATEGIES
from tests.strategies.case import Case

pytest.importorskip("torch", reason="generated models: torch, the backend, is not installed")
pytest.importorskip("keras", reason="generated models: keras is not installed")
from tests.exporting import networks
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
    "attention_unet": "it resizes bilinearly by corners",
    "crnn": "its LSTM has two biases",
    "deeplabv3_plus_xception65": "it resizes bilinearly by corners",
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
    "circularpad": "Keras on PyTorch has no such padding",
    "deform_conv": "Keras has no such layer",
    "embedding": "Keras' looks up whole numbers",
    "gru": "its gates stand in another order",
    "local_conv": "Keras has no such layer any more",
    "lppool": "Keras has no such layer",
    "lstm": "Keras' has one bias",
    "reflectpad": "Keras on PyTorch has no such padding",
    "replicatepad": "Keras on PyTorch has no such padding",
    "rmsnorm": "Keras' always learns, and along the channels",
}
"""Kinds that are not written for Keras, and why."""


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_each_kind_computes_what_the_executor_computes(kind: str) -> None:
    tried = {"written": 0, "refused": 0}

    @settings(
        max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=STRATEGIES[kind])
    def confronted(case: Case) -> None:
        try:
            networks.assert_agree(computed, case.network, LOOSE.get(kind, TOLERANCE), 2)
        except cnn.UsageError:
            tried["refused"] += 1
        else:
            tried["written"] += 1

    confronted()
    assert tried["written"] or kind in REFUSED, tried
