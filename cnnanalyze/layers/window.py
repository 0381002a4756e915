"""The one sliding-window formula, for convolution and pooling."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from cnnanalyze.core.reach import Continued, Window
from cnnanalyze.core.shape import axis_name
from cnnanalyze.core.symbolic_arithmetic import larger, named
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.attributes import CONTINUED, per_axis, per_border
from cnnanalyze.layers.base import Fit

MADE_TO_MEASURE = ("same", *CONTINUED)
"""Paddings that give one output for every stride of inputs."""


def stride_of(attributes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as it is written
    """Return the stride of a window from the attributes of its layer.

    Where it is left out, as in a pool, the windows lie side by side.

    Examples
    --------
    >>> stride_of({"kernel": 3, "stride": None}), stride_of({"kernel": 3, "stride": (2, 1)})
    (3, (2, 1))
    """
    stride = attributes["stride"]
    return attributes["kernel"] if stride is None else stride


def slide(
    n: int,
    kernel: int,
    stride: int,
    dilation: int,
    padding: tuple[int, int] | str,
    *,
    ceil: bool = False,
    axis: str = "length",
) -> Fit:
    """How many windows lie on ``n`` indices, and how do they fit?

    ``⌊(n + p_before + p_after - d·(k - 1) - 1) / s⌋ + 1``; with ``same``, ``⌈n / s⌉`` and just as
    much padding as that needs, the odd one at the end (TensorFlow and Keras), and so with the words
    for a map that goes on beyond its borders; with ``causal`` all of it before, so that no window
    reads ahead (Keras). With ``ceil`` the division is rounded up, unless the last window would then
    start in the padding behind (PyTorch); so there may be a window that is larger than the padded
    input, by less than a stride.

    Examples
    --------
    >>> slide(224, 7, 2, 1, (3, 3)).output  # ResNet's first convolution
    112
    >>> slide(6, 3, 2, 1, (0, 0))  # "does not fit", says CS231n
    Fit(output=2, before=0, after=0, size=6, covered=5, is_same=False)
    >>> slide(7, 3, 2, 1, "same")
    Fit(output=4, before=1, after=1, size=7, covered=9, is_same=True)
    >>> slide(7, 3, 1, 2, "causal")
    Fit(output=7, before=4, after=0, size=7, covered=11, is_same=False)
    >>> slide(3, 5, 3, 1, (0, 0), ceil=True).output
    1
    """
    fit = lay(n, kernel, stride, dilation, padding, ceil=ceil)
    if padding in MADE_TO_MEASURE:
        refuse_continuation(padding, n, fit.before, fit.after, axis)
        return fit
    extent, padded = dilation * (kernel - 1) + 1, n + fit.before + fit.after
    if extent > padded and not (ceil and extent < padded + stride):
        dilated = f" ({kernel} with dilation {dilation})" if dilation > 1 else ""
        borders = f" with padding {fit.before}+{fit.after}" if fit.before or fit.after else ""
        raise ShapeError(
            f"kernel extent {extent}{dilated} does not fit into {axis} {n}{borders}: "
            f"{extent} > {padded}",
            attribute="kernel",
            help="use 'padding: same', a smaller kernel or a larger input",
            code="SH002",
        )
    return fit


def lay(
    n: int,
    kernel: int,
    stride: int,
    dilation: int,
    padding: tuple[int, int] | str,
    *,
    ceil: bool = False,
) -> Fit:
    """Lay windows as :func:`slide` does, but refuse none: where none fits, there are less than one.

    Examples
    --------
    >>> lay(3, 5, 1, 1, (0, 0)).output
    -1
    """
    extent = named(dilation * (kernel - 1) + 1, "extent")
    if padding in MADE_TO_MEASURE:
        output = named(-(-n // stride), "output")
        total = named(larger((output - 1) * stride + extent - n, 0), "total padding")
        before = named(total // 2, "padding before")
        after = total - before
    else:
        if padding == "causal":
            before, after = named(extent - 1, "padding before"), 0
        else:
            before, after = (0, 0) if isinstance(padding, str) else padding
        room = n + before + after - extent
        steps = room // stride
        if ceil and room % stride and (steps + 1) * stride < n + before:
            steps = -(-room // stride)
        output = named(steps + 1, "output")
    covered = named((output - 1) * stride + extent, "covered")
    return Fit(output, before, after, n, covered, is_same=padding in MADE_TO_MEASURE)


def slides(
    size: tuple[int, ...],
    kernel: int | tuple[int, ...],
    stride: int | tuple[int, ...],
    dilation: int | tuple[int, ...],
    padding: object,
    *,
    ceil: bool = False,
) -> tuple[Fit, ...]:
    """Return :func:`slide` for every axis of a feature map."""
    rank = len(size)
    if padding == "causal" and rank != 1:
        axes = " and ".join(axis_name(a, rank) for a in range(rank))
        raise ShapeError(
            f"padding 'causal' needs one axis, which is time, but its input has {rank} "
            f"({axes}): {rank} ≠ 1",
            attribute="padding",
            help="write how much each border gets, as in 'padding: [[2, 0], [1, 1]]'",
            code="SH004",
        )
    return tuple(
        slide(*window, ceil=ceil, axis=axis_name(a, rank))
        for a, window in enumerate(along_axes(size, kernel, stride, dilation, padding))
    )


def along_axes(
    size: tuple[int, ...],
    kernel: int | tuple[int, ...],
    stride: int | tuple[int, ...],
    dilation: int | tuple[int, ...],
    padding: object,
) -> Iterator[tuple[int, int, int, int, tuple[int, int] | str]]:
    """Return, axis by axis, what :func:`slide` and :func:`lay` take."""
    rank = len(size)
    borders: tuple[tuple[int, int] | str, ...] = (
        (padding,) * rank if isinstance(padding, str) else per_border(padding, rank, "padding")  # type: ignore[arg-type]  # validated with the layer
    )
    return zip(
        size,
        per_axis(kernel, rank, "kernel"),
        per_axis(stride, rank, "stride"),
        per_axis(dilation, rank, "dilation"),
        borders,
        strict=True,
    )


def index_map(padding: object) -> Callable[..., Window]:
    """Return what makes the index maps of windows on a map that is padded so.

    Examples
    --------
    >>> index_map("same")(1, before=2)
    Window(kernel=1, stride=1, dilation=1, before=2)
    """
    return _CONTINUED.get(padding, Window) if isinstance(padding, str) else Window


_CONTINUED: dict[str, partial[Continued]] = {
    border: partial(Continued, border=border) for border in CONTINUED
}


def refuse_continuation(
    border: object, n: int, before: int, after: int, axis: str, attribute: str = "padding"
) -> None:
    """Raise if a map is to go on beyond a border further than it has numbers for.

    Mirrored, without the border itself, it has one less than the axis is long; from the other end,
    as many. So PyTorch has it.
    """
    most, padded = {"reflect": n - 1, "circular": n}.get(str(border)), larger(before, after)
    if most is None or padded <= most:
        return
    mirrored = border == "reflect"
    does = "mirrors more than" if mirrored else "goes more than once around"
    beside = " holds beside its border" if mirrored else ""
    raise ShapeError(
        f"padding {before}+{after} {does} {axis} {n}{beside}: "
        f"{padded} {'≥' if mirrored else '>'} {n}",
        attribute=attribute,
        help=f"{'mirror' if mirrored else 'repeat'} at most {most} on a side, or use replicate",
    )
