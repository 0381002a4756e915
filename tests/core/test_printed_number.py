"""Figures as printed: what they are worth, and which computed numbers they allow."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.printed_number import MOST_DIGITS, PrintedNumber


@pytest.mark.parametrize(
    ("printed", "value", "step", "places"),
    [
        ("138M", 138_000_000, 1_000_000, 0),
        ("~60M", 60_000_000, 1_000_000, 0),
        ("4.2 million", 4_200_000, 100_000, 1),
        ("15.5G", 15_500_000_000, 100_000_000, 1),
        ("3.8e9", 3_800_000_000, 100_000_000, 1),
        ("3.8E+9", 3_800_000_000, 100_000_000, 1),
        ("11.7 billion", 11_700_000_000, 100_000_000, 1),
        ("1.5 trillion", 1_500_000_000_000, 100_000_000_000, 1),
        ("5 thousand", 5_000, 1_000, 0),
        ("0.714M", 714_000, 1_000, 3),
        ("0.714", Fraction(714, 1000), Fraction(1, 1000), 3),
        ("25,557,032", 25_557_032, 1, 0),
        ("1,44,50,688", 14_450_688, 1, 0),
        ("62_006", 62_006, 1, 0),
        ("62 006", 62_006, 1, 0),
        ("1,234.5k", 1_234_500, 100, 1),
        (62006, 62_006, 1, 0),
        ("0", 0, 1, 0),
    ],
)
def test_printed_figure(printed: object, value: Fraction, step: Fraction, places: int) -> None:
    figure = PrintedNumber.parse(printed)
    assert (figure.value, figure.step, figure.places) == (value, step, places)
    assert str(figure) == str(printed)


@pytest.mark.parametrize(
    ("printed", "computed", "agrees"),
    [
        # VGG-16: Simonyan and Zisserman 2015, table 2, prints 138 (millions); torchvision counts.
        ("138M", 138_357_544, True),
        ("138M", 137_500_000, True),
        ("138M", 138_500_000, True),
        ("138M", 137_499_999, False),
        ("138M", 138_500_001, False),
        # What was cut off instead of rounded does not agree.
        ("138M", 138_999_999, False),
        # AlexNet: Krizhevsky 2012, section 1, prints 60 million; torchvision counts 61,100,840.
        ("60M", 61_100_840, False),
        ("~60M", 61_100_840, True),
        ("~60M", 61_500_000, True),
        ("~60M", 61_500_001, False),
        ("~60M", 58_499_999, False),
        # ResNet-50, in full.
        ("25,557,032", 25_557_032, True),
        ("25,557,032", 25_557_033, False),
        ("~25,557,032", 25_557_033, True),
        ("~25,557,032", 25_557_034, False),
        # A trailing zero is printed, and so counts.
        ("4.2M", 4_249_999, True),
        ("4.20M", 4_249_999, False),
        # A unit that is printed in full leaves nothing open.
        ("62.006k", 62_006, True),
        ("62.006k", 62_007, False),
        ("0.5", 0, False),
    ],
)
def test_which_numbers_agree(printed: str, computed: int, agrees: bool) -> None:
    assert PrintedNumber.parse(printed).agrees(computed) is agrees


@given(number=st.integers(0, 10**15), places=st.integers(0, 8))
@example(number=2_500_000, places=0)
@example(number=3_500_000, places=0)
def test_a_number_agrees_however_it_is_rounded(number: int, places: int) -> None:
    millions = Decimal(number).scaleb(-6)
    for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN):
        printed = millions.quantize(Decimal(1).scaleb(-places), rounding)
        if printed.as_tuple().exponent == -places and places <= 6:
            assert PrintedNumber.parse(f"{printed:f}M").agrees(number)


@given(number=st.integers(0, 10**MOST_DIGITS - 1), other=st.integers(0, 10**MOST_DIGITS - 1))
def test_a_number_in_full_agrees_with_itself_only(number: int, other: int) -> None:
    for printed in (f"{number}", f"{number:,}", f"{number:_}", f"{number:,}".replace(",", " ")):
        assert PrintedNumber.parse(printed).agrees(number)
        assert PrintedNumber.parse(printed).agrees(other) is (number == other)


def complaint(value: object) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        PrintedNumber.parse(value)
    return str(caught.value)


@pytest.mark.parametrize(
    "printed",
    [
        *("", "M", "kB", "5kB", "5 Mio", "relu", "-5", "1e-3", "5.", ".5M", "~", "138M parameters"),
        # A comma is no decimal point, and groups end in three digits.
        *("1,5M", "1,,000", "1, 000", "1,0000", "1,44,50,6880", "1,234 567", "1_0", "5,", "12 34"),
        *("\u0663", "\u00b2", "nan", "inf", "0x10"),
    ],
)
def test_what_is_no_figure(printed: str) -> None:
    assert complaint(printed) == (
        f"'{printed}' is not a number such as 138M, ~60M, 4.2 million or 25,557,032"
    )


@pytest.mark.parametrize(("value", "said"), [(None, "'None'"), (True, "'True'"), ([5], "'[5]'")])
def test_what_is_no_text(value: object, said: str) -> None:
    assert complaint(value) == (
        f"{said} is not a number such as 138M, ~60M, 4.2 million or 25,557,032"
    )


@pytest.mark.parametrize("printed", ["7" * 31, "7" * 20 + "." + "7" * 11])
def test_the_digits_are_bounded(printed: str) -> None:
    assert complaint(printed) == "a figure may have at most 30 digits, not 31"


@given(text=st.text() | st.text("0123456789,._ ~eEkMG").map(lambda text: text * 3))
def test_nothing_but_a_value_error_escapes(text: str) -> None:
    try:
        said = str(PrintedNumber.parse(text))
    except ValueError as error:
        said = str(error).split(" is not a number ")[0]
    assert said == text.strip() or said.startswith(("'", "a figure may have"))
