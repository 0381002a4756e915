"""A printed result against the right one: which cells are wrong, and what they look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.volume import Volume, vector
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, rotated
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.errors import UsageError


class WrongCell(NamedTuple):
    """One cell that is wrong."""

    row: int
    """From 0, as is the column and the channel."""
    column: int
    channel: int
    printed: Number
    right: Number
    why: str = ""
    """What gives the printed number; nothing if that is not known."""


class CheckResult(NamedTuple):
    """What is right and what is wrong of a printed result."""

    printed: Volume
    cells: int
    mistakes: tuple[WrongCell, ...]
    why: str = ""
    """What gives the printed result as a whole."""


def compare(section: WorkedLayer, printed: Volume) -> CheckResult:
    """Compare what somebody printed with what comes out.

    A number with decimals is right if what comes out rounds to it; a whole number must be equal.

    Raises
    ------
    UsageError
        If it has another shape.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import convolve
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
    >>> section = convolve(read_image(["3 0 1 2"]), [read_kernel("[[1, 0, -1]]")])
    >>> section.after.planes, compare(section, read_image(["2 2"])).mistakes
    ((((2, -2),),), (WrongCell(row=0, column=1, channel=0, printed=2, right=-2, \
why='the sign is wrong'),))
    """
    right = section.after
    if right.rank == 0 and printed.channels * printed.height == 1:
        printed = vector(printed.flat())  # a row may stand for a vector
    elif right.rank == 1 and printed.rank == 0:
        printed = Volume((((printed.flat()),),), rank=1)
    same = (right.height, right.width, right.channels)
    if (printed.height, printed.width, printed.channels) != same:
        alike = _known_misunderstanding(section, printed)
        raise UsageError(
            f"--expect is {printed.shape}, the result is {right.shape}: "
            f"{printed.shape} ≠ {right.shape}",
            help=f"it is the result {alike}" if alike else "",
        )
    mistakes = tuple(
        WrongCell(r, c, k, said, true, _sign(said, true))
        for k, (planes) in enumerate(zip(printed.planes, right.planes, strict=True))
        for r, rows in enumerate(zip(*planes, strict=True))
        for c, (said, true) in enumerate(zip(*rows, strict=True))
        if not agrees(said, true)
    )
    why = _known_misunderstanding(section, printed) if mistakes else ""
    return CheckResult(printed, right.shape.count, mistakes, why)


def agrees(printed: Number, right: Number) -> bool:
    """Whether a printed number is what is right, as far as it is printed.

    Examples
    --------
    >>> agrees(Fraction("3.67"), Fraction(11, 3)), agrees(3, Fraction(13, 4))
    (True, False)
    """
    if printed == right:
        return True
    places = next((p for p in range(1, 16) if (printed * 10**p) % 1 == 0), 16)
    if isinstance(printed, int) and not isinstance(right, float):
        return False
    if isinstance(printed, int):
        return abs(float(right) - printed) < 1e-9  # noqa: PLR2004 - what a float leaves over
    apart: Fraction = abs(Fraction(right) - Fraction(printed))
    return apart * Fraction(10) ** places <= Fraction(1, 2)


def _sign(printed: Number, right: Number) -> str:
    return "the sign is wrong" if printed == -right else ""


def _known_misunderstanding(section: WorkedLayer, printed: Volume) -> str:
    """Return under which misunderstanding the printed result comes out, if there is one."""
    if section.sliding_window is None:
        return ""
    for words, window in _variations(section.sliding_window):
        if window.output.planes == printed.planes:
            return words
    return ""


def _variations(window: SlidingWindow) -> Iterator[tuple[str, SlidingWindow]]:
    if window.kernels:
        told = "if the kernel is not rotated" if window.flipped else (
            "if the kernel is rotated by 180 degrees (a true convolution)"
        )  # fmt: skip
        yield told, _with_kernels(window, rotated)
        if window.size[0] == window.size[1]:
            yield (
                "if rows and columns of the kernel are exchanged",
                _with_kernels(window, lambda plane: tuple(zip(*plane, strict=True))),
            )
        if any(window.biases):
            yield "if the bias is forgotten", replace(window, biases=())
        return
    other = "mean" if window.reduction == "max" else "max"
    yield (
        f"if the {'mean' if other == 'mean' else 'largest'} of each window is taken",
        replace(window, reduction=other),
    )


def _with_kernels(window: SlidingWindow, change: Callable[..., object]) -> SlidingWindow:
    kernels = tuple(tuple(change(plane) for plane in kernel) for kernel in window.kernels)
    return replace(window, kernels=kernels)  # type: ignore[arg-type]
