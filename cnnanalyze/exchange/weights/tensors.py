"""Tensors of a file of weights, as far as a check needs them."""

from __future__ import annotations

from dataclasses import dataclass

MOST_AXES = 16
"""The most axes of a tensor, in whatever form it is listed."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor of a file.

    Examples
    --------
    >>> str(StoredTensor("conv1.weight", (64, 3, 7, 7)))
    'conv1.weight 64x3x7x7'
    """

    name: str
    shape: tuple[int, ...]
    is_learned: bool = True
    """Whether it may be learned: counters and tables of whole numbers are not."""

    def __str__(self) -> str:
        return f"{self.name} {'x'.join(map(str, self.shape)) or 'one number'}"


@dataclass(frozen=True, slots=True)
class StoredTensors:
    """The tensors of a file, in its order."""

    file: str
    tensors: tuple[StoredTensor, ...]
