"""Values of expressions: functions, bounds on their work, and what stands for an unknown one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from cnnanalyze.core.work_limit import WorkLimit

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


MOST_ELEMENTS = 2_000_000
"""How many elements of lists the expressions of a spec may make and go through in all."""
DEEPEST = 100
"""How deep lists may be nested in each other."""
ELEMENTS = WorkLimit("elements", MOST_ELEMENTS)


def weigh(value: object) -> bool:
    """Count the elements of a list, with those of the lists in it; return whether bounds are kept.

    Examples
    --------
    >>> inner = [5] * 1_000
    >>> weigh([inner] * 1_000), weigh([[inner] * 1_000] * 1_000), weigh(5)
    (True, False, True)
    """
    if not isinstance(value, list):
        return True
    count, most = len(value), ELEMENTS.left
    open_lists = [iter(value)]
    while open_lists and count <= most:
        for item in open_lists[-1]:
            if isinstance(item, list):
                count += len(item)
                open_lists.append(iter(item))
                break
        else:
            open_lists.pop()
        if len(open_lists) > DEEPEST:
            return False
    return ELEMENTS.spend(count)


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


MOST_CHARACTERS = 1_000
"""The longest expression."""
HIGHEST_POWER = 100
"""The highest exponent."""


class Unknown:
    """The value of what an earlier fault hides; anything computed from it is unknown, too."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@runtime_checkable
class HasAttributes(Protocol):
    """Something of which an expression may ask attributes: ``$x.channels``."""

    @property
    def attributes(self) -> Mapping[str, object]:
        """The attributes by name."""
        ...


@runtime_checkable
class Spelt(Protocol):
    """A scope that knows how its names are spelt, however many they are."""

    def nearest(self, word: str) -> str | None:
        """Return the name that is most like a word."""
        ...


Scope = Mapping[str, object]
