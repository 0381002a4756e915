"""What a TFLite file says: frozen values, without weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Option = int | float | str | tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the file: given, computed or stored.

    Examples
    --------
    >>> Tensor("serving_default_x:0", (1, 224, 224, 3), "float32").shape
    (1, 224, 224, 3)
    """

    name: str
    shape: tuple[int, ...]
    type: str
    """As NumPy calls it, ``float32``: of a quantised one, what its numbers stand for."""
    data: bytes | None = None
    """The numbers, each little-endian; only if they are few and in the file itself."""
    is_stored: bool = False
    """Whether the file has its numbers."""
    is_variable: bool = False
    """Whether it is a state that operators keep."""
    is_quantised: bool = False
    open_axes: frozenset[int] = frozenset()
    """The axes whose extents the file leaves open, and has as 1."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of a network."""

    word: str
    """As the schema calls it: ``CONV_2D``; that of the file if it is a custom one."""
    is_custom: bool
    inputs: tuple[int, ...]
    """Places of tensors; -1 is an input that is left out."""
    outputs: tuple[int, ...]
    options: Mapping[str, Option]
    """By the names of the schema's classes: ``StrideW``."""
    holds: tuple[Tensor, ...] = ()
    """What the networks of the file hold that it calls: the body of a loop, a branch."""


@dataclass(frozen=True, slots=True)
class File:
    """All that is kept of a file: its first network."""

    tensors: Mapping[int, Tensor]
    """By place, those that are read or given."""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]
