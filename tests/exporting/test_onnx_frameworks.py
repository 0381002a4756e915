"""Generated ONNX files before the wheel's strict checker and ONNX Runtime."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings

import cnnanalyze as cnn
from tests.strategies import STRATEGIES
from tests.strategies.wired import wired

pytest.importorskip("onnxruntime", reason="generated ONNX files: onnxruntime is not installed")
from cnnanalyze.exporting.onnx.model import drawn, model_of
from tests.exporting import networks
from tests.exporting.cases import SHARING, confront
from tests.exporting.onnx_runtime import checked, computed, sizes

pytestmark = pytest.mark.frameworks

ZOO = sorted(cnn.zoo())
TOLERANCE = 1e-4
"""ONNX Runtime computes with 32 bits, and the executor here with 64."""


NOT_WRITTEN = {"local_conv": "ONNX has no convolution with kernels of its own at each position"}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ZOO)
def test_the_strict_checker_takes_the_file_and_infers_our_shapes(name: str) -> None:
    network = networks.network(name)
    model = checked(model_of(network, None))
    for node in network.nodes:
        shape = node.output
        assert sizes(model, node.id) == (shape.channels, *shape.size)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", networks.zoo_of_outputs())
def test_onnx_runtime_computes_what_the_executor_computes(name: str) -> None:
    networks.assert_agree(computed, networks.small(networks.network(name)), TOLERANCE)


@pytest.mark.parametrize("kind", sorted(STRATEGIES))
def test_each_kind_computes_what_the_executor_computes(kind: str) -> None:
    def assert_right(network: cnn.Network) -> None:
        checked(model_of(network, None))
        networks.assert_agree(computed, network, TOLERANCE, 2)

    tried = confront(kind, assert_right, most=40)
    assert tried["written"] >= 5 or kind in NOT_WRITTEN, tried


@settings(max_examples=60, derandomize=True, deadline=None)
@given(network=wired())
def test_any_wiring_computes_what_the_executor_computes(network: cnn.Network) -> None:
    networks.assert_agree(computed, network, TOLERANCE)


def test_weights_are_those_of_the_executor() -> None:
    network = networks.network("lecture_001_lenet")
    content = model_of(network, drawn(network))
    assert content == cnn.export(network, "onnx", weights=True).content
    model = checked(content)
    held = [i for i in model.graph.initializer if i.data_type == 1]
    report = cnn.analyze(network)
    assert sum(prod(i.dims) for i in held) == report.total.parameters


@pytest.mark.parametrize("name", SHARING)
def test_weights_are_shared(name: str) -> None:
    network = networks.plain(cnn.loads(SHARING[name]))
    networks.assert_agree(computed, network, TOLERANCE)
