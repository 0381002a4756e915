"""The functions that an expression may call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

MOST_PLACES = 30
"""The most digits that ``round`` keeps or drops."""
LONGEST_LIST = 1_000
"""The longest list that an expression may make."""


def make_divisible(value: float, divisor: int = 8) -> int:
    """Return the multiple of a divisor nearest to a value, at least the divisor.

    A result more than 10 % below the value is taken one step up, as the MobileNet and EfficientNet
    code does.

    Examples
    --------
    >>> make_divisible(32 * 0.75), make_divisible(35), make_divisible(3)
    (24, 32, 8)
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _counted(*ends: int) -> list[int]:
    """Return whole numbers in a row; bounded, since a spec may ask for any."""
    numbers = range(*ends)
    if len(numbers) > LONGEST_LIST:
        raise ValueError(f"a list of at most {LONGEST_LIST:,} numbers")
    return list(numbers)


def _rounded(value: float, places: int = 0) -> float:
    """Round; the places are bounded, since dropping a billion digits takes for ever."""
    if abs(places) > MOST_PLACES:
        raise ValueError(f"at most {MOST_PLACES} places")
    return round(value, places) if places else round(value)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "min": (min, 1, None),
    "max": (max, 1, None),
    "ceil": (math.ceil, 1, 1),
    "floor": (math.floor, 1, 1),
    "round": (_rounded, 1, 2),
    "abs": (abs, 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "log2": (math.log2, 1, 1),
    "int": (int, 1, 1),
    "len": (len, 1, 1),
    "sum": (sum, 1, 1),
    "range": (_counted, 1, 2),
    "make_divisible": (make_divisible, 1, 2),
}
WORDS = {*FUNCTIONS, "and", "or", "not", "if", "else", "in", "true", "false", "True", "False"}
