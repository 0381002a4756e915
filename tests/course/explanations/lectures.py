"""What the lectures print of sizes, parameters, costs and fields, in our own words and numbers.

Each row says where the number stands, which layer it is about, and how the question is put here.
Lectures: 000 an Arabic deck after Andrew Ng, 001 VNIT, 002 University of Bologna, 003 Teera
Laiteerapong, 004 CS231n.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from cnnanalyze.core.shape import Shape


class Printed(NamedTuple):
    """One number of a lecture."""

    lecture: str
    place: str
    input: str
    layer: str
    """The layer as a spec writes it; it is called ``it``."""
    quantity: str
    notation: str
    value: Any


def _conv(filters: int, kernel: int, **more: object) -> str:
    words = "".join(f", {k}: {v}" for k, v in more.items())
    return f"{{conv: {{filters: {filters}, kernel: {kernel}{words}}}, as: it}}"


def _pool(kernel: int, stride: int) -> str:
    return f"{{maxpool: {{kernel: {kernel}, stride: {stride}}}, as: it}}"


def _dense(units: int) -> str:
    return f"{{dense: {units}, as: it}}"


def _map(size: int, channels: int) -> Shape:
    return Shape((size, size), channels)


_FLATTEN = "{flatten: , as: it}"
_BARE = "{conv: {filters: 64, kernel: 3, bias: false}, as: it}"
_FLAT = "{depthwise: {kernel: 3, bias: false}, as: it}"
_SEPARABLE = "{separable: {filters: 64, kernel: 3, bias: false}, as: it}"
_POINT = "{conv: {filters: 64, kernel: 1, bias: false}, as: it}"

PRINTED = (
    Printed("000", "64x64 picture as a vector", "64x64x3", _FLATTEN, "activations", "ng", 12288),
    Printed("000", "megapixel as a vector", "1000x1000x3", _FLATTEN, "activations", "ng", 3000000),
    Printed("000", "valid 6, 3", "6x6x1", _conv(1, 3), "output", "ng", _map(4, 1)),
    Printed("000", "padded 6, 3, 1", "6x6x1", _conv(1, 3, padding=1), "output", "ng", _map(6, 1)),
    Printed("000", "stride 2 on 7", "7x7x1", _conv(1, 3, stride=2), "output", "ng", _map(3, 1)),
    Printed(
        "000", "floor, 6 by 3 by 2", "6x6x1", _conv(1, 3, stride=2), "output", "ng", _map(2, 1)
    ),
    Printed("000", "two filters on a volume", "6x6x3", _conv(2, 3), "output", "ng", _map(4, 2)),
    Printed("000", "table, CONV1", "32x32x3", _conv(8, 5), "output", "ng", _map(28, 8)),
    Printed("000", "table, CONV1 size", "32x32x3", _conv(8, 5), "activations", "ng", 6272),
    Printed("000", "table, CONV1 parameters", "32x32x3", _conv(8, 5), "parameters", "ng", 608),
    Printed("000", "table, POOL1", "28x28x8", _pool(2, 2), "activations", "ng", 1568),
    Printed("000", "table, POOL1 parameters", "28x28x8", _pool(2, 2), "parameters", "ng", 0),
    Printed("000", "table, CONV2", "14x14x8", _conv(16, 5), "parameters", "ng", 3216),
    Printed("000", "table, FC3", "5x5x16", _dense(120), "parameters", "ng", 48120),
    Printed("000", "table, FC4", "120", _dense(84), "parameters", "ng", 10164),
    Printed("000", "table, softmax", "84", _dense(10), "parameters", "ng", 850),
    Printed("000", "4,704 outputs", "32x32x3", _conv(6, 5), "activations", "ng", 4704),
    Printed(
        "000", "average pool 7x7", "7x7x1000", "{gap: , as: it}", "output", "ng", _map(1, 1000)
    ),
    Printed("001", "ten filters", "32x32x3", _conv(10, 3), "parameters", "ng", 280),
    Printed("001", "weights of conv 1", "32x32x3", _conv(6, 5), "weights", "ng", 450),
    Printed("001", "biases of conv 1", "32x32x3", _conv(6, 5), "biases", "ng", 6),
    Printed("001", "conv 1", "32x32x3", _conv(6, 5), "parameters", "ng", 456),
    Printed("001", "conv 2", "14x14x6", _conv(16, 5), "parameters", "ng", 2416),
    Printed("001", "dense weights", "32x32x3", _dense(4704), "weights", "ng", 14450688),
    Printed("001", "6x6 at stride 2", "6x6x1", _conv(1, 3, stride=2), "output", "ng", _map(2, 1)),
    Printed("001", "maxpool 1", "28x28x6", _pool(2, 2), "output", "ng", _map(14, 6)),
    Printed(
        *("002", "12 filters 6x6", "32x32x3", _conv(12, 6, stride=2), "output", "bologna"),
        _map(14, 12),
    ),
    Printed(
        *("002", "their parameters", "32x32x3", _conv(12, 6, stride=2), "parameters", "bologna"),
        1308,
    ),
    Printed("002", "their flops", "32x32x3", _conv(12, 6, stride=2), "macs", "bologna", 254016),
    Printed("003", "summary, conv2d_7", "28x28x1", _conv(3, 3), "parameters", "keras", 30),
    Printed("003", "summary, conv2d_8", "26x26x3", _conv(3, 3), "parameters", "keras", 84),
    Printed("003", "summary, flatten_3", "24x24x3", _FLATTEN, "activations", "keras", 1728),
    Printed("003", "summary, dense_4", "1728", _dense(10), "parameters", "keras", 17290),
    Printed("003", "regular convolution", "224x224x3", _BARE, "macs", "plain", 85162752),
    Printed("003", "depthwise part", "224x224x3", _FLAT, "macs", "plain", 1330668),
    Printed("003", "pointwise part", "222x222x3", _POINT, "macs", "plain", 9462528),
    Printed("003", "both parts", "224x224x3", _SEPARABLE, "macs", "plain", 10793196),
    Printed("003", "ratio 7.9", "224x224x3", _BARE, "separable_ratio", "plain", Fraction(576, 73)),
    Printed("003", "FC of MobileNet", "1x1x1024", _dense(1000), "weights", "keras", 1024000),
    Printed(
        "003",
        "padding 1, stride 2",
        "6x6x1",
        _conv(1, 3, stride=2, padding=1),
        "output",
        "plain",
        _map(3, 1),
    ),
    Printed("004", "7, 3, stride 1", "7x7x1", _conv(1, 3), "output", "cs231n", _map(5, 1)),
    Printed(
        "004", "7, 3, stride 2", "7x7x1", _conv(1, 3, stride=2), "output", "cs231n", _map(3, 1)
    ),
    Printed(
        "004", "7, 3, padding 1", "7x7x1", _conv(1, 3, padding=1), "output", "cs231n", _map(7, 1)
    ),
    Printed("004", "32 to 28", "32x32x3", _conv(6, 5), "output", "cs231n", _map(28, 6)),
    Printed(
        "004",
        "ten filters",
        "32x32x3",
        _conv(10, 5, padding=2),
        "output",
        "cs231n",
        _map(32, 10),
    ),
    Printed(
        "004", "their parameters", "32x32x3", _conv(10, 5, padding=2), "parameters", "cs231n", 760
    ),
    Printed("004", "pool 3x3 over 55", "55x55x96", _pool(3, 2), "output", "cs231n", _map(27, 96)),
)
"""Numbers that hold."""
