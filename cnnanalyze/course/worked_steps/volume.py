"""Volumes: given numbers as planes of rows, exact as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cnnanalyze.core.exact_number import Number, exact
from cnnanalyze.core.shape import Shape

Plane = tuple[tuple[Number, ...], ...]
"""Rows of numbers."""


class Volume(NamedTuple):
    """Numbers by height, width and channel, kept plane by plane.

    Examples
    --------
    >>> volume = Volume((((3, 0, 1), (1, 5, 8)),))
    >>> str(volume.shape), volume[0, 2, 0], list(volume.pixels())[:2]
    ('2x3x1', 1, [(3,), (0,)])
    """

    planes: tuple[Plane, ...]
    rank: int = 2
    """Spatial axes: 2 of an image, 1 of a signal (one row), 0 of a vector (one number a plane)."""

    @property
    def height(self) -> int:
        """Rows of a plane."""
        return len(self.planes[0])

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return len(self.planes[0][0])

    @property
    def channels(self) -> int:
        """Planes."""
        return len(self.planes)

    @property
    def shape(self) -> Shape:
        """What the rules call it."""
        return Shape((self.height, self.width)[2 - self.rank :], self.channels)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - a tuple of three is a place
        if isinstance(place, tuple):
            row, column, channel = place
            return self.planes[channel][row][column]
        return tuple.__getitem__(self, place)

    def numbers(self) -> Iterator[Number]:
        """Yield all numbers, plane by plane, row by row."""
        for plane in self.planes:
            yield from chain.from_iterable(plane)

    def pixels(self) -> Iterator[tuple[Number, ...]]:
        """Yield the channels of every position, row by row."""
        for rows in zip(*self.planes, strict=True):
            yield from zip(*rows, strict=True)

    def flat(self) -> tuple[Number, ...]:
        """Return all numbers as a dense layer reads them, the channel last."""
        return tuple(chain.from_iterable(self.pixels()))

    def like(self, numbers: Sequence[Number]) -> Volume:
        """Return other numbers, in the order of :meth:`flat`, as a volume of this shape."""
        return volume_of_flat(numbers, self.height, self.width, self.channels, self.rank)

    def nested(self) -> Any:  # noqa: ANN401 - lists in lists
        """Return lists as a spec writes them: rows of numbers, or of channels where several."""
        if not self.rank:
            return list(self.flat())
        rows = [[list(p) for p in zip(*r, strict=True)] for r in zip(*self.planes, strict=True)]
        found: Any = rows if self.channels > 1 else [list(row) for row in self.planes[0]]
        return found if self.rank > 1 else found[0]


def vector(numbers: Iterable[Number]) -> Volume:
    """Return numbers as channels of a vector."""
    return Volume(tuple((((n,),)) for n in numbers), rank=0)


def volume_of(values: Sequence[Any], rank: int) -> Volume:
    """Return the volume of nested values, channels last, as a spec holds them.

    Examples
    --------
    >>> volume_of((((3, 0.5), (1, 2)),), 2).planes
    (((3, 1),), ((Fraction(1, 2), 2),))
    """
    if rank == 0:
        return vector(map(exact, values))
    rows = values if rank > 1 else (values,)
    channels = range(len(rows[0][0]))
    return Volume(
        tuple(tuple(tuple(exact(pixel[c]) for pixel in row) for row in rows) for c in channels),
        rank,
    )


def volume_of_flat(
    numbers: Sequence[Number], height: int, width: int, channels: int, rank: int
) -> Volume:
    """Return the volume of numbers in the order of :meth:`Volume.flat`."""
    row = width * channels
    return Volume(
        tuple(
            tuple(tuple(numbers[r * row + c : (r + 1) * row : channels]) for r in range(height))
            for c in range(channels)
        ),
        rank,
    )
