"""Arithmetic of rules that operators do not write: on whole numbers, and on those that remember.

Who computes with plain numbers does not pay for the others: their module is imported only when one
comes along.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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
    return max(a, b) if type(a) is type(b) is int else _either("max", a, b)


def smaller(a: int, b: int) -> int:
    """Return the smaller of two numbers."""
    return min(a, b) if type(a) is type(b) is int else _either("min", a, b)


def common_divisor(a: int, b: int) -> int:
    """Return the greatest common divisor of two numbers."""
    return math.gcd(a, b) if type(a) is type(b) is int else _either("gcd", a, b)


def _either(op: str, a: int, b: int) -> int:
    """Do the operation on numbers of which at least one is more than its value."""
    from cnnanalyze.core import symbolic_number  # noqa: PLC0415
    from cnnanalyze.core.number import Num, record  # noqa: PLC0415

    if isinstance(a, Num) or isinstance(b, Num):
        result: int = record(op, a, b)
        return result
    if any(isinstance(n, symbolic_number.SymbolicNumber) for n in (a, b)):
        if op == "gcd":
            return symbolic_number.common_divisor(a, b)
        if op == "max":
            return symbolic_number.larger(a, b)
        return -symbolic_number.larger(-a, -b)
    return _PLAIN[op](a, b)


_PLAIN: dict[str, Callable[[int, int], int]] = {"max": max, "min": min, "gcd": math.gcd}
