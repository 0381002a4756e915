"""Every refusal of an input, word by word."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.base import KINDS, Layer


def make(kind: str, attributes: dict[str, Any]) -> Layer:
    found = KINDS.get(kind)
    assert found is not None
    return found(**attributes)


def shape(text: str) -> Shape:
    *size, channels = map(int, text.split("x"))
    return Shape(tuple(size), channels)


GROUPS = "choose groups that divide both the input channels and the filters"
BRANCHES = "the strides and paddings of the branches must lead to one size"
CHANNELS = "bring the branches to as many channels, as with a 1x1 convolution"
SHAPES = [
    (
        "conv",
        {"filters": 8, "kernel": 7},
        ["5x11x3"],
        "kernel extent 7 does not fit into height 5: 7 > 5",
        "kernel",
        "use 'padding: same', a smaller kernel or a larger input",
    ),
    (
        "maxpool",
        {"kernel": 3, "dilation": 4, "padding": (0, 1), "stride": 2},
        ["11x5x3"],
        "kernel extent 9 (3 with dilation 4) does not fit into width 5 with padding 1+1: 9 > 7",
        "kernel",
        "use 'padding: same', a smaller kernel or a larger input",
    ),
    (
        "conv",
        {"filters": 8, "kernel": (3, 3, 3)},
        ["5x11x3"],
        "kernel [3, 3, 3] has 3 numbers, but its input has 2 (height and width)",
        "kernel",
        "give one number for all axes, or 2 of them",
    ),
    (
        "depthwise",
        {"kernel": 3, "padding": ((1, 1), (1, 1))},
        ["11x3"],
        "padding [[1, 1], [1, 1]] has 2 axes, but its input has 1 (length)",
        "padding",
        "give a number per side, one per axis, or a pair [before, after] per axis",
    ),
    (
        "conv",
        {"filters": 8, "kernel": 3, "groups": 4},
        ["11x13x6"],
        "groups 4 does not divide the 6 input channels: 6 mod 4 = 2",
        "groups",
        GROUPS,
    ),
    (
        "conv",
        {"filters": 8, "kernel": 3, "groups": 3},
        ["11x13x6"],
        "groups 3 does not divide the 8 filters: 8 mod 3 = 2",
        "groups",
        GROUPS,
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "groups": 3},
        ["11x13x6"],
        "groups 3 does not divide the 8 filters: 8 mod 3 = 2",
        "groups",
        GROUPS,
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "padding": ((0, 0), (2, 1))},
        ["11x1x6"],
        "padding 2+1 crops the whole width: 3 ≥ 3, nothing is left",
        "padding",
        "in a transposed convolution, padding is cropped: use less",
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "stride": 2, "output_padding": (1, 1, 1)},
        ["11x13x6"],
        "output_padding [1, 1, 1] has 3 numbers, but its input has 2 (height and width)",
        "output_padding",
        "give one number for all axes, or 2 of them",
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 2, "padding": "same", "output_padding": 0},
        ["11x1x6"],
        "padding 'same' with output_padding 0 leaves nothing of width 1: 0 < 1",
        "output_padding",
        "leave 'output_padding' out: then 'same' gives one stride per input",
    ),
    (
        "conv",
        {"filters": 8, "kernel": 3, "padding": "causal"},
        ["11x13x6"],
        (
            "padding 'causal' needs one axis, which is time, but its input has 2 "
            "(height and width): 2 ≠ 1"
        ),
        "padding",
        "write how much each border gets, as in 'padding: [[2, 0], [1, 1]]'",
    ),
    (
        "maxpool",
        {"kernel": 2, "padding": 2},
        ["11x13x6"],
        "padding 2 is more than half of the window 2 along height: 2 > 2/2",
        "padding",
        "pad at most 1; a window of padding alone has no largest element and no mean",
    ),
    (
        "avgpool",
        {"kernel": (2, 5), "padding": (1, 3)},
        ["11x13x6"],
        "padding 3 is more than half of the window 5 along width: 3 > 5/2",
        "padding",
        (
            "pad at most 2, or write pairs [before, after], which may be up to 4 (ONNX); "
            "a window of padding alone has no largest element and no mean"
        ),
    ),
    (
        "lppool",
        {"kernel": 3, "padding": ((2, 2), (0, 3))},
        ["11x13x6"],
        "padding 3 is as large as the window 3 along width: 3 > 3 - 1",
        "padding",
        "pad at most 2; a window of padding alone has no largest element and no mean",
    ),
    (
        "table_conv",
        {"kernel": 3, "table": ((0, 1), (2, 6))},
        ["11x13x6"],
        "row 1 of the table names input channel 6, but the input has 6 channels, 0 to 5: 6 ≥ 6",
        "table",
        "count the input channels from 0",
    ),
    (
        "add",
        {},
        ["56x56x64", "28x28x64"],
        "cannot add 56x56x64 and 28x28x64: height 56 ≠ 28",
        "",
        BRANCHES,
    ),
    (
        "multiply",
        {},
        ["1x1x7", "56x56x1", "56x28x7"],
        "cannot multiply 56x56x1 and 56x28x7: width 56 ≠ 28",
        "",
        BRANCHES,
    ),
    (
        "maximum",
        {},
        ["7x7x64", "7x7x32"],
        "cannot take the maximum of 7x7x64 and 7x7x32: channels 64 ≠ 32",
        "",
        CHANNELS,
    ),
    (
        "average",
        {},
        ["64", "32"],
        "cannot average 64 and 32: features 64 ≠ 32",
        "",
        CHANNELS,
    ),
    (
        "add",
        {},
        ["7x7x64", "64"],
        "cannot add 7x7x64 and 64: 2 spatial axes ≠ 0",
        "",
        "give the vector positions with 'reshape: 1x1x64'",
    ),
    (
        "add",
        {},
        ["64", "7x64"],
        "cannot add 64 and 7x64: 0 spatial axes ≠ 1",
        "",
        "give the vector positions with 'reshape: 1x64'",
    ),
    (
        "concat",
        {},
        ["7x7x64", "49x64"],
        "cannot concatenate 7x7x64 and 49x64: 2 spatial axes ≠ 1",
        "",
        "bring both to as many axes with 'reshape'",
    ),
    (
        "concat",
        {},
        ["28x28x64", "28x14x32"],
        "cannot concatenate 28x28x64 and 28x14x32: width 28 ≠ 14",
        "",
        BRANCHES,
    ),
    (
        "concat",
        {"axis": "height"},
        ["7x5x3", "11x13x3"],
        "cannot concatenate 7x5x3 and 11x13x3: width 5 ≠ 13",
        "",
        BRANCHES,
    ),
    (
        "concat",
        {"axis": "length"},
        ["7x3", "11x5"],
        "cannot concatenate 7x3 and 11x5: channels 3 ≠ 5",
        "",
        CHANNELS,
    ),
    (
        "concat",
        {"axis": "height"},
        ["7x3", "7x3"],
        "concat along 'height', but its input 7x3 has the axes length, channels",
        "axis",
        "name an axis that the input has, or its number from 1",
    ),
    (
        "pad",
        {"channels": (0, 3), "mode": "reflect"},
        ["5x7x3"],
        "padding 0+3 mirrors more than channels 3 holds beside its border: 3 ≥ 3",
        "channels",
        "mirror at most 2 on a side, or use replicate",
    ),
    (
        "reshape",
        {"to": "4x4x256"},
        ["7x7x64"],
        "cannot reshape 7x7x64 to 4x4x256: 3136 activations ≠ 4096",
        "to",
        "choose extents whose product is 3136",
    ),
    (
        "crop",
        {"amount": ((1, 2), (3, 4))},
        ["11x7x3"],
        "cropping 3+4 of width 7 leaves nothing: 7 ≥ 7",
        "amount",
        "crop at most 6 in all",
    ),
    (
        "zeropad",
        {"padding": (1, 2, 3)},
        ["11x7x3"],
        "padding [1, 2, 3] has 3 axes, but its input has 2 (height and width)",
        "padding",
        "give a number per side, one per axis, or a pair [before, after] per axis",
    ),
    (
        "reflectpad",
        {"padding": ((1, 1), (5, 7))},
        ["11x7x3"],
        "padding 5+7 mirrors more than width 7 holds beside its border: 7 ≥ 7",
        "padding",
        "mirror at most 6 on a side, or use replicate",
    ),
    (
        "circularpad",
        {"padding": ((1, 1), (5, 8))},
        ["11x7x3"],
        "padding 5+8 goes more than once around width 7: 8 > 7",
        "padding",
        "repeat at most 7 on a side, or use replicate",
    ),
    (
        "conv",
        {"filters": 2, "kernel": 23, "padding": "circular"},
        ["11x7x3"],
        "padding 11+11 goes more than once around width 7: 11 > 7",
        "padding",
        "repeat at most 7 on a side, or use replicate",
    ),
    (
        "conv",
        {"filters": 2, "kernel": 15, "padding": "reflect"},
        ["11x7x3"],
        "padding 7+7 mirrors more than width 7 holds beside its border: 7 ≥ 7",
        "padding",
        "mirror at most 6 on a side, or use replicate",
    ),
    (
        "replicatepad",
        {"padding": (1, 2, 3)},
        ["11x7x3"],
        "padding [1, 2, 3] has 3 axes, but its input has 2 (height and width)",
        "padding",
        "give a number per side, one per axis, or a pair [before, after] per axis",
    ),
    (
        "permute",
        {"order": (2, 1)},
        ["5x11x7x3"],
        "order [2, 1] is one of 2 axes, but its input has 3: 2 ≠ 3",
        "order",
        "name every spatial axis once, from 1 to 3",
    ),
    (
        "slice",
        {"channels": (3, 12)},
        ["5x7x11"],
        "channels [3, 12] exceed the 11 of the input: 12 > 11",
        "channels",
        "count the channels from 0; the stop is exclusive, at most 11",
    ),
    (
        "channel_shuffle",
        {"groups": 3},
        ["5x7x11"],
        "groups 3 does not divide the 11 channels: 11 mod 3 = 2",
        "groups",
        "choose groups that divide the channels",
    ),
    (
        "groupnorm",
        {},
        ["5x7x48"],
        "groups 32 does not divide the 48 channels: 48 mod 32 = 16",
        "groups",
        "choose groups that divide the channels",
    ),
    (
        "space_to_depth",
        {"block": 2},
        ["6x7x3"],
        "block 2 does not divide width 7: 7 mod 2 = 1",
        "block",
        "bring every axis to a multiple of 2 with 'zeropad' or 'crop'",
    ),
    (
        "depth_to_space",
        {"block": 2},
        ["5x7x3x12"],
        ("block 2 has 8 places on 3 axes, which do not divide the 12 channels: 12 mod 8 = 4"),
        "block",
        "give the layer before it a multiple of 8 filters",
    ),
    (
        "shift",
        {"amount": (1, -7)},
        ["5x7x3"],
        "shifting by -7 leaves nothing of width 7: 7 ≥ 7",
        "amount",
        "shift by at most 6",
    ),
    (
        "shift",
        {"amount": (1, -1)},
        ["5x3"],
        "amount [1, -1] has 2 numbers, but its input has 1 (length)",
        "amount",
        "give one number for all axes, or 1 of them",
    ),
    (
        "conv",
        {"filters": 8, "kernel": (3, 3)},
        ["5x11x7x3"],
        "kernel [3, 3] has 2 numbers, but its input has 3 (depth and height and width)",
        "kernel",
        "give one number for all axes, or 3 of them",
    ),
    (
        "local_conv",
        {"filters": 8, "kernel": (3, 5, 3)},
        ["5x3x7x3"],
        "kernel extent 5 does not fit into height 3: 5 > 3",
        "kernel",
        "use 'padding: same', a smaller kernel or a larger input",
    ),
    (
        "adaptive_avgpool",
        {"size": (7, 7, 7)},
        ["11x13x3"],
        "size [7, 7, 7] has 3 numbers, but its input has 2 (height and width)",
        "size",
        "give one number for all axes, or 2 of them",
    ),
    (
        "resize",
        {"scale": (2, 2)},
        ["11x3"],
        "scale [2, 2] has 2 numbers, but its input has 1 (length)",
        "scale",
        "give one number for all axes, or 1 of them",
    ),
    (
        "resize",
        {"scale": 0.1},
        ["11x7x3"],
        "scale 0.1 leaves nothing of width 7: 7 · 0.1 < 1",
        "scale",
        "use a scale of at least 1/7, or 'size'",
    ),
]


@pytest.mark.parametrize(("kind", "attributes", "inputs", "message", "attribute", "remedy"), SHAPES)
def test_shape_is_refused(
    kind: str,
    attributes: dict[str, Any],
    inputs: list[str],
    message: str,
    attribute: str,
    remedy: str,
) -> None:
    layer = make(kind, attributes)
    with pytest.raises(ShapeError) as caught:
        layer.shape(*map(shape, inputs))
    assert caught.value.message == message
    assert caught.value.attribute == attribute
    assert caught.value.faults[0].help == remedy


NEED_A_MAP = [
    ("conv", {"filters": 8, "kernel": 3}),
    ("depthwise", {"kernel": 3}),
    ("separable", {"filters": 8, "kernel": 3}),
    ("table_conv", {"kernel": 3, "table": ((0,),)}),
    ("local_conv", {"filters": 8, "kernel": 3}),
    ("transposed_conv", {"filters": 8, "kernel": 3}),
    ("maxpool", {"kernel": 2}),
    ("avgpool", {"kernel": 2}),
    ("lppool", {"kernel": 2}),
    ("subsample", {"kernel": 2}),
    ("global_maxpool", {}),
    ("global_avgpool", {}),
    ("adaptive_maxpool", {"size": 2}),
    ("adaptive_avgpool", {"size": 2}),
    ("zeropad", {"padding": 1}),
    ("circularpad", {"padding": 1}),
    ("reflectpad", {"padding": 1}),
    ("replicatepad", {"padding": 1}),
    ("crop", {"amount": 1}),
    ("permute", {"order": (2, 1)}),
    ("space_to_depth", {"block": 2}),
    ("depth_to_space", {"block": 2}),
    ("shift", {"amount": 1}),
    ("attention", {"heads": 2}),
    ("class_token", {}),
    ("matmul", {}),
    ("roll", {"amount": 1}),
    ("pad", {"padding": 1}),
    ("position_embedding", {}),
    ("resize", {"scale": 2}),
    ("lstm", {"units": 3}),
    ("gru", {"units": 3}),
    ("rnn", {"units": 3}),
    ("deform_conv", {"filters": 8, "kernel": 3}),
    ("unpool", {"kernel": 2}),
]


@pytest.mark.parametrize(("kind", "attributes"), NEED_A_MAP, ids=lambda v: v or "")
def test_vector_is_refused(kind: str, attributes: dict[str, Any]) -> None:
    layer = make(kind, attributes)
    with pytest.raises(ShapeError) as caught:
        layer.shape(*(Shape((), 120),) * layer.arity[0])
    assert caught.value.message == (
        f"{kind} needs a feature map, but its input is a vector of 120 features"
    )
    assert caught.value.faults[0].help == (
        "place it before 'flatten' and 'dense', or give the vector positions with 'reshape'"
    )


def test_all_other_kinds_take_a_vector() -> None:
    refusing = {kind for kind, _ in NEED_A_MAP}
    required = {"units": 3, "to": "1x120", "channels": (0, 7), "groups": 5, "factor": 0.5}
    required |= {"exponent": 2, "axes": "channels", "words": 7, "size": 5, "output": "5"}
    required |= {"pattern": "c -> 1 c", "positions": (0,)}
    for kind in KINDS:
        if kind.kind not in refusing:
            given = {n: v for n, v in required.items() if n in kind.model_fields}
            if kind.kind == "einsum":
                given["pattern"] = "c, c -> c"
            assert kind(**given).shape(*(Shape((), 120),) * kind.arity[0]).count
