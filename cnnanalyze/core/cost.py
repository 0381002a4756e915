"""Costs: how often each elementary operation happens; never one number called "flops"."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod


@dataclass(frozen=True, slots=True)
class Cost:
    """Elementary operations of one layer for one image at inference.

    A single number comes out of a cost only under a convention.

    Examples
    --------
    >>> Cost(mac=450, add=6) + Cost(compare=6)
    Cost(mac=450, add=6, multiply=0, divide=0, compare=6, exponential=0, power=0)
    """

    mac: int = 0
    """Multiplications whose product is accumulated at once (convolution, dense)."""
    add: int = 0
    """Additions and subtractions that are not part of a multiply-accumulate."""
    multiply: int = 0
    """Multiplications that are not part of a multiply-accumulate."""
    divide: int = 0
    """Divisions."""
    compare: int = 0
    """Comparisons: maximum, minimum, a choice by sign."""
    exponential: int = 0
    """Exponentials, logarithms, hyperbolic tangents and error functions."""
    power: int = 0
    """Powers and roots."""

    @property
    def counts(self) -> tuple[int, ...]:
        """The counts in the order of the operations."""
        return (
            self.mac,
            self.add,
            self.multiply,
            self.divide,
            self.compare,
            self.exponential,
            self.power,
        )

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    def times(self, n: int) -> Cost:
        """Return what it costs to do the same ``n`` times.

        Examples
        --------
        >>> Cost(add=1, divide=2).times(35)
        Cost(mac=0, add=35, multiply=0, divide=70, compare=0, exponential=0, power=0)
        """
        return Cost(*(n * each for each in self.counts))


OPERATIONS = tuple(field.name for field in fields(Cost))


@dataclass(frozen=True, slots=True)
class Param:
    """One tensor that a layer holds.

    Roles are words of the field: ``kernel``, ``bias``, ``gamma``, ``beta``, ``moving mean``,
    ``moving variance``, ``slope``, ``coefficient``, ``centres``, ``table``; where a layer has
    several kernels, they are told apart: ``query kernel``.

    Examples
    --------
    >>> Param("kernel", (5, 5, 3, 8)).size, Param("bias", (8,)).is_bias
    (600, True)
    """

    role: str
    """What it is."""
    shape: tuple[int, ...]
    """Its extents, of a kernel height, width, input channels, filters."""
    trainable: bool = True
    """Whether training can change it; statistics and constants it cannot."""

    @property
    def size(self) -> int:
        """The number of numbers in the tensor."""
        return prod(self.shape)

    @property
    def is_bias(self) -> bool:
        """Whether the lectures' tables would list it under biases."""
        return self.role == "beta" or "bias" in self.role.split()
