"""Every recorded number of every tool, reproduced to the last digit."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Total
from cnnanalyze.core.conventions import convention
from tests.core.conventions.measured import KERAS, LAYERS, NETWORKS, ONNX_ZOO, PRINTED, TOOLS

pytestmark = pytest.mark.sampled(8)

LAYER_CASES = [
    pytest.param(layer, tool, operations, parameters, id=f"{name} {tool}")
    for name, layer, all_operations, all_parameters in LAYERS
    for tool, operations, parameters in zip(TOOLS, all_operations, all_parameters, strict=True)
]
NETWORK_CASES = [
    pytest.param(network, settings, tool, operations, parameters, id=f"{name} {tool}")
    for name, (network, settings, all_operations, all_parameters) in NETWORKS.items()
    for tool, operations, parameters in zip(TOOLS, all_operations, all_parameters, strict=True)
]


def total_of_layer(layer: str) -> Total:
    where, _, text = layer.rpartition(":") if layer.startswith(("30", "F:")) else ("", "", layer)
    if layer.startswith(("30", "F:")):
        where, _, text = layer.partition(":")
    features = "{features: 30}" if where.startswith("30") else "15x13x8"
    # What follows keeps a softmax from being the last layer, where tools see logits.
    return cnn.analyze(
        cnn.loads(f"{{cnn: 1, input: {features}, layers: [{text}, identity]}}")
    ).total


def called(tool: str, layer: str) -> str:
    """Return the name of the convention for a model that calls the layer as a function."""
    if not layer.partition(":")[0].endswith("F"):
        return tool
    kind = layer.partition(":")[2].strip("{").partition(":")[0]
    row = convention(tool)
    known = " ".join(row.functions).split()
    return f"{tool}/{kind}" if kind in known or "*" in known else tool


@pytest.mark.parametrize(("layer", "tool", "operations", "parameters"), LAYER_CASES)
def test_single_layer(
    layer: str, tool: str, operations: int | None, parameters: int | None
) -> None:
    total = total_of_layer(layer)
    if operations is not None:
        assert total.operations(called(tool, layer)) == operations
    if parameters is not None and tool != "thop" and not (tool == "onnx-tool" and "bn" in layer):
        assert total.counted_parameters(tool) == parameters


@cache
def total_of_network(name: str, settings: tuple[tuple[str, Any], ...]) -> Total:
    return cnn.analyze(f"zoo:{name}", settings=dict(settings)).total


@pytest.mark.parametrize(("network", "settings", "tool", "operations", "parameters"), NETWORK_CASES)
def test_network(
    network: str,
    settings: dict[str, Any],
    tool: str,
    operations: int | None,
    parameters: int | None,
) -> None:
    total = total_of_network(network, tuple(settings.items()))
    if operations is not None:
        assert total.operations(tool) == operations
    if parameters is not None:
        assert total.counted_parameters(tool) == parameters


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_statistics(name: str) -> None:
    settings, stored, trained = KERAS[name]
    total = cnn.analyze(f"zoo:{name}", settings=settings).total
    assert total.counted_parameters("keras") == stored
    assert total.counted_parameters("pytorch") == trained


@pytest.mark.parametrize("name", ONNX_ZOO)
def test_onnx_zoo_ends_in_a_softmax(name: str) -> None:
    settings, operations = ONNX_ZOO[name]
    total = cnn.analyze(f"zoo:{name}", settings=settings).total
    assert total.operations("onnx-tool/softmax") == operations
    assert total.operations("onnx-tool") == operations - 36 * 1000


@pytest.mark.parametrize(
    ("name", "spec", "operations", "parameters"),
    [(name, *numbers) for name, rows in PRINTED.items() for numbers in rows],
)
def test_what_one_alone_prints(
    name: str, spec: str, operations: int | None, parameters: int | None
) -> None:
    total = cnn.analyze(spec if spec.startswith("zoo:") else cnn.loads(spec)).total
    if operations is not None:
        assert total.operations(name) == operations
    if parameters is not None:
        assert total.counted_parameters(name) == parameters


def test_a_transposed_kernel_that_is_larger_than_its_input_is_counted() -> None:
    """The first layer of a generator; calflops takes it for a plain one, of (1 - 4) // 1 + 1 = -2.

    Twice 100 x 8 x 4 x 4 multiply-accumulates, and a bias for each of (-2) x (-2) x 8 elements.
    """
    net = cnn.loads(
        "{cnn: 1, input: 1x1x100, layers: [{transposed_conv: {filters: 8, kernel: 4}}]}"
    )
    report = cnn.analyze(net)
    assert report.total.operations("calflops") == 2 * 12_800 + 32
    assert "calflops" in report.to_html()
