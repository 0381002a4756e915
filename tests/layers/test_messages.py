"""Every refusal, word by word."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

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
        "padding [[1, 1], [1, 1]] speaks of 2 axes, but its input has 1 (length)",
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
        "padding [1, 2, 3] speaks of 3 axes, but its input has 2 (height and width)",
        "padding",
        "give a number per side, one per axis, or a pair [before, after] per axis",
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
    ("transposed_conv", {"filters": 8, "kernel": 3}),
    ("maxpool", {"kernel": 2}),
    ("avgpool", {"kernel": 2}),
    ("subsample", {"kernel": 2}),
    ("global_maxpool", {}),
    ("global_avgpool", {}),
    ("adaptive_maxpool", {"size": 2}),
    ("adaptive_avgpool", {"size": 2}),
    ("zeropad", {"padding": 1}),
    ("crop", {"amount": 1}),
    ("resize", {"scale": 2}),
]


@pytest.mark.parametrize(("kind", "attributes"), NEED_A_MAP, ids=lambda v: v or "")
def test_vector_is_refused(kind: str, attributes: dict[str, Any]) -> None:
    with pytest.raises(ShapeError) as caught:
        make(kind, attributes).shape(Shape((), 120))
    assert caught.value.message == (
        f"{kind} needs a feature map, but its input is a vector of 120 features"
    )
    assert caught.value.faults[0].help == (
        "place it before 'flatten' and 'dense', or give the vector positions with 'reshape'"
    )


def test_all_other_kinds_take_a_vector() -> None:
    refusing = {kind for kind, _ in NEED_A_MAP}
    required = {"units": 3, "to": "1x120"}
    for kind in KINDS:
        if kind.kind not in refusing:
            given = {n: v for n, v in required.items() if n in kind.model_fields}
            assert kind(**given).shape(*(Shape((), 120),) * kind.arity[0]).count


AMOUNTS = "must be a number per side, [vertical, horizontal] or [[top, bottom], [left, right]]"
TABLE = (
    "must be rows of input channels counted from 0, one row per output map, as in [[0, 1], [1, 2]]"
)
TEXT = "must be a shape such as '4x4x256' or '4096', channels last"
VALUES = [
    ("conv", {"filters": 0, "kernel": 3}, "filters", "must be a whole number of at least 1, not 0"),
    (
        "conv",
        {"filters": 10**12 + 1, "kernel": 3},
        "filters",
        "must be at most 1,000,000,000,000, not 1000000000001",
    ),
    (
        "conv",
        {"filters": 8, "kernel": "3x3"},
        "kernel",
        "must be a whole number of at least 1, or one per axis, not '3x3'",
    ),
    (
        "conv",
        {"filters": 8, "kernel": 3, "padding": "full"},
        "padding",
        (
            "must be 'valid', 'same', a number per side, [vertical, horizontal] or "
            "[[top, bottom], [left, right]], not 'full'"
        ),
    ),
    (
        "conv",
        {"filters": 8, "kernel": 3, "bias": 1},
        "bias",
        "must be true or false, not 1",
    ),
    (
        "maxpool",
        {"kernel": 2, "stride": 0},
        "stride",
        "must be a whole number of at least 1, not 0",
    ),
    ("zeropad", {"padding": "1"}, "padding", f"{AMOUNTS}, not '1'"),
    ("zeropad", {"padding": []}, "padding", f"{AMOUNTS}, not []"),
    ("crop", {"amount": [[1, 2, 3]]}, "amount", f"{AMOUNTS}, not [[1, 2, 3]]"),
    ("table_conv", {"kernel": 3, "table": 5}, "table", f"{TABLE}, not 5"),
    ("table_conv", {"kernel": 3, "table": []}, "table", f"{TABLE}, not []"),
    ("table_conv", {"kernel": 3, "table": [[0], []]}, "table", f"{TABLE}, not [[0], []]"),
    (
        "table_conv",
        {"kernel": 3, "table": [[0, -1]]},
        "table",
        "must be a whole number of at least 0, not -1",
    ),
    (
        "table_conv",
        {"kernel": 3, "table": [[0, 1], [2, 3, 2]]},
        "table",
        "must be distinct channels in each row, but row 1 names 2 twice",
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "output_padding": 1},
        "output_padding",
        "must be below the stride 1 or the dilation 1, not 1",
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "stride": [3, 2], "output_padding": [2, 2]},
        "output_padding",
        "must be below the stride [3, 2] or the dilation 1, not [2, 2]",
    ),
    (
        "transposed_conv",
        {"filters": 8, "kernel": 3, "stride": 2, "padding": "same", "output_padding": 1},
        "output_padding",
        "must be 0 with padding 'same', not 1",
    ),
    ("reshape", {"to": "4x4x"}, "to", f"{TEXT}, not '4x4x'"),
    ("reshape", {"to": "0x4"}, "to", f"{TEXT}, not '0x4'"),
    ("reshape", {"to": "1x2x3x4x5"}, "to", f"{TEXT}, not '1x2x3x4x5'"),
    ("reshape", {"to": [4, 4]}, "to", f"{TEXT}, not [4, 4]"),
    ("reshape", {"to": 10**12 + 1}, "to", f"{TEXT}, not 1000000000001"),
    (
        "resize",
        {},
        "size",
        "must be given exactly when 'scale' is not; both are missing",
    ),
    (
        "resize",
        {"scale": 2, "size": 7},
        "size",
        "must be given exactly when 'scale' is not; both are given",
    ),
    (
        "resize",
        {"scale": 2, "method": "cubic"},
        "method",
        "must be one of nearest, bilinear, not 'cubic'",
    ),
    (
        "resize",
        {"scale": 2, "align_corners": True},
        "align_corners",
        "must be false with method 'nearest': corners align in 'bilinear' only",
    ),
    (
        "dropout",
        {"rate": 1.0},
        "rate",
        "must be a number of at least 0 and below 1, not 1.0",
    ),
    ("lrn", {"alpha": "1e-4"}, "alpha", "must be a number, not '1e-4'"),
]


@pytest.mark.parametrize(("kind", "attributes", "attribute", "text"), VALUES)
def test_value_is_refused(kind: str, attributes: dict[str, Any], attribute: str, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(kind, attributes)
    errors = caught.value.errors()
    assert [(e["loc"], e["msg"]) for e in errors] == [((attribute,), text)]


def test_output_padding_may_reach_the_stride_if_the_dilation_allows() -> None:
    # PyTorch: "output padding must be smaller than either stride or dilation".
    layer = make("transposed_conv", {"filters": 8, "kernel": 2, "dilation": 3, "output_padding": 2})
    assert layer.shape(Shape((7,), 1)).size == (12,)


def test_one_wrong_value_hides_no_other_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        make("resize", {"scale": 0, "method": "cubic", "align_corners": True})
    assert [e["loc"] for e in caught.value.errors()] == [("scale",), ("method",)]
