"""Symbolic numbers: an assumed size that keeps its closed form through the rules of layers.

The rules of layers are plain arithmetic on whole numbers. Run on these, they compute with the size
that was assumed, and beside it with the closed form. Every comparison on the way is noted, since
the closed form holds only where it comes out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import gcd
from typing import Any, Self

from cnnanalyze.core.closed_form import ClosedForm, closed, unknown
from cnnanalyze.core.closed_form import larger as largest

RELATIONS: dict[str, Callable[[int], bool]] = {
    "=": lambda n: n == 0,
    "≠": lambda n: n != 0,
    "<": lambda n: n < 0,
    "≥": lambda n: n >= 0,
}
"""What can be true of a difference."""
MOST_DIVISOR = 1_000
"""Of what is larger, common divisors have no closed form that anybody would read."""
_OPPOSITE = {"=": "≠", "≠": "=", "<": "≥", "≥": "<"}


@dataclass(frozen=True)
class Condition:
    """What must hold of the unknown sizes: a closed form, and how it compares to 0.

    Examples
    --------
    >>> condition = Condition(unknown("H") - 7, "≥")
    >>> str(condition), condition.holds({"H": 6})
    ('H ≥ 7', False)
    """

    form: ClosedForm
    relation: str

    def holds(self, sizes: Mapping[str, int]) -> bool:
        """Whether it is true of these sizes."""
        return RELATIONS[self.relation](self.form.evaluate(sizes))

    def __str__(self) -> str:
        constant = self.form.constant
        return f"{self.form - constant} {self.relation} {-constant:,}"


class Assumptions:
    """Sizes that are assumed for symbols, and what was asked of them on the way.

    Examples
    --------
    >>> assumed = Assumptions({"H": 15})
    >>> height = assumed.number("H")
    >>> half = (height + 1) // 2
    >>> half == 8, str(half.form), half > 3
    (True, '⌈H/2⌉', True)
    >>> [str(condition) for condition in assumed.conditions]
    ['⌈H/2⌉ = 8', '⌈H/2⌉ ≥ 4']
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self._conditions: dict[Condition, None] = {}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What was true of the assumed sizes when it was asked, each once."""
        return tuple(self._conditions)

    def number(self, name: str) -> SymbolicNumber:
        """Return the number that is assumed for a symbol."""
        return SymbolicNumber(self.sizes[name], unknown(name), self)

    def ask(self, form: ClosedForm, relation: str) -> bool:
        """Return whether something is true of the assumed sizes, and note what is."""
        if form.is_number:
            return RELATIONS[relation](form.constant)
        is_true = RELATIONS[relation](form.evaluate(self.sizes))
        self._conditions[Condition(form, relation if is_true else _OPPOSITE[relation])] = None
        return is_true


class SymbolicNumber(int):
    """A whole number that was assumed, with its closed form.

    Arithmetic with whole numbers keeps the closed form; any other gives a plain number.
    """

    form: ClosedForm
    assumed: Assumptions

    def __new__(cls, value: int, form: ClosedForm, assumed: Assumptions) -> Self:
        """Return a number with its closed form."""
        self = int.__new__(cls, value)
        self.form = form
        self.assumed = assumed
        return self

    def _made(self, value: int, form: ClosedForm) -> int:
        return form.constant if form.is_number else type(self)(value, form, self.assumed)

    def __add__(self, other: Any) -> Any:  # noqa: ANN401
        if not isinstance(other, int):
            return NotImplemented
        return self._made(int(self) + int(other), self.form + form_of(other))

    __radd__ = __add__

    def __neg__(self) -> Any:  # noqa: ANN401
        return self._made(-int(self), -self.form)

    def __sub__(self, other: Any) -> Any:  # noqa: ANN401
        if not isinstance(other, int):
            return NotImplemented
        return self._made(int(self) - int(other), self.form - form_of(other))

    def __rsub__(self, other: Any) -> Any:  # noqa: ANN401
        return -(self - other)

    def __mul__(self, other: Any) -> Any:  # noqa: ANN401
        if not isinstance(other, int):
            return NotImplemented
        return self._made(int(self) * int(other), self.form * form_of(other))

    __rmul__ = __mul__

    def __pow__(self, other: Any, modulo: None = None) -> Any:  # type: ignore[override]  # noqa: ANN401 - no modulus
        if type(other) is not int or other < 1 or modulo is not None:
            return int(self) ** other
        power: Any = self
        for _ in range(other - 1):
            power = power * self
        return power

    def __floordiv__(self, other: Any) -> Any:  # noqa: ANN401
        if not isinstance(other, int):
            return NotImplemented
        divisor = form_of(other)
        if not divisor.is_number:
            return int(self) // int(other)
        return self._made(int(self) // int(other), self.form.floor_divide(divisor.constant))

    def __mod__(self, other: Any) -> Any:  # noqa: ANN401
        if not isinstance(other, int):
            return NotImplemented
        return self - (self // other) * other

    def __divmod__(self, other: Any) -> Any:  # noqa: ANN401
        return self // other, self % other

    def __abs__(self) -> Any:  # noqa: ANN401
        return self if self >= 0 else -self

    def __bool__(self) -> bool:
        return self.assumed.ask(self.form, "≠")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int):
            return bool(int(self) == other)
        return self.assumed.ask(self.form - form_of(other), "=")

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:  # noqa: ANN401
        if not isinstance(other, int):
            return bool(int(self) < other)
        return self.assumed.ask(self.form - form_of(other), "<")

    def __ge__(self, other: Any) -> bool:  # noqa: ANN401
        return not self < other

    def __gt__(self, other: Any) -> bool:  # noqa: ANN401
        return self >= other + 1 if isinstance(other, int) else bool(int(self) > other)

    def __le__(self, other: Any) -> bool:  # noqa: ANN401
        return not self > other

    def __hash__(self) -> int:
        return hash(int(self))


def form_of(number: int) -> ClosedForm:
    """Return the closed form of a number; of a plain one, itself.

    Examples
    --------
    >>> str(form_of(7)), str(form_of(Assumptions({"H": 7}).number("H")))
    ('7', 'H')
    """
    return number.form if isinstance(number, SymbolicNumber) else closed(number)


def larger(a: int, b: int) -> int:
    """Return the larger of two numbers, of which one is symbolic; no condition is noted.

    Examples
    --------
    >>> found = larger(Assumptions({"H": 15}).number("H") - 7, 0)
    >>> found == 8, str(form_of(found))
    (True, 'max(H - 7, 0)')
    """
    form = largest(form_of(a), form_of(b))
    assumed = next(n.assumed for n in (a, b) if isinstance(n, SymbolicNumber))
    value = max(int(a), int(b))
    return form.constant if form.is_number else SymbolicNumber(value, form, assumed)


def common_divisor(a: int, b: int) -> int:
    """Return the greatest common divisor of a symbolic number and another one.

    With a plain number ``m`` it has a closed form: the sum of Euler's ``φ(d)`` over all divisors of
    ``m`` that divide ``n``, too; ``d`` divides ``n`` if ``⌊n/d⌋`` is one more than ``⌊(n - 1)/d⌋``.

    Examples
    --------
    >>> found = common_divisor(Assumptions({"H": 14}).number("H"), 7)
    >>> found == 7, str(form_of(found))
    (True, '-6·⌈H/7⌉ + 6·⌊H/7⌋ + 7')
    """
    number, other = (a, b) if isinstance(a, SymbolicNumber) else (b, a)
    found = gcd(int(a), int(b))
    if isinstance(other, SymbolicNumber) or not isinstance(number, SymbolicNumber):
        return found
    if other > MOST_DIVISOR:
        return found
    total = closed(0)
    for d in range(1, other + 1):
        if other % d == 0:
            coprime = sum(gcd(n, d) == 1 for n in range(1, d + 1))
            divides = number.form.floor_divide(d) - (number.form - 1).floor_divide(d)
            total = total + divides * coprime
    return SymbolicNumber(found, total, number.assumed)
