"""Fronts: the points than which no other is better in every way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnanalyze.sweeping.columns import Numbers


def front(costs: Numbers) -> NDArray[np.int64]:
    """Return the rows that no other row dominates, by the first column.

    A row dominates another if it is nowhere larger and somewhere smaller. Of equal rows the first
    one stays.

    Parameters
    ----------
    costs
        One row for each point, one column for each quantity; less is better.

    Examples
    --------
    >>> front(np.array([[3, 1], [1, 3], [2, 2], [3, 3], [2, 2]])).tolist()
    [1, 2, 0]
    """
    if not len(costs):
        return np.zeros(0, np.int64)
    order = np.lexsort(costs.T[::-1])
    rows = costs[order]
    if costs.shape[1] == 1:
        return order[:1].astype(np.int64)
    if costs.shape[1] == 2:  # noqa: PLR2004 - sorted by one, the other must fall
        best = np.minimum.accumulate(rows[:, 1])
        is_kept = np.ones(len(rows), bool)
        is_kept[1:] = rows[1:, 1] < best[:-1]
        return order[is_kept].astype(np.int64)
    kept: list[int] = []
    left = np.arange(len(rows))
    while len(left):  # the first one is dominated by none of those behind it
        kept.append(int(left[0]))
        left = left[(rows[left] < rows[left[0]]).any(axis=1)]
    return order[kept].astype(np.int64)
