"""Networks of Caffe: AlexNet as its authors published it there, and what each layer becomes."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.exchange.caffe.network import network

ALEXNET = """\
name: "AlexNet"
layer { name: "data" type: "Input" top: "data"
        input_param { shape: { dim: 10 dim: 3 dim: 227 dim: 227 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        param { lr_mult: 1 } convolution_param { num_output: 96 kernel_size: 11 stride: 4 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "norm1" type: "LRN" bottom: "conv1" top: "norm1"
        lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
layer { name: "pool1" type: "Pooling" bottom: "norm1" top: "pool1"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
        convolution_param { num_output: 256 pad: 2 kernel_size: 5 group: 2 } }
layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
layer { name: "norm2" type: "LRN" bottom: "conv2" top: "norm2"
        lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
layer { name: "pool2" type: "Pooling" bottom: "norm2" top: "pool2"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "conv3" type: "Convolution" bottom: "pool2" top: "conv3"
        convolution_param { num_output: 384 pad: 1 kernel_size: 3 } }
layer { name: "relu3" type: "ReLU" bottom: "conv3" top: "conv3" }
layer { name: "conv4" type: "Convolution" bottom: "conv3" top: "conv4"
        convolution_param { num_output: 384 pad: 1 kernel_size: 3 group: 2 } }
layer { name: "relu4" type: "ReLU" bottom: "conv4" top: "conv4" }
layer { name: "conv5" type: "Convolution" bottom: "conv4" top: "conv5"
        convolution_param { num_output: 256 pad: 1 kernel_size: 3 group: 2 } }
layer { name: "relu5" type: "ReLU" bottom: "conv5" top: "conv5" }
layer { name: "pool5" type: "Pooling" bottom: "conv5" top: "pool5"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "fc6" type: "InnerProduct" bottom: "pool5" top: "fc6"
        inner_product_param { num_output: 4096 } }
layer { name: "relu6" type: "ReLU" bottom: "fc6" top: "fc6" }
layer { name: "drop6" type: "Dropout" bottom: "fc6" top: "fc6"
        dropout_param { dropout_ratio: 0.5 } }
layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7"
        inner_product_param { num_output: 4096 } }
layer { name: "relu7" type: "ReLU" bottom: "fc7" top: "fc7" }
layer { name: "drop7" type: "Dropout" bottom: "fc7" top: "fc7" }
layer { name: "fc8" type: "InnerProduct" bottom: "fc7" top: "fc8"
        inner_product_param { num_output: 1000 } }
layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }
"""
"""models/bvlc_alexnet/deploy.prototxt of BVLC/caffe, on fewer lines."""

DATA = 'input: "x" input_dim: 1 input_dim: 6 input_dim: 11 input_dim: 13\n'


def shown(text: str, before: str = DATA) -> list[str]:
    """Return the layers of a network, each as a line."""
    return [
        f"{node.kind} {' '.join(node.inputs)} {node.output}"
        for node in network(Source("net.prototxt", before + text)).nodes
    ]


def layer(kind: str, read: str = "x", gives: str = "y", more: str = "") -> str:
    bottoms = " ".join(f'bottom: "{one}"' for one in read.split())
    tops = " ".join(f'top: "{one}"' for one in gives.split())
    name = gives.split(maxsplit=1)[0]
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} {tops} {more} }}\n'


def test_alexnet_has_the_figures_that_are_printed_for_it() -> None:
    net = network(Source("deploy.prototxt", ALEXNET))
    report = cnn.analyze(net)
    # Krizhevsky et al. 2012: 60 million parameters; bvlc_alexnet.caffemodel has 60,965,224 numbers
    assert report.total.parameters == 60_965_224
    # Sze et al. 2017, table II: 724M multiply-accumulates, 666M of them in convolutions
    assert round(report.total.operations("mac") / 1e6) == 724
    convolutions = [n.id for n in net.nodes if n.kind == "conv"]
    assert round(sum(report[i].operations("mac") or 0 for i in convolutions) / 1e6) == 666
    assert [str(net[name].output) for name in ("pool1", "pool2", "pool5")] == [
        "27x27x96",
        "13x13x256",
        "6x6x256",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            layer("Convolution", more="convolution_param { num_output: 4 kernel_h: 3 kernel_w: 5 "
                                      "stride: 2 pad_h: 1 pad_w: 2 }"),
            ["conv input 6x7x4"],
        ),
        (
            layer("Deconvolution", more="convolution_param { num_output: 4 kernel_size: 4 "
                                        "stride: 2 pad: 1 bias_term: false }"),
            ["transposed_conv input 22x26x4"],
        ),
        (
            layer("ConvolutionDepthwise", more="convolution_param { num_output: 12 "
                                               "kernel_size: 3 }"),
            ["depthwise input 9x11x12"],
        ),
        (layer("Pooling", more="pooling_param { kernel_size: 2 stride: 2 }"),
         ["maxpool input 6x7x6"]),
        (layer("Pooling", more="pooling_param { pool: AVE kernel_size: 2 stride: 2 "
                               "round_mode: FLOOR }"), ["avgpool input 5x6x6"]),
        (layer("Pooling", more="pooling_param { pool: AVE global_pooling: true }"),
         ["global_avgpool input 1x1x6"]),
        (layer("ReLU", more="relu_param { negative_slope: 0.1 }"), ["leaky_relu input 11x13x6"]),
        (layer("PReLU"), ["prelu input 11x13x6"]),
        (layer("ELU"), ["elu input 11x13x6"]),
        (layer("BNLL"), ["softplus input 11x13x6"]),
        (layer("Power", more="power_param { power: 2 scale: 0.5 shift: 1 }"),
         ["scale input 11x13x6", "power y 11x13x6"]),
        (layer("LRN", more="lrn_param { local_size: 3 }"), ["lrn input 11x13x6"]),
        (layer("BatchNorm"), ["batchnorm input 11x13x6"]),
        (layer("Scale", more="scale_param { bias_term: true }"), ["affine input 11x13x6"]),
        (layer("Bias"), ["affine input 11x13x6"]),
        (layer("Softmax"), ["softmax input 11x13x6"]),
        (layer("SoftmaxWithLoss", "x label"), ["softmax input 11x13x6"]),
        (layer("Split", gives="a b") + layer("Eltwise", "a b", more="eltwise_param "
                                             "{ operation: PROD }"),
         ["multiply input input 11x13x6"]),
        (layer("ReLU", gives="a") + layer("Eltwise", "x a", more="eltwise_param "
                                          "{ coeff: 1 coeff: -1 }"),
         ["relu input 11x13x6", "subtract input a 11x13x6"]),
        (layer("ReLU", gives="a") + layer("Eltwise", "x a", more="eltwise_param "
                                          "{ operation: MAX }"),
         ["relu input 11x13x6", "maximum input a 11x13x6"]),
        (layer("ReLU", gives="a") + layer("Concat", "x a"),
         ["relu input 11x13x6", "concat input a 11x13x12"]),
        (layer("Slice", gives="a b", more="slice_param { slice_point: 2 }"),
         ["slice input 11x13x2", "slice input 11x13x4"]),
        (layer("ShuffleChannel", more="shuffle_channel_param { group: 3 }"),
         ["channel_shuffle input 11x13x6"]),
        (layer("Interp", more="interp_param { height: 21 width: 25 }"), ["resize input 21x25x6"]),
        (layer("Flatten", gives="a") + layer("InnerProduct", "a", more="inner_product_param "
                                             "{ num_output: 5 }"),
         ["rearrange input 858", "dense a_rearrange 5"]),
        (layer("Permute", gives="a", more="permute_param { order: 0 order: 2 order: 3 order: 1 }")
         + layer("Flatten", "a", "b") + layer("ReLU", "b"),
         ["flatten input 858", "relu b_flatten 858"]),
        (layer("Reshape", gives="a", more="reshape_param { shape { dim: 0 dim: 2 dim: -1 "
               "dim: 13 } }") + layer("Softmax", "a"), None),
        (layer("Pooling", gives="a", more="pooling_param { kernel_size: 2 stride: 2 }")
         + layer("Crop", "x a", more="crop_param { offset: 2 }"),
         ["maxpool input 6x7x6", "crop input 6x7x6"]),
        (('layers { name: "y" type: POOLING bottom: "x" top: "y" '
         "pooling_param { kernel_size: 3 } }"), ["maxpool input 9x11x6"]),
        ('layer { name: "t" type: "ReLU" bottom: "x" top: "t" include { phase: TRAIN } }\n'
         + layer("ELU"), ["elu input 11x13x6"]),
    ],
)  # fmt: skip
def test_layers(text: str, expected: list[str] | None) -> None:
    lines = shown(text)
    if expected is None:
        assert lines[-1].startswith("softmax ")
    else:
        assert lines == expected


def test_normalisation_takes_what_is_learned_behind_it() -> None:
    scaled = layer("BatchNorm", gives="a") + layer(
        "Scale", "a", "b", "scale_param { bias_term: true }"
    )
    net = network(Source("net.prototxt", DATA + scaled + layer("ReLU", "b")))
    assert [(node.kind, node.inputs) for node in net] == [
        ("batchnorm", ("input",)),
        ("relu", ("a",)),
    ]
    assert cnn.analyze(net).total.parameters == 12


def test_tensors_with_one_name_are_the_same() -> None:
    shared = 'param { name: "w" } convolution_param { num_output: 6 kernel_size: 1 }'
    text = layer("Convolution", "x", "a", shared) + layer("Convolution", "a", "y", shared)
    net = network(Source("net.prototxt", DATA + text))
    assert net["y"].share == "a"


def test_data_that_a_network_is_trained_on_is_an_input() -> None:
    text = 'layer { name: "d" type: "Data" top: "data" top: "label" }\n' + layer("ReLU", "data")
    with pytest.raises(cnn.SpecError) as caught:
        network(Source("net.prototxt", text))
    assert str(caught.value) == (
        "error: the file does not say which extents input 'data' has\n"
        "  help: give channels, height and width: --input data=3x224x224"
    )
    net = network(Source("net.prototxt", text), inputs={"data": (3, 7, 9)})
    assert str(net.input) == "7x9x3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            DATA + layer("Convolution", more="convolution_param { num_output: 4 kernel_size: 99 }"),
            "net.prototxt:2:107: error: y: kernel extent 99 does not fit into height 11: 99 > 11",
        ),
        (
            DATA + layer("Poolin"),
            (
                "net.prototxt:2:25: error: layer 'y' (Poolin): there is no layer for it; did "
                "you mean 'Pooling'?"
            ),
        ),
        (
            DATA + layer("ReLU", "z"),
            (
                "net.prototxt:2:40: error: layer 'y' (ReLU): it reads 'z', which no layer before "
                "it gives"
            ),
        ),
        (
            DATA + layer("Convolution", more="convolution_param { num_output: many }"),
            (
                "net.prototxt:2:92: error: layer 'y' (Convolution): num_output must be a number, "
                "not 'many'"
            ),
        ),
        ("layer {", "net.prototxt:1:1: error: this has no end"),
        ("layer }", "net.prototxt:1:7: error: a value of 'layer' is expected here, not '}'"),
        ("}", "net.prototxt:1:1: error: a field is expected here, not '}'"),
        ("a: @", "net.prototxt:1:4: error: '@' is not expected here"),
        ("a { " * 40, "net.prototxt:1:119: error: messages are nested more than 30 deep"),
        ("a: 1", "net.prototxt:1:1: error: it has no layers"),
        ("a: 1 " * 100_001, "net.prototxt:1:500001: error: more than 100,000 fields, the limit"),
    ],
)  # fmt: skip
def test_faults_are_told_at_their_places(text: str, said: str) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        network(Source("net.prototxt", text))
    assert str(caught.value).startswith(said)
