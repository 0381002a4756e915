"""Every refusal of a value, word by word."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from pydantic import ValidationError

import cnnanalyze.layers  # noqa: F401 - fills the registry
from cnnanalyze.core.shape import Shape
from cnnanalyze.layers.base import KINDS, Layer


def make(kind: str, attributes: dict[str, Any]) -> Layer:
    found = KINDS.get(kind)
    assert found is not None
    return found(**attributes)


AMOUNTS = "must be a number per side, [vertical, horizontal] or [[top, bottom], [left, right]]"
TABLE = (
    "must be rows of input channels counted from 0, one row per output map, as in [[0, 1], [1, 2]]"
)
ORDER = "must be the spatial axes in their new order, each once, counted from 1, as in [2, 1]"
SPAN = "must be [start, stop], counted from 0, stop exclusive, as in [0, 64]"
BELOW = "must be [start, stop] with the start below the stop"
EXPONENT = "must be a finite number of at least 1"
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
            "must be 'valid', 'same', 'causal', 'circular', 'reflect', 'replicate', a number per "
            "side, [vertical, horizontal] or [[top, bottom], [left, right]], not 'full'"
        ),
    ),
    (
        "maxpool",
        {"kernel": 3, "padding": "causal"},
        "padding",
        (
            "must be 'valid', 'same', a number per side, [vertical, horizontal] or "
            "[[top, bottom], [left, right]], not 'causal'"
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
        {"filters": 8, "kernel": 3, "dilation": 2, "padding": "same", "output_padding": 1},
        "output_padding",
        "must be below the stride 1 with padding 'same', not 1",
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
        (
            "must be one of nearest, nearest_exact, bilinear, bicubic, not 'cubic'; "
            "did you mean 'bicubic'?"
        ),
    ),
    (
        "resize",
        {"scale": -1.5},
        "scale",
        "must be a number above 0 and at most 1,000,000,000,000, or one per axis, not -1.5",
    ),
    (
        "resize",
        {"scale": 2, "coordinates": "asymmetric"},
        "coordinates",
        (
            "must be left out with method 'nearest': coordinates count in 'bilinear' and "
            "'bicubic' only"
        ),
    ),
    (
        "resize",
        {
            "scale": 2,
            "method": "bicubic",
            "align_corners": True,
            "coordinates": "asymmetric",
        },
        "coordinates",
        "must be 'align_corners' if that is true, not 'asymmetric'",
    ),
    (
        "resize",
        {"scale": 2, "method": "bilinear", "exclude_outside": True},
        "exclude_outside",
        "must be false with method 'bilinear': it is known to 'bicubic' only",
    ),
    (
        "resize",
        {"scale": 2, "align_corners": True},
        "align_corners",
        "must be false with method 'nearest': corners align in 'bilinear' and 'bicubic' only",
    ),
    (
        "dropout",
        {"rate": 1.5},
        "rate",
        "must be a number from 0 to 1, not 1.5",
    ),
    (
        "power",
        {"exponent": 0},
        "exponent",
        "must be a finite number other than 0, not 0",
    ),
    ("power", {"exponent": inf}, "exponent", "must be a finite number other than 0, not inf"),
    ("clip", {"min": 1, "max": -0.5}, "max", "must not be below min: -0.5 < 1"),
    (
        "conv",
        {"filters": 8, "kernel": 3, "gain": True},
        "gain",
        "must be false without 'weight_standardized': what is not standardised needs none",
    ),
    ("celu", {"alpha": 0}, "alpha", "must be a finite number other than 0, not 0"),
    ("hard_tanh", {"min": 2}, "max", "must not be below min: 1 < 2"),
    (
        "reduce",
        {"axes": ["height", "height"]},
        "axes",
        "must be one axis or several, each once, as in [height, width], not ['height', 'height']",
    ),
    (
        "reduce",
        {"axes": "rows"},
        "axes",
        (
            "must be one of depth, height, width, length, channels, or the number of an axis "
            "from 1, not 'rows'"
        ),
    ),
    ("lrn", {"alpha": "1e-4"}, "alpha", "must be a number, not '1e-4'"),
    ("permute", {"order": 1}, "order", f"{ORDER}, not 1"),
    ("permute", {"order": []}, "order", f"{ORDER}, not []"),
    ("permute", {"order": [1, 1]}, "order", f"{ORDER}, not [1, 1]"),
    ("permute", {"order": [0, 1]}, "order", "must be a whole number of at least 1, not 0"),
    ("slice", {"channels": 3}, "channels", f"{SPAN}, not 3"),
    ("slice", {"channels": [0, 1, 2]}, "channels", f"{SPAN}, not [0, 1, 2]"),
    ("slice", {"channels": [3, 3]}, "channels", f"{BELOW} (3 ≥ 3), not [3, 3]"),
    ("slice", {"channels": [-1, 3]}, "channels", "must be a whole number of at least 0, not -1"),
    ("shift", {"amount": "1"}, "amount", "must be a whole number, or one per axis, not '1'"),
    ("shift", {"amount": [0.5, 1]}, "amount", "must be a whole number, not 0.5"),
    ("lppool", {"kernel": 2, "norm": 0.5}, "norm", f"{EXPONENT}, not 0.5"),
    ("lppool", {"kernel": 2, "norm": inf}, "norm", f"{EXPONENT}, not inf"),
    ("lppool", {"kernel": 2, "norm": "2"}, "norm", f"{EXPONENT}, not '2'"),
    ("layernorm", {"axes": "space"}, "axes", "must be one of channels, all, not 'space'"),
    ("drop_path", {"rate": -0.5}, "rate", "must be a number from 0 to 1, not -0.5"),
    ("scale", {"factor": True}, "factor", "must be a number, not true"),
    ("gelu", {"approximate": "tanh"}, "approximate", "must be true or false, not 'tanh'"),
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
