"""Recent values: each worked out once while it is remembered, and never more than a few held."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cnnanalyze.core.recent import Recent


class Squares:
    """Squares of numbers, and which were worked out."""

    def __init__(self, most: int) -> None:
        self.recent = Recent[int](most)
        self.asked: list[int] = []

    def of(self, number: int) -> int:
        return self.recent.get(number, lambda: self._work_out(number))

    def _work_out(self, number: int) -> int:
        self.asked.append(number)
        return number * number


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
@example([3, 5, 3], 1)
def test_values_are_right_whatever_was_given_up(keys: list[int], most: int) -> None:
    squares = Squares(most)
    assert [squares.of(key) for key in keys] == [key * key for key in keys]


def test_what_is_asked_again_is_worked_out_once() -> None:
    squares = Squares(3)
    for key in (5, 7, 11, 7, 5, 11, 11):
        squares.of(key)
    assert squares.asked == [5, 7, 11]


def test_of_many_the_oldest_is_given_up() -> None:
    squares = Squares(2)
    for key in (5, 7, 11, 7, 5):
        squares.of(key)
    assert squares.asked == [5, 7, 11, 5]
