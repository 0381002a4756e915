"""Layers that put a border around the map, or cut one off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnanalyze.errors import ExecutionError
from cnnanalyze.execute.kernels._base import (
    CONTINUED,
    Padding,
    Run,
    both_sides,
    continue_map,
    feature_map,
    run,
    single,
    thin,
)
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("zeropad")
@run("pad")
def pad(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    padding: Padding = 0,
    mode: str = "constant",
    fill: float = 0.0,
    channels: int | tuple[int, int] = 0,
    takes_vectors: bool = False,
    **_: object,
) -> Array:
    """Put a number around the map and its channels, or numbers of the map itself."""
    ends = (channels, channels) if isinstance(channels, int) else channels
    takes_vectors = takes_vectors or any(ends)
    x = single(inputs) if takes_vectors and padding == 0 else feature_map(inputs)
    sides = both_sides(padding, x.ndim - 2, "padding")
    if mode != "constant":
        return continue_map(x, mode, (*sides, ends))
    return np.pad(x, ((0, 0), *sides, ends), constant_values=fill)


@thin("pad")
def thin_pad(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer without further channels, which takes vectors as it did with them."""
    channels = attributes.get("channels", 0)
    takes_vectors = any(channels) if isinstance(channels, tuple | list) else bool(channels)
    return {**attributes, "channels": (0, 0), "takes_vectors": takes_vectors}


def _continued(border: str) -> Run:
    def continued(
        tally: Tally,
        inputs: list[Array],
        weights: Tensors,
        *,
        padding: Padding,
        **_: object,
    ) -> Array:
        """Put pixels of the map itself around it."""
        return pad(tally, inputs, weights, padding=padding, mode=border)

    return continued


for _border in CONTINUED:
    run(f"{_border}pad")(_continued(_border))


@run("crop")
def crop(
    _tally: Tally,
    inputs: list[Array],
    _weights: Tensors,
    *,
    amount: Padding,
    **_: object,
) -> Array:
    """Cut off the margins of the map."""
    x = feature_map(inputs)
    sides = both_sides(amount, x.ndim - 2, "amount")
    left = x[
        (slice(None), *(slice(b, n - a) for n, (b, a) in zip(x.shape[1:], sides, strict=False)))
    ]
    if left.size == 0 or any(b + a >= n for n, (b, a) in zip(x.shape[1:-1], sides, strict=True)):
        size = "x".join(map(str, x.shape[1:-1]))
        raise ExecutionError(f"cropping {amount} of {size} leaves nothing")
    return np.ascontiguousarray(left)
