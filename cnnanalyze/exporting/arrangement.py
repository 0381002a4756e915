"""The axes of our tensors in the order of frameworks whose channels come first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnanalyze.core.shape import Shape

Array = Any
"""An array of NumPy, which is not imported here."""
Arrange = Callable[[Array], Array]


def filters_first(kernel: Array) -> Array:
    """Return a kernel whose filters come first, then its channels."""
    return kernel.transpose(kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2))


def channels_by_filters(kernel: Array) -> Array:
    """Return the kernel of a depthwise convolution: a filter for each channel and multiple."""
    taps = kernel.shape[:-2]
    return filters_first(kernel.reshape(*taps, 1, -1))


def groups_of_inputs(groups: int) -> Arrange:
    """Return what arranges the kernel of a transposed convolution: its inputs first."""

    def arranged(kernel: Array) -> Array:
        *taps, read, filters = kernel.shape
        rank = len(taps)
        parts = kernel.reshape(*taps, read, groups, filters // groups)
        parts = parts.transpose(rank + 1, rank, rank + 2, *range(rank))
        return parts.reshape(read * groups, filters // groups, *taps)

    return arranged


def rows_first(shape: Shape) -> Arrange:
    """Return what puts the rows of a kernel into the order of a map whose channels are first."""
    rank = shape.rank

    def arranged(kernel: Array) -> Array:
        split = kernel.reshape(*shape.extents, *kernel.shape[1:])
        order = (rank, *range(rank), *range(rank + 1, split.ndim))
        return split.transpose(order).reshape(kernel.shape)

    return arranged


def channels_first(array: Array) -> Array:
    """Return an array whose last axis is the first.

    Examples
    --------
    >>> import numpy as np
    >>> channels_first(np.zeros((5, 7, 3))).shape
    (3, 5, 7)
    """
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))
