"""Ask the executor alone whether a layer accepts an input, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels import INIT, kernel_of
from cnnanalyze.execute.operation_counter import Tally


def try_layer(
    kind: str, attributes: Mapping[str, Any], input_extents: Sequence[tuple[int, ...]]
) -> tuple[int, ...] | None:
    """Run one layer on small images of zeros; return the extents of its output, or nothing.

    Parameters
    ----------
    input_extents
        Extents of every input, channels last, without the batch.

    Examples
    --------
    >>> try_layer("maxpool", {"kernel": 3}, [(11, 13, 5)])
    (3, 4, 5)
    >>> try_layer("maxpool", {"kernel": 17}, [(11, 13, 5)]) is None
    True
    """
    inputs = [np.zeros((1, *extents), np.float32) for extents in input_extents]
    shapes = [x.shape for x in inputs]
    make, kernel = INIT.get(kind), kernel_of(kind)
    try:
        with np.errstate(all="ignore"):
            tensors = make(_ones, shapes, **attributes) if make else {}
            return kernel(Tally(), inputs, tensors, **attributes).shape[1:]
    except ExecutionError:
        return None


def _ones(shape: Sequence[int], fan: int = 1) -> np.ndarray[Any, Any]:
    del fan
    return np.ones(tuple(shape), np.float32)
