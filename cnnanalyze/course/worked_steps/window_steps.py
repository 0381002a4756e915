"""Window steps: a window that slides over given numbers, with every product and sum.

Convolution and pooling both slide a window: the numbers in it are weighted (or not) and reduced to
one number. There are no arrays here: integers stay integers, and fractions stay fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import lcm
from operator import mul
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.worked_steps.volume import Plane, Volume
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Fit

Cells = tuple[tuple[Number | None, ...], ...]
"""Rows of numbers; nothing stands for what is beyond the border when pooling."""

MOST_PRODUCTS = 30_000_000
"""The most products; more take too long."""


class WindowNames(NamedTuple):
    """What planes are called that are not those of an image and its filters."""

    image: str = ""
    kernel: str = "kernel"
    output: str = "output"
    channel: str = "channel"
    """A plane of the image."""
    planes: tuple[str, ...] = ()
    """The planes of the output."""


OF_IMAGE = WindowNames()


class WindowStep(NamedTuple):
    """One position of the window: its numbers, products and sums."""

    row: int
    """The place in the output, from 0, as is the column and the channel."""
    column: int
    channel: int
    reads: tuple[int, ...]
    """The channels of the input that are read."""
    windows: tuple[Cells, ...]
    """The numbers in the window, for each of these channels."""
    weights: tuple[Plane, ...]
    """The kernel for each of these channels; nothing when pooling."""
    products: tuple[Plane, ...]
    sums: tuple[Number, ...]
    """The sum of the products of each channel."""
    bias: Number
    result: Number

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers in the window, without what is beyond the border."""
        return tuple(v for w in self.windows for row in w for v in row if v is not None)


@dataclass(frozen=True)
class SlidingWindow:
    """A window that slides over an image.

    Parameters
    ----------
    image
        The numbers.
    kernels
        For each output channel, a plane of weights for every channel that it reads; nothing when
        pooling.
    reads
        For each output channel, the channels of the image that it reads.
    size
        Rows and columns of the window.
    stride, dilation
        For rows and columns.
    fits
        How the windows lie on the rows and the columns, as the rule of the layer says.
    biases
        One for each output channel; nothing if there is none.
    reduction
        ``sum``, ``max`` or ``mean``.
    border_value
        The value beyond the border; none when pooling.
    flipped
        Whether the kernels were rotated by 180 degrees before (a convolution in the strict sense).
    border
        Beyond the border, for rows and for columns, the row that is repeated in each padded row;
        nothing if ``border_value`` stands there.
    names
        What the planes are called.

    Examples
    --------
    >>> from cnnanalyze.layers.window import slides
    >>> image, edge = Volume((((3, 0, 1), (1, 5, 8), (2, 7, 2)),)), ((1, 0, -1),) * 3
    >>> fits = slides((3, 3), 3, 1, 1, "valid")
    >>> sliding_window = SlidingWindow(image, ((edge,),), ((0,),), (3, 3), (1, 1), (1, 1), fits)
    >>> sliding_window.step(0, 0, 0).products
    (((3, 0, -1), (1, 0, -8), (2, 0, -2)),)
    >>> sliding_window.output.planes
    (((-5,),),)
    """

    image: Volume
    kernels: tuple[tuple[Plane, ...], ...]
    reads: tuple[tuple[int, ...], ...]
    size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    fits: tuple[Fit, ...]
    biases: tuple[Number, ...] = ()
    reduction: str = "sum"
    border_value: int | None = 0
    flipped: bool = False
    border: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    names: WindowNames = OF_IMAGE

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows, columns and channels of the output."""
        return self.fits[0].output, self.fits[1].output, len(self.reads)

    @property
    def places(self) -> int:
        """The number of steps."""
        rows, columns, channels = self.counts
        return rows * columns * channels

    @property
    def padding(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows above and below, columns left and right."""
        (top, bottom), (left, right) = ((f.before, f.after) for f in self.fits)
        return (top, bottom), (left, right)

    @cached_property
    def padded(self) -> tuple[Cells, ...]:
        """The padded planes, with nothing beyond the padding where a window extends there."""
        if self.border is not None:
            rows, columns = self.border
            return tuple(
                tuple(tuple(plane[r][c] for c in columns) for r in rows)
                for plane in self.image.planes
            )
        (top, bottom), (left, right) = self.padding
        covered = [
            (f.output - 1) * s + (k - 1) * d + 1
            for f, s, k, d in zip(self.fits, self.stride, self.size, self.dilation, strict=True)
        ]
        width = left + self.image.width + right
        below = max(0, covered[0] - top - self.image.height - bottom)
        behind = (None,) * max(0, covered[1] - width)
        blank = ((self.border_value,) * width + behind,)
        nothing = ((None,) * len(blank[0]),) * below
        sides = (self.border_value,) * left, (self.border_value,) * right + behind
        return tuple(
            blank * top + tuple(sides[0] + row + sides[1] for row in plane) + blank * bottom
            + nothing
            for plane in self.image.planes
        )  # fmt: skip

    @cached_property
    def _whole(self) -> tuple[tuple[tuple[Number, ...], int], ...]:
        """The weights of each output channel as whole numbers, and what the sum is divided by."""
        found = []
        for kernel in self.kernels:
            weights = tuple(chain.from_iterable(chain.from_iterable(kernel)))
            if any(isinstance(w, float) for w in weights):
                found.append((weights, 1))
                continue
            divisor = lcm(*(Fraction(w).denominator for w in weights))
            found.append((tuple(whole(Fraction(w) * divisor) for w in weights), divisor))
        return tuple(found)

    def window(self, row: int, column: int, channel: int) -> Cells:
        """Return the numbers in the window of an output position, in one input channel."""
        rows, columns = (
            slice(at * s, at * s + (k - 1) * d + 1, d)
            for at, s, k, d in zip(
                (row, column), self.stride, self.size, self.dilation, strict=True
            )
        )
        return tuple(line[columns] for line in self.padded[channel][rows])

    def at(self, row: int, column: int, channel: int) -> Number:
        """Return one number of the output."""
        read = [self.window(row, column, c) for c in self.reads[channel]]
        numbers = [v for w in read for line in w for v in line if v is not None]
        if not self.kernels:
            return REDUCTIONS[self.reduction](numbers)
        weights, divisor = self._whole[channel]
        total: Number = sum(map(mul, weights, numbers))
        if divisor > 1:
            total = total / divisor if isinstance(total, float) else Fraction(total) / divisor
        return whole(total + self.biases[channel] if self.biases else total)

    @cached_property
    def output(self) -> Volume:
        """The output.

        Raises
        ------
        UsageError
            If there are too many products.
        """
        rows, columns, channels = self.counts
        products = rows * columns * self.size[0] * self.size[1] * sum(map(len, self.reads))
        if products > MOST_PRODUCTS:
            raise UsageError(
                f"{products:,} products are too many to be worked out one by one: "
                f"{products:,} > {MOST_PRODUCTS:,}",
                help="take a smaller image, a larger stride or fewer filters",
            )
        return Volume(
            tuple(
                tuple(tuple(self.at(r, c, k) for c in range(columns)) for r in range(rows))
                for k in range(channels)
            ),
            self.image.rank,
        )

    def step(self, row: int, column: int, channel: int) -> WindowStep:
        """Return the step of one output position.

        Raises
        ------
        UsageError
            If the output has no such position.
        """
        rows, columns, channels = self.counts
        if not (0 <= row < rows and 0 <= column < columns and 0 <= channel < channels):
            raise UsageError(
                f"there is no window {row + 1},{column + 1},{channel + 1}: the output has "
                f"{count_of(rows, 'row')}, {count_of(columns, 'column')} and "
                f"{count_of(channels, 'channel')}",
                help="rows, columns and channels count from 1: --step 1,1",
            )
        reads = self.reads[channel]
        windows = tuple(self.window(row, column, c) for c in reads)
        weights = self.kernels[channel] if self.kernels else ()
        products = tuple(
            tuple(
                tuple(whole(w * (v or 0)) for w, v in zip(*lines, strict=True))
                for lines in zip(plane, window, strict=True)
            )
            for plane, window in zip(weights, windows, strict=bool(weights))
        )
        sums = tuple(whole(sum(chain.from_iterable(p))) for p in products)
        bias = self.biases[channel] if self.biases else 0
        return WindowStep(
            row, column, channel, reads, windows, weights, products, sums, bias,
            self.at(row, column, channel),
        )  # fmt: skip

    def steps(self) -> Iterator[WindowStep]:
        """Yield every step: channel by channel, row by row."""
        for number in range(self.places):
            yield self.nth(number)

    def nth(self, number: int) -> WindowStep:
        """Return a step by its number, from 0."""
        rows, columns, _ = self.counts
        channel, place = divmod(number, rows * columns)
        return self.step(*divmod(place, columns), channel)


def _mean(numbers: list[Number]) -> Number:
    if not numbers:  # a window that lies beyond the border altogether
        return 0
    total = sum(numbers)
    return (
        total / len(numbers) if isinstance(total, float) else whole(Fraction(total, len(numbers)))
    )


def _largest(numbers: list[Number]) -> Number:
    return max(numbers, default=float("-inf"))


def _sum(numbers: list[Number]) -> Number:
    return whole(sum(numbers))


REDUCTIONS: dict[str, Callable[[list[Number]], Number]] = {
    "max": _largest,
    "mean": _mean,
    "sum": _sum,
}
"""How pooling reduces numbers to one."""


def rotated(plane: Plane) -> Plane:
    """Return a kernel rotated by 180 degrees: rows and columns in reverse.

    Examples
    --------
    >>> rotated(((1, 2), (3, 4)))
    ((4, 3), (2, 1))
    """
    return tuple(row[::-1] for row in plane[::-1])
