"""Lookup: rows of a table in the place of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import Draw, init, run, single, thin_to
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("embedding")
def embedding(_tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Copy the row that each number names; where there is no number, the row is none."""
    x, table = single(inputs), weights["table"]
    if x.ndim > 2:  # noqa: PLR2004 - a map
        if x.shape[-1] != 1:
            raise ExecutionError(f"one number names a row, the input has {x.shape[-1]} channels")
        x = x[..., 0]
    nothing = np.isnan(x)
    words = np.clip(np.floor(np.where(nothing, 0, x)), 0, len(table) - 1).astype(np.intp)
    rows = table[words]
    rows[nothing] = np.nan
    return rows


@init("embedding")
def init_embedding(
    draw: Draw, _shapes: Sequence[tuple[int, ...]], *, words: int, size: int, **_: object
) -> dict[str, Array]:
    """Make the table."""
    return {"table": draw((words, size))}


@thin_to("embedding")
def thin_embedding(extents: Sequence[int], inputs: list[Array], **_: object) -> Array:
    """Let every row see the number that names it; of a vector, any of its features."""
    x = single(inputs)
    if x.ndim > 2:  # noqa: PLR2004 - a map
        return x
    return np.broadcast_to(x[:, None, :], (len(x), *extents, 1))
