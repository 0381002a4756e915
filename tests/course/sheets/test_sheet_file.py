"""Credit: what a sheet gives for an answer that a mistake explains, and for which mistakes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cnnanalyze.course.sheets.sheet import Credit
from cnnanalyze.course.sheets.sheet_reading import read_sheet
from cnnanalyze.course.sheets.solve import solve
from cnnanalyze.errors import CnnError, Source
from tests.course.marking import marked

CONV = "{id: A, input: 13x13x3, layers: [{conv: {filters: 7, kernel: 5}, as: c}], layer: c, "
FORGOT_BIAS, KERNEL_ONE_SIDE = "525", "112"  # 25*3*7, and 5*3*7 + 7


def points(credit: str, given: str) -> Fraction:
    text = f"{{sheet: 1, credit: {credit}, questions: [{CONV} find: parameters}}]}}"
    return marked(solve(read_sheet(Source("here", text))), "A", given).points


def test_without_a_list_common_mistakes_earn_credit() -> None:
    assert points("1/2", FORGOT_BIAS) == Fraction(1, 2)


def test_an_uncommon_mistake_earns_nothing_unless_it_is_listed() -> None:
    assert points("1/2", KERNEL_ONE_SIDE) == 0
    listed = "{one_slip: 1/2, slips: [kernel counted along one side]}"
    assert points(listed, KERNEL_ONE_SIDE) == Fraction(1, 2)


def test_a_mistake_that_is_not_listed_earns_nothing() -> None:
    assert points("{one_slip: 1/2, slips: [padding forgotten]}", FORGOT_BIAS) == 0
    assert points("{one_slip: 1/2, slips: []}", FORGOT_BIAS) == 0


def test_two_mistakes_earn_credit_if_both_do() -> None:
    both = "175"  # 25*7
    one = "{two_slips: 1/4, slips: [bias forgotten]}"
    two = "{two_slips: 1/4, slips: [bias forgotten, input depth forgotten]}"
    assert points(one, both) == 0
    assert points(two, both) == Fraction(1, 4)


def test_an_answer_without_a_reason_earns_nothing() -> None:
    assert points("1", "999983") == 0


def test_shares_are_read() -> None:
    text = "{one_slip: 1/3, two_slips: 0.25, consequential: 1/2, slips: [bias forgotten]}"
    sheet = read_sheet(
        Source("here", f"{{sheet: 1, credit: {text}, questions: [{{window: {{n: 3, f: 3}}}}]}}")
    )
    wanted = (Fraction(1, 3), Fraction(1, 4), Fraction(1, 2), ("bias forgotten",))
    assert sheet.credit == Credit(*wanted)


@pytest.mark.parametrize(
    ("credit", "message"),
    [
        (
            "{slips: [bias forgoten]}",
            "here:2:18: error: there is no mistake 'bias forgoten'; did you mean 'bias forgotten'?",
        ),
        ("{slips: all}", "here:2:17: error: there is no mistake 'all'"),
        ("{slip: 1}", "here:2:10: error: 'credit' has no 'slip'; it takes one_slip, two_slips, "),
        ("{consequential: 2}", "'consequential' of 'credit' must be between 0 and 1, not 2"),
    ],
)
def test_faults_of_credit_have_their_place(credit: str, message: str) -> None:
    text = f"sheet: 1\ncredit: {credit}\nquestions: [{{window: {{n: 3, f: 3}}}}]"
    with pytest.raises(CnnError) as caught:
        read_sheet(Source("here", text))
    assert message in str(caught.value)
