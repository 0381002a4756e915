"""The named filters of the lectures and of image processing, as exact numbers.

They are laid over the image as they stand (cross-correlation). The signs are those of the
lectures: what is bright on the left, or on top, of what is dark gives a positive answer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

Matrix = tuple[tuple[int | Fraction, ...], ...]


class Filter(NamedTuple):
    """A filter with what it does and who prints it."""

    matrix: Matrix
    about: str
    source: str


def _over(divisor: int, *rows: tuple[int, ...]) -> Matrix:
    return tuple(tuple(Fraction(v, divisor) for v in row) for row in rows)


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


_VERTICAL: Matrix = ((1, 0, -1),) * 3
_SOBEL: Matrix = ((1, 0, -1), (2, 0, -2), (1, 0, -1))
_SCHARR: Matrix = ((3, 0, -3), (10, 0, -10), (3, 0, -3))
_DERIVATIVE: Matrix = ((-1, 0, 1),)
_LAPLACE: Matrix = ((0, 1, 0), (1, -4, 1), (0, 1, 0))
_BOX = _over(9, *((1, 1, 1),) * 3)
_GAUSSIAN = _over(16, (1, 2, 1), (2, 4, 2), (1, 2, 1))
_DECK = "lectures 000, 001 and 003"
_GONZALEZ = "Gonzalez and Woods, Digital Image Processing, chapter 'Spatial filtering'"

CATALOGUE: dict[str, Filter] = {
    "vertical-edge": Filter(_VERTICAL, "vertical edges, bright left of dark", _DECK),
    "horizontal-edge": Filter(
        _transposed(_VERTICAL), "horizontal edges, bright above dark", "lectures 000 and 003"
    ),
    "vertical-edge-reversed": Filter(
        ((-1, 0, 1),) * 3, "vertical edges, dark left of bright", "lecture 001, its first example"
    ),
    "sobel-x": Filter(
        _SOBEL, "vertical edges, the middle row twice", "lecture 001, its third kernel"
    ),
    "sobel-y": Filter(
        _transposed(_SOBEL), "horizontal edges, the middle column twice", "Sobel's filter, turned"
    ),
    "scharr-x": Filter(
        _SCHARR,
        "vertical edges, nearly alike in all directions",
        "Scharr 2000; OpenCV prints it with the signs changed",
    ),
    "scharr-y": Filter(
        _transposed(_SCHARR), "horizontal edges, likewise", "Scharr's filter, turned"
    ),
    "prewitt-x": Filter(_VERTICAL, "vertical edges: the lectures' vertical-edge", _GONZALEZ),
    "prewitt-y": Filter(_transposed(_VERTICAL), "horizontal edges: horizontal-edge", _GONZALEZ),
    "roberts-x": Filter(((1, 0), (0, -1)), "falling diagonal edges", _GONZALEZ),
    "roberts-y": Filter(((0, 1), (-1, 0)), "rising diagonal edges", _GONZALEZ),
    "derivative-x": Filter(
        _DERIVATIVE, "what comes next less what came before", "lecture 002, without its 1/2"
    ),
    "derivative-y": Filter(
        _transposed(_DERIVATIVE), "what is below less what is above", "lecture 002, turned"
    ),
    "laplace": Filter(_LAPLACE, "spots and edges of any direction", _GONZALEZ),
    "laplacian": Filter(_LAPLACE, "another name of laplace", _GONZALEZ),
    "laplacian-8": Filter(
        ((1, 1, 1), (1, -8, 1), (1, 1, 1)), "the same with the diagonals", _GONZALEZ
    ),
    "edge-detect": Filter(
        ((0, -1, 0), (-1, 4, -1), (0, -1, 0)), "laplace with its signs changed", "lecture 002"
    ),
    "outline": Filter(
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "laplacian-8 with its signs changed",
        "Wikipedia, 'Kernel (image processing)', ridge or edge detection",
    ),
    "sharpen": Filter(
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "the image plus its edge-detect", "lecture 002"
    ),
    "emboss": Filter(
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), "a relief, lit from a corner", "lecture 002"
    ),
    "identity": Filter(((0, 0, 0), (0, 1, 0), (0, 0, 0)), "the image as it is", _GONZALEZ),
    "ones-3x3": Filter(
        ((1, 1, 1),) * 3, "the sum of nine: a blur nine times too bright", "lecture 002, 'blur'"
    ),
    "box-3x3": Filter(_BOX, "the mean of nine", _GONZALEZ),
    "box-5x5": Filter(_over(25, *((1,) * 5,) * 5), "the mean of twenty-five", _GONZALEZ),
    "blur": Filter(_BOX, "another name of box-3x3", "lecture 002, with the divisor it lacks"),
    "gaussian-3x3": Filter(_GAUSSIAN, "a smooth blur", _GONZALEZ),
    "gaussian": Filter(_GAUSSIAN, "another name of gaussian-3x3", _GONZALEZ),
    "gaussian-5x5": Filter(
        _over(
            256,
            (1, 4, 6, 4, 1),
            (4, 16, 24, 16, 4),
            (6, 24, 36, 24, 6),
            (4, 16, 24, 16, 4),
            (1, 4, 6, 4, 1),
        ),
        "a smoother blur; the divisor is part of the filter",
        "lecture 003",
    ),
    "zero": Filter(((0, 0, 0),) * 3, "nothing: for channels that a filter ignores", "lecture 001"),
}
"""Every filter by its name, in the order in which people meet them."""

FILTERS: dict[str, Matrix] = {name: entry.matrix for name, entry in CATALOGUE.items()}
"""The numbers alone."""
