"""Numbers as text: to four digits, and never through a float that would lose some."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.report.numbers import percent, readable, short, size

UNITS = {"": 1, " k": 10**3, " M": 10**6, " G": 10**9, " T": 10**12, " P": 10**15}


@given(st.integers(0, 10**17))
def test_a_short_form_is_within_half_of_its_last_digit(number: int) -> None:
    digits, unit = short(number), ""
    if " " in digits:
        digits, unit = digits.split(" ")
        unit = f" {unit}"
    places = len(digits.partition(".")[2])
    value = Fraction(digits.replace(",", "")) * UNITS[unit]
    assert abs(value - number) * 2 * 10**places <= UNITS[unit]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (999_949, "999.9 k"), (999_999, "1.000 M"), (10**15, "1 P")],
)
def test_the_unit_changes_at_a_thousand(number: int, text: str) -> None:
    assert short(number) == text


def test_bytes_are_binary() -> None:
    assert [size(n) for n in (1023, 1024, 1536, 2**20 - 1, 5 * 2**30)] == [
        "1,023 B",
        "1 KiB",
        "1.500 KiB",
        "1.000 MiB",
        "5 GiB",
    ]


def test_equality_is_not_claimed_where_digits_are_lost() -> None:
    assert readable(138_357_544) == "138,357,544 ≈ 138.4 M"
    assert readable(7_000_000) == "7,000,000 = 7 M"


def test_a_share_of_nothing_is_nothing() -> None:
    assert percent(0, 0) == 0
    assert percent(1, 3) == Fraction(100, 3)
