"""The text of Keras models: functions for blocks, as ruff wants it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnnanalyze as cnn
from tests.exporting.cases import SHARING

ZOO = sorted(cnn.zoo())


def assert_clean(spec: str | cnn.Spec, folder: Path) -> None:
    """Assert that ruff finds nothing in what is written, and would not write it otherwise."""
    if find_spec("ruff") is None:
        pytest.skip("ruff is not installed")
    file = folder / "network.py"
    cnn.export(spec, "keras").write(file)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", ZOO)
def test_ruff_finds_nothing(name: str, tmp_path: Path) -> None:
    assert_clean(f"zoo:{name}", tmp_path)


def test_ruff_finds_nothing_in_layers_that_keras_lacks(tmp_path: Path) -> None:
    spec = """
cnn: 1
input: 12x8x8
layers:
  - {conv: {filters: 8, kernel: 3, padding: circular}}
  - {channel_shuffle: 2}
  - {space_to_depth: 2}
  - {depth_to_space: 2}
  - {resize: {scale: 1.5, method: bilinear, coordinates: asymmetric}}
  - {resize: {scale: 1.1, method: nearest_exact}}
  - {rearrange: "h w c -> (h w) c"}
  - {lstm: {units: 3, bidirectional: true, layers: 2}}
  - {gru: {units: 3, output: last}}
"""
    assert_clean(cnn.loads(spec), tmp_path)


def test_a_network_of_blocks_is_what_a_person_would_have_written() -> None:
    spec = """
cnn: 1
name: Small net
input: 32x32x3
blocks:
  unit:
    params: {filters: , stride: 1}
    layers:
      - add:
          - [{conv: {filters: $filters, kernel: 3, stride: $stride, padding: same}}, bn]
          - {conv: {filters: $filters, kernel: 1, stride: $stride}, as: short,
             when: $in != $filters}
layers:
  - for: {filters: [16, 32]}
    as: stage
    do:
      - unit: {filters: $filters, stride: 2}
      - {unit: $filters, repeat: 2}
  - gap
  - dense: 10
"""
    assert (
        cnn.export(cnn.loads(spec), "keras").text
        == """\
import keras
from keras import layers


def unit(x, filters, stride=1, *, name):
    in_channels = x.shape[-1]
    branch1 = layers.Conv2D(
        filters, 3, strides=stride, padding="same", name=f"{name}_conv1"
    )(x)
    branch1 = layers.BatchNormalization(epsilon=1e-05, name=f"{name}_batchnorm1")(
        branch1
    )
    branch2 = x
    if in_channels != filters:
        branch2 = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_short")(x)
    x = layers.Add(name=f"{name}_add1")([branch1, branch2])
    return x


def small_net():
    x = inputs = keras.Input((32, 32, 3))
    x = unit(x, filters=16, stride=2, name="stage1_unit1")
    for number in range(2, 4):
        x = unit(x, filters=16, name=f"stage1_unit{number}")
    x = unit(x, filters=32, stride=2, name="stage2_unit1")
    for number in range(2, 4):
        x = unit(x, filters=32, name=f"stage2_unit{number}")
    x = layers.GlobalAveragePooling2D(keepdims=True, name="global_avgpool1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(10, name="dense1")(x)
    return keras.Model(inputs, x)
"""
    )


def test_a_layer_that_is_called_twice_is_made_once() -> None:
    assert (
        body(SHARING["layer"])
        == """\
    x = inputs = keras.Input((9, 7, 3))
    first = layers.Conv2D(3, 3, padding="same", name="first")
    x = first(x)
    x = layers.ReLU(name="relu1")(x)
    x = first(x)
    return keras.Model(inputs, x)
"""
    )


def test_a_block_that_is_called_twice_is_a_layer() -> None:
    text = cnn.export(cnn.loads(SHARING["block on maps of two sizes"]), "keras").text
    assert (
        """\
class Head(layers.Layer):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.conv1 = layers.Conv2D(5, 3)
        self.relu1 = layers.ReLU()
        self.conv2 = layers.Conv2D(2, 1)

    def call(self, x):
        x = self.conv1(x)
        x = self.relu1(x)
        x = self.conv2(x)
        return x
"""
        in text
    )
    assert body(SHARING["block on maps of two sizes"]).endswith(
        """
    first = Head(name="first")
    x = first(x)
    small = first(small)
    return keras.Model(inputs, [x, small])
"""
    )


def body(spec: str) -> str:
    """Return the lines of the function of the network."""
    return cnn.export(cnn.loads(spec), "keras").text.rpartition("():\n")[2]


def test_layers_that_step_otherwise_cannot_share() -> None:
    with pytest.raises(
        cnn.UsageError,
        match="second: 'conv' with the weights of 'first', which is another layer, cannot",
    ):
        cnn.export(cnn.loads(SHARING["other numbers"]), "keras")


def test_an_lstm_with_two_biases_is_a_cell_of_its_own() -> None:
    spec = "{cnn: 1, input: 5x7, layers: [{lstm: {units: 3, bidirectional: true}}]}"
    text = cnn.export(cnn.loads(spec), "keras").text
    assert "class BiasedLSTMCell(layers.LSTMCell):" in text
    assert "layers.RNN(BiasedLSTMCell(3), return_sequences=True)" in text


def test_frozen_and_given_weights_are_frozen_and_given() -> None:
    spec = """
cnn: 1
input: 5x5x1
layers:
  - {conv: {filters: 1, kernel: [1, 2], bias: false}, weights: [[1, -1]], as: edges, frozen: true}
"""
    found = cnn.export(cnn.loads(spec), "keras").text
    assert 'model.get_layer("edges").trainable = False' in found
    assert 'model.get_layer("edges").set_weights([np.array([[[[1]], [[-1]]]])])' in found


def test_some_of_the_tensors_of_a_layer_cannot_be_given() -> None:
    spec = """
cnn: 1
input: 5x5x1
layers: [{conv: {filters: 1, kernel: [1, 2]}, weights: [[1, -1]], as: edges}]
"""
    with pytest.raises(cnn.UsageError, match="edges: kernel alone cannot be given in Keras"):
        cnn.export(cnn.loads(spec), "keras")


def lines(name: str) -> list[str]:
    """Return the lines of a network of the zoo without blanks around them."""
    return [line.strip() for line in cnn.export(f"zoo:{name}", "keras").text.splitlines()]


def test_what_a_stride_decides_is_no_parameter() -> None:
    found = lines("resnet50")
    assert "def conv_bn(x, filters, kernel, stride=1, *, name):" in found
    assert 'padding="same" if kernel != 1 and stride == 1 else "valid",' in found


def test_a_kernel_that_is_as_large_as_a_width_is_an_accident() -> None:
    # The first convolution of MobileNetV2 has kernel 3, and reads 3 channels.
    found = lines("mobilenet_v2")
    assert "if kernel != 1:" in found
    assert "if in_channels == kernel:" not in found


def test_a_pool_that_keeps_the_size_is_called_so() -> None:
    assert (
        'pool1 = layers.MaxPooling2D(5, strides=1, padding="same", name=f"{name}_pool1")(x)'
        in lines("yolov8n")
    )


def test_borders_that_are_alike_are_one_number() -> None:
    assert 'right4 = up(pool4, pool3, filters=512, cropping=4, name="right4")' in lines("unet")


def test_what_is_padded_is_called_like_the_layer() -> None:
    spec = "{cnn: 1, input: 9x9x2, layers: [{maxpool: {kernel: 3, padding: 1}}, {add: [[], tanh]}]}"
    assert body(spec).splitlines()[1:3] == [
        '    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=float("-inf"))',
        '    x = layers.MaxPooling2D(3, name="maxpool1")(x)',
    ]


def test_attention_to_all_positions_is_that_of_keras() -> None:
    found = "".join(lines("vit_b_16"))
    assert 'layers.MultiHeadAttention(12, 64, name=f"{name}_attention1")(branch1, branch1)' in found


def test_what_keras_cannot_attend_to_is_named() -> None:
    spec = "{cnn: 1, input: 8x4x6, layers: [{attention: {heads: 2, causal: true, axis: height}}]}"
    with pytest.raises(
        cnn.UsageError,
        match="attention1: 'attention' that is causal within windows or along an axis cannot",
    ):
        cnn.export(cnn.loads(spec), "keras")


def definitions(name: str) -> list[str]:
    """Return what the functions of a network of the zoo are called."""
    return [line.partition("(")[0] for line in lines(name) if line.startswith("def ")]


def test_what_each_of_two_instances_has_alone_makes_one_function() -> None:
    # With a stride there is padding and no sum; without one the other way round.
    assert definitions("mobilenet_v2") == ["def conv_bn_relu6", "def bottleneck", "def mobilenetv2"]
    found = lines("mobilenet_v2")
    assert {"if t != 1:", "if s != 1:", "if in_channels == c:"} <= {*found}


def test_what_a_setting_chooses_is_an_if_with_an_else() -> None:
    found = lines("yolov8n")
    at = found.index("def unit(x, shortcut=True, *, name):")
    assert found[at + 1 : at + 11] == [
        "in_channels = x.shape[-1]",
        "if shortcut:",
        'branch1 = conv_silu(x, filters=in_channels, kernel=3, name=f"{name}_conv_silu1")',
        "branch1 = conv_silu(",
        'branch1, filters=in_channels, kernel=3, name=f"{name}_conv_silu2"',
        ")",
        'x = layers.Add(name=f"{name}_add1")([branch1, x])',
        "else:",
        'x = pair(x, name=f"{name}_pair1")',
        "return x",
    ]
    assert "def nonlinearity2" not in definitions("mobilenet_v3_small")
