"""Of several closed forms those are kept of which each may be the largest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnnanalyze.analysis.dominance import MOST_COMPARED, undominated
from cnnanalyze.core.closed_form import ClosedForm, closed, unknown

H, W = unknown("H"), unknown("W")


def test_a_form_that_is_never_larger_is_left_out() -> None:
    halves = (H + 1).floor_divide(2) * (W + 1).floor_divide(2)
    forms = [H * W * 3, halves * 8 + H * W * 3, halves * 16, halves]
    least = {"H": 3, "W": 3}
    assert undominated(forms, least) == forms[1:3]
    # 3·5 + 8·6 < 16·6, but 3·400·400 > 8·200·200.
    assert forms[1].evaluate({"H": 3, "W": 5}) == 93 < forms[2].evaluate({"H": 3, "W": 5}) == 96
    large = {"H": 400, "W": 400}
    assert forms[1].evaluate(large) > forms[2].evaluate(large)


def test_equal_forms_are_one() -> None:
    assert undominated([H + 1, H + 1], {"H": 1}) == [H + 1]


def test_so_many_forms_are_not_compared() -> None:
    forms = [H + n for n in range(MOST_COMPARED + 1)]
    assert undominated(forms, {"H": 1}) == forms
    assert undominated(forms[1:], {"H": 1}) == forms[-1:]


@st.composite
def forms(draw: st.DrawFn) -> ClosedForm:
    total = closed(draw(st.integers(-20, 20)))
    for _ in range(draw(st.integers(1, 3))):
        part = closed(draw(st.integers(-9, 9)))
        for symbol in draw(st.lists(st.sampled_from((H, W)), max_size=2)):
            shift, below = draw(st.integers(-3, 3)), draw(st.integers(1, 4))
            part = part * (symbol + shift).floor_divide(below)
        total = total + part
    return total


@given(
    some=st.lists(forms(), min_size=1, max_size=5),
    least=st.integers(1, 9),
    sizes=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_the_largest_is_always_kept(
    some: list[ClosedForm], least: int, sizes: tuple[int, int]
) -> None:
    at = {"H": least + sizes[0], "W": least + sizes[1]}
    kept = undominated(some, {"H": least, "W": least})
    assert max(f.evaluate(at) for f in kept) == max(f.evaluate(at) for f in some)
