"""Convolution and pooling on given numbers: every window, every product, the sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm
from typing import Any

from pydantic import Field

from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import (
    Nested,
    Solution,
    Variant,
    WrongAnswer,
    flattened,
    nested_value,
    plain,
)
from cnnanalyze.course.sheets.questions.matrices import Exact, Matrix, PlaneList
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder, Topic, TopicQuantity
from cnnanalyze.course.sheets.questions.values import reduced
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, Flag, Natural, choice
from cnnanalyze.layers.base import Fit
from cnnanalyze.layers.window import slide

MINUS_LOST = kind("minus sign lost in a product", "lost the minus sign of the product")
OPPOSITE = kind("opposite sign", "gave every entry the opposite sign")
SIGN_LOST = kind("sign lost in one entry", "lost the sign")
FLIPPED = kind("kernel flipped", "flipped the kernel (mathematical convolution)")
NOT_FLIPPED = kind("kernel not flipped", "did not flip the kernel")
TRANSPOSED = kind("kernel transposed", "transposed the kernel")
NO_STRIDE = kind("stride forgotten", "forgot the stride")
STRIDE_OF_2 = kind("stride of 2", "took a stride of 2")
NO_PADDING = kind("padding forgotten", "forgot the padding")
NO_BIAS = kind("bias forgotten", "forgot the bias")
NOT_NORMALISED = kind("not normalised", "did not divide the sums of the kernel")
ONE_PLANE = kind("one plane only", "used one plane only")
MEANS_DOWN = kind("rounded down", "rounded the averages down")
MEANS_UP = kind("rounded up", "rounded the averages up")
MEANS_ROUNDED = kind("rounded", "rounded the averages to whole numbers")
_POOLING = {"max": "maximum", "average": "mean", "sum": "sum"}
OTHER_POOLING = {
    (taken, asked): kind(f"{one} instead of {other}", f"took the {one} instead of the {other}")
    for taken, one in _POOLING.items()
    for asked, other in _POOLING.items()
    if taken != asked
}
"""Which operation was taken for which."""


class Convolution(Section):
    """An image, a kernel, and how the kernel slides."""

    image: PlaneList = Field(description="rows of numbers, or such a matrix for each plane")
    kernel: PlaneList = Field(description="rows, the name of a filter, or one for each plane")
    stride: Count = Field(default=1, description="step of the window")
    padding: Natural = Field(default=0, description="zeros per side")
    bias: Exact = Field(default=0, description="what is added to every sum")  # type: ignore[assignment]
    flip: Flag = Field(
        default=False, description="whether the kernel is turned by half a turn first"
    )
    at: tuple[Count, Count] | None = Field(
        default=None, description="row and column, counted from 1"
    )


class PoolingQuestion(Section):
    """An image, and the windows that are pooled."""

    image: PlaneList = Field(description="rows of numbers")
    kernel: Count = Field(default=2, description="size of the window")
    stride: Count | None = Field(default=None, description="step of the window; the window's size")
    kind: choice("max", "average", "sum") = Field(default="max", description="max, average or sum")  # type: ignore[valid-type]
    at: tuple[Count, Count] | None = Field(
        default=None, description="row and column, counted from 1"
    )


Cells = tuple[tuple[Expression, ...], ...]


def _grid(sizes: tuple[int, int], cell: Callable[[int, int], Expression]) -> Cells:
    return tuple(tuple(cell(r, c) for c in range(sizes[1])) for r in range(sizes[0]))


def _fits(image: Matrix, kernel: tuple[int, int], stride: int, padding: int) -> tuple[Fit, Fit]:
    sizes = (len(image), len(image[0]))
    rows, columns = (
        slide(n, k, stride, 1, (padding, padding), axis=axis)
        for n, k, axis in zip(sizes, kernel, ("height", "width"), strict=True)
    )
    return rows, columns


def _convolved(c: Convolution) -> Cells:
    kernels = c.kernel * len(c.image) if len(c.kernel) == 1 else c.kernel
    if len(kernels) != len(c.image):
        raise UsageError(
            f"a kernel of {len(kernels)} planes cannot read an image of {len(c.image)}",
            help="give one matrix for all planes, or one for each",
        )
    if c.flip:
        kernels = tuple(tuple(row[::-1] for row in k[::-1]) for k in kernels)
    size = (len(kernels[0]), len(kernels[0][0]))
    rows, columns = _fits(c.image[0], size, c.stride, c.padding)

    def cell(row: int, column: int) -> Expression:
        products = []
        for plane, kernel in zip(c.image, kernels, strict=True):
            for i, weights in enumerate(kernel):
                for j, weight in enumerate(weights):
                    y, x = row * c.stride + i - c.padding, column * c.stride + j - c.padding
                    inside = 0 <= y < len(plane) and 0 <= x < len(plane[0])
                    pixel = plane[y][x] if inside else 0
                    products.append(made("*", given(pixel), given(weight)))
        if c.bias:
            products.append(given(plain(c.bias), Name("bias")))
        return made("+", *products)

    return _grid((rows.output, columns.output), cell)


def _pooled(p: PoolingQuestion) -> Cells:
    image = p.image[0]
    stride = p.kernel if p.stride is None else p.stride
    rows, columns = _fits(image, (p.kernel, p.kernel), stride, 0)

    def cell(row: int, column: int) -> Expression:
        window = [
            given(image[row * stride + i][column * stride + j])
            for i in range(p.kernel)
            for j in range(p.kernel)
        ]
        return reduced(p.kind, window)

    return _grid((rows.output, columns.output), cell)


def _at(cells: Cells, at: tuple[int, int]) -> Expression:
    row, column = at
    if row > len(cells) or column > len(cells[0]):
        raise UsageError(
            f"the output is {len(cells)}x{len(cells[0])}: there is no row {row}, column {column}",
            help="rows and columns are counted from 1",
        )
    return cells[row - 1][column - 1]


SHOWN = 4
"""So many windows are written out; the others go the same way."""


def _worked(
    builder: ExplanationBuilder, words: str, subject: str, cells: Cells, reasons: tuple[str, ...]
) -> Explanation:
    value: Nested = _plain(cells)
    places = [(r, c) for r, row in enumerate(cells) for c in range(len(row))]
    shown = places if len(places) <= SHOWN else places[:SHOWN]
    found = [
        DerivationStep(Name(f"row {r + 1}, column {c + 1}"), _unnamed(cells[r][c]))
        for r, c in shown
    ]
    more = () if len(shown) == len(places) else ("The other windows go the same way.",)
    return builder.explain(words, subject, found, value, form="matrix", reasons=(*reasons, *more))


def _unnamed(tree: Expression) -> Expression:
    return tree._replace(name=None) if tree.args else tree


def _plain(cells: Cells) -> Nested:
    return tuple(tuple(plain(c.value) for c in row) for row in cells)


def _one(
    builder: ExplanationBuilder, words: str, subject: str, cells: Cells, at: tuple[int, int]
) -> Solution:
    tree = _at(cells, at)
    value = plain(tree.value)
    found = [DerivationStep(Name(f"row {at[0]}, column {at[1]}"), _unnamed(tree))]

    def wrong_answers() -> Iterator[WrongAnswer]:
        for n, product in enumerate(tree.args):
            if product.op == "*" and product.value < 0:
                wrong = made("+", *tree.args[:n], given(-product.value), *tree.args[n + 1 :])
                pixel, weight = (a.value for a in product.args)
                yield WrongAnswer(MINUS_LOST, plain(wrong.value), f" {pixel}·({weight})")

    return Solution(
        value,
        explanations=(builder.explain(words, subject, found, value),),
        trees=lambda: tree,
        wrong_answers=wrong_answers,
    )


def _signs(cells: Cells) -> Iterator[WrongAnswer]:
    """Yield the matrix with the sign of one entry lost."""
    value = _plain(cells)
    yield WrongAnswer(OPPOSITE, tuple(tuple(-v for v in row) for row in value))
    for r, row in enumerate(value):
        for c, entry in enumerate(row):
            if entry:
                changed = tuple(
                    tuple(-v if (i, j) == (r, c) else v for j, v in enumerate(line))
                    for i, line in enumerate(value)
                )
                yield WrongAnswer(SIGN_LOST, changed, f" in row {r + 1}, column {c + 1}")


def convolve(c: Convolution, builder: ExplanationBuilder) -> Solution:
    """What comes out of a convolution?"""
    cells = _convolved(c)
    k = c.kernel[0]
    words = [f"image {len(c.image[0])}x{len(c.image[0][0])}", f"kernel {len(k)}x{len(k[0])}"]
    words += [f"{len(c.image)} planes"] if len(c.image) > 1 else []
    words += [f"stride {c.stride}"] if c.stride > 1 else []
    words += [f"{c.padding} zeros per side"] if c.padding else []
    subject = ", ".join(words)
    if c.at is not None:
        question = f"What is in row {c.at[0]}, column {c.at[1]} of the output?"
        alone = _one(builder, question, subject, cells, c.at)
        return _with(alone, lambda: _convolved_otherwise(c, builder))
    reason = (
        "The kernel is turned by half a turn first, as mathematics has it."
        if c.flip
        else "Each output is the sum of the products of the kernel and its window; "
        "the kernel is not flipped."
    )
    worked = _worked(builder, "What is the output?", subject, cells, (reason,))
    return Solution(
        _plain(cells),
        "matrix",
        explanations=(worked,),
        trees=lambda: cells,
        variants=lambda: _convolved_otherwise(c, builder),
        wrong_answers=lambda: _signs(cells),
    )


def _with(solution: Solution, variants: Callable[[], Iterator[Variant]]) -> Solution:
    return Solution(
        solution.value,
        solution.form,
        solution.unit,
        solution.explanations,
        solution.trees,
        solution.contexts,
        variants,
        solution.wrong_answers,
    )


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _convolved_otherwise(c: Convolution, builder: ExplanationBuilder) -> Iterator[Variant]:
    def otherwise(**update: Any) -> Callable[[], Solution]:  # noqa: ANN401 - attributes
        return lambda: convolve(c.model_copy(update=update), builder)

    yield Variant(NOT_FLIPPED if c.flip else FLIPPED, otherwise(flip=not c.flip))
    kernel = tuple(map(_transposed, c.kernel))
    yield Variant(TRANSPOSED, otherwise(kernel=kernel))
    if c.stride > 1:
        yield Variant(NO_STRIDE, otherwise(stride=1))
    else:
        yield Variant(STRIDE_OF_2, otherwise(stride=2))
    if c.padding:
        yield Variant(NO_PADDING, otherwise(padding=0))
    if c.bias:
        yield Variant(NO_BIAS, otherwise(bias=0))
    below = lcm(*(Fraction(w).denominator for k in c.kernel for row in k for w in row))
    if below > 1:
        whole = tuple(tuple(tuple(w * below for w in row) for row in k) for k in c.kernel)
        yield Variant(NOT_NORMALISED, otherwise(kernel=whole), f" by {below}")
    for n in range(len(c.image) if len(c.image) > 1 else 0):
        kernels = c.kernel[n : n + 1] if len(c.kernel) > 1 else c.kernel
        yield Variant(
            ONE_PLANE, otherwise(image=c.image[n : n + 1], kernel=kernels), f", plane {n + 1}"
        )


def pool(p: PoolingQuestion, builder: ExplanationBuilder) -> Solution:
    """What comes out of pooling?"""
    if len(p.image) > 1:
        raise UsageError("pooling by hand takes one plane", help="pose one question per plane")
    cells = _pooled(p)
    stride = p.kernel if p.stride is None else p.stride
    image = p.image[0]
    subject = f"image {len(image)}x{len(image[0])}, {p.kernel}x{p.kernel} windows, stride {stride}"
    if p.at is not None:
        question = f"What is in row {p.at[0]}, column {p.at[1]} of the output?"
        alone = _one(builder, question, subject, cells, p.at)
        return _with(alone, lambda: _pooled_otherwise(p, builder))
    words = {
        "max": "What does max pooling give?",
        "average": "What does average pooling give?",
        "sum": "What does sum pooling give?",
    }[p.kind]
    worked = _worked(builder, words, subject, cells, ("Pooling learns nothing.",))
    return Solution(
        _plain(cells),
        "matrix",
        explanations=(worked,),
        trees=lambda: cells,
        variants=lambda: _pooled_otherwise(p, builder),
        wrong_answers=lambda: _rounded(nested_value(cells)),
    )


def _rounded(value: Nested) -> Iterator[WrongAnswer]:
    if all(v.denominator == 1 for v in flattened(value)):
        return
    down = tuple(tuple(v.__floor__() for v in row) for row in value)
    up = tuple(tuple(v.__ceil__() for v in row) for row in value)
    near = tuple(tuple(int(Fraction(v) + Fraction(1, 2)) for v in row) for row in value)
    yield WrongAnswer(MEANS_DOWN, down)
    yield WrongAnswer(MEANS_UP, up)
    yield WrongAnswer(MEANS_ROUNDED, near)


def _pooled_otherwise(p: PoolingQuestion, builder: ExplanationBuilder) -> Iterator[Variant]:
    def otherwise(**update: Any) -> Callable[[], Solution]:  # noqa: ANN401
        return lambda: pool(p.model_copy(update=update), builder)

    for (taken, asked), mistaken in OTHER_POOLING.items():
        if asked == p.kind:
            yield Variant(mistaken, otherwise(kind=taken))
    stride = p.kernel if p.stride is None else p.stride
    if stride > 1:
        yield Variant(NO_STRIDE, otherwise(stride=1))


CONVOLUTION = Topic(
    "a convolution by hand",
    Convolution,
    {"output": TopicQuantity("the output", convolve)},
    "output",
)
POOLING = Topic(
    "pooling by hand", PoolingQuestion, {"output": TopicQuantity("the output", pool)}, "output"
)
