"""What the kernels share: the registries, and windows that are enumerated, not computed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from cnnanalyze.errors import ExecutionError, PluginError
from cnnanalyze.execute.chunks import rows_within
from cnnanalyze.execute.operation_counter import Array, Tally

Run = Callable[..., Array]
"""``(tally, inputs, weights, **attributes)`` to the output; arrays are channels last."""

Init = Callable[..., dict[str, Array]]
"""``(draw, shapes of the inputs, **attributes)`` to the tensors by role."""

Thin = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Attributes to those of the same layer in a network of one channel."""

Draw = Callable[..., Array]
"""``(shape, fan=1)`` to positive values of mean ``1 / fan``."""

Extents = int | Sequence[int]
"""One number for all spatial axes, or one each."""

Padding = str | int | Sequence[int | Sequence[int]]
"""``"same"``, ``"valid"``, or numbers: for all sides, for each axis, or before and after."""

Side = str | tuple[int, int]
"""The padding of one axis."""

RUN: dict[str, Run] = {}
INIT: dict[str, Init] = {}
THIN: dict[str, Thin] = {}
THIN_RUN: dict[str, Run] = {}
THIN_TO: dict[str, Run] = {}

FIXED_ROLES = frozenset({"moving mean", "moving variance", "centres", "constants"})
"""Tensors that training by gradients leaves alone."""

Entry = TypeVar("Entry")
Call = TypeVar("Call", bound=Callable[..., Any])


def run(kind: str) -> Callable[[Call], Call]:
    """Register the function that computes layers of a kind."""
    return _register(RUN, kind)


def init(kind: str) -> Callable[[Call], Call]:
    """Register the function that makes the tensors of a kind; kinds without tensors need none."""
    return _register(INIT, kind)


def thin(kind: str) -> Callable[[Call], Call]:
    """Register how a kind looks in a network of one channel; by default it looks the same."""
    return _register(THIN, kind)


def thin_run(kind: str) -> Callable[[Call], Call]:
    """Register what a kind that deals with channels computes in a network of one channel.

    The function replaces the kernel there: whatever a position of the output may read, in
    whichever channel, must reach it.
    """
    return _register(THIN_RUN, kind)


def thin_to(kind: str) -> Callable[[Call], Call]:
    """Register the same for a kind that makes positions of channels, of which one is left.

    The function is called as ``(extents, inputs, **attributes)``, where ``extents`` are those of
    the positions of its output in the whole network, as they were observed there.
    """
    return _register(THIN_TO, kind)


def mixed(x: Array, extents: Sequence[int]) -> Array:
    """Return, for a network of one channel, positions that all depend on all of the input."""
    total = x.reshape(len(x), -1).sum(axis=1)
    return np.broadcast_to(total.reshape(-1, *(1,) * len(extents), 1), (len(x), *extents, 1))


def axis_of(axis: str | int, shape: Sequence[int]) -> int:
    """Return which axis of an array is meant by its name, or its number from 1; 0 is the batch.

    Examples
    --------
    >>> axis_of("width", (1, 5, 7, 3)), axis_of("channels", (1, 3)), axis_of(1, (1, 5, 3))
    (2, 1, 1)
    """
    names = {
        3: ("length",),
        4: ("height", "width"),
        5: ("depth", "height", "width"),
    }.get(len(shape), ())
    known = {name: number for number, name in enumerate(names, 1)} | {"channels": len(shape) - 1}
    number = known.get(axis, 0) if isinstance(axis, str) else axis
    if not 0 < number < len(shape):
        raise ExecutionError(f"the input has no axis '{axis}'")
    return number


def _register(registry: dict[str, Any], kind: str) -> Callable[[Call], Call]:
    def enter(function: Call) -> Call:
        if kind in registry:
            raise PluginError(
                f"the kind '{kind}' has a kernel already, in {registry[kind].__module__}",
                help="choose another name; a dotted one such as 'acme.swish' never collides",
            )
        registry[kind] = function
        return function

    return enter


def kernel_of(kind: str) -> Run:
    """Return the function that computes layers of a kind."""
    if kind not in RUN:
        raise ExecutionError(f"there is no kernel for the kind '{kind}'")
    return RUN[kind]


def single(inputs: Sequence[Array]) -> Array:
    """Return the only input."""
    if len(inputs) != 1:
        raise ExecutionError(f"one input is read here, but {len(inputs)} are given")
    return inputs[0]


def feature_map(inputs: Sequence[Array]) -> Array:
    """Return the only input, which must have spatial axes."""
    x = single(inputs)
    need_map(x.shape)
    return x


def sequence(inputs: Sequence[Array]) -> Array:
    """Return the only input, which must have one spatial axis."""
    x = feature_map(inputs)
    if x.ndim > 3:  # noqa: PLR2004 - batch, positions, channels
        raise ExecutionError(f"a sequence has one axis, the input has {x.ndim - 2}")
    return x


def need_map(shape: Sequence[int]) -> None:
    """Refuse a vector; the shape begins with the batch."""
    if len(shape) < 3:  # noqa: PLR2004 - batch, one spatial axis, channels
        raise ExecutionError(f"a feature map is needed, but the input is a vector of {shape[-1]}")


def per_axis(value: int | Sequence[Entry], rank: int, what: str) -> tuple[int | Entry, ...]:
    """Return one entry per spatial axis.

    Examples
    --------
    >>> per_axis(3, 2, "kernel"), per_axis((5, 7), 2, "kernel")
    ((3, 3), (5, 7))
    """
    if isinstance(value, int):
        return (value,) * rank
    entries = tuple(value)
    if len(entries) != rank:
        raise ExecutionError(f"{what} has {len(entries)} entries for {rank} spatial axes")
    return entries


def both_sides(value: Padding, rank: int, what: str) -> tuple[tuple[int, int], ...]:
    """Return the numbers before and after, per spatial axis.

    Examples
    --------
    >>> both_sides(2, 2, "padding"), both_sides((1, (2, 3)), 2, "padding")
    (((2, 2), (2, 2)), ((1, 1), (2, 3)))
    """
    if isinstance(value, str):
        raise ExecutionError(f"{what} must be numbers here, not '{value}'")
    entries = per_axis(value, rank, what)
    return tuple((e, e) if isinstance(e, int) else (e[0], e[1]) for e in entries)


class Axis(NamedTuple):
    """The windows along one spatial axis, which is counted from where the padding begins."""

    starts: list[int]
    offsets: list[int]
    size: int
    before: int
    end: int
    """Where the padding behind ends; a last window may hang over it."""

    @property
    def is_pointwise(self) -> bool:
        """Whether every pixel is a window of its own."""
        return self.offsets == [0] and self.starts == list(range(self.size)) and self.before == 0

    @property
    def step(self) -> int:
        """How far a window is from the next."""
        return self.starts[1] - self.starts[0] if len(self.starts) > 1 else 1

    @property
    def dilation(self) -> int:
        """How far a tap is from the next."""
        return self.offsets[1] if len(self.offsets) > 1 else 1

    def tap(self, offset: int, count: int) -> slice:
        """Return what the tap reads in the first ``count`` windows."""
        return slice(offset, offset + self.starts[count - 1] + 1, self.step)


def enumerate_windows(
    shape: Sequence[int],
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """Return the windows of every spatial axis of an input (shape with batch and channels).

    Examples
    --------
    >>> [a.starts for a in enumerate_windows((1, 7, 5, 3), kernel=(3, 2), stride=2)]
    [[0, 2, 4], [0, 2]]
    """
    need_map(shape)
    sizes = tuple(shape[1:-1])
    rank = len(sizes)
    if padding == "causal" and rank > 1:
        raise ExecutionError(f"padding 'causal' is known along one axis, not along {rank}")
    sides: tuple[Side, ...] = (
        (padding,) * rank if isinstance(padding, str) else both_sides(padding, rank, "padding")
    )
    return tuple(
        _windows(n, k, s, p, d, ceil_mode=ceil_mode)
        for n, k, s, p, d in zip(
            sizes,
            per_axis(kernel, rank, "kernel"),
            per_axis(stride, rank, "stride"),
            sides,
            per_axis(dilation, rank, "dilation"),
            strict=True,
        )
    )


CONTINUED: dict[str, Literal["wrap", "reflect", "edge"]] = {
    "circular": "wrap",
    "reflect": "reflect",
    "replicate": "edge",
}
"""Paddings that continue the map with its own pixels, and NumPy's words for them."""


def place_windows(
    x: Array,
    *,
    kernel: Extents,
    stride: Extents = 1,
    padding: Padding = "valid",
    dilation: Extents = 1,
) -> tuple[Array, tuple[Axis, ...]]:
    """Return the windows of a map, and the map that they lie on: continued, if the padding is so.

    Examples
    --------
    >>> row = np.arange(5.0).reshape(1, 5, 1)
    >>> place_windows(row, kernel=3, padding="circular")[0].ravel().tolist()
    [4.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0]
    """
    axes = enumerate_windows(
        x.shape, kernel=kernel, stride=stride, padding=padding, dilation=dilation
    )
    if not isinstance(padding, str) or padding not in CONTINUED:
        return x, axes
    sides = [(axis.before, axis.end - axis.before - axis.size) for axis in axes]
    around = [axis._replace(size=axis.end, before=0) for axis in axes]
    return continue_map(x, padding, sides), tuple(around)


def continue_map(x: Array, border: str, sides: Sequence[tuple[int, int]]) -> Array:
    """Put pixels of the map itself around it; with a margin more than there are axes, channels."""
    margins = (*sides, (0, 0))[: x.ndim - 1]
    for n, pair in zip(x.shape[1:], margins, strict=True):
        there = {"circular": n, "reflect": n - 1}.get(border, max(pair))
        if max(pair) > there:
            raise ExecutionError(
                f"a '{border}' margin of {max(pair)} pixels needs more than the {there} there are"
            )
    return np.pad(x, ((0, 0), *margins), mode=CONTINUED[border])


def _windows(
    size: int, kernel: int, stride: int, padding: Side, dilation: int, *, ceil_mode: bool
) -> Axis:
    offsets = [tap * dilation for tap in range(kernel)]
    reach = offsets[-1]

    def fitting(extent: int) -> list[int]:
        return [i for i in range(0, extent, stride) if i + reach < extent]

    before, after = (0, 0) if isinstance(padding, str) else padding
    if padding == "causal":
        before = reach  # The last tap of the first window lies on the first pixel.
    if padding == "same" or padding in CONTINUED:
        # As little as lets a window begin at every stride; the odd pixel lies behind.
        wanted = len(range(0, size, stride))
        padded = bisect_left(range(reach), wanted, key=lambda more: len(fitting(size + more)))
        before = len(range(1, padded, 2))
        after = padded - before
    end = before + size + after
    starts = fitting(end)
    if ceil_mode:
        # One that hangs over, if the one before it does not reach the end, nor it the padding.
        hanging = [i for i in range(0, before + size, stride) if i - stride + reach + 1 < end]
        starts += [i for i in hanging if i + reach >= end]
    if not starts:
        margin = f" with {before} + {after} of padding" if before or after else ""
        raise ExecutionError(f"a window spans {reach + 1} pixels, the input has {size}{margin}")
    return Axis(starts, offsets, size, before, end)


def framed(x: Array, axes: Sequence[Axis], rows: slice, filler: float) -> Array:
    """Return what some windows of the first axis (all of the others) read, padding included."""
    chosen = axes[0].starts[rows]
    spans = [(chosen[0], chosen[-1] + axes[0].offsets[-1] + 1)]
    spans += [(0, axis.starts[-1] + axis.offsets[-1] + 1) for axis in axes[1:]]
    source, target = [slice(None)], [slice(None)]
    for axis, (low, high) in zip(axes, spans, strict=True):
        first = min(max(low - axis.before, 0), axis.size)
        last = min(max(high - axis.before, first), axis.size)
        source.append(slice(first, last))
        begin = max(axis.before - low, 0) if last > first else 0
        target.append(slice(begin, begin + last - first))
    inner = x[tuple(source)]
    extents = (len(x), *(high - low for low, high in spans), x.shape[-1])
    if inner.shape == extents:
        return inner
    frame = np.empty(extents, x.dtype)
    # Only the margins are filled: everything else is written once, by the copy.
    for number, inside in enumerate(target[1:], start=1):
        lead = (*target[1:number],)
        frame[(slice(None), *lead, slice(None, inside.start))] = filler
        frame[(slice(None), *lead, slice(inside.stop, None))] = filler
    frame[tuple(target)] = inner
    return frame


def blocks(
    x: Array, axes: Sequence[Axis], row: int, limit: int, filler: float = 0.0
) -> Iterator[tuple[slice, slice, Array]]:
    """Yield images, rows of windows and the framed pixels they read, bounded in memory.

    Parameters
    ----------
    row
        How many numbers one row of windows takes.
    limit
        How many numbers a block may take; one row is the least.
    """
    count = len(axes[0].starts)
    rows = rows_within(limit, row)
    images = rows_within(rows, count)
    rows = min(rows, count)
    for n in range(0, len(x), images):
        for r in range(0, count, rows):
            some, lines = slice(n, min(n + images, len(x))), slice(r, min(r + rows, count))
            yield some, lines, framed(x[some], axes, lines, filler)


def patches(frame: Array, axes: Sequence[Axis], rows: int) -> Array:
    """Return the windows of a framed block as a view: images, windows, taps, channels."""
    counts = (rows, *(len(axis.starts) for axis in axes[1:]))
    steps = frame.strides[1:-1]
    return np.lib.stride_tricks.as_strided(
        frame,
        (len(frame), *counts, *(len(axis.offsets) for axis in axes), frame.shape[-1]),
        (
            frame.strides[0],
            *(axis.step * step for axis, step in zip(axes, steps, strict=True)),
            *(axis.dilation * step for axis, step in zip(axes, steps, strict=True)),
            frame.strides[-1],
        ),
        writeable=False,
    )


def counts_of(axes: Sequence[Axis]) -> tuple[int, ...]:
    """Return how many windows there are along every axis."""
    return tuple(len(axis.starts) for axis in axes)


def cut_tiles(x: Array, sizes: Sequence[int]) -> Array:
    """Cut a map (images, positions, heads, numbers) into windows side by side, which tile it.

    Returns
    -------
    Array
        Images, windows, heads, positions in a window, numbers.

    Examples
    --------
    >>> cut_tiles(np.arange(6).reshape(1, 6, 1, 1), [2]).reshape(3, 2).tolist()
    [[0, 1], [2, 3], [4, 5]]
    """
    rank = len(sizes)
    for number, w in reversed(list(enumerate(sizes, 1))):
        x = x.reshape(*x.shape[:number], -1, w, *x.shape[number + 1 :])
    order = [*range(1, 2 * rank, 2), 2 * rank + 1, *range(2, 2 * rank + 1, 2)]
    x = x.transpose(0, *order, 2 * rank + 2)
    count = prod(x.shape[1 : 1 + rank])
    return x.reshape(len(x), count, x.shape[1 + rank], prod(sizes), x.shape[-1])


def paste_tiles(x: Array, size: Sequence[int], sizes: Sequence[int]) -> Array:
    """Put windows back where they were cut, the heads of each position side by side.

    Examples
    --------
    >>> tiles = cut_tiles(np.arange(12).reshape(1, 6, 2, 1), [3])
    >>> paste_tiles(tiles, [6], [3]).tolist()
    [[[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]]]
    """
    rank = len(sizes)
    counts = [len(range(0, n, w)) for n, w in zip(size, sizes, strict=True)]
    x = x.reshape(len(x), *counts, x.shape[2], *sizes, x.shape[-1])
    order = [place for axis in range(rank) for place in (1 + axis, 2 + rank + axis)]
    x = x.transpose(0, *order, 1 + rank, 2 * rank + 2)
    return x.reshape(len(x), *size, -1)


def pieces(x: Array, limit: int = 1 << 16) -> Iterator[slice]:
    """Yield slices of the first axis that stay in the cache."""
    rows = rows_within(limit, prod(x.shape[1:]))
    return (slice(r, r + rows) for r in range(0, len(x), rows))


def as_rows(x: Array) -> Array:
    """Return a view with two axes: the last spatial axis and the channels are one row.

    Long rows make elementwise operations with one number per channel fast.
    """
    return x.reshape(prod(x.shape[:-2]), -1) if x.ndim > 2 else x  # noqa: PLR2004 - a map


def along_rows(values: Array, x: Array) -> Array:
    """Repeat one number per channel along the rows of :func:`as_rows`."""
    return np.tile(values, x.shape[-2]) if x.ndim > 2 else values  # noqa: PLR2004 - a map


def mean(tally: Tally, x: Array, axes: Sequence[int]) -> Array:
    """Return the mean over axes, which stay with extent one."""
    return tally.divide(tally.total(x, axes), prod(x.shape[axis] for axis in axes))


def add_bias(tally: Tally, x: Array, weights: Mapping[str, Array]) -> Array:
    """Add the bias in place, if there is one."""
    if "bias" in weights:
        rows, bias = as_rows(x), along_rows(weights["bias"], x)
        tally.add(rows, bias, out=rows)
    return x
