"""Pooling: maximum, average, norm; over windows or everything; LeNet-5's subsampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Axis,
    Draw,
    Extents,
    Padding,
    add_bias,
    along_rows,
    as_rows,
    blocks,
    both_sides,
    counts_of,
    enumerate_windows,
    feature_map,
    init,
    mean,
    need_map,
    per_axis,
    run,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors

_CACHED = 1 << 16

Join = Callable[[Array, Array, Array], Array]
"""An elementary operation of two arrays, written to the third."""


def _windows(
    x: Array,
    kernel: Extents,
    stride: Extents | None,
    padding: Padding,
    *,
    dilation: Extents = 1,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """List the windows of a pool, side by side if nothing else is said."""
    rank = x.ndim - 2
    sides = () if isinstance(padding, str | int) else padding
    around = () if isinstance(padding, str) else both_sides(padding, rank, "padding")
    for axis, (width, pair) in enumerate(
        zip(per_axis(kernel, rank, "kernel"), around, strict=False)
    ):
        widest = max(pair)
        paired = bool(sides) and not isinstance(sides[axis], int)
        # With as much padding as that, a window would have no pixel, or hardly any.
        if widest >= width or (not paired and 2 * widest > width):
            raise ExecutionError(f"{widest} of padding are too many around windows of {width}")
    return enumerate_windows(
        x.shape,
        kernel=kernel,
        stride=kernel if stride is None else stride,
        padding=padding,
        dilation=dilation,
        ceil_mode=ceil_mode,
    )


@run("maxpool")
def maxpool(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents | None = None,
    padding: Padding = "valid",
    dilation: Extents = 1,
    ceil_mode: bool = False,
    **_: object,
) -> Array:
    """Take the maximum of every window; padding never wins."""
    x = feature_map(inputs)
    axes = _windows(x, kernel, stride, padding, dilation=dilation, ceil_mode=ceil_mode)
    return _joined(tally, x, axes, tally.maximum, -np.inf)


@run("avgpool")
def avgpool(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents | None = None,
    padding: Padding = "valid",
    dilation: Extents = 1,
    ceil_mode: bool = False,
    count_padding: bool = False,
    **_: object,
) -> Array:
    """Take the mean of every window; what hangs over the padded end never counts."""
    x = feature_map(inputs)
    axes = _windows(x, kernel, stride, padding, dilation=dilation, ceil_mode=ceil_mode)
    sums = _joined(tally, x, axes, tally.add, 0.0)
    divisor = np.ones((), x.dtype)
    for axis in axes:
        low, high = (0, axis.end) if count_padding else (axis.before, axis.before + axis.size)
        seen = [sum(low <= start + o < high for o in axis.offsets) for start in axis.starts]
        # A window that lies in the padding altogether has the mean zero.
        divisor = divisor[..., None] * np.maximum(np.array(seen, x.dtype), 1)
    return tally.divide(sums, divisor[..., None], out=sums)


@run("lppool")
def lppool(
    tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents | None = None,
    padding: Padding = "valid",
    dilation: Extents = 1,
    ceil_mode: bool = False,
    norm: float = 2.0,
    **_: object,
) -> Array:
    """Take the norm of every window: the root of the sum of the powers."""
    x = feature_map(inputs)
    axes = _windows(x, kernel, stride, padding, dilation=dilation, ceil_mode=ceil_mode)
    powers = np.absolute(x, out=tally.room(x))
    tally.power(powers, norm, out=powers)
    sums = _joined(tally, powers, axes, tally.add, 0.0)
    return tally.power(sums, 1 / norm, out=sums)


@run("subsample")
def subsample(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents | None = None,
    padding: Padding = "valid",
    **_: object,
) -> Array:
    """Add up every window, and give each channel a coefficient and a bias (LeNet-5, 1998)."""
    x = feature_map(inputs)
    axes = _windows(x, kernel, stride, padding)
    sums = _joined(tally, x, axes, tally.add, 0.0)
    rows = as_rows(sums)
    tally.multiply(rows, along_rows(weights["coefficient"], sums), out=rows)
    return add_bias(tally, sums, weights)


@init("subsample")
def init_subsample(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, kernel: Extents, **_: object
) -> dict[str, Array]:
    """Make one coefficient and one bias per channel."""
    shape = shapes[0]
    need_map(shape)
    window = prod(per_axis(kernel, len(shape) - 2, "kernel"))
    return {"coefficient": draw((shape[-1],), fan=window), "bias": draw((shape[-1],))}


def _joined(tally: Tally, x: Array, axes: Sequence[Axis], join: Join, filler: float) -> Array:
    """Join the taps of every window, one tap of all windows of a block at a time."""
    counts = counts_of(axes)
    out = tally.empty((len(x), *counts, x.shape[-1]), x)
    for images, rows, frame in blocks(x, axes, prod(out.shape[2:]), _CACHED, filler):
        windows = (rows.stop - rows.start, *counts[1:])
        taps = [
            frame[
                (
                    slice(None),
                    *(axis.tap(o, n) for axis, o, n in zip(axes, tap, windows, strict=True)),
                )
            ]
            for tap in product(*(axis.offsets for axis in axes))
        ]
        total = out[images, rows]
        if len(taps) == 1:
            np.copyto(total, taps[0])
        for number, tap in enumerate(taps[1:]):
            join(taps[0] if number == 0 else total, tap, total)
    return out


@run("global_maxpool")
def global_maxpool(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the maximum of each channel."""
    x = feature_map(inputs)
    return tally.largest(x, range(1, x.ndim - 1))


@run("global_avgpool")
def global_avgpool(tally: Tally, inputs: list[Array], _weights: Tensors, **_: object) -> Array:
    """Take the mean of each channel."""
    x = feature_map(inputs)
    return mean(tally, x, range(1, x.ndim - 1))
