"""Numbers that remember how they came about.

The rules of layers are plain arithmetic. Analyses run them on ``int``; whoever asks *why* runs the
same rules on :class:`Num`, and reads the formula off the result. One formula, two readings.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self

from cnnanalyze.core.expression import OPERATIONS, Expression, Name, Value, given, made


class _Recorded:
    """Arithmetic that records what it does; the value is that of the other base class."""

    tree: Expression

    def __add__(self, other: Any) -> Any:  # noqa: ANN401
        return record("+", self, other)

    def __radd__(self, other: Any) -> Any:  # noqa: ANN401
        return record("+", other, self)

    def __mul__(self, other: Any) -> Any:  # noqa: ANN401
        return record("*", self, other)

    def __rmul__(self, other: Any) -> Any:  # noqa: ANN401
        return record("*", other, self)

    def __truediv__(self, other: Any) -> Any:  # noqa: ANN401
        return record("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:  # noqa: ANN401
        return record("/", other, self)

    def __mod__(self, other: Any) -> Any:  # noqa: ANN401
        return record("mod", self, other)

    def __rmod__(self, other: Any) -> Any:  # noqa: ANN401
        return record("mod", other, self)

    def __sub__(self, other: Any) -> Any:  # noqa: ANN401
        return record("+", self, record("-", other))

    def __rsub__(self, other: Any) -> Any:  # noqa: ANN401
        return record("+", other, record("-", self))

    def __floordiv__(self, other: Any) -> Any:  # noqa: ANN401
        return record("floor", record("/", self, other))

    def __rfloordiv__(self, other: Any) -> Any:  # noqa: ANN401
        return record("floor", record("/", other, self))

    def __divmod__(self, other: Any) -> Any:  # noqa: ANN401
        return (self // other, self % other)

    def __rdivmod__(self, other: Any) -> Any:  # noqa: ANN401
        return (other // self, other % self)

    def __pow__(self, other: Any, modulo: None = None) -> Any:  # noqa: ANN401
        return record("^", self, other)

    def __rpow__(self, other: Any, modulo: None = None) -> Any:  # noqa: ANN401
        return record("^", other, self)

    def __neg__(self) -> Any:  # noqa: ANN401
        return record("-", self)

    def __floor__(self) -> Any:  # noqa: ANN401
        return record("floor", self)

    def __ceil__(self) -> Any:  # noqa: ANN401
        return record("ceil", self)

    def __hash__(self) -> int:
        return hash(self.tree.value)


class Num(_Recorded, int):  # type: ignore[misc]  # powers take no modulus
    """A whole number that remembers how it came about; everywhere else it is that number.

    Examples
    --------
    >>> n, k, s = Num(32, Name("input")), Num(5, Name("kernel")), Num(2, Name("stride"))
    >>> output = (n - k) // s + 1
    >>> output == 14, output.tree.op, list(range(3))[Num(1)]
    (True, '+', 1)
    >>> -(-n // s), (-(-n // s)).tree.op
    (16, 'ceil')
    """

    def __new__(cls, value: int, name: Name | None = None) -> Self:
        """Return a number that was given, under its name."""
        self = int.__new__(cls, value)
        self.tree = given(int(value), name)
        return self


class Ratio(_Recorded, Fraction):  # type: ignore[misc]  # as above
    """A fraction that remembers how it came about.

    Examples
    --------
    >>> half = Num(7, Name("input")) / 2
    >>> half == Fraction(7, 2), half.tree.op
    (True, '/')
    """

    def __new__(cls, value: Value, name: Name | None = None) -> Self:
        """Return a fraction that was given, under its name."""
        self = Fraction.__new__(cls, value)
        self.tree = given(Fraction(value), name)
        return self


def remember(tree: Expression) -> Num | Ratio:
    """Return the number of an expression, which remembers it."""
    made_of: Num | Ratio
    value = tree.value
    made_of = Num(value) if isinstance(value, int) else Ratio(value)
    made_of.tree = tree
    return made_of


def tree(number: object) -> Expression:
    """Return how a number came about; a plain one was given.

    Examples
    --------
    >>> tree(7).is_given, tree(Num(7) + 1).is_given
    (True, False)
    """
    found = getattr(number, "tree", None)
    if isinstance(found, Expression):
        return found
    assert isinstance(number, int | Fraction)
    return given(number)


def record(op: str, *numbers: Any) -> Any:  # noqa: ANN401 - a number of either kind
    """Return the result of an operation, which remembers the operation and its arguments."""
    if any(isinstance(n, float) for n in numbers):  # not exact: nothing to remember
        return OPERATIONS[op](*(n if isinstance(n, float) else tree(n).value for n in numbers))
    args = [tree(n) for n in numbers]
    match op:
        case "+":
            args = _sum(args)
        case "*":
            args = [a for a in args if a != _ONE] or [_ONE]
        case "-":
            if args[0].op == "-" and not args[0].name:
                return remember(args[0].args[0])
            if rounded := _rounded_up(args[0]):
                return remember(rounded)
        case _:
            pass
    if op in {"+", "*"} and len(args) == 1:
        return remember(args[0])
    return remember(made(op, *args))


_ZERO, _ONE = given(0), given(1)


def _sum(args: list[Expression]) -> list[Expression]:
    """Leave out zeros nobody gave a name, and what is added and taken away again."""
    first, second = args
    if second.op == "-" and not second.name and not first.name:
        taken = second.args[0]
        kept = [part for part in (first.args if first.op == "+" else (first,)) if part is not taken]
        if first.op == "+" and len(kept) < len(first.args):
            return kept or [_ZERO]
    return [a for a in args if a != _ZERO] or [_ZERO]


def _rounded_up(tree: Expression) -> Expression | None:
    """Return ``⌈a / b⌉`` if that is what the negative of an expression is: ``-(-a // b)``."""
    if tree.op != "floor" or tree.name:
        return None
    above, below = tree.args[0].args if tree.args[0].op == "/" else (_ONE, _ONE)
    if above.op != "-" or above.name:
        return None
    return made("ceil", made("/", above.args[0], below))
