"""The cases at which off-by-one faults live, written out: random search finds them too rarely."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.testing import network_of

CONV: dict[str, Any] = {"filters": 2}
CASES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "kernel as large as the input": ("conv", ("5x7x3",), CONV | {"kernel": [5, 7]}),
    "kernel as large as the padded input": (
        "conv",
        ("5x7x3",),
        CONV | {"kernel": [9, 11], "padding": 2},
    ),
    "kernel one smaller than the padded input": (
        "conv",
        ("5x7x3",),
        CONV | {"kernel": [8, 10], "padding": 2, "stride": 2},
    ),
    "dilated kernel as large as the padded input": (
        "conv",
        ("5x7x3",),
        CONV | {"kernel": [3, 4], "dilation": [3, 3], "padding": [[1, 1], [1, 2]]},
    ),
    "size 1": ("conv", ("1x1x3",), CONV | {"kernel": 1}),
    "size 1, padded": ("conv", ("1x1x3",), CONV | {"kernel": 3, "padding": 1}),
    "size 1, same": ("conv", ("1x1x3",), CONV | {"kernel": [4, 5], "padding": "same"}),
    "stride above the kernel": ("conv", ("11x13x3",), CONV | {"kernel": 2, "stride": [3, 5]}),
    "stride above the input": ("conv", ("5x7x3",), CONV | {"kernel": 1, "stride": 11}),
    "stride above the input, same": (
        "conv",
        ("5x7x3",),
        CONV | {"kernel": 3, "stride": 11, "padding": "same"},
    ),
    "windows that fit exactly": ("conv", ("11x13x3",), CONV | {"kernel": 3, "stride": 2}),
    "windows that do not fit": ("conv", ("11x13x3",), CONV | {"kernel": 4, "stride": 3}),
    "even kernel, same": ("conv", ("11x13x3",), CONV | {"kernel": [2, 4], "padding": "same"}),
    "odd kernel, same": ("conv", ("11x13x3",), CONV | {"kernel": [3, 5], "padding": "same"}),
    "even kernel, same, strided": (
        "conv",
        ("11x13x3",),
        CONV | {"kernel": 4, "padding": "same", "stride": 2},
    ),
    "stride above the kernel, same": (
        "conv",
        ("11x13x3",),
        CONV | {"kernel": 2, "padding": "same", "stride": [3, 4]},
    ),
    "dilation with same": (
        "conv",
        ("11x13x3",),
        CONV | {"kernel": [2, 3], "padding": "same", "dilation": [3, 2]},
    ),
    "dilation and stride with same": (
        "conv",
        ("11x13x3",),
        CONV | {"kernel": 3, "padding": "same", "dilation": 3, "stride": [2, 3]},
    ),
    "padding at one side only": (
        "conv",
        ("5x7x3",),
        CONV | {"kernel": 3, "padding": [[0, 2], [1, 0]]},
    ),
    "padding beyond the kernel": ("conv", ("5x7x3",), CONV | {"kernel": 2, "padding": [3, 4]}),
    "every window in the padding of one axis": (
        "conv",
        ("1x7x3",),
        CONV | {"kernel": 1, "padding": [[1, 0], [0, 0]], "stride": 3},
    ),
    "groups as many as channels": ("conv", ("5x7x6",), {"filters": 6, "kernel": 3, "groups": 6}),
    "groups as many as channels, several filters each": (
        "conv",
        ("5x7x3",),
        {"filters": 15, "kernel": 3, "groups": 3},
    ),
    "two groups": ("conv", ("5x7x6",), {"filters": 10, "kernel": 3, "groups": 2}),
    "a signal": ("conv", ("17x3",), CONV | {"kernel": 5, "stride": 2, "padding": "same"}),
    "ceil mode with a hanging window": (
        "maxpool",
        ("11x14x3",),
        {"kernel": 3, "stride": [2, 4], "ceil_mode": True},
    ),
    "ceil mode where the last window would start in the padding": (
        "maxpool",
        ("5x7x3",),
        {"kernel": 2, "stride": [6, 8], "padding": 1, "ceil_mode": True},
    ),
    "ceil mode where the last window starts on the last row": (
        "avgpool",
        ("5x7x3",),
        {"kernel": 2, "stride": [4, 6], "ceil_mode": True},
    ),
    "ceil mode that fits": ("avgpool", ("11x13x3",), {"kernel": 3, "stride": 2, "ceil_mode": True}),
    "dilated ceil mode": (
        "maxpool",
        ("11x13x3",),
        {"kernel": 3, "stride": [3, 4], "dilation": 2, "padding": 1, "ceil_mode": True},
    ),
    "pool with gaps": ("maxpool", ("11x13x3",), {"kernel": 2, "stride": 5}),
    "pool as large as the input": ("avgpool", ("5x7x3",), {"kernel": [5, 7]}),
    "pool of one pixel": ("subsample", ("5x7x3",), {"kernel": 1}),
    "transposed with gaps": ("transposed_conv", ("5x7x3",), CONV | {"kernel": 2, "stride": 5}),
    "transposed with gaps, same": (
        "transposed_conv",
        ("5x7x3",),
        CONV | {"kernel": 2, "stride": 5, "padding": "same"},
    ),
    "transposed same, odd crop": (
        "transposed_conv",
        ("5x7x3",),
        CONV | {"kernel": [4, 5], "stride": [1, 2], "padding": "same"},
    ),
    "transposed same, no crop": (
        "transposed_conv",
        ("5x7x3",),
        CONV | {"kernel": 3, "stride": 3, "padding": "same"},
    ),
    "transposed with output padding": (
        "transposed_conv",
        ("5x7x3",),
        CONV | {"kernel": 3, "stride": [2, 3], "padding": 1, "output_padding": [1, 2]},
    ),
    "transposed, cropped to one row": (
        "transposed_conv",
        ("1x7x3",),
        CONV | {"kernel": 5, "padding": [2, 1]},
    ),
    "transposed with a dilation": (
        "transposed_conv",
        ("5x7x3",),
        CONV | {"kernel": 3, "stride": 2, "dilation": [2, 3]},
    ),
    "transposed, grouped": (
        "transposed_conv",
        ("5x7x6",),
        {"filters": 10, "kernel": 2, "groups": 2},
    ),
    "multiplier": ("depthwise", ("5x7x3",), {"kernel": 3, "multiplier": 5}),
    "table with one connection": ("table_conv", ("5x7x3",), {"kernel": 3, "table": [[2]]}),
    "bins more than pixels": ("adaptive_avgpool", ("5x7x3",), {"size": [11, 13]}),
    "bins as many as pixels": ("adaptive_maxpool", ("5x7x3",), {"size": [5, 7]}),
    "one bin": ("adaptive_avgpool", ("5x7x3",), {"size": 1}),
    "bins that share pixels": ("adaptive_avgpool", ("12x8x3",), {"size": [8, 6]}),
    "normalise over more channels than there are": ("lrn", ("5x7x3",), {"size": 7}),
    "normalise over one channel": ("lrn", ("5x7x3",), {"size": 1}),
    "normalise over an even number": ("lrn", ("5x7x11",), {"size": 4}),
    "softmax of one channel": ("softmax", ("5x7x1",), {}),
    "one piece": ("maxout", ("5x7x3",), {"units": 2, "pieces": 1}),
    "broadcast from both": ("multiply", ("5x1x3", "1x7x3"), {}),
    "broadcast over channels": ("add", ("5x7x1", "5x7x3", "1x1x3"), {}),
    "everything broadcast": ("average", ("1x1x1", "1x1x1"), {}),
    "gate before the map": ("multiply", ("1x1x3", "5x7x3"), {}),
    "crop to one pixel": ("crop", ("5x7x3",), {"amount": [[4, 0], [3, 3]]}),
    "zeros on one side": ("zeropad", ("5x7x3",), {"padding": [[0, 3], [2, 0]]}),
    "resize to one pixel": ("resize", ("5x7x3",), {"size": 1, "method": "bilinear"}),
    "resize one pixel": ("resize", ("1x1x3",), {"size": [5, 7], "method": "bilinear"}),
    "aligned corners to one pixel": (
        "resize",
        ("5x7x3",),
        {"size": 1, "method": "bilinear", "align_corners": True},
    ),
    "aligned corners": (
        "resize",
        ("5x7x3",),
        {"size": [9, 13], "method": "bilinear", "align_corners": True},
    ),
    "nearest, smaller": ("resize", ("11x13x3",), {"size": [5, 7]}),
    "bilinear, smaller": ("resize", ("11x13x3",), {"size": [5, 7], "method": "bilinear"}),
    "axes made anew": ("reshape", ("5x7x3",), {"to": "35x3"}),
}


def test_there_are_boundaries() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_books_agree_at_the_boundary(name: str) -> None:
    kind, inputs, attributes = CASES[name]
    result = balance(network_of(kind, inputs, attributes))
    assert result.is_balanced, "\n".join(map(str, result.discrepancies))


def test_path_that_is_dead_on_one_axis_does_not_count_on_the_other() -> None:
    # The odd columns lie in the gaps of the transposed window: there, only the padded branch is
    # left, and what the other would show of the rows does not count.
    spec = """
    cnn: 1
    input: 5x7x3
    layers:
      - add:
          - {deconv: {filters: 3, kernel: 1, stride: 2}}
          - {zeropad: [[4, 0], [3, 3]]}
      - crop: [[0, 0], [1, 0]]
      - maxpool: {kernel: 1, stride: [1, 2]}
    """
    assert balance(cnn.loads(spec)).discrepancies == ()


def test_units_that_read_padding_alone_see_nothing_on_either_axis() -> None:
    # Every window lies in the padding above the only row: no column is read either.
    kind, inputs, attributes = CASES["every window in the padding of one axis"]
    result = balance(network_of(kind, inputs, attributes))
    assert result.discrepancies == ()
    assert dict(result.compared)["receptive field"] == 2
