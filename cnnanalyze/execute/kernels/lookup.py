"""Lookup: rows of a table in the place of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import Draw, init, run, single, thin
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


@thin("embedding")
def thin_embedding(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table with rows of one number."""
    return {**attributes, "words": 1, "size": 1}
