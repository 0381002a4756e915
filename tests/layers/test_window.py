"""How windows lie: every fact of a fit against windows that are laid one by one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.base import Fit
from cnnanalyze.layers.window import slide

sizes, kernels, strides, dilations = (st.integers(1, most) for most in (23, 7, 7, 4))
pads = st.tuples(st.integers(0, 7), st.integers(0, 7))


def windows(fit: Fit, kernel: int, stride: int, dilation: int) -> list[list[int]]:
    """Return the indices of the input that each window covers, from its first tap to its last."""
    extent = len(range(0, kernel * dilation, dilation)) * dilation - dilation + 1
    starts = range(-fit.before, -fit.before + fit.output * stride, stride)
    return [list(range(start, start + extent)) for start in starts]


def check_border(fit: Fit, n: int, laid: list[list[int]], end: int) -> None:
    assert fit.unread == len([i for i in range(n) if i > laid[-1][-1]])
    assert fit.exact == (laid[-1][-1] == end - 1)


@given(n=sizes, kernel=kernels, stride=strides, dilation=dilations, padding=pads)
@example(n=5, kernel=5, stride=3, dilation=1, padding=(0, 0))
@example(n=1, kernel=1, stride=5, dilation=1, padding=(3, 0))
@example(n=2, kernel=1, stride=7, dilation=1, padding=(4, 1))
@example(n=7, kernel=2, stride=1, dilation=3, padding=(0, 7))
def test_numbers_lay_as_many_windows_as_fit(
    n: int, kernel: int, stride: int, dilation: int, padding: tuple[int, int]
) -> None:
    before, after = padding
    try:
        fit = slide(n, kernel, stride, dilation, padding)
    except ShapeError:
        assert dilation * (kernel - 1) >= before + n + after
        return
    laid = windows(fit, kernel, stride, dilation)
    end = n + after
    assert (fit.before, fit.after) == padding
    assert all(window[-1] < end for window in laid)
    assert laid[-1][-1] + stride >= end  # one more would not fit
    check_border(fit, n, laid, end)


@given(n=sizes, kernel=kernels, stride=strides, dilation=dilations)
@example(n=1, kernel=1, stride=1, dilation=1)
@example(n=7, kernel=2, stride=5, dilation=1)
@example(n=7, kernel=4, stride=1, dilation=1)
def test_same_pads_no_more_than_it_needs(n: int, kernel: int, stride: int, dilation: int) -> None:
    fit = slide(n, kernel, stride, dilation, "same")
    laid = windows(fit, kernel, stride, dilation)
    assert fit.output == len(range(0, n, stride))
    assert fit.after - fit.before in {0, 1}  # the odd one at the end
    needed = fit.before + laid[-1][-1] - (n - 1)
    assert fit.before + fit.after == max(needed, 0)
    assert fit.exact
    assert fit.unread == n - 1 - min(laid[-1][-1], n - 1)


@given(n=sizes, kernel=kernels, stride=strides, dilation=dilations, padding=pads)
@example(n=5, kernel=1, stride=5, dilation=1, padding=(1, 1))
@example(n=5, kernel=2, stride=4, dilation=1, padding=(0, 0))
@example(n=1, kernel=1, stride=2, dilation=1, padding=(1, 7))
def test_ceil_lays_one_more_if_it_starts_before_the_padding_behind(
    n: int, kernel: int, stride: int, dilation: int, padding: tuple[int, int]
) -> None:
    if dilation * (kernel - 1) >= n + sum(padding):
        return
    floor = slide(n, kernel, stride, dilation, padding)
    ceil = slide(n, kernel, stride, dilation, padding, ceil=True)
    next_start = floor.output * stride - floor.before
    last = windows(floor, kernel, stride, dilation)[-1][-1]
    hangs = last + 1 < n + padding[1] and next_start < n
    assert ceil.output - floor.output == int(hangs)


def test_no_word_means_rounding_down() -> None:
    # CS231n: 7 with a window of 3 and a step of 3 "doesn't fit".
    assert slide(7, 3, 3, 1, (0, 0)) == Fit(2, 0, 0, 7, 6)
    assert slide(7, 3, 3, 1, "valid") == Fit(2, 0, 0, 7, 6)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((5, 7, 1, 1, (0, 0)), "kernel extent 7 does not fit into length 5: 7 > 5"),
        (
            (4, 3, 1, 2, (0, 0)),
            "kernel extent 5 (3 with dilation 2) does not fit into length 4: 5 > 4",
        ),
        (
            (4, 7, 1, 1, (2, 0)),
            "kernel extent 7 does not fit into length 4 with padding 2+0: 7 > 6",
        ),
        (
            (4, 7, 1, 1, (0, 1)),
            "kernel extent 7 does not fit into length 4 with padding 0+1: 7 > 5",
        ),
    ],
)
def test_refusal_says_which_numbers(
    numbers: tuple[int, int, int, int, tuple[int, int]], message: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        slide(*numbers)
    assert caught.value.message == message
    assert caught.value.attribute == "kernel"
