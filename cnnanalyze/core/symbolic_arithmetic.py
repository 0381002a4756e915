"""Arithmetic of rules that operators do not write: on whole numbers, and on those that remember.

Who computes with plain numbers does not pay for the others: their module is imported only when one
comes along.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

Number = TypeVar("Number", bound=int)


def named(number: Number, key: str) -> Number:
    """Call an intermediate result by a word of the glossary; a plain number stays what it is.

    Examples
    --------
    >>> from cnnanalyze.core.number import Num
    >>> named(7, "extent"), named(Num(3) + 4, "extent").tree.name.key
    (7, 'extent')
    """
    if type(number) is int:
        return number
    from cnnanalyze.core.expression import Name  # noqa: PLC0415
    from cnnanalyze.core.number import Num, remember  # noqa: PLC0415

    if not isinstance(number, Num):
        return number
    again: Any = remember(number.tree._replace(name=Name(key)))
    return again  # type: ignore[no-any-return]


def larger(a: int, b: int) -> int:
    """Return the larger of two numbers.

    Examples
    --------
    >>> from cnnanalyze.core.number import Num
    >>> larger(3, 5), larger(Num(3), 0).tree.op
    (5, 'max')
    """
    return max(a, b) if type(a) is type(b) is int else _either("max", a, b, max(a, b))


def smaller(a: int, b: int) -> int:
    """Return the smaller of two numbers."""
    return min(a, b) if type(a) is type(b) is int else _either("min", a, b, min(a, b))


def common_divisor(a: int, b: int) -> int:
    """Return the greatest common divisor of two numbers."""
    found = math.gcd(a, b)
    return found if type(a) is type(b) is int else _either("gcd", a, b, found)


def _either(op: str, a: int, b: int, plain: int) -> int:
    """Remember the operation if one of the numbers remembers."""
    from cnnanalyze.core.number import Num, record  # noqa: PLC0415

    if not (isinstance(a, Num) or isinstance(b, Num)):
        return plain
    result: int = record(op, a, b)
    return result
