"""Generated PyTorch modules before PyTorch: parameters, operations, shapes and numbers agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

import cnnanalyze as cnn
from tests.strategies import STRATEGIES
from tests.strategies.wired import wired

pytest.importorskip("torch", reason="generated modules: torch is not installed")
from tests.exporting import networks
from tests.exporting.cases import SHARING, confront
from tests.exporting.pytorch import computed, counted

pytestmark = pytest.mark.frameworks

ZOO = sorted(cnn.zoo())
TOLERANCE = 1e-9


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ZOO)
def test_pytorch_counts_what_we_count(name: str) -> None:
    network = networks.network(name)
    report = cnn.analyze(network)
    shapes = [network.shape_of(output) for output in network.outputs]
    assert counted(network) == (
        report.total.parameters,
        report.total.operations("mac"),
        [(shape.channels, *shape.size) for shape in shapes],
    )


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", networks.zoo_of_outputs())
def test_pytorch_computes_what_the_executor_computes(name: str) -> None:
    networks.assert_agree(computed, networks.small(networks.network(name)), TOLERANCE)


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_each_kind_computes_what_the_executor_computes(kind: str) -> None:
    def assert_right(network: cnn.Network) -> None:
        networks.assert_agree(computed, network, TOLERANCE, 2)

    tried = confront(kind, assert_right, most=40)
    assert tried["written"] >= 5, tried  # images only, or GRUs that reset before


@settings(max_examples=60, derandomize=True, deadline=None)
@given(network=wired())
def test_any_wiring_computes_what_the_executor_computes(network: cnn.Network) -> None:
    networks.assert_agree(computed, network, TOLERANCE)


@pytest.mark.parametrize("name", SHARING)
def test_weights_are_shared(name: str) -> None:
    network = networks.plain(cnn.loads(SHARING[name]))
    assert counted(network)[0] == cnn.analyze(network).total.parameters
    networks.assert_agree(computed, network, TOLERANCE)
