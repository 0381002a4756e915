"""Layers of Keras: what each becomes, with the shape that Keras' documentation prints."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from tests.exchange.keras.models import layer, model, read, row, shown, start

MAP, SIGNAL, VECTOR, VOLUME = (13, 11, 6), (13, 6), (6,), (5, 7, 11, 6)


@pytest.mark.parametrize(
    ("kind", "config", "shape", "expected"),
    [
        ("Conv1D", {"filters": 5, "kernel_size": 3, "padding": "causal"}, SIGNAL, ["conv 13x5"]),
        ("Conv3D", {"filters": 5, "kernel_size": 3}, VOLUME, ["conv 3x5x9x5"]),
        ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, SIGNAL, ["depthwise 11x12"]),
        ("SeparableConv2D", {"filters": 5, "kernel_size": 3}, MAP, ["separable 11x9x5"]),
        (
            "Conv2DTranspose",
            {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same"},
            MAP,
            ["transposed_conv 26x22x5"],
        ),
        (
            "Conv2DTranspose",
            {"filters": 5, "kernel_size": 3, "strides": 2, "output_padding": 1},
            MAP,
            ["transposed_conv 28x24x5"],
        ),
        ("LocallyConnected2D", {"filters": 5, "kernel_size": 3}, MAP, ["local_conv 11x9x5"]),
        ("Dense", {"units": 5}, SIGNAL, ["conv 13x5"]),
        ("Dense", {"units": 5}, VECTOR, ["dense 5"]),
        ("MaxPooling2D", {}, MAP, ["maxpool 6x5x6"]),
        ("AveragePooling2D", {"pool_size": 3, "strides": 1, "padding": "same"}, MAP,
         ["avgpool 13x11x6"]),
        ("AdaptiveAveragePooling2D", {"output_size": [5, 3]}, MAP, ["adaptive_avgpool 5x3x6"]),
        ("AdaptiveMaxPooling1D", {"output_size": 4}, SIGNAL, ["adaptive_maxpool 4x6"]),
        ("GlobalMaxPooling2D", {}, MAP, ["global_maxpool 1x1x6", "rest"]),
        ("GlobalAveragePooling2D", {"keepdims": True}, MAP, ["global_avgpool 1x1x6"]),
        ("BatchNormalization", {"epsilon": 0.1}, MAP, ["batchnorm 13x11x6"]),
        ("LayerNormalization", {"axis": [1, 2, 3]}, MAP, ["layernorm 13x11x6"]),
        ("LayerNormalization", {"rms_scaling": True}, MAP, ["rmsnorm 13x11x6"]),
        ("RMSNormalization", {}, MAP, ["rmsnorm 13x11x6"]),
        ("GroupNormalization", {"groups": 3}, MAP, ["groupnorm 13x11x6"]),
        ("GroupNormalization", {"groups": -1}, MAP, ["groupnorm 13x11x6"]),
        ("Normalization", {}, MAP, ["batchnorm 13x11x6"]),
        ("LayerScale", {"projection_dim": 6}, MAP, ["layer_scale 13x11x6"]),
        ("Activation", {"activation": "linear"}, MAP, ["identity 13x11x6"]),
        ("Activation", {"activation": "hard_silu"}, MAP, ["hard_swish 13x11x6"]),
        ("Activation", {"activation": "leaky_relu"}, MAP, ["leaky_relu 13x11x6"]),
        (
            "Activation",
            {"activation": {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}},
            MAP,
            ["leaky_relu 13x11x6"],
        ),
        (
            "Activation",
            {"activation": {"class_name": "function", "config": "relu6"}},
            MAP,
            ["relu6 13x11x6"],
        ),
        ("ReLU", {"max_value": 6.0}, MAP, ["relu6 13x11x6"]),
        ("ReLU", {"max_value": 20}, MAP, ["clip 13x11x6"]),
        ("ReLU", {"negative_slope": 0.1}, MAP, ["leaky_relu 13x11x6"]),
        ("ReLU", {"negative_slope": 0.1, "max_value": 6}, MAP,
         ["leaky_relu 13x11x6", "clip 13x11x6"]),
        ("ELU", {"alpha": 0.5}, MAP, ["elu 13x11x6"]),
        ("PReLU", {"shared_axes": [1, 2]}, MAP, ["prelu 13x11x6"]),
        ("Softmax", {}, MAP, ["softmax 13x11x6"]),
        ("Softmax", {"axis": 1}, SIGNAL, ["rearrange 6x13", "softmax 6x13", "rearrange 13x6"]),
        ("SpatialDropout2D", {"rate": 0.2}, MAP, ["dropout 13x11x6"]),
        ("StochasticDepth", {"drop_path_rate": 0.2}, MAP, ["drop_path 13x11x6"]),
        ("GaussianNoise", {"stddev": 0.2}, MAP, ["identity 13x11x6"]),
        ("RandomFlip", {}, MAP, ["identity 13x11x6"]),
        ("Flatten", {}, MAP, ["flatten 858"]),
        ("Reshape", {"target_shape": [11, -1]}, MAP, ["rest"]),
        ("Permute", {"dims": [2, 1, 3]}, MAP, ["permute 11x13x6"]),
        ("RepeatVector", {"n": 4}, VECTOR, ["reshape", "resize"]),
        ("ZeroPadding2D", {"padding": [[0, 1], [2, 3]]}, MAP, ["zeropad 14x16x6"]),
        ("ZeroPadding2D", {"padding": [1, 2]}, MAP, ["zeropad 15x15x6"]),
        ("ZeroPadding1D", {"padding": [1, 2]}, SIGNAL, ["zeropad 16x6"]),
        ("Cropping2D", {"cropping": [[0, 1], [2, 3]]}, MAP, ["crop 12x6x6"]),
        ("CenterCrop", {"height": 7, "width": 4}, MAP, ["crop 7x4x6"]),
        ("UpSampling2D", {"size": [2, 3], "interpolation": "bilinear"}, MAP, ["resize 26x33x6"]),
        ("UpSampling1D", {"size": 2}, SIGNAL, ["resize 26x6"]),
        ("Resizing", {"height": 7, "width": 5}, MAP, ["resize 7x5x6"]),
        ("Rescaling", {"scale": 0.5}, MAP, ["scale 13x11x6"]),
        ("Embedding", {"input_dim": 100, "output_dim": 7}, VECTOR, ["embedding 6x7"]),
        ("LSTM", {"units": 5}, SIGNAL, ["lstm 5"]),
        ("GRU", {"units": 5, "return_sequences": True}, SIGNAL, ["gru 13x5"]),
        ("SimpleRNN", {"units": 5, "activation": "relu"}, SIGNAL, ["rnn 5"]),
        ("LSTM", {"units": 5, "go_backwards": True}, SIGNAL, ["slice 13x6", "lstm 5"]),
        (
            "Bidirectional",
            {"layer": {"class_name": "LSTM", "config": {"units": 5}}, "merge_mode": "concat"},
            SIGNAL,
            ["lstm 10"],
        ),
        (
            "TimeDistributed",
            {"layer": {"class_name": "Dense", "config": {"units": 5}}},
            SIGNAL,
            ["conv 13x5"],
        ),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, SIGNAL, ["attention 13x6"]),
        ("Gelu", {}, MAP, ["gelu 13x11x6"]),
        ("HardSigmoid", {}, MAP, ["hard_sigmoid 13x11x6"]),
        ("LeakyRelu", {}, MAP, ["leaky_relu 13x11x6"]),
    ],
)  # fmt: skip
def test_a_layer(kind: str, config: dict[str, Any], shape: Any, expected: list[str]) -> None:
    net = read(row(layer(kind, "one", **config), shape=shape))
    made = [(node.kind, str(node.output)) for node in net]
    for (found, output), line in zip(made, expected, strict=False):
        word, _, size = line.partition(" ")
        assert word in {found, "rest"}
        assert size in {output, ""}


@pytest.mark.parametrize(
    ("kind", "config", "shape", "parameters"),
    [
        # keras.io prints these, or their code has the shapes of the weights
        ("LSTM", {"units": 4}, (10, 8), 4 * 4 * (8 + 4 + 1)),
        ("GRU", {"units": 4}, (10, 8), 3 * 4 * (8 + 4 + 2)),
        ("GRU", {"units": 4, "reset_after": False}, (10, 8), 3 * 4 * (8 + 4 + 1)),
        ("SimpleRNN", {"units": 4}, (10, 8), 4 * (8 + 4 + 1)),
        ("PReLU", {}, MAP, 13 * 11 * 6),
        ("PReLU", {"shared_axes": [1, 2]}, MAP, 6),
        ("PReLU", {"shared_axes": [1, 2, 3]}, MAP, 1),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, SIGNAL, 4 * 6 * 6 + 4 * 6),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 5, "value_dim": 7, "use_bias": False},
         SIGNAL, 2 * 6 * 2 * 5 + 2 * 6 * 2 * 7),
        ("Normalization", {}, MAP, 0),
        ("LayerNormalization", {"center": False}, MAP, 6),
        ("LayerNormalization", {"rms_scaling": True}, MAP, 6),
    ],
)  # fmt: skip
def test_what_a_layer_learns(kind: str, config: Any, shape: Any, parameters: int) -> None:
    net = read(row(layer(kind, "one", **config), shape=shape))
    assert cnn.analyze(net).total.parameters == parameters


def test_hard_sigmoid_of_keras_2_is_another_one() -> None:
    given = row(layer("Activation", "act", activation="hard_sigmoid"))
    assert [node.kind for node in read(given)] == ["hard_sigmoid"]
    given["keras_version"] = "2.9.0"
    net = read(given)
    assert [(node.kind, node.attributes) for node in net] == [
        ("scale", {"factor": 0.2, "offset": 0.5}),
        ("clip", {"min": 0.0, "max": 1.0}),
    ]


def test_joins_of_tensors_of_other_ranks() -> None:
    net = model(
        start("x", 13, 11, 6),
        layer("GlobalAveragePooling2D", "gap", "x", keepdims=False),
        layer("Reshape", "shape", "gap", target_shape=[1, 1, 6]),
        layer("Dense", "squeeze", "shape", units=6),
        layer("Multiply", "gate", ["x", "squeeze"]),
    )
    assert shown(net) == [
        "gap global_avgpool input 1x1x6",
        "squeeze conv gap 1x1x6",
        "gate multiply input squeeze 13x11x6",
    ]


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"),
    [
        ("Add", ["x", 3.0], ("scale", {"factor": 1.0, "offset": 3.0})),
        ("Subtract", ["x", 3.0], ("scale", {"factor": 1.0, "offset": -3.0})),
        ("Subtract", [3.0, "x"], ("scale", {"factor": -1.0, "offset": 3.0})),
        ("Multiply", [0.5, "x"], ("scale", {"factor": 0.5})),
        ("Divide", ["x", 4], ("scale", {"factor": 0.25})),
        ("Maximum", ["x", 0.5], ("clip", {"min": 0.5, "max": None})),
        ("Minimum", ["x", 0.5], ("clip", {"min": None, "max": 0.5})),
    ],
)
def test_arithmetic_with_a_number(kind: str, arguments: Any, expected: Any) -> None:
    one = layer(kind, "one", "x")
    (tensor,) = one["inbound_nodes"][0]["args"]
    one["inbound_nodes"] = [
        {"args": [tensor if arg == "x" else arg for arg in arguments], "kwargs": {}}
    ]
    (node,) = read(model(start(), one))
    kind, attributes = expected
    assert node.kind == kind
    assert attributes.items() <= node.attributes.items()


def test_tensors_side_by_side_along_any_axis() -> None:
    for axis, size in ((1, "26x11x6"), (-2, "13x22x6"), (3, "13x11x12")):
        joined = layer("Concatenate", "one", [["x", "y"]][0], axis=axis)
        net = read(model(start("x", *MAP), start("y", *MAP), joined))
        assert str(net[net.outputs[0]].output) == size
        assert [node.kind for node in net] == ["concat"]
    with pytest.raises(cnn.SpecError, match="13 x 11 x 6 and 13 x 11 x 3 differ along another"):
        read(model(start("x", *MAP), start("y"), layer("Concatenate", "one", ["x", "y"], axis=1)))


def test_scaled_residuals() -> None:
    net = model(start("x", *MAP), layer("ReLU", "a", "x"),
                layer("CustomScaleLayer", "sum", ["x", "a"], scale=0.17))  # fmt: skip
    assert shown(net) == [
        "a relu input 13x11x6",
        "sum scale a 13x11x6",
        "sum_add add input sum 13x11x6",
    ]
