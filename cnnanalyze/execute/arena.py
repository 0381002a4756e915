"""Memory that is used again: fresh pages cost more than the arithmetic of a small layer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

_LIST = [np.empty(0)]
_NOBODY = sys.getrefcount(_LIST[0])
"""References to a buffer that nobody uses but a list, as counted in a call."""


class Arena:
    """Hands out arrays, in memory whose earlier arrays are gone.

    Examples
    --------
    >>> arena = Arena()
    >>> first = arena.empty((5, 7), np.float32)
    >>> where = first.ctypes.data
    >>> del first
    >>> arena.empty((3, 11), np.float32).ctypes.data == where
    True
    """

    def __init__(self) -> None:
        self._buffers: list[npt.NDArray[np.uint8]] = []

    def empty(self, shape: Sequence[int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array with arbitrary numbers."""
        dtype = np.dtype(dtype)
        need = prod(shape) * dtype.itemsize
        # All views of a buffer refer to the buffer itself: when none is left, it is free.
        sizes = {
            number: self._buffers[number].nbytes
            for number in range(len(self._buffers))
            if sys.getrefcount(self._buffers[number]) <= _NOBODY
        }
        fitting = [number for number, size in sizes.items() if size >= need]
        if fitting:
            chosen = self._buffers[min(fitting, key=sizes.__getitem__)]
        else:
            if sizes:
                # The largest that did not fit makes room, so that memory stays near its peak.
                del self._buffers[max(sizes, key=sizes.__getitem__)]
            chosen = np.empty(need, np.uint8)
            self._buffers.append(chosen)
        return chosen[:need].view(dtype).reshape(tuple(shape))
