"""Closed forms: polynomials in symbols and in their rounded quotients, such as ``64·⌈H/2⌉·W``.

Every closed form is brought into one form, so that those that are equal by these identities are
equal for ``==``: whole parts leave the rounding brackets, and brackets within brackets become one,
``⌊(⌊H/2⌋ + 1)/2⌋ = ⌊(H + 2)/4⌋``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import lcm, prod
from typing import Any

LONGEST = 5_000
"""The length of the longest closed form that is worked with; nobody could read a longer one."""


class TooLong(ArithmeticError):  # noqa: N818 - as in ZeroDivision
    """A closed form is longer than can be worked with."""


@dataclass(frozen=True)
class Symbol:
    """A number that is not known.

    Examples
    --------
    >>> str(Symbol("H")), Symbol("H").evaluate({"H": 224})
    ('H', 224)
    """

    name: str

    below = 1
    period = 1
    length = 1

    @property
    def symbols(self) -> frozenset[str]:
        """The names of the numbers that are not known."""
        return frozenset({self.name})

    @property
    def code(self) -> str:
        """The name."""
        return self.name

    def evaluate(self, sizes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a number or an array of them
        """Return the number itself."""
        return sizes[self.name]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Floor:
    """A quotient rounded down."""

    above: ClosedForm
    below: int

    @property
    def symbols(self) -> frozenset[str]:
        """The names of the numbers that are not known."""
        return self.above.symbols

    def evaluate(self, sizes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
        """Divide and round down."""
        return self.above.evaluate(sizes) // self.below

    @property
    def period(self) -> int:
        """By how much the symbols must grow so that it grows by a whole number."""
        return self.below * self.above.period

    @property
    def length(self) -> int:
        """How many numbers and symbols are written."""
        return self.above.length + 1

    @property
    def code(self) -> str:
        """The quotient as an expression of Python."""
        return f"(({self.above.code})//{self.below})"

    def plus(self, number: int) -> Floor:
        """Return the sum of this and a whole number, in one bracket."""
        return Floor(self.above + number * self.below, self.below)

    @cached_property
    def text(self) -> str:
        """The quotient as it is written, as a ceiling where it is one."""
        is_ceiling = self.above.constant == self.below - 1
        above = self.above - self.above.constant if is_ceiling else self.above
        text = f"({above})" if len(above.terms) > 1 else str(above)
        return f"⌈{text}/{self.below}⌉" if is_ceiling else f"⌊{text}/{self.below}⌋"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Maximum:
    """The larger of two closed forms."""

    one: ClosedForm
    two: ClosedForm
    below = 1

    @property
    def symbols(self) -> frozenset[str]:
        """The names of the numbers that are not known."""
        return self.one.symbols | self.two.symbols

    def evaluate(self, sizes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
        """Take the larger, of two numbers or number by number of two arrays."""
        one, two = self.one.evaluate(sizes), self.two.evaluate(sizes)
        return (one + two + abs(one - two)) // 2

    @property
    def period(self) -> int:
        """After how much the quotients in it repeat."""
        return lcm(self.one.period, self.two.period)

    @property
    def length(self) -> int:
        """How many numbers and symbols are written."""
        return self.one.length + self.two.length

    @property
    def code(self) -> str:
        """The larger as an expression of Python."""
        return f"max({self.one.code}, {self.two.code})"

    def __str__(self) -> str:
        return f"max({self.one}, {self.two})"


Factor = Symbol | Floor | Maximum
Product = tuple[Factor, ...]
"""What is multiplied, in order, a factor as often as its power says."""


@dataclass(frozen=True)
class ClosedForm:
    """A sum of products with whole coefficients.

    Examples
    --------
    >>> height, width = unknown("H"), unknown("W")
    >>> pooled = (height + 1).floor_divide(2)
    >>> str(pooled * width * 64), str((pooled + 1).floor_divide(2))
    ('64·⌈H/2⌉·W', '⌈H/4⌉')
    >>> (pooled * width * 64).evaluate({"H": 7, "W": 5})
    1280
    """

    terms: tuple[tuple[Product, int], ...] = ()
    """The products that are added up, each with its coefficient, the longest first."""

    @property
    def constant(self) -> int:
        """The term without any factor."""
        return self.terms[-1][1] if self.terms and not self.terms[-1][0] else 0

    @property
    def is_number(self) -> bool:
        """Whether nothing in it is unknown."""
        return all(not product for product, _ in self.terms)

    @cached_property
    def is_one_factor(self) -> bool:
        """Whether it is written as a number or one symbol or quotient: no brackets needed."""
        written = list(_gathered(self))
        return len(written) <= 1 and all(len(factors) + (n != 1) <= 1 for factors, n in written)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names of the numbers that are not known."""
        return frozenset().union(*(f.symbols for product, _ in self.terms for f in product))

    @cached_property
    def length(self) -> int:
        """How many numbers and symbols are written."""
        return sum(1 + sum(factor.length for factor in product) for product, _ in self.terms)

    @cached_property
    def period(self) -> int:
        """By how much every symbol must grow so that all quotients grow by whole numbers."""
        found = 1
        for product, _ in self.terms:
            for factor in product:
                found = lcm(found, factor.period)
        return found

    def evaluate(self, sizes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a number, or an array of them
        """What comes out for these sizes?

        Parameters
        ----------
        sizes
            A number for every symbol, or a NumPy array of numbers for each.
        """
        return sum(n * prod(f.evaluate(sizes) for f in product) for product, n in self.terms)

    def __add__(self, other: ClosedForm | int) -> ClosedForm:
        found = dict(self.terms)
        for product, n in closed(other).terms:
            found[product] = found.get(product, 0) + n
        return _sum(found)

    __radd__ = __add__

    def __neg__(self) -> ClosedForm:
        return self * -1

    def __sub__(self, other: ClosedForm | int) -> ClosedForm:
        return self + -closed(other)

    def __rsub__(self, other: ClosedForm | int) -> ClosedForm:
        return closed(other) - self

    def __mul__(self, other: ClosedForm | int) -> ClosedForm:
        if isinstance(other, int):
            return _sum({product: n * other for product, n in self.terms})
        found: dict[Product, int] = {}
        if len(self.terms) * len(other.terms) > LONGEST:
            raise TooLong
        for one, n in self.terms:
            for two, m in other.terms:
                product = tuple(sorted((*one, *two), key=_place))
                found[product] = found.get(product, 0) + n * m
        return _sum(found)

    __rmul__ = __mul__

    def floor_divide(self, divisor: int) -> ClosedForm:
        """Return this divided by a whole number, rounded down.

        Examples
        --------
        >>> str((unknown("H") - 7).floor_divide(2)), str((unknown("H") * 6 + 3).floor_divide(2))
        ('⌊(H - 7)/2⌋', '3·H + 1')
        """
        if divisor < 0:
            return (-self).floor_divide(-divisor)
        if not self.is_number and self.terms[0][1] < 0:  # ⌊-a/d⌋ = -⌈a/d⌉
            return -(divisor - 1 - self).floor_divide(divisor)
        whole: dict[Product, int] = {}
        rest: dict[Product, int] = {}
        for product, n in self.terms:
            whole[product], rest[product] = divmod(n, divisor)
        remaining = _sum(rest)
        if remaining.is_number:  # less than the divisor
            return _sum(whole)
        return _sum(whole) + _rounded(remaining, divisor)

    @property
    def code(self) -> str:
        """The closed form as an expression of Python and many other languages.

        Examples
        --------
        >>> (unknown("H") * 6 + 3).floor_divide(4).code
        'H + ((2*H + 3)//4)'
        """
        words = []
        for product, n in self.terms:
            factors = [str(n)] if n != 1 or not product else []
            words.append("*".join((*factors, *(f.code for f in product))))
        return " + ".join(words).replace("+ -", "- ") or "0"

    @cached_property
    def text(self) -> str:
        """The closed form as it is written."""
        words: list[str] = []
        for factors, n in _gathered(self):
            size = [f"{abs(n):,}"] if abs(n) != 1 or not factors else []
            term = "·".join((*size, *factors))
            if words:
                words.append(f"{'-' if n < 0 else '+'} {term}")
            else:
                words.append(f"-{term}" if n < 0 else term)
        return " ".join(words) or "0"

    def __str__(self) -> str:
        return self.text


_RAISED = ("", "", "²", "³", "⁴")
_MAP = 2
"""Of so many factors are the products that come of maps."""


def _gathered(form: ClosedForm) -> Iterator[tuple[list[str], int]]:
    """Yield the terms as they are written: ``n·(H - 4)·(W - 4)`` for what a border left."""
    left = dict(form.terms)
    for product, n in form.terms:
        if not product or product not in left:
            continue
        shifts = [0] * len(product)
        if len(product) == len(set(product)) == _MAP:
            one, two = product
            found = [divmod(left.get((other,), 0), n) for other in (two, one)]
            if all(shift and not rest for shift, rest in found):
                shifts = [shift for shift, _ in found]
                left.pop((one,))
                left.pop((two,))
                left[()] = left.get((), 0) - n * shifts[0] * shifts[1]
        elif len(product) == 1 == len(left) - 1 and isinstance(product[0], Floor):
            shift, rest = divmod(left.get((), 0), n)
            if shift and not rest:
                shifts = [shift]
                left.pop(())
        del left[product]
        yield _written(product, shifts), n
    if left.get(()):
        yield [], left[()]


def _written(product: Product, shifts: list[int]) -> list[str]:
    """Write factors, each with what is added to it."""
    found = []
    for factor, shift in zip(product, shifts, strict=True):
        if not shift:
            continue
        if isinstance(factor, Floor):
            found.append(str(factor.plus(shift)))
        else:
            found.append(f"({factor} {'-' if shift < 0 else '+'} {abs(shift):,})")
    for factor in dict.fromkeys(f for f, shift in zip(product, shifts, strict=True) if not shift):
        power = product.count(factor)
        found.append(f"{factor}{_RAISED[power] if power < len(_RAISED) else f'^{power}'}")
    return found


def closed(number: ClosedForm | int) -> ClosedForm:
    """Return a number as a closed form.

    Examples
    --------
    >>> closed(7).is_number, str(closed(0)), closed(7).constant
    (True, '0', 7)
    """
    if isinstance(number, ClosedForm):
        return number
    return ClosedForm((((), int(number)),) if number else ())


def unknown(name: str) -> ClosedForm:
    """Return the number that a symbol stands for."""
    return ClosedForm((((Symbol(name),), 1),))


def _place(factor: Factor) -> tuple[list[str], int, str]:
    """Return where a factor stands: H before W, the whole before a half."""
    return sorted(factor.symbols), factor.below, str(factor)


def larger(one: ClosedForm, two: ClosedForm) -> ClosedForm:
    """Return the larger of two closed forms.

    Examples
    --------
    >>> height = unknown("H")
    >>> str(larger(height - 7, closed(0))), str(larger(height + 1, height))
    ('max(H - 7, 0)', 'H + 1')
    """
    difference = one - two
    if difference.is_number:
        return two if difference.constant < 0 else one
    return ClosedForm((((Maximum(one, two),), 1),))


def _sum(terms: dict[Product, int]) -> ClosedForm:
    kept = [(product, n) for product, n in terms.items() if n]
    if sum(1 + sum(factor.length for factor in product) for product, _ in kept) > LONGEST:
        raise TooLong
    kept.sort(key=lambda term: (-len(term[0]), [_place(f) for f in term[0]]))
    return ClosedForm(tuple(kept))


def _rounded(above: ClosedForm, divisor: int) -> ClosedForm:
    """Round down what has no whole part; ``⌊(⌊a/n⌋ + m)/d⌋ = ⌊(a + n·m)/(n·d)⌋``."""
    (product, n), *others = above.terms
    if n == 1 and len(product) == 1 and isinstance(product[0], Floor) and _is_constant(others):
        inner = product[0]
        raised = inner.above + above.constant * inner.below
        return raised.floor_divide(inner.below * divisor)
    return ClosedForm((((Floor(above, divisor),), 1),))


def _is_constant(others: list[tuple[Product, int]]) -> bool:
    """Whether nothing but a number is added."""
    return all(not product for product, _ in others)
