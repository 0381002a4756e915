"""The text of PyTorch modules: what a person would have written, as ruff wants it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnanalyze as cnn
from tests.exporting.cases import SHARING

ZOO = sorted(cnn.zoo())


def text(spec: str) -> str:
    """Return the module that a spec becomes."""
    return cnn.export(cnn.loads(spec)).text


def lines(spec: str) -> list[str]:
    """Return its lines without blanks around them."""
    return [line.strip() for line in text(spec).splitlines()]


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", ZOO)
def test_ruff_finds_nothing(name: str, tmp_path: Path) -> None:
    if find_spec("ruff") is None:
        pytest.skip("ruff is not installed")
    file = tmp_path / "network.py"
    cnn.export(f"zoo:{name}").write(file)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_network_of_blocks_is_what_a_person_would_have_written() -> None:
    spec = """
cnn: 1
name: Small residual net
input: 32x32x3
defaults: {conv: {kernel: 3, padding: 1, bias: false}}
blocks:
  residual:
    params: {filters: , stride: 1}
    layers:
      - add:
          - [{conv: {filters: $filters, stride: $stride}}, bn, relu, {conv: $filters}, bn]
          - {conv: {filters: $filters, kernel: 1, stride: $stride, padding: 0}, as: shortcut,
             when: $in != $filters}
      - relu
layers:
  - conv: {filters: 16}
  - for: {filters: [16, 32, 64], stride: [1, 2, 2]}
    as: stage
    do:
      - residual: {filters: $filters, stride: $stride}
      - {residual: {filters: $filters}, repeat: 2}
  - gap
  - dense: 10
"""
    assert (
        text(spec)
        == '''\
from torch import Tensor, nn


class Residual(nn.Module):
    def __init__(self, in_channels: int, filters: int, stride: int = 1) -> None:
        super().__init__()
        self.branch1 = nn.Sequential(
            nn.Conv2d(in_channels, filters, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(filters),
        )
        self.shortcut: nn.Module = nn.Identity()
        if in_channels != filters:
            self.shortcut = nn.Conv2d(
                in_channels, filters, 1, stride=stride, bias=False
            )
        self.relu1 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        branch1 = self.branch1(x)
        branch2 = self.shortcut(x)
        x = branch1 + branch2
        return self.relu1(x)


class SmallResidualNet(nn.Module):
    """Small residual net"""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.stage1 = nn.Sequential(*(Residual(16, filters=16) for _ in range(3)))
        self.stage2 = nn.Sequential(
            Residual(16, filters=32, stride=2),
            *(Residual(32, filters=32) for _ in range(2)),
        )
        self.stage3 = nn.Sequential(
            Residual(32, filters=64, stride=2),
            *(Residual(64, filters=64) for _ in range(2)),
        )
        self.global_avgpool1 = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dense1 = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        x = self.stage1(x)
        x = self.stage2(x)
        x = self.stage3(x)
        x = self.global_avgpool1(x)
        x = self.flatten(x)
        return self.dense1(x)
'''
    )


def test_numbers_that_grow_evenly_are_a_loop() -> None:
    module = cnn.export("zoo:densenet121").text
    assert "nn.Sequential(*(DenseLayer(128 + 32 * i) for i in range(12)))" in module


def test_an_argument_that_is_the_default_of_another_one_is_told_where_they_differ() -> None:
    # A pool steps by its window unless it is told otherwise, so by another number in each instance.
    spec = """
cnn: 1
input: 31x31x2
blocks: {pool: {params: {k: }, layers: [relu, {maxpool: {kernel: $k, stride: 2}}]}}
layers: [{pool: 2}, {pool: 3}]
"""
    assert "self.maxpool1 = nn.MaxPool2d(k, stride=2)" in lines(spec)


def test_what_an_instance_lacks_is_there_on_a_condition() -> None:
    module = cnn.export("zoo:mobilenet_v2").text
    assert "if t != 1:" in module
    assert "self.has_add1 = in_channels == c" in module
    assert "return x + expansion if self.has_add1 else expansion" in module


def test_names_of_no_language_become_names_of_python() -> None:
    spec = """
cnn: 1
name: 3D "net" \\ 2
input: 9x9x2
layers: [{conv: {filters: 3, kernel: 1}, as: 3x3}, {relu: , as: class}, {tanh: , as: forward}]
"""
    found = lines(spec)
    assert "class Net3DNet2(nn.Module):" in found
    assert "self.conv_3x3 = nn.Conv2d(2, 3, 1)" in found
    assert "self.class_ = nn.ReLU()" in found
    assert "return self.forward_(x)" in found


def test_shared_weights_are_one_module() -> None:
    spec = """
cnn: 1
input: 9x9x3
layers:
  - {conv: {filters: 3, kernel: 3, padding: same}, as: first}
  - {conv: {filters: 3, kernel: 3, padding: same}, as: second, share: first}
"""
    found = lines(spec)
    assert "return self.first(x)" in found
    assert not any("self.second" in line for line in found)


def test_layers_that_step_otherwise_share_weights_and_are_two_modules() -> None:
    found = lines(SHARING["other numbers"])
    assert "self.second = nn.Conv2d(3, 3, 3, stride=2)" in found
    assert "self.second.weight = self.first.weight" in found


def test_frozen_and_given_weights_are_frozen_and_given() -> None:
    spec = """
cnn: 1
input: 5x5x1
layers:
  - {conv: {filters: 1, kernel: [1, 2], bias: false}, weights: [[1, -1]], as: edges, frozen: true}
"""
    found = lines(spec)
    assert "self.edges.requires_grad_(False)" in found
    assert "self.edges.weight.copy_(torch.tensor([[[[1.0, -1.0]]]]))" in found


def test_a_map_is_flattened_as_pytorch_does_it_where_that_makes_no_difference() -> None:
    spec = "{cnn: 1, input: 5x7x3, layers: [flatten, relu, dropout, {dense: 2}]}"
    assert "self.flatten1 = nn.Flatten()" in lines(spec)


def test_a_map_whose_order_is_seen_is_flattened_channels_last() -> None:
    spec = "{cnn: 1, input: 5x7x3, layers: [flatten, bn, {dense: 2}]}"
    assert "x = x.movedim(1, -1).flatten(1)" in lines(spec)


def test_modules_that_pytorch_lacks_are_written_before_the_network() -> None:
    found = lines("{cnn: 1, input: 5x7x3, layers: [grn]}")
    assert found.index("class GlobalResponseNorm(nn.Module):") < found.index(
        "class Text(nn.Module):"
    )


def test_several_inputs_and_outputs_have_their_names() -> None:
    spec = """
cnn: 1
inputs: {left: 5x5x3, right: 5x5x3}
layers: [{add: , from: [left, right], as: sum}, relu, {tanh: , from: sum}]
outputs: [relu1, tanh1]
"""
    assert "def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:" in lines(spec)


def test_a_layer_that_cannot_be_written_is_named() -> None:
    spec = "{cnn: 1, input: 5x7x3, layers: [{opaque: {output: 5x7x3}, as: it}]}"
    with pytest.raises(cnn.UsageError, match="it: 'opaque' cannot be written for PyTorch"):
        text(spec)


def test_what_pytorch_cannot_do_is_named() -> None:
    spec = "{cnn: 1, input: 5x7, layers: [{lstm: {units: 3, biases: 1}}]}"
    with pytest.raises(cnn.UsageError, match="lstm1: 'lstm' with one bias cannot be written"):
        text(spec)


def test_a_block_is_not_called_like_what_the_code_imports() -> None:
    spec = """
cnn: 1
input: 9x9x2
blocks: {f: {layers: [{pad_channels: 1}, {add: [[], tanh]}]}, tensor: {layers: [{add: [[], relu]}]}}
layers: [f, tensor]
"""
    found = lines(spec)
    assert "import torch.nn.functional as F" in found
    assert {"class F2(nn.Module):", "class Tensor2(nn.Module):"} <= set(found)


def test_a_parameter_that_nobody_uses_leaves_its_name_to_others() -> None:
    # Swin's blocks are told whether they are shifted; what their attention needs is by how much.
    module = cnn.export("zoo:swin_t").text
    assert "self.stage1 = Pair(96, heads=3, shift=(3, 3))" in module


def test_pixels_that_rounding_would_miss_are_read_by_their_numbers() -> None:
    spec = "{cnn: 1, input: 4x30x2, layers: [{resize: {size: [12, 58]}}]}"
    assert lines(spec)[-1] == "return x[:, :, :, [o * 30 // 58 for o in range(58)]]"
