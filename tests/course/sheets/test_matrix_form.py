"""Convolution as a product of matrices in sheets: im2col and Toeplitz matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cnnanalyze.errors import CnnError
from tests.course.marking import one, solved

PLANES = np.arange(1, 41).reshape(2, 4, 5).tolist()
PI = "image: [[3, 1, 4], [1, 5, 9], [2, 6, 5]], kernel: [[2, -7], [1, 8]]"
LARGE = "image: [[3, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8], [9, 7, 9, 3]], kernel: [[2, -7], [1, 8]]"


def value(form: str, find: str) -> Any:
    """Return the answer of a question."""
    (answer,) = solved(f"- {{id: A, matrix_form: {{{form}}}, find: {find}}}")["A"].answers.values()
    return answer.solution.value


def test_im2col_is_unfold_of_pytorch() -> None:
    # PyTorch 2.13: torch.nn.functional.unfold(x, (2, 2)) of the 3x3 image
    right = ((3, 1, 1, 5), (1, 4, 5, 9), (1, 5, 2, 6), (5, 9, 6, 5))
    assert value(PI, "im2col") == right
    assert value(f"{PI}, windows: rows", "im2col") == tuple(zip(*right, strict=True))


def test_im2col_of_planes_with_stride_and_padding_is_unfold_of_pytorch() -> None:
    # PyTorch 2.13: unfold(x, (2, 3), padding=1, stride=2), x = arange(1, 41) as 1x2x4x5
    right = [
        [0, 0, 0, 0, 7, 9, 0, 17, 19], [0, 0, 0, 6, 8, 10, 16, 18, 20],
        [0, 0, 0, 7, 9, 0, 17, 19, 0], [0, 2, 4, 0, 12, 14, 0, 0, 0],
        [1, 3, 5, 11, 13, 15, 0, 0, 0], [2, 4, 0, 12, 14, 0, 0, 0, 0],
        [0, 0, 0, 0, 27, 29, 0, 37, 39], [0, 0, 0, 26, 28, 30, 36, 38, 40],
        [0, 0, 0, 27, 29, 0, 37, 39, 0], [0, 22, 24, 0, 32, 34, 0, 0, 0],
        [21, 23, 25, 31, 33, 35, 0, 0, 0], [22, 24, 0, 32, 34, 0, 0, 0, 0],
    ]  # fmt: skip
    form = f"image: {PLANES}, kernel: [[1, 1, 1], [1, 1, 1]], stride: 2, padding: 1"
    assert value(form, "im2col") == tuple(map(tuple, right))
    assert value(form, "im2col_shape") == (12, 9)
    assert value(f"{form}, windows: rows", "im2col_shape") == (9, 12)
    assert value(form, "toeplitz_shape") == (9, 40)


def test_the_product_is_the_convolution_of_pytorch() -> None:
    # PyTorch 2.13: conv2d(image, kernel, stride=2, padding=1).flatten()
    right = (24, 33, 1, 5, 47, 20, -63, -49, 6)
    assert value(f"{LARGE}, stride: 2, padding: 1", "product") == right


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
def test_the_toeplitz_matrix_times_the_image_is_the_convolution(stride: int, padding: int) -> None:
    kernels = np.array([[[2, -7, 1], [3, 5, -4]], [[1, 8, -2], [6, 0, 9]]])
    form = f"image: {PLANES}, kernel: {kernels.tolist()}, stride: {stride}, padding: {padding}"
    matrix = np.array(value(form, "toeplitz"), dtype=int)
    padded = np.pad(np.array(PLANES), ((0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (2, 2, 3))[0, ::stride, ::stride]
    right = np.einsum("rcpij,pij->rc", windows, kernels).ravel()
    assert (matrix @ np.array(PLANES).ravel()).tolist() == right.tolist()
    assert list(value(form, "product")) == right.tolist()


@pytest.mark.parametrize(
    ("form", "find", "given", "mistake"),
    [
        (
            PI,
            "im2col",
            "[[3, 1, 1, 5], [1, 4, 5, 9], [1, 5, 2, 6], [5, 9, 6, 5]]",
            "",
        ),
        (
            "image: [[3, 1, 4], [5, 9, 2]], kernel: [[2, -7], [1, 8]], windows: rows",
            "im2col",
            "[[3, 1], [1, 4], [5, 9], [9, 2]]",
            "rows and columns exchanged",
        ),
        (f"{LARGE}, padding: 1", "im2col_shape", "25x4", "rows and columns exchanged"),
        (f"{LARGE}, padding: 1", "im2col_shape", "4x9", "padding forgotten"),
        (f"{LARGE}, stride: 2", "toeplitz_shape", "9, 16", "stride forgotten"),
    ],
)
def test_what_is_typically_wrong_is_named(form: str, find: str, given: str, mistake: str) -> None:
    mark = one(f"matrix_form: {{{form}}}, find: {find}", given)
    assert mark.outcome == ("wrong" if mistake else "right")
    assert [name for m in mark.mistakes for name in m.names][:1] == ([mistake] if mistake else [])


def test_a_kernel_that_was_turned_is_named() -> None:
    image, turned = np.array([[3, 1, 4], [1, 5, 9], [2, 6, 5]]), np.array([[8, 1], [-7, 2]])
    given = np.einsum("rcij,ij->rc", sliding_window_view(image, (2, 2)), turned).ravel()
    mark = one(f"matrix_form: {{{PI}}}, find: product", given.tolist())
    assert [name for m in mark.mistakes for name in m.names][:1] == ["kernel flipped"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            f"image: {PLANES}, kernel: {[[[1]]] * 3}",
            "a kernel of 3 planes cannot read an image of 2",
        ),
        (
            f"image: {np.zeros((13, 13), int).tolist()}, kernel: [[1]]",
            "a matrix of 28,561 numbers is not written by hand: 28,561 > 20,000",
        ),
        ("image: [[1, 2]], kernel: [[1, 2, 3]]", "width"),
    ],
)
def test_what_does_not_become_a_matrix_is_told_at_its_place(form: str, said: str) -> None:
    with pytest.raises(CnnError) as caught:
        value(form, "toeplitz")
    assert said in str(caught.value)
    assert "here:4:" in str(caught.value)
