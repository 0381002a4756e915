"""A convolution as one product of matrices: im2col, and the Toeplitz matrix of a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import Field

from cnnanalyze.core.section import Section
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Nested, Solution
from cnnanalyze.course.sheets.questions.matrices import PlaneList
from cnnanalyze.course.sheets.questions.numeric import FLIPPED, NO_PADDING, NO_STRIDE
from cnnanalyze.course.sheets.questions.topic import (
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, Natural, choice
from cnnanalyze.layers.window import slide

MOST_CELLS = 20_000
Cell = tuple[int, int, int]
"""A plane, a row and a column of the image."""


class MatrixForm(Section):
    """An image and a kernel, whose convolution becomes a product of matrices."""

    image: PlaneList = Field(description="rows of numbers, or such a matrix for each plane")
    kernel: PlaneList = Field(description="rows, the name of a filter, or one for each plane")
    stride: Count = Field(default=1, description="step of the window")
    padding: Natural = Field(default=0, description="zeros per side")
    windows: choice("columns", "rows") = Field(  # type: ignore[valid-type]
        default="columns", description="whether im2col has a column or a row for each window"
    )


def _windows(q: MatrixForm) -> list[list[Cell | None]]:
    """Return the cells of the image that each window reads; nothing for zeros around it."""
    height, width = len(q.image[0]), len(q.image[0][0])
    k, j = len(q.kernel[0]), len(q.kernel[0][0])
    if len(q.kernel) not in {1, len(q.image)}:
        raise UsageError(
            f"a kernel of {len(q.kernel)} planes cannot read an image of {len(q.image)}",
            help="give one matrix for all planes, or one for each",
        )
    pads = (q.padding, q.padding)
    rows = slide(height, k, q.stride, 1, pads, axis="height").output
    columns = slide(width, j, q.stride, 1, pads, axis="width").output
    if (cells := rows * columns * len(q.image) * max(k * j, height * width)) > MOST_CELLS:
        raise UsageError(
            f"a matrix of {cells:,} numbers is not written by hand: {cells:,} > {MOST_CELLS:,}",
            help="take a smaller image",
        )
    found: list[list[Cell | None]] = []
    for r in range(rows):
        for c in range(columns):
            window: list[Cell | None] = []
            for plane in range(len(q.image)):
                for a in range(k):
                    for b in range(j):
                        y, x = r * q.stride + a - q.padding, c * q.stride + b - q.padding
                        inside = 0 <= y < height and 0 <= x < width
                        window.append((plane, y, x) if inside else None)
            found.append(window)
    return found


def _weights(q: MatrixForm) -> tuple[object, ...]:
    kernels = q.kernel * len(q.image) if len(q.kernel) == 1 else q.kernel
    return tuple(w for plane in kernels for row in plane for w in row)


def _im2col(q: MatrixForm) -> Nested:
    rows = tuple(
        tuple(0 if cell is None else q.image[cell[0]][cell[1]][cell[2]] for cell in window)
        for window in _windows(q)
    )
    return rows if q.windows == "rows" else tuple(zip(*rows, strict=True))


def _toeplitz(q: MatrixForm) -> Nested:
    """Return a row for each output and a column for each number of the image."""
    height, width, weights = len(q.image[0]), len(q.image[0][0]), _weights(q)
    found = []
    for window in _windows(q):
        row: list[object] = [0] * (len(q.image) * height * width)
        for cell, weight in zip(window, weights, strict=True):
            if cell is not None:
                row[(cell[0] * height + cell[1]) * width + cell[2]] = weight
        found.append(tuple(row))
    return tuple(found)


def _sizes(q: MatrixForm) -> str:
    image, kernel = q.image[0], q.kernel[0]
    return f"image {len(image)}x{len(image[0])}, kernel {len(kernel)}x{len(kernel[0])}"


def _matrix(
    words: str, make: Callable[[MatrixForm], Nested], *reasons: str
) -> Callable[[MatrixForm, ExplanationBuilder], Solution]:
    def solve(q: MatrixForm, builder: ExplanationBuilder) -> Solution:
        value = make(q)
        worked = builder.explain(words, _sizes(q), [], value, form="matrix", reasons=reasons)
        return Solution(value, "matrix", explanations=(worked,))

    return solve


def _size(
    words: str, make: Callable[[MatrixForm], Nested], *reasons: str
) -> Callable[[MatrixForm, ExplanationBuilder], Solution]:
    def solve(q: MatrixForm, builder: ExplanationBuilder) -> Solution:
        found = make(q)
        value = (len(found), len(found[0]))
        worked = builder.explain(words, _sizes(q), [], value, form="list", reasons=reasons)
        return Solution(value, "list", explanations=(worked,))

    return solve


def product(q: MatrixForm, builder: ExplanationBuilder) -> Solution:
    """What is the product of the matrices?"""
    weights = _weights(q)
    rows = _im2col(q) if q.windows == "rows" else tuple(zip(*_im2col(q), strict=True))
    value = tuple(sum(v * w for v, w in zip(row, weights, strict=True)) for row in rows)
    worked = builder.explain(
        "What is the product with the kernel, a number for each window?", _sizes(q), [], value,
        form="list", reasons=("It is the output of the convolution, row by row.",),
    )  # fmt: skip
    return Solution(value, "list", explanations=(worked,))


Read = Iterator[tuple[MatrixForm, str]]


def _turned(q: MatrixForm, quantity: str) -> Read:
    if quantity.startswith("im2col"):
        other = "rows" if q.windows == "columns" else "columns"
        yield q.model_copy(update={"windows": other}), quantity


def _flipped(q: MatrixForm, quantity: str) -> Read:
    if quantity in {"toeplitz", "product"}:
        turned = tuple(tuple(row[::-1] for row in plane[::-1]) for plane in q.kernel)
        yield q.model_copy(update={"kernel": turned}), quantity


def _unpadded(q: MatrixForm, quantity: str) -> Read:
    height, width = (len(q.image[0]), len(q.image[0][0]))
    fits = len(q.kernel[0]) <= height and len(q.kernel[0][0]) <= width
    if q.padding and fits:
        yield q.model_copy(update={"padding": 0}), quantity


def _unstrided(q: MatrixForm, quantity: str) -> Read:
    if q.stride > 1:
        yield q.model_copy(update={"stride": 1}), quantity


def _idle(quantity: str, _: MatrixForm) -> tuple[str, ...]:
    return () if quantity.startswith("im2col") else ("windows",)


_COLUMNS = "Each window of the image becomes a column, or a row: plane by plane, row by row."
_ROWS = (
    "There is a row for each output and a column for each number of the image; a weight stands "
    "where its output reads that number."
)
MATRIX_FORM = Topic(
    "a convolution as a product of matrices",
    MatrixForm,
    {
        "im2col": TopicQuantity("the windows of the image as a matrix", _matrix(
            "What is the matrix of the windows (im2col)?", _im2col, _COLUMNS)),
        "im2col_shape": TopicQuantity("the rows and columns of that matrix", _size(
            "How many rows and columns has the matrix of the windows?", _im2col, _COLUMNS)),
        "toeplitz": TopicQuantity("the kernel as a matrix for the whole image", _matrix(
            "What is the Toeplitz matrix of the kernel?", _toeplitz, _ROWS)),
        "toeplitz_shape": TopicQuantity("the rows and columns of that matrix", _size(
            "How many rows and columns has the Toeplitz matrix?", _toeplitz, _ROWS)),
        "product": TopicQuantity("the product: the output, row by row", product),
    },
    "im2col",
    without=_idle,
    misreadings=(
        Misreading(kind("rows and columns exchanged", "exchanged rows and columns"), _turned),
        Misreading(FLIPPED, _flipped),
        Misreading(NO_PADDING, _unpadded),
        Misreading(NO_STRIDE, _unstrided),
    ),
)  # fmt: skip
