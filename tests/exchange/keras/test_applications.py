"""Keras' own networks, built by Keras: every layer's shape and parameters, and the operations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

import cnnanalyze as cnn

pytestmark = [pytest.mark.frameworks, pytest.mark.thorough]

NAMES = (
    "ConvNeXtSmall", "ConvNeXtTiny", "DenseNet121", "DenseNet169", "DenseNet201",
    "EfficientNetB0", "EfficientNetB1", "EfficientNetV2B0", "EfficientNetV2S",
    "InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "MobileNetV3Large",
    "MobileNetV3Small", "ResNet50", "ResNet101", "ResNet50V2", "ResNet152V2", "VGG16", "VGG19",
    "Xception",
)  # fmt: skip
"""NASNet is not there: Keras does not build it with PyTorch."""
VIEWS = {"InputLayer", "Reshape", "Permute", "RepeatVector"}
"""Layers of which no layer of ours is left: they only change axes."""


@pytest.fixture(scope="module")
def keras() -> Any:
    os.environ["KERAS_BACKEND"] = "torch"
    pytest.importorskip("torch")
    return pytest.importorskip("keras")


def leaves(model: Any) -> Iterator[Any]:
    """Yield the layers of a model, those of models in it included."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        else:
            yield layer


@pytest.mark.parametrize("name", NAMES)
def test_network_of_keras(name: str, keras: Any) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    applications: Any = keras.applications
    is_open = name.startswith("MobileNetV3")
    model = getattr(applications, name)(
        weights=None, **({"input_shape": (224, 224, 3)} if is_open else {})
    )
    net = cnn.from_keras(model)
    report = cnn.analyze(net)
    different = []
    for layer in leaves(model):
        nodes = [n for n in net if n.id == layer.name or n.id.endswith(f".{layer.name}")]
        if not nodes:
            assert type(layer).__name__ in VIEWS, layer.name
            continue
        (node,) = nodes
        trained = sum(_count(w) for w in layer.trainable_weights)
        output = layer.output.shape[1:]
        same = report[node.id].parameters == trained and (
            tuple(n for n in node.output.extents if n != 1) == tuple(n for n in output if n != 1)
        )
        if not same:
            different.append((layer.name, node.output, output, trained))
    assert different == []
    counters = sum(type(layer).__name__ == "Normalization" for layer in leaves(model))
    assert report.total.parameters == sum(_count(w) for w in model.trainable_weights)
    fixed = sum(_count(w) for w in model.non_trainable_weights)
    assert report.total.statistics - fixed in {-counters, 6 - counters, 0, 6}
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *model.input_shape[1:]))
    assert report.total.operations("mac") == counter.get_total_flops() // 2


def _count(weight: Any) -> int:
    count = 1
    for n in weight.shape:
        count *= int(n)
    return count


def test_keras_pads_mobilenet_v2_as_its_authors_do_and_not_as_torchvision(keras: Any) -> None:
    model = cnn.from_keras(keras.applications.MobileNetV2(weights=None))
    found = cnn.check("zoo:mobilenet_v2", model)
    assert str(found) == (
        "conv1/conv1: padding 1+0 x 1+0 in the spec, 0+1 x 0+1 in Conv1 of the model\n"
        "stage2/bottleneck1/depthwise1: padding 1+0 x 1+0 in the spec, "
        "0+1 x 0+1 in block_1_depthwise of the model"
    )
    assert [departure.instances for departure in found] == [1, 4]
    assert cnn.check("zoo:mobilenet_v2", model, settings={"same": True}).holds


def test_keras_limits_the_activations_of_mobilenet_where_the_paper_does_not(keras: Any) -> None:
    model = cnn.from_keras(keras.applications.MobileNet(weights=None))
    found = cnn.check("zoo:mobilenet_v1", model)
    assert str(found) == (
        "relu1: relu in the spec, relu6 in conv1_relu of the model\n"
        "conv1/relu1: relu in the spec, relu6 in conv_dw_1_relu of the model\n"
        "conv1/relu2: relu in the spec, relu6 in conv_pw_1_relu of the model"
    )
    assert [departure.instances for departure in found] == [1, 13, 13]
    assert cnn.check("zoo:mobilenet_v1", model, settings={"activation": "relu6"}).holds
