"""What stands before attention: tokens that are put first, and numbers that tell positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, feature_map, init, run, sequence
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


@run("class_token")
def class_token(_tally: Tally, inputs: list[Array], weights: Tensors, **_: object) -> Array:
    """Put the tokens before the positions of every image."""
    x = sequence(inputs)
    tokens = weights["tokens"]
    return np.concatenate([np.broadcast_to(tokens, (len(x), *tokens.shape)), x], axis=1)


@init("class_token")
def init_class_token(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, tokens: int = 1, **_: object
) -> dict[str, Array]:
    """Make the tokens."""
    return {"tokens": draw((tokens, shapes[0][-1]))}


@run("position_embedding")
def position_embedding(
    tally: Tally, inputs: list[Array], weights: Tensors, *, method: str = "learned", **_: object
) -> Array:
    """Add to every element what its place is told by."""
    if method == "learned":
        x = feature_map(inputs)
        return tally.add(x, weights["positions"], out=tally.room(x))
    x = sequence(inputs)
    return tally.add(x, _sinusoids(*x.shape[1:]).astype(x.dtype), out=tally.room(x))


def _sinusoids(positions: int, channels: int) -> Array:
    """Return sines and cosines in turn, slower and slower from channel to channel."""
    pairs = np.repeat(np.arange(0, channels, 2), 2)[:channels]
    turned = np.arange(positions)[:, None] / 10000.0 ** (pairs / channels)
    return np.where(np.arange(channels) % 2 == 0, np.sin(turned), np.cos(turned))


@init("position_embedding")
def init_position_embedding(
    draw: Draw, shapes: Sequence[tuple[int, ...]], *, method: str = "learned", **_: object
) -> dict[str, Array]:
    """Make one number for every element, if they are learned."""
    return {"positions": draw(shapes[0][1:])} if method == "learned" else {}
