"""Counting what taps read, against going through every tap and output."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.layers.base import Fit
from cnnanalyze.linting.window_coverage import TapReadings, floor_sum, readings

sizes = st.integers(1, 13)


@given(kernel=sizes, stride=sizes, dilation=sizes, n=sizes, before=st.integers(0, 29), output=sizes)
@example(kernel=5, stride=1, dilation=1, n=2, before=2, output=2)
@example(kernel=3, stride=1, dilation=36, n=28, before=36, output=28)
@example(kernel=3, stride=3, dilation=1, n=1, before=1, output=1)
@example(kernel=7, stride=5, dilation=2, n=3, before=4, output=2)
def test_readings_are_those_of_all_taps_and_outputs(
    kernel: int, stride: int, dilation: int, n: int, before: int, output: int
) -> None:
    counts = [
        sum(0 <= o * stride + tap * dilation - before < n for o in range(output))
        for tap in range(kernel)
    ]
    covered = (output - 1) * stride + dilation * (kernel - 1) + 1
    fit = Fit(output=output, before=before, after=0, size=n, covered=covered)
    assert readings(fit, kernel, stride, dilation, n) == TapReadings(sum(counts), counts.count(0))


@given(
    count=st.integers(0, 30),
    factor=st.integers(0, 30),
    term=st.integers(-30, 30),
    divisor=st.integers(1, 30),
)
def test_floor_sum_is_the_sum(count: int, factor: int, term: int, divisor: int) -> None:
    assert floor_sum(count, factor, term, divisor) == sum(
        (factor * i + term) // divisor for i in range(count)
    )


def test_a_huge_kernel_on_a_huge_map_is_counted_at_once() -> None:
    n, kernel, before = 10**12, 10**11 + 3, 5 * 10**10 + 1
    fit = Fit(output=n, before=before, after=before, size=n, covered=n + 2 * before)
    # Of 'same' padding, each side lacks the triangle of the taps that hang over.
    assert readings(fit, kernel, 1, 1, n) == TapReadings(n * kernel - before * (before + 1), 0)
