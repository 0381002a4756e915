"""Convolutions of few connections: by a table of channels, or with weights at every position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    Draw,
    Extents,
    Padding,
    add_bias,
    blocks,
    counts_of,
    enumerate_windows,
    feature_map,
    init,
    need_map,
    patches,
    per_axis,
    place_windows,
    run,
    thin,
)
from cnnanalyze.execute.kernels.conv import COLUMNS, correlate
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("local_conv")
def local_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution whose every position has weights of its own."""
    w = weights["kernel"]
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    counts, filters = counts_of(axes), w.shape[-1]
    width = prod(w.shape[len(counts) : -1])
    out = tally.empty((len(x), *counts, filters), x)
    for images, rows, frame in blocks(x, axes, prod(counts[1:]) * width, COLUMNS):
        windows = patches(frame, axes, rows.stop - rows.start)
        # Positions lead: the product is a stack, of images times weights at each.
        columns = windows.reshape(len(frame), -1, width).transpose(1, 0, 2)
        target = out[images, rows]
        found = tally.contract(columns, w[rows].reshape(-1, width, filters))
        target[...] = found.transpose(1, 0, 2).reshape(target.shape)
    return tally.add(out, weights["bias"], out=out) if "bias" in weights else out


@init("local_conv")
def init_local_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    filters: int,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make a kernel and a bias for every position."""
    axes = enumerate_windows(
        shapes[0], kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    counts, taps = counts_of(axes), [len(axis.offsets) for axis in axes]
    read = shapes[0][-1]
    made = {"kernel": draw((*counts, *taps, read, filters), fan=prod(taps) * read)}
    return made | ({"bias": draw((*counts, filters))} if bias else {})


@thin("local_conv")
def thin_local_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one filter."""
    return {**attributes, "filters": 1}


@run("table_conv")
def table_conv(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    table: Sequence[Sequence[int]],
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    **_: object,
) -> Array:
    """Compute a convolution in which every output map reads only the maps of its row."""
    w = weights["kernel"]
    x, axes = place_windows(
        feature_map(inputs), kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    out = tally.empty((len(x), *counts_of(axes), len(table)), x)
    done = 0
    for number, row in enumerate(table):
        some = w[..., done : done + len(row), None]
        out[..., number] = correlate(tally, x[..., list(row)], some, axes)[..., 0]
        done += len(row)
    return add_bias(tally, out, weights)


@init("table_conv")
def init_table_conv(
    draw: Draw,
    shapes: Sequence[tuple[int, ...]],
    *,
    table: Sequence[Sequence[int]],
    kernel: Extents,
    bias: bool = True,
    **_: object,
) -> dict[str, Array]:
    """Make one matrix per connection, and the bias."""
    shape = shapes[0]
    need_map(shape)
    for number, row in enumerate(table):
        if not row or len(set(row)) != len(row) or not all(0 <= c < shape[-1] for c in row):
            raise ExecutionError(
                f"row {number} of the table must name distinct channels from 0 to {shape[-1] - 1}"
            )
    taps = per_axis(kernel, len(shape) - 2, "kernel")
    connections = [c for row in table for c in row]
    made = {"kernel": draw((*taps, len(connections)), fan=prod(taps) * shape[-1])}
    return made | ({"bias": draw((len(table),))} if bias else {})


@thin("table_conv")
def thin_table_conv(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one output map that reads the only channel."""
    return {**attributes, "table": ((0,),)}
