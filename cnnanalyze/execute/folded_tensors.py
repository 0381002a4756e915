"""Folding on arrays: the numbers of batch normalisations worked into those of weighted sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cnnanalyze.execute.operation_counter import Array
from cnnanalyze.execute.run import Tensors


def fold_tensors(
    tensors: Tensors,
    roles: Mapping[str, str],
    norms: Sequence[tuple[Tensors, float]],
) -> Tensors:
    """Return the tensors of a weighted sum with batch normalisations worked in.

    Parameters
    ----------
    tensors
        What the layer held before.
    roles
        For tensors that are called otherwise now, the new name; nothing for one that goes.
    norms
        The tensors of each normalisation and what it adds to the variance, the first first.

    Examples
    --------
    >>> one = np.ones(2)
    >>> norm = {"gamma": 3 * one, "beta": one, "moving mean": one, "moving variance": 4 * one}
    >>> folded = fold_tensors({"kernel": np.full((1, 2), 4.0)}, {}, [(norm, 0.0)])
    >>> folded["kernel"].tolist(), folded["bias"].tolist()
    ([[6.0, 6.0]], [-0.5, -0.5])
    """
    made = {roles.get(role, role): array for role, array in tensors.items()}
    made.pop("", None)
    for held, epsilon in norms:
        # In double precision, so that folding itself adds no error worth the name.
        variance = held["moving variance"].astype(np.float64)
        factor = held.get("gamma", np.float64(1)) / np.sqrt(variance + epsilon)
        shift = held.get("beta", np.float64(0)) - held["moving mean"] * factor
        kernel = made["kernel"]
        bias = made.get("bias", np.zeros(1, kernel.dtype))
        made["kernel"] = (kernel * _by_filter(factor, kernel)).astype(kernel.dtype)
        made["bias"] = np.asarray(bias * factor + shift).astype(kernel.dtype)
    return made


def _by_filter(factor: Array, kernel: Array) -> Array:
    """Lay one number for each filter along the last axes of a kernel, which are the filters."""
    if kernel.shape[-1] == len(factor):
        return factor
    return factor.reshape(kernel.shape[-2:])
