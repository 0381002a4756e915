"""Size domains: the sizes for which all conditions hold, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.analysis.size_domain import Sizes, find
from cnnanalyze.core.closed_form import ClosedForm, unknown
from cnnanalyze.core.symbolic_number import RELATIONS, Condition

forms = st.builds(
    lambda factor, term, divisor, subtracted: (
        (unknown("H") * factor + term).floor_divide(divisor) * divisor - unknown("H") * subtracted
    ),
    st.integers(0, 3),
    st.integers(-9, 9),
    st.sampled_from((1, 2, 3, 4, 6)),
    st.integers(0, 3),
)


@st.composite
def conditions_that_hold(draw: st.DrawFn) -> tuple[int, list[Condition]]:
    """Return a size, and conditions that hold at it."""
    size = draw(st.integers(20, 60))
    conditions = []
    for form in draw(st.lists(forms, min_size=1, max_size=4)):
        held = [r for r in sorted(RELATIONS) if Condition(form, r).holds({"H": size})]
        conditions.append(Condition(form, draw(st.sampled_from(held))))
    return size, conditions


@given(conditions_that_hold())
def test_a_domain_has_the_sizes_for_which_all_conditions_hold(
    case: tuple[int, list[Condition]],
) -> None:
    assumed, conditions = case
    (sizes,) = find({"H": assumed}, conditions).sizes
    assert assumed in sizes
    for n in range(1, 200):
        if n in sizes:
            assert all(c.holds({"H": n}) for c in conditions)
        elif sizes.most is None and n >= sizes.least:
            assert not all(c.holds({"H": n}) for c in conditions)


def at_least(form: ClosedForm, least: int) -> Condition:
    return Condition(form - least, "≥")


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        (Sizes("H"), "H ≥ 1"),
        (Sizes("H", 32, 32, (0,)), "H a multiple of 32, H ≥ 32"),
        (Sizes("H", 188, 16, (12,)), "H mod 16 is 12, H ≥ 188"),
        (Sizes("H", 1, 4, (1, 2, 3)), "H mod 4 is 1, 2 or 3"),
        (Sizes("H", 1, 16, tuple(range(1, 11))), "H mod 16 is 1, 2, 3, 4, 5, 6, 7, 8, ..."),
        (Sizes("H", 3, most=7), "3 ≤ H ≤ 7"),
        (Sizes("H", 7, most=7), "H = 7"),
    ],
)
def test_sizes_are_told_in_words(sizes: Sizes, text: str) -> None:
    assert str(sizes) == text


def test_conditions_on_several_sizes_stay_together() -> None:
    height, width = unknown("H"), unknown("W")
    found = find({"H": 7, "W": 7}, [Condition(height - width, "="), at_least(height, 3)])
    assert str(found) == "H ≥ 3; W ≥ 1; H - W = 0"
    assert {"H": 5, "W": 5} in found
    assert {"H": 5, "W": 7} not in found


def test_the_sizes_that_are_tried_are_bounded() -> None:
    slow = unknown("H").floor_divide(10**9) * 10**9 - unknown("H")
    (sizes,) = find({"H": 64}, [Condition(slow, "<")]).sizes
    assert str(sizes).startswith("1 ≤ H ≤ ")
