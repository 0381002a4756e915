"""Convolutions and pools, as PyTorch's functions have them."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it

from tests.witnesses.case import Array, Question, Silent, SizeOnly, outer
from tests.witnesses.pytorch.base import function, joined, on_a_map, witness

# --- convolutions ---------------------------------------------------------------------------------


def padded(q: Question, x: Any) -> tuple[Any, Any]:
    """Return the input and what PyTorch shall pad by itself."""
    on_a_map(q)
    match q["padding"]:
        case "valid":
            return x, 0
        case "same":
            if any(s > 1 for s in q.each("stride")):
                raise Silent("PyTorch knows 'same' at a stride of 1 only")
            return x, "same"
        case "causal":
            if q.rank > 1:
                raise Silent("PyTorch has no word for it")
            ahead = q.each("dilation")[0] * (q.each("kernel")[0] - 1)
            return F.pad(x, (ahead, 0)), 0
        case "circular" | "reflect" | "replicate" as mode:
            return F.pad(x, tuple(outer(as_same(q))), mode), 0
        case _ if q.is_paired:
            return F.pad(x, tuple(outer(q.sides()))), 0
        case _:
            return x, q.each("padding")


def as_same(q: Question) -> list[tuple[int, int]]:
    """Return what PyTorch's padding_mode pads for 'same', which it knows at a stride of 1 only."""
    if any(s != 1 for s in q.each("stride")):
        raise Silent("PyTorch knows 'same' at a stride of 1 only")
    totals = [d * (k - 1) for k, d in zip(q.each("kernel"), q.each("dilation"), strict=True)]
    return [(total // 2, total - total // 2) for total in totals]


def convolved(q: Question, x: Any, kernel: Array, groups: int, bias: Any = None) -> Any:
    """Slide a kernel, its filters last, as PyTorch does."""
    x, padding = padded(q, x)
    weight = torch.tensor(np.ascontiguousarray(np.moveaxis(kernel, (-1, -2), (0, 1))))
    return function("conv", q.rank)(
        x, weight, bias, q.each("stride"), padding, q.each("dilation"), groups
    )


def bias(q: Question, *shape: int) -> Any:
    """Return the bias, if there is one."""
    return torch.tensor(q.tensor("bias", *shape)) if q["bias"] else None


@witness("conv")
def _conv(q: Question, x: Any) -> Any:
    on_a_map(q)
    groups, filters = q["groups"], q["filters"]
    if filters == 0:
        raise Silent("PyTorch takes no filters at all, and makes nothing")
    read = q.channels // max(groups, 1)
    kernel = q.tensor("kernel", *q.each("kernel"), read, filters)
    if q["weight_standardized"]:
        kernel = standardized(q, kernel)
    elif q["gain"]:
        raise ValueError("there is no such layer")
    return convolved(q, x, kernel, groups, bias(q, filters))


def standardized(q: Question, kernel: Array) -> Array:
    """Return a kernel as timm's StdConv2d and ScaledStdConv2d have it: by a batch norm."""
    flat = torch.tensor(kernel.reshape(1, -1, q["filters"])).transpose(1, 2)
    gain = torch.tensor(q.tensor("gain", q["filters"])) if q["gain"] else None
    if flat.shape[-1] == 1:
        raise Silent("PyTorch's batch norm takes more than one number")
    scale = None if gain is None else gain * flat.shape[-1] ** -0.5
    found = F.batch_norm(flat, None, None, scale, training=True, momentum=0.0, eps=1e-6)
    return np.asarray(found.transpose(1, 2).reshape(kernel.shape).numpy())


@witness("depthwise")
def _depthwise(q: Question, x: Any) -> Any:
    on_a_map(q)
    many = q.channels * q["multiplier"]
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels, q["multiplier"])
    kernel = kernel.reshape(*q.each("kernel"), 1, many)
    return convolved(q, x, kernel, q.channels, bias(q, many))


@witness("separable")
def _separable(q: Question, x: Any) -> Any:
    on_a_map(q)
    between = q.channels * q["multiplier"]
    deep = q.tensor("depthwise kernel", *q.each("kernel"), q.channels, q["multiplier"])
    mixed = q.tensor("pointwise kernel", between, q["filters"])
    x = convolved(q, x, deep.reshape(*q.each("kernel"), 1, between), q.channels)
    x = torch.movedim(x, 1, -1) @ torch.tensor(mixed)
    given = bias(q, q["filters"])
    return torch.movedim(x if given is None else x + given, -1, 1)


@witness("table_conv")
def _table_conv(q: Question, x: Any) -> Any:
    on_a_map(q)
    table = q["table"]
    if any(channel >= q.channels for row in table for channel in row):
        raise RuntimeError("there is no such channel")
    held = q.tensor("kernel", *q.each("kernel"), sum(map(len, table)))
    whole = np.zeros((*q.each("kernel"), q.channels, len(table)), np.float32)
    pairs = [(channel, number) for number, row in enumerate(table) for channel in row]
    for place, (channel, number) in enumerate(pairs):
        whole[..., channel, number] = held[..., place]
    return convolved(q, x, whole, 1, bias(q, len(table)))


@witness("local_conv")
def _local_conv(q: Question, x: Any) -> Any:
    if q.rank not in {1, 2}:
        raise Silent("PyTorch unfolds images only")
    x, padding = padded(q, x)
    if padding == "same":
        raise Silent("PyTorch unfolds with numbers only")
    kernel, (stride, dilation) = q.each("kernel"), (q.each("stride"), q.each("dilation"))
    pads = (padding,) * q.rank if isinstance(padding, int) else padding
    if not all(stride):
        raise ValueError("as F.unfold says")
    sizes = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, d, p in zip(x.shape[2:], kernel, stride, dilation, pads, strict=True)
    )
    if q.rank == 1:
        x = x[..., None]
        kernel, stride, dilation, pads = (
            (*kernel, 1),
            (*stride, 1),
            (*dilation, 1),
            (*pads, 0),
        )
    columns = F.unfold(x, kernel, dilation, pads, stride)
    taps = prod(kernel)
    held = q.tensor("kernel", *sizes, *kernel[: q.rank], q.channels, q["filters"])
    # PyTorch's columns go through the taps of one channel after the other.
    weight = torch.tensor(held).reshape(prod(sizes), taps, q.channels, q["filters"])
    out = torch.einsum(
        "nctp,ptcf->npf", columns.reshape(len(x), q.channels, taps, -1), weight
    ).reshape(len(x), *sizes, q["filters"])
    given = bias(q, *sizes, q["filters"])
    return torch.movedim(out if given is None else out + given, -1, 1)


@witness("transposed_conv")
def _transposed_conv(q: Question, x: Any) -> Any:
    on_a_map(q)
    groups, filters = q["groups"], q["filters"]
    if isinstance(q["padding"], str):
        raise Silent("PyTorch has no words for it")
    if 0 in q.each("dilation"):
        raise Silent("PyTorch lays all taps of a window on one place")
    if not groups or q.channels % groups or filters % groups:
        raise ValueError("as the constructor of the layer says")
    share = filters // groups
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels // groups, filters)
    parts = np.split(kernel, groups, axis=-1)
    weight = torch.tensor(
        np.ascontiguousarray(np.moveaxis(np.concatenate(parts, axis=-2), (-2, -1), (0, 1)))
    )
    assert weight.shape[:2] == (q.channels, share)
    added = 0 if q["output_padding"] is None else q.each("output_padding")
    move = function("conv_transpose", q.rank)
    crop = q.is_paired
    padding = 0 if crop else q.each("padding")
    y = move(
        x, weight, bias(q, filters), q.each("stride"), padding, added, groups, q.each("dilation")
    )
    return F.pad(y, [-side for side in outer(q.sides())]) if crop else y


# --- pools ----------------------------------------------------------------------------------------


def pool(q: Question) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return window, step and padding of a pool, as far as PyTorch can be asked."""
    on_a_map(q)
    if q["padding"] == "same":
        raise Silent("PyTorch's pools know no 'same'")
    if q.is_paired:
        raise Silent("PyTorch's pools pad both sides alike")
    padding = tuple(before for before, _ in q.sides())
    kernel = q.each("kernel")
    return kernel, kernel if q["stride"] is None else q.each("stride"), padding


@witness("maxpool")
def _maxpool(q: Question, x: Any) -> Any:
    kernel, stride, padding = pool(q)
    pooled = function("max_pool", q.rank)
    return pooled(x, kernel, stride, padding, q.each("dilation"), ceil_mode=q["ceil_mode"])


@witness("avgpool")
def _avgpool(q: Question, x: Any) -> Any:
    kernel, stride, padding = pool(q)
    without_holes(q)
    smaller_than_window(q)
    return function("avg_pool", q.rank)(
        x, kernel, stride, padding, q["ceil_mode"], q["count_padding"]
    )


def without_holes(q: Question) -> None:
    """Say nothing of windows whose elements lie apart."""
    if any(d != 1 for d in q.each("dilation")):
        raise Silent("PyTorch's means and power pools have no dilation")


def smaller_than_window(q: Question) -> None:
    """Say nothing of a volume that PyTorch's mean refuses although its padding makes up for it."""
    if q.rank == 3 and any(n < k for n, k in zip(q.x.shape[1:-1], q.each("kernel"), strict=True)):
        raise Silent("PyTorch's mean of a volume wants the window inside it")


@witness("lppool")
def _lppool(q: Question, x: Any) -> Any:
    kernel, stride, padding = pool(q)
    without_holes(q)
    if any(padding):
        raise Silent("PyTorch's power pool knows no padding")
    smaller_than_window(q)
    if q.rank == 1:  # it takes no tuples here
        (kernel,), (stride,) = kernel, stride  # type: ignore[assignment]
    # PyTorch keeps the sign of an odd power, so it is asked about what has none; and it takes a
    # window that hangs over the border for a whole one, so then only its size counts.
    y = function("lp_pool", q.rank)(x.abs(), q["norm"], kernel, stride, q["ceil_mode"])
    return SizeOnly(y) if q["ceil_mode"] else y


@witness("subsample")
def _subsample(q: Question, x: Any) -> Any:
    kernel, stride, padding = pool(q)
    smaller_than_window(q)
    sums = function("avg_pool", q.rank)(x, kernel, stride, padding) * prod(kernel)
    each = (-1, *(1,) * q.rank)
    by = torch.tensor(q.tensor("coefficient", q.channels)).reshape(each)
    return sums * by + torch.tensor(q.tensor("bias", q.channels)).reshape(each)


def _adaptive(name: str, *, whole: bool) -> Callable[[Question, Any], Any]:
    def ask(q: Question, x: Any) -> Any:
        on_a_map(q)
        size = (1,) * q.rank if whole else q.each("size")
        return function(f"adaptive_{name}_pool", q.rank)(x, size)

    return ask


for _name in ("max", "avg"):
    witness(f"global_{_name}pool")(_adaptive(_name, whole=True))
    witness(f"adaptive_{_name}pool")(_adaptive(_name, whole=False))


# --- what two layers make together ----------------------------------------------------------------


@joined("deform_conv")
def _deform_conv(q: Question, xs: list[Any]) -> Any:
    """Sample the map by PyTorch's grid_sample, tap by tap, as torchvision's operator does."""
    if q.rank != 2:
        raise Silent("PyTorch samples images")
    x, offset, *masks = (torch.movedim(given, -1, 1) for given in xs)
    height, width = x.shape[2:]
    (kh, kw), (sh, sw), (dh, dw) = q.each("kernel"), q.each("stride"), q.each("dilation")
    (top, bottom), (left, right) = q.sides()
    rows = (height + top + bottom - dh * (kh - 1) - 1) // sh + 1
    columns = (width + left + right - dw * (kw - 1) - 1) // sw + 1
    taps, groups = kh * kw, q["groups"]
    together, rest = divmod(offset.shape[1], 2 * taps)
    sizes = {tuple(given.shape[2:]) for given in (offset, *masks)}
    if rest or not together or q.channels % together or sizes != {(rows, columns)}:
        raise ValueError("as torchvision says")
    if masks and masks[0].shape[1] != together * taps:
        raise ValueError("as torchvision says")
    moves = offset.reshape(len(x), together, taps, 2, rows, columns)
    split = x.reshape(len(x) * together, -1, height, width)
    read = []
    for tap in range(taps):
        y = torch.arange(rows)[:, None] * sh - top + tap // kw * dh + moves[:, :, tap, 0]
        z = torch.arange(columns) * sw - left + tap % kw * dw + moves[:, :, tap, 1]
        # Coordinates from -1 to 1, which are the outer borders of the map.
        grid = torch.stack([(2 * z + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)
        found = F.grid_sample(
            split, grid.reshape(-1, rows, columns, 2), padding_mode="zeros", align_corners=False
        ).reshape(len(x), together, -1, rows, columns)
        if masks:
            found = found * masks[0].reshape(len(x), together, taps, 1, rows, columns)[:, :, tap]
        read.append(found.reshape(len(x), -1, rows, columns))
    filters = q["filters"]
    kernel = torch.tensor(q.tensor("kernel", kh, kw, q.channels // groups, filters))
    weights = torch.movedim(kernel.reshape(taps, -1, filters), (2, 1), (0, 1))
    sampled = torch.stack(read, dim=2).reshape(len(x), q.channels, taps, -1)
    out = F.conv2d(
        sampled, weights[..., None], bias(q, filters), stride=(1, 1), groups=groups
    ).reshape(len(x), filters, rows, columns)
    return torch.movedim(out, 1, -1)


@joined("unpool")
def _unpool(q: Question, xs: list[Any]) -> Any:
    y, x = (torch.movedim(given, -1, 1) for given in xs)
    kernel = q.each("kernel")
    pooled, places = function("max_pool", q.rank)(x, kernel, return_indices=True)
    if pooled.shape != y.shape:
        raise ValueError("as the pool says")
    found = function("max_unpool", q.rank)(y, places, kernel, output_size=x.shape[2:])
    return torch.movedim(found, 1, -1)
