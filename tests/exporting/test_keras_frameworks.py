"""Generated models of Keras before Keras: parameters, shapes and numbers agree."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from tests.strategies import STRATEGIES

pytest.importorskip("torch", reason="generated models: torch, the backend, is not installed")
from torch.utils.flop_counter import FlopCounterMode

pytest.importorskip("keras", reason="generated models: keras is not installed")
from tests.exporting import networks
from tests.exporting.cases import SHARING, confront
from tests.exporting.keras3 import computed, counted, filled, outputs

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:(?s).*softmax over axis:UserWarning"),
]

TOLERANCE = 1e-4
"""Keras computes with 32 bits, and the executor here with 64."""


LOOSE = dict.fromkeys(("groupnorm", "instancenorm"), 1e-3)
"""Keras subtracts means that it has divided: of one position, little is left that is right."""
UNCOUNTED = {
    "attention": "PyTorch's counter leaves out the one that it computes in one piece",
    "lstm": "Keras on PyTorch goes the first step twice",
    "rbf": "it takes squares, where a counter looks for products of matrices",
}
"""Kinds of which PyTorch's counter sees another number of operations, and why."""


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", networks.zoo_of_outputs())
def test_keras_computes_what_the_executor_computes(name: str) -> None:
    network = networks.small(networks.network(name))
    report = cnn.analyze(network)
    shapes = [network.shape_of(output).extents for output in network.outputs]
    assert counted(network) == (report.total.trainable, shapes)
    seen = []

    def watched(
        network: cnn.Network, tensors: networks.Tensors, images: dict[str, networks.Array]
    ) -> list[networks.Array]:
        made = filled(network, tensors)
        with FlopCounterMode(display=False) as counter:
            found = outputs(made, images)
        seen.append(counter.get_total_flops() // 2)
        return found

    networks.assert_agree(watched, network, TOLERANCE)
    if not any(node.kind in UNCOUNTED for node in network):
        assert seen == [report.total.operations("mac")]


REFUSED = {
    "deform_conv": "Keras has no such layer",
    "embedding": "Keras' looks up whole numbers",
    "local_conv": "Keras has no such layer any more",
    "lppool": "Keras has no such layer",
    "rmsnorm": "Keras' always learns, and along the channels",
}
"""Kinds that are not written for Keras, and why."""


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_each_kind_computes_what_the_executor_computes(kind: str) -> None:
    def assert_right(network: cnn.Network) -> None:
        networks.assert_agree(computed, network, LOOSE.get(kind, TOLERANCE), 2)

    tried = confront(kind, assert_right, most=10)
    assert tried["written"] or kind in REFUSED, tried


@pytest.mark.parametrize("name", SHARING)
def test_weights_are_shared(name: str) -> None:
    network = networks.plain(cnn.loads(SHARING[name]))
    if name == "other numbers":
        with pytest.raises(cnn.UsageError, match="another layer"):
            computed(network, {}, {})
        return
    assert counted(network)[0] == cnn.analyze(network).total.trainable
    networks.assert_agree(computed, network, TOLERANCE)
