"""Named filters: as others print them, and what follows from what they are for."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest

from cnnanalyze.core.filters import CATALOGUE, FILTERS

PRINTED = {
    "vertical-edge": ([1, 0, -1], [1, 0, -1], [1, 0, -1]),
    "sobel-x": ([1, 0, -1], [2, 0, -2], [1, 0, -1]),
    "sobel-y": ([1, 2, 1], [0, 0, 0], [-1, -2, -1]),
    "scharr-x": ([3, 0, -3], [10, 0, -10], [3, 0, -3]),
    "roberts-x": ([1, 0], [0, -1]),
    "roberts-y": ([0, 1], [-1, 0]),
    "laplace": ([0, 1, 0], [1, -4, 1], [0, 1, 0]),
    "laplacian-8": ([1, 1, 1], [1, -8, 1], [1, 1, 1]),
    "emboss": ([-2, -1, 0], [-1, 1, 1], [0, 1, 2]),
    "outline": ([-1, -1, -1], [-1, 8, -1], [-1, -1, -1]),
}
"""Gonzalez and Woods, OpenCV (with its signs changed) and the lectures."""


@pytest.mark.parametrize("name", PRINTED)
def test_filter_is_the_one_that_is_printed(name: str) -> None:
    assert [list(row) for row in FILTERS[name]] == list(PRINTED[name])


@pytest.mark.parametrize(
    ("name", "row"), [("gaussian-3x3", (1, 2, 1)), ("gaussian-5x5", (1, 4, 6, 4, 1))]
)
def test_gaussian_is_two_rows_of_binomials(name: str, row: tuple[int, ...]) -> None:
    total = sum(row) ** 2
    assert FILTERS[name] == tuple(tuple(Fraction(a * b, total) for b in row) for a in row)


@pytest.mark.parametrize(("name", "side"), [("box-3x3", 3), ("box-5x5", 5)])
def test_box_is_a_mean(name: str, side: int) -> None:
    assert FILTERS[name] == ((Fraction(1, side**2),) * side,) * side


def test_laws_of_the_filters() -> None:
    # Lecture 002: what keeps a constant image, what answers nothing; 003: the divisor is inside.
    totals = {name: sum(map(sum, matrix)) for name, matrix in FILTERS.items()}
    assert {n for n, total in totals.items() if total == 1} == {
        "sharpen", "emboss", "identity", "box-3x3", "box-5x5", "blur", "gaussian-3x3",
        "gaussian", "gaussian-5x5",
    }  # fmt: skip
    assert {n for n, total in totals.items() if total not in {0, 1}} == {"ones-3x3"}
    for name in ("sobel", "scharr", "prewitt", "derivative"):
        assert list(zip(*FILTERS[f"{name}-x"], strict=True)) == list(FILTERS[f"{name}-y"])
    identity, edges, sharp = (FILTERS[n] for n in ("identity", "edge-detect", "sharpen"))
    summed = [
        [a + b for a, b in zip(*pair, strict=True)] for pair in zip(identity, edges, strict=True)
    ]
    assert summed == [list(row) for row in sharp]
    assert all(entry.about and entry.source for entry in CATALOGUE.values())
    assert all(prod((len(m), len(m[0]))) for m in FILTERS.values())
