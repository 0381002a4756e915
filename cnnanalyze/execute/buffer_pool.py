"""Memory that is used again: fresh pages cost more than the arithmetic of a small layer."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

_LIST = [np.empty(0)]
_NOBODY = sys.getrefcount(_LIST[0])
"""References to a buffer that nobody uses but a list, as counted in a call."""


class BufferPool:
    """Hands out arrays, in memory whose earlier arrays are gone.

    Examples
    --------
    >>> buffers = BufferPool()
    >>> first = buffers.empty((53, 97), np.float32)
    >>> where = first.ctypes.data
    >>> del first
    >>> buffers.empty((89, 31), np.float32).ctypes.data == where
    True
    """

    def __init__(self) -> None:
        self._lent: list[npt.NDArray[np.uint8]] = []
        self._free: list[npt.NDArray[np.uint8]] = []
        """Those that nobody uses, the small ones first."""
        self._asked = 0
        """How often there was a request since the last look for what is free again."""

    def empty(self, shape: Sequence[int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an array with arbitrary numbers."""
        dtype = np.dtype(dtype)
        need = prod(shape) * dtype.itemsize
        if need < SMALL:
            return np.empty(tuple(shape), dtype)
        # A look at many buffers has to pay for itself; few are looked at every time.
        self._asked += 1
        if self._asked * MANY > len(self._lent):
            self._take_back()
        at = bisect_left(self._free, need, key=_size)
        if at < len(self._free):
            chosen = self._free.pop(at)
        else:
            if self._free:
                # The largest that did not fit makes room, so that memory stays near its peak.
                self._free.pop()
            chosen = np.empty(need, np.uint8)
        self._lent.append(chosen)
        return chosen[:need].view(dtype).reshape(tuple(shape))

    def _take_back(self) -> None:
        # All views of a buffer refer to the buffer itself: when none is left, it is free.
        self._asked = 0
        lent = self._lent
        unused = [sys.getrefcount(lent[i]) <= _NOBODY for i in range(len(lent))]
        if any(unused):
            self._free += compress(lent, unused)
            self._free.sort(key=_size)
            self._lent = [
                buffer for buffer, is_unused in zip(lent, unused, strict=True) if not is_unused
            ]


SMALL = 1 << 12
"""Bytes from which on memory is used again; less is there sooner than it is found."""
MANY = 16
"""Buffers that are looked through for each array that is asked for, at most."""


def _size(buffer: npt.NDArray[np.uint8]) -> int:
    return buffer.nbytes
