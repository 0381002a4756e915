"""Configurations of Darknet: networks with the operations that its authors print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.exchange.darknet import network
from cnnanalyze.exchange.load import load
from cnnanalyze.language.spec import spec_of

FILES = Path(__file__).parent / "darknet"
PRINTED = [
    ("yolov4", 608, 128.5), ("yolov4", 512, 91.1), ("yolov4", 416, 60.1), ("yolov4", 320, 35.5),
    ("yolov4-tiny", 416, 6.9), ("yolov4-csp", 640, 120), ("yolov4-csp", 512, 77),
    ("yolov4x-mish", 640, 221), ("yolov4-csp-x-swish", 640, 221), ("enet-coco", 416, 3.7),
    ("csresnext50-panet-spp-original-optimal", 608, 100.5), ("csresnext50-panet-spp", 512, 71.3),
    ("yolov3-spp", 608, 141.5), ("yolov3", 416, 65.9), ("yolov3-tiny", 416, 5.6),
    ("yolov3-tiny-prn", 416, 3.5),
]  # fmt: skip
"""AlexeyAB/darknet, README.md: BFLOPs, two for each multiply-accumulate; what joins, pools and
upsampling cost is in it, so that the last digit may differ. The files are that repository's, in the
public domain."""


@pytest.mark.parametrize(("name", "size", "printed"), PRINTED)
def test_operations_are_those_that_darknet_prints(name: str, size: int, printed: float) -> None:
    net = load(FILES / f"{name}.cfg", inputs={"input": (size, size)})
    counted = 2 * cnn.analyze(net).total.operations("mac") / 1e9
    digit = 1 if printed == int(printed) else 0.1
    assert abs(counted - printed) < max(digit, printed / 1000)


def test_parameters_of_yolov3_are_those_of_its_weights() -> None:
    # yolov3.weights of pjreddie.com has 248,007,048 bytes: a head of 20, and four for each number
    report = cnn.analyze(FILES / "yolov3.cfg")
    assert report.total.parameters + report.total.statistics == (248_007_048 - 20) // 4


def shown(*sections: str, net: str = "width=13\nheight=11\nchannels=6") -> list[str]:
    """Return the layers of a configuration, each as a line."""
    text = "\n".join([f"[net]\n{net}", *sections])
    return [
        f"{node.kind} {' '.join(node.inputs)} {node.output}"
        for node in network(Source("net.cfg", text))
    ]


def conv(filters: int = 6, **more: object) -> str:
    rest = "".join(f"\n{key}={value}" for key, value in more.items())
    return f"[convolutional]\nfilters={filters}\nactivation=linear{rest}"


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ([conv(4, size=3, stride=2, pad=1)], ["conv input 6x7x4"]),
        ([conv(4, size=3, padding=2)], ["conv input 13x15x4"]),
        ([conv(4, size=3, pad=1, dilation=2)], ["conv input 11x13x4"]),
        ([conv(4, size=3, pad=1, stride_x=2)], ["conv input 11x7x4"]),
        (
            ["[convolutional]\nsize=3\nbatch_normalize=1"],
            [
                "conv input 9x11x1",
                "batchnorm conv_0 9x11x1",
                "sigmoid batchnorm_0 9x11x1",
            ],
        ),
        (["[deconvolutional]\nsize=2\nstride=2\nactivation=relu"],
         ["transposed_conv input 22x26x1", "relu transposed_conv_0 22x26x1"]),
        (["[local]\nsize=3\npad=1\nfilters=2\nactivation=linear"], ["local_conv input 11x13x2"]),
        (["[connected]\noutput=5\nactivation=ramp"],
         ["dense input 5", "leaky_relu dense_0 5", "scale leaky_relu_0 5"]),
        (["[maxpool]\nsize=2\nstride=2"], ["maxpool input 6x7x6"]),
        (["[maxpool]\nsize=3\nstride=1"], ["maxpool input 11x13x6"]),
        (["[local_avgpool]\nsize=2\nstride=2\npadding=0"], ["avgpool input 5x6x6"]),
        (["[avgpool]", "[softmax]"],
         ["global_avgpool input 1x1x6", "softmax global_avgpool_0 1x1x6"]),
        (["[softmax]"], ["flatten input 858", "softmax flatten_0 858"]),
        (["[dropout]\nprobability=.2"], ["dropout input 11x13x6"]),
        (["[batchnorm]"], ["batchnorm input 11x13x6"]),
        (["[activation]\nactivation=tanh"], ["tanh input 11x13x6"]),
        (["[upsample]\nstride=3"], ["resize input 33x39x6"]),
        (["[crop]\ncrop_height=7\ncrop_width=5"], ["crop input 7x5x6"]),
        (
            [conv(), "[avgpool]", "[scale_channels]\nfrom=0\nactivation=relu"],
            [
                "conv input 11x13x6",
                "global_avgpool conv_0 1x1x6",
                "multiply conv_0 global_avgpool_1 11x13x6",
                "relu multiply_2 11x13x6",
            ],
        ),
        (
            [conv(), conv(), "[sam]\nfrom=-2"],
            ["conv input 11x13x6", "conv conv_0 11x13x6", "multiply conv_0 conv_1 11x13x6"],
        ),
        (
            [conv(4), conv(6), "[shortcut]\nfrom=-2", "[shortcut]\nfrom=0"],
            [
                "conv input 11x13x4",
                "conv conv_0 11x13x6",
                "pad_channels conv_0 11x13x6",
                "add conv_1 pad_channels_2 11x13x6",
                "pad_channels conv_0 11x13x6",
                "add add_2 pad_channels_3 11x13x6",
            ],
        ),
        (
            [conv(6), conv(4), "[shortcut]\nfrom=-2"],
            [
                "conv input 11x13x6",
                "conv conv_0 11x13x4",
                "slice conv_0 11x13x4",
                "add conv_1 slice_2 11x13x4",
            ],
        ),
        (
            [conv(), "[route]\nlayers=-1\ngroups=3\ngroup_id=1", "[route]\nlayers=0,1"],
            ["conv input 11x13x6", "slice conv_0 11x13x2", "concat conv_0 slice_1 11x13x8"],
        ),
    ],
)  # fmt: skip
def test_sections(sections: list[str], expected: list[str]) -> None:
    assert shown(*sections) == expected


def test_larger_maps_are_added_in_steps() -> None:
    # as in resnet50.cfg: the map before the stride, every second row and column
    lines = shown(conv(4), conv(4, size=2, stride=2), "[shortcut]\nfrom=-2", net="width=12\n"
                  "height=8\nchannels=6")  # fmt: skip
    assert lines[2:] == [
        "slice conv_0 4x12x4",
        "slice slice_2 4x6x4",
        "add conv_1 slice_2_2 4x6x4",
    ]


def test_maps_that_are_no_multiples_are_not_added() -> None:
    with pytest.raises(cnn.CnnError, match="cannot add 6x7x4 and 11x13x4: height 6 ≠ 11"):
        shown(conv(4), conv(4, size=3, stride=2, pad=1), "[shortcut]\nfrom=-2")


def test_heads_are_outputs() -> None:
    net = network(
        Source("net.cfg", "\n".join(["[net]\nwidth=9\nheight=9\nchannels=3", conv(5), "[yolo]",
                                     "[route]\nlayers=0", conv(7), "[yolo]"]))
    )  # fmt: skip
    assert net.outputs == ("conv_0", "conv_3")


def test_weights_of_another_convolution() -> None:
    text = "\n".join(["[net]\nwidth=9\nheight=9\nchannels=6", conv(6), conv(6, share_index=0)])
    net = network(Source("net.cfg", text))
    assert net["conv_1"].share == "conv_0"


def test_order_of_reorganised_channels_is_said() -> None:
    text = "[net]\nwidth=8\nheight=8\nchannels=3\n[reorg]\nstride=2"
    assert spec_of(network(Source("net.cfg", text))).notes == (
        "[reorg] deals channels out in an order of its own",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[convolutional]\nsize=11\nactivation=linear",
            (
                "net.cfg:6:1: error: conv_0: kernel extent 11 does not fit into height 9: 11 > 9\n"
                "  |\n"
                "6 | size=11\n"
                "  | ^^^^^^^"
            ),
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[convolutionl]",
            (
                "net.cfg:5:1: error: [convolutionl]: there is no layer for it; did you mean "
                "'convolutional'?"
            ),
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[gru]\noutput=5",
            "net.cfg:5:1: error: [gru]: there is no layer for it",
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[route]\nlayers=3",
            (
                "net.cfg:6:1: error: [route]: layers names layer 3, and it must stand before layer "
                "0: 3 is not within 0 to -1"
            ),
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[maxpool]\nsize=two",
            "net.cfg:6:1: error: [maxpool]: size must be a whole number, not 'two'",
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[dropout]\nprobability=nan",
            "net.cfg:6:1: error: [dropout]: probability must be a number, not 'nan'",
        ),
        (
            "[net]\nwidth=9\nheight=9\nchannels=3\n[activation]\nactivation=leeky",
            (
                "net.cfg:6:1: error: [activation]: there is no layer for the activation 'leeky'; "
                "did you mean 'leaky'?"
            ),
        ),
        (
            "[metadata]\nname = x",
            (
                "net.cfg:1:1: error: a configuration of Darknet begins with [net]\n"
                "  |\n"
                "1 | [metadata]\n"
                "  | ^^^^^^^^^^\n"
                "  help: a configuration of Darknet has sections such as [net], and lines such as "
                "width=416"
            ),
        ),
        ("", "net.cfg:1:1: error: a configuration of Darknet begins with [net]"),
        ("width=9", "net.cfg:1:1: error: 'width=9' stands before the first section"),
        ("[net]\nwidth", "net.cfg:2:1: error: 'width' says nothing of a value"),
    ],
)  # fmt: skip
def test_faults_are_told_at_their_places(text: str, said: str) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        network(Source("net.cfg", text))
    assert str(caught.value).startswith(said)


def test_sections_are_bounded() -> None:
    text = "[net]\nwidth=9\nheight=9\nchannels=3\n" + "[avgpool]\n" * 10_001
    with pytest.raises(cnn.SpecError, match="more than 10,000 sections, the limit"):
        network(Source("net.cfg", text))


def test_other_inputs_than_the_one_are_refused() -> None:
    with pytest.raises(cnn.SpecError, match=re.escape("there is no input 'x'; it is called 'in")):
        load(FILES / "yolov3-tiny.cfg", inputs={"x": (9, 9)})
