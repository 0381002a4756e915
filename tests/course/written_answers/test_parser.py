"""Answers as students write them: understood, or refused with a clear message."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.course.grading.answer_comparison import interpret
from cnnanalyze.course.misconceptions.solution import Solution
from cnnanalyze.course.written_answers.entries import entries
from cnnanalyze.course.written_answers.parser import (
    AnswerTerms,
    Unreadable,
    is_empty,
    number_readings,
)

NUMBERS = (
    ("1,44,50,688", 14450688),  # lecture 001, line 1383: Indian grouping
    ("62 006", 62006),
    ("62.006", 62006),
    ("62,006", 62006),
    ("62_006", 62006),
    ("62'006", 62006),
    ("62\N{NO-BREAK SPACE}006", 62006),
    ("1.280", 1280),
    ("1,280 parameters", 1280),
    ("138M", 138_357_544),
    ("138.4 million", 138_357_544),
    ("~138M", 138_357_544),
    ("1.4e3", 1400),
    ("1.4·10^3", 1400),
    ("-5", -5),
    ("−5", -5),
    ("7/3", Fraction(7, 3)),
    ("2 1/3", Fraction(7, 3)),
    ("2.33", Fraction(7, 3)),
    ("2,33", Fraction(7, 3)),
    ("2.3333 (7/3)", Fraction(7, 3)),
    ("2.3333333333333335", Fraction(7, 3)),
    ("n_out = 4", 4),
    ("28*10 = 280", 280),
    ("3.9999999999999996", 4),
    ("0.09003057317038046", Fraction(9003057317038046, 10**17) + Fraction(3, 10**18)),
    ("0.09003057330846786", Fraction(9003057317038046, 10**17)),  # single precision
    ("0.09", Fraction(9003057317038046, 10**17)),
    ("0.24", Fraction(24472847, 10**8)),
    ("0.03", Fraction(305, 10000)),
    ("8.41:1", Fraction(84088, 10000)),
    ("8.41 to 1", Fraction(84088, 10000)),
    ("8.41×", Fraction(84088, 10000)),
    ("8.41 times", Fraction(84088, 10000)),
    ("1 : 4", Fraction(1, 4)),
    ("3.25", Fraction(13, 4)),
    (".25", Fraction(1, 4)),
    ("1.234.567,5", Fraction(2469135, 2)),
    ("1,234,567.5", Fraction(2469135, 2)),
    ("25%", Fraction(1, 4)),
    ("2 kB", 2000),
    ("2 KiB", 2048),
    ("4x4", 4),
    (["4"], 4),
)


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_number_is_understood(text: Any, value: Any) -> None:
    assert interpret(text, Solution(value)).right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.3", Fraction(7, 3) + Fraction(1, 10)),
        ("4", Fraction(7, 2)),  # rounding must not hide the fraction
        ("137M", 138_357_544),
        ("62.006", 62007),
        ("25", Fraction(1, 4)),
        ("0.0", Fraction(305, 10000)),
        ("0.00", Fraction(4, 10000)),  # nothing is left of it
        ("0.04", Fraction(305, 10000)),
        ("0.66", Fraction(66524, 100000)),  # cut off, not rounded
        ("138,357,544.5", 138_357_544),
        ("3.99", 4),
        ("1:4", 4),
    ],
)
def test_other_numbers_are_not_right(text: str, value: Any) -> None:
    assert not interpret(text, Solution(value)).right


def test_percent_is_understood_where_it_is_asked_for() -> None:
    share = Solution(Fraction(7427, 100), unit="%")
    assert interpret("74.3", share).right
    assert interpret("74.27 %", share).right
    assert not interpret("0.743", share).right


@pytest.mark.parametrize("raw", ["(4,4)", "[4, 4]", ["4", "4"], "4 by 4", "4x4 pixels", "=4"])
def test_size_of_every_side_may_stand_in_brackets(raw: Any) -> None:
    assert interpret(raw, Solution(4)).right


@pytest.mark.parametrize("raw", ["(4,5)", "[4, 5]", "(5,5)", "4,4"])
def test_other_sides_are_not_right(raw: Any) -> None:
    with suppress(Unreadable):
        assert not interpret(raw, Solution(4)).right


@pytest.mark.parametrize("raw", ["1.65625×10⁻²", "1.65625 · 10⁻²", "1.65625e-2", "1.656 x 10^-2"])
def test_powers_of_ten_may_be_raised(raw: str) -> None:
    assert interpret(raw, Solution(Fraction(53, 3200))).right


def test_percents_may_be_rounded_as_ratios_may() -> None:
    """0.72 and 0.02 are right for these two, so 72 % and 2.2 % are."""
    chances = Solution((Fraction(715268, 10**6), Fraction(21599, 10**6)), "list")
    assert interpret("72%, 2.2%", chances).right
    assert interpret("0.72, 0.022", chances).right
    assert interpret("71%, 2.2%", chances).wrong == (0,)
    assert not interpret(
        "74.3%", Solution(Fraction(7427, 10**4)), AnswerTerms(decimals=2, unit="%")
    ).right


def test_none_is_no_row() -> None:
    assert interpret("none", Solution(0)).remarks == ("read as 0",)
    assert not interpret("none", Solution(2)).right
    assert not interpret("not possible", Solution(0)).right


def test_bytes_are_no_parameters() -> None:
    with pytest.raises(Unreadable, match="what 'bytes' means in '506 bytes' is not known"):
        interpret("506 bytes", Solution(506))


BYTES = Solution(131_072, unit="B")


@pytest.mark.parametrize(
    ("text", "right", "one", "other"),
    [
        ("131,072 KB", 131_072, "131,072,000", "131,072"),
        ("131.072 kB", 131_072_000, "131,072", "131,072,000"),
        ("617,265K", 617_265, "617,265,000", "617,265"),
    ],
)
def test_unit_of_another_size_is_not_hidden_by_a_comma(
    text: str, right: int, one: str, other: str
) -> None:
    """131,072 KB are a thousand times 131,072 bytes, unless the comma is a decimal one."""
    message = (
        f"'{text}' can be read as {one} and as {other}: "
        "write it without a point or comma between thousands"
    )
    with pytest.raises(Unreadable) as caught:
        interpret(text, Solution(right, unit="" if text.endswith("K") else "B"))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text", ["131,072 B", "131072", "131 072 bytes", "128 KiB", "128 KB", "131.072 kB", "0.125 MiB"]
)
def test_bytes_are_understood_with_their_units(text: str) -> None:
    assert interpret(text, BYTES).right


@pytest.mark.parametrize("text", ["32,768", "131 B", "128", "128 MB", "131,073 B"])
def test_other_bytes_are_wrong(text: str) -> None:
    assert not interpret(text, BYTES).right


@pytest.mark.parametrize(
    "raw",
    [
        *("(10,)", "(None, 10)", "1x10", "10x1", "(10, 1)", "[10]", "10", "1×1×10", "1,10"),
        *("torch.Size([1, 10])", ["10"], ["None", "10"], ["1", "10"], "10 units", "10 classes"),
    ],
)
def test_vector_may_be_written_as_a_shape(raw: Any) -> None:
    assert interpret(raw, Solution(10, is_vector=True)).right


@pytest.mark.parametrize("raw", ["(120,)", "2x10", "10x10", "(None, 9)"])
def test_other_vector_is_wrong(raw: Any) -> None:
    with suppress(Unreadable):
        assert not interpret(raw, Solution(10, is_vector=True)).right


def test_shape_follows_the_order_of_the_notation() -> None:
    terms = AnswerTerms(width_first=True)
    assert interpret("5x7x2", Solution((7, 5, 2), "shape"), terms).right
    assert not interpret("7x5x2", Solution((7, 5, 2), "shape"), terms).right
    assert interpret("2x5x7", Solution((7, 5, 2), "shape"), terms).remarks == (
        "the channels were written first",
    )


def test_tolerance_leaves_counts_exact_unless_it_is_said_of_them() -> None:
    loose = AnswerTerms(tolerance=Fraction(1, 20))
    assert interpret("0.42", Solution(Fraction(4077, 10000)), loose).right
    assert not interpret("0.44", Solution(Fraction(4077, 10000)), loose).right
    assert not interpret("270", Solution(280), loose).right
    assert interpret("270", Solution(280), loose._replace(is_of_counts=True)).right


def test_decimals_say_how_far_a_number_may_be_rounded() -> None:
    share = Solution(Fraction(9003, 100000))
    assert not interpret("0.09", share, AnswerTerms(decimals=4)).right
    assert interpret("0.0900", share, AnswerTerms(decimals=4)).right
    assert interpret("0", share, AnswerTerms(decimals=0)).right
    assert not interpret("1", share, AnswerTerms(decimals=0)).right


def test_number_without_a_unit_has_the_unit_that_is_asked_for() -> None:
    terms = AnswerTerms(unit="KiB")
    assert interpret("128", BYTES, terms).right
    assert interpret("131,072 B", BYTES, terms).right
    assert not interpret("131,072", BYTES, terms).right


def test_answer_of_many_spaces_is_read_at_once() -> None:
    for solution in (Solution(5), Solution((1, 2), "list"), Solution((5, 5, 1), "shape")):
        with pytest.raises(Unreadable, match="200,001 characters are too long"):
            interpret(f"1{' ' * 200_000}", solution)
        for text in (f"1{' ' * 1900}x", f"1{' ,' * 900}", f"{'1:' * 900}1", "1" + "'1" * 900):
            with suppress(Unreadable):
                interpret(text, solution)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("six", "'six' is not a number such as 1,280 or 3.25 or 7/3"),
        ("NaN", "'NaN' is not a number"),
        ("-inf", "'-inf' is not a number"),
        ("1/0", "'1/0' divides by nothing"),
        ("1e999", "'1e999' is out of bounds"),
        ("9" * 50, "a number may have at most 40 digits"),
        ("1,2.3,4", "the points and commas of '1,2.3,4' cannot be understood"),
        ("x" * 3000, "3,000 characters are too long for a number"),
        ("=1+1", "what '+1' means in '=1+1' is not known"),
        ("3x4", "'3x4' is more than one number, and one was asked for"),
        ("4 or 5", "what 'or 5' means in '4 or 5' is not known"),
        ("2 dozen", "what 'dozen' means in '2 dozen' is not known"),
        ("4 4", "'4 4' is more than one number, and one was asked for"),
        ("2.3 (7/2)", "'2.3 (7/2)' gives two numbers that differ"),
        ("1:2:3", "'1:2:3' is not a number such as 1,280 or 3.25 or 7/3"),
        ("__import__('os')", "'__import__('os')' is not a number such as 1,280 or 3.25 or 7/3"),
    ],
)
def test_what_is_no_number_is_refused(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        interpret(text, Solution(5))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("28x28x6", ()),
        ("28×28×6", ()),
        ("28 * 28 * 6", ()),
        ("(28, 28, 6)", ()),
        ("28 by 28 by 6", ()),
        (["28", "28", "6"], ()),
        ("(None, 28, 28, 6)", ()),
        ("6x28x28", ("the channels were written first",)),
        ("1x28x28x6", ("the batch is not part of a shape",)),
    ],
)
def test_shape_is_understood(text: Any, remarks: tuple[str, ...]) -> None:
    reading = interpret(text, Solution((28, 28, 6), "shape"))
    assert reading.right
    assert reading.remarks == remarks


def test_shape_with_its_batch_and_channels_first_is_understood() -> None:
    """What PyTorch prints for one picture."""
    assert interpret("torch.Size([1, 6, 28, 29])", Solution((28, 29, 6), "shape")).remarks == (
        "the batch is not part of a shape, and the channels were written first",
    )


def test_shape_that_is_counted_is_the_shape() -> None:
    assert interpret("5x5x16 = 400", Solution((5, 5, 16), "shape")).right
    assert not interpret("5x5x16 = 401", Solution((5, 5, 16), "shape")).right


def test_fields_of_two_axes_may_be_written_as_a_size() -> None:
    for text in ("10x8", "10 × 8", "10 by 8", "(10, 8)", "10x8 pixels"):
        assert interpret(text, Solution((10, 8), "list")).right
    assert interpret("8x10", Solution((10, 8), "list")).wrong == (0, 1)
    shapes = Solution(((5, 5, 2), (4, 4, 2), (3, 3, 2)), "list")
    assert interpret("5x5x2", shapes).remarks == ("3 entries were asked for, and 1 given",)


@pytest.mark.parametrize(
    "given", ["506,,14833", "506; ; 14833", "506, ?, 14833", ["506", None, "14833"]]
)
def test_entry_left_blank_keeps_its_place(given: Any) -> None:
    assert interpret(given, Solution((506, 1900, 14833), "list")).wrong == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "np.array([[1, 2], [3, -4]])",
        "array([[ 1,  2],\n       [ 3, -4]])",
        "tensor([[1., 2.], [3., -4.]])",
        "{{1, 2}, {3, -4}}",
        "[1 2; 3 -4]",
        "[1, 2], [3, -4]",
        "[(1, 2), (3, -4)]",
    ],
)
def test_matrix_is_understood_as_programs_print_it(text: str) -> None:
    assert interpret(text, Solution(((1, 2), (3, -4)), "matrix")).right
    assert not interpret(text, Solution(((1, 3), (2, -4)), "matrix")).right


def test_shapes_are_understood_as_python_prints_them() -> None:
    assert interpret("[(29, 43, 11), (6, 10, 19), (13,)]", _SHAPES).right
    fractions = Solution((Fraction(7, 3), 5), "list")
    assert interpret("[2.3333 (7/3), 5]", fractions).right


_SHAPES = Solution(((29, 43, 11), (6, 10, 19), 13), "list")


def test_order_of_a_shape_that_is_not_clear_is_not_guessed() -> None:
    assert not interpret("17x13x3", Solution((13, 17, 3), "shape")).right
    assert not interpret("28x6x28", Solution((28, 28, 6), "shape")).right


def test_shape_of_one_channel_may_leave_it_out() -> None:
    one = Solution((4, 4, 1), "shape")
    assert interpret("4x4", one).remarks == ("the one channel was left out",)
    assert interpret("4", one).remarks == ("read as the size of every side",)


def test_no_shape_is_refused() -> None:
    with pytest.raises(Unreadable, match="'big' is not a shape such as 28x28x6"):
        interpret("big", Solution((28, 28, 6), "shape"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5, 6, 14", ("5", "6", "14")),
        ("5 6 14", ("5", "6", "14")),
        ("5; 6; 14", ("5", "6", "14")),
        ("[5, 6, 14]", ("5", "6", "14")),
        ("6,272; 1,568", ("6,272", "1,568")),
        ("6,272, 1,568", ("6,272", "1,568")),
        ("28x28x8, 14x14x8", ("28x28x8", "14x14x8")),
        ("(28, 28, 8), (14, 14, 8)", (("28", "28", "8"), ("14", "14", "8"))),
        ("[[1, 2], [3, 4]]", (("1", "2"), ("3", "4"))),
        ("1 2\n3 4", (("1", "2"), ("3", "4"))),
    ],
)
def test_list_is_taken_apart(text: str, expected: tuple[Any, ...]) -> None:
    assert entries(text) == expected


def test_lists_of_large_numbers_are_understood_as_we_print_them() -> None:
    from cnnanalyze.course.sheets.answer_text import answer_text

    for value in ((6272, 1568, 400), (5, 6, 14), (102764544, 16781312, 4097000), (608, 3216)):
        assert interpret(answer_text(value, "list"), Solution(value, "list")).right


def test_list_says_what_is_wrong_and_what_is_missing() -> None:
    fields = Solution((5, 6, 14, 16), "list")
    assert interpret("5, 6, 10, 11", fields).wrong == (2, 3)
    short = interpret("5, 6, 14", fields)
    assert not short.right
    assert short.remarks == ("4 entries were asked for, and 3 given",)
    with pytest.raises(Unreadable, match="5 entries were given, but 4 were asked for"):
        interpret("1 2 3 4 5", fields)


def test_matrix_is_understood_in_many_forms() -> None:
    value = Solution(((25, 30), (20, 25)), "matrix")
    for text in ("[[25, 30], [20, 25]]", "25 30; 20 25", "25 30\n20 25", "25 30 20 25"):
        assert interpret(text, value).right
    assert interpret([["25", "30"], ["20", "25"]], value).right
    assert interpret(["25 30", "20 25"], value).right
    other = interpret("[[1, 2, 3], [4, 5, 6]]", value)
    assert other.remarks == ("this is 2x3, but the output is 2x2",)
    with pytest.raises(Unreadable, match="a matrix of 2x2 numbers was asked for"):
        interpret("25 30 20", value)
    with pytest.raises(Unreadable, match="is not closed"):
        interpret("[[25, 30], [20", value)


def test_yes_and_no() -> None:
    assert interpret("No", Solution(False, "choice")).right
    assert interpret("does not fit", Solution(False, "choice")).right
    assert interpret("No, the windows don't fit.", Solution(False, "choice")).right
    with pytest.raises(Unreadable):
        interpret("yes, it does not fit", Solution(False, "choice"))
    assert not interpret("yes", Solution(False, "choice")).right
    with pytest.raises(Unreadable, match="'maybe' is neither yes nor no"):
        interpret("maybe", Solution(True, "choice"))


def test_nothing_may_be_the_answer() -> None:
    assert interpret("none", Solution(None)).right
    assert interpret("No, there is none.", Solution(None)).right
    assert interpret("does not fit", Solution(2, also=("does not fit",))).remarks == (
        "rounded down it is 2",
    )
    assert interpret("2", Solution(2, also=("does not fit",))).right
    assert not interpret("3", Solution(None)).right
    assert not interpret("none", Solution(3)).right


def test_words_may_stand_in_quotes() -> None:
    assert interpret("'small'", Solution("small", "words")).right
    assert not interpret("smaller", Solution("small", "words")).right


def test_words_are_compared_without_case_and_spaces() -> None:
    pattern = Solution("[(CONV-RELU)*1-POOL]*2-(FC-RELU)*2,SOFTMAX", "words")
    assert interpret("[(conv-relu)*1-pool]*2 - (fc-relu)*2, softmax", pattern).right


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "?", [], "n/a"])
def test_empty_answers_are_empty(raw: Any) -> None:
    assert is_empty(raw)


@given(st.text(max_size=60))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    shapes = Solution((28, 28, 6), "shape")
    forms = (Solution(5), shapes, Solution((1, 2), "list"), Solution(((1, 2), (3, 4)), "matrix"))
    for solution in forms:
        with suppress(Unreadable):
            assert isinstance(interpret(text, solution).right, bool)


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_are_read_as_they_are_printed(number: int) -> None:
    for text in (str(number), f"{number:,}", f"{number:_}", f"{number:,}".replace(",", " ")):
        assert any(f.value == number for f in number_readings(text))
