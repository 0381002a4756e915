"""The named filters of the lectures and of image processing, as exact numbers."""

from __future__ import annotations

from fractions import Fraction

Matrix = tuple[tuple[int | Fraction, ...], ...]


def _over(divisor: int, *rows: tuple[int, ...]) -> Matrix:
    return tuple(tuple(Fraction(v, divisor) for v in row) for row in rows)


FILTERS: dict[str, Matrix] = {
    # Lectures 000, 001 and 003: bright left of dark gives a positive answer.
    "vertical-edge": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "horizontal-edge": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    # Lecture 001, second form of the vertical edge.
    "vertical-edge-reversed": ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    # Lecture 001, Sobel's filter with the lecture's sign.
    "sobel-x": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "sobel-y": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "scharr-x": ((3, 0, -3), (10, 0, -10), (3, 0, -3)),
    "scharr-y": ((3, 10, 3), (0, 0, 0), (-3, -10, -3)),
    "laplace": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    # Lecture 002: sharpening is the identity plus this.
    "edge-detect": ((0, -1, 0), (-1, 4, -1), (0, -1, 0)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "box-3x3": _over(9, (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "gaussian-3x3": _over(16, (1, 2, 1), (2, 4, 2), (1, 2, 1)),
    # Lecture 003: the divisor is part of the filter.
    "gaussian-5x5": _over(
        256,
        (1, 4, 6, 4, 1),
        (4, 16, 24, 16, 4),
        (6, 24, 36, 24, 6),
        (4, 16, 24, 16, 4),
        (1, 4, 6, 4, 1),
    ),
}
