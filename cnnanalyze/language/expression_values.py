"""Results: what an operation of an expression may come to, and what is said of what it may not."""

from __future__ import annotations

from typing import Any

from cnnanalyze.language.expression_functions import LONGEST_LIST
from cnnanalyze.language.expression_limits import DEEPEST, ELEMENTS, MOST_ELEMENTS, weigh

LARGEST = 10**30
"""The largest number that an expression may come to."""


class Wrong(Exception):  # noqa: N818 - becomes a SpecError as soon as the place is known
    """Something is wrong with a stretch of an expression."""

    def __init__(
        self,
        message: str,
        start: int,
        end: int,
        help: str = "",  # noqa: A002
        code: str = "SP007",
    ) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end
        self.help, self.code = help, code


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are none."""
    return type(value) is int or type(value) is float


def divides(a: float, b: float) -> bool:
    """Whether two whole numbers divide without a rest."""
    return type(a) is int and type(b) is int and b != 0 and a % b == 0


def bounded(value: Any, start: int, end: int) -> Any:  # noqa: ANN401
    """Return a result, unless it is no real number, or too large."""
    if isinstance(value, complex) or (is_number(value) and not abs(value) <= LARGEST):
        raise Wrong(f"a number may be at most {LARGEST:.0e}", start, end)
    return value


def weigh_all(values: list[object], start: int, end: int) -> None:
    """Count the elements of the lists that are gone through."""
    if not all(map(weigh, values)):
        raise _too_many(start, end)


def _too_many(start: int, end: int) -> Wrong:
    return Wrong(
        f"the expressions go through more than {MOST_ELEMENTS:,} elements of lists, "
        f"or lists nested deeper than {DEEPEST}, the bounds",
        start,
        end,
        "make the lists shorter",
        "SP012",
    )


def short(items: list[object], start: int, end: int) -> list[object]:
    """Return a list that was made, unless it is too long, or too many were made."""
    if len(items) > LONGEST_LIST:
        raise Wrong(f"a list may have at most {LONGEST_LIST:,} elements", start, end)
    if not ELEMENTS.spend(len(items)):
        raise _too_many(start, end)
    return items
