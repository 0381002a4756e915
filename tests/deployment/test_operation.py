"""Operations: what runs together on a target."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.deployment.folding import fold
from cnnanalyze.deployment.operation import operations_of
from cnnanalyze.deployment.target import find_target


def operations(layers: str, target: str = "tflm-reference") -> list[str]:
    """Return the layers of each operation, joined."""
    network = fold(cnn.loads(f"{{cnn: 1, input: 11x7x5, layers: [{layers}]}}")).network
    found = operations_of(network, find_target(target))
    return ["+".join(node.id for node in one.nodes) for one in found]


SAME = "{conv: {filters: 5, kernel: 3, padding: same}}"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (f"{SAME}, bn, relu", ["conv1+relu1"]),
        (f"{SAME}, relu6, relu", ["conv1+relu61", "relu1"]),
        (f"{SAME}, tanh", ["conv1", "tanh1"]),
        ("relu", ["relu1"]),
        ("{maxpool: 2}, relu", ["maxpool1+relu1"]),
        (f"{{add: [[{SAME}], []]}}, relu", ["add1/1/conv1", "add1+relu1"]),
        (f"{SAME}, {{add: [[relu], []]}}", ["conv1", "add1/1/relu1", "add1"]),
        ("flatten, {dense: 3}, softmax", ["flatten1", "dense1", "softmax1"]),
    ],
)
def test_activations_run_with_what_is_before_them(layers: str, expected: list[str]) -> None:
    assert operations(layers) == expected


def test_a_target_that_adds_in_its_accumulators_fuses_the_sum() -> None:
    layers = f"{{add: [[{SAME}, bn], []]}}, relu"
    assert operations(layers, "nvidia-a100") == ["add1/1/conv1+add1+relu1"]


def test_an_output_is_never_fused_away() -> None:
    b = cnn.NetworkBuilder()
    x = b.conv(b.input(11, 7, 5), filters=5, kernel=3)
    network = b.build(outputs=[x, b.relu(x)])
    found = operations_of(network, find_target("tflm-reference"))
    assert [one.id for one in found] == ["conv1", "relu1"]
