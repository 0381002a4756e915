"""Expressions: how a number came about, as a tree that can be printed, varied and evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor, gcd, prod
from typing import NamedTuple

Value = int | Fraction


class Name(NamedTuple):
    """What a number stands for: a word of the glossary, and which one of several."""

    key: str
    axis: int | None = None
    """The spatial axis that it belongs to; nothing if it holds for all."""
    rank: int = 0
    """The number of spatial axes."""
    of: str = ""
    """The layer that it belongs to, or which of several inputs."""


class Expression(NamedTuple):
    """A number with the operation and the arguments that it comes from.

    Sums and products have any number of arguments; a difference is a sum with a negated term, a
    rounded division is ``floor`` or ``ceil`` of ``/``. An expression with a name and arguments is
    an intermediate result that is called so.

    Examples
    --------
    >>> n, k = given(7, Name("input")), given(3, Name("kernel"))
    >>> difference = made("+", n, made("-", k))
    >>> difference.value, evaluate(difference, {Name("kernel"): 5})
    (4, 2)
    """

    op: str
    args: tuple[Expression, ...]
    value: Value
    name: Name | None = None

    @property
    def is_given(self) -> bool:
        """Whether it comes from nothing else."""
        return self.op == GIVEN


GIVEN = ""
"""The operation of a number that was given."""


MOST_FLAT = 100
"""A longer sum stays together in one that is made of it: each step of a sum of all layers would
copy what came before, and keep the copy."""


def _largest(*values: Value) -> Value:
    return max(values)


def _smallest(*values: Value) -> Value:
    return min(values)


def _product(*values: Value) -> Value:
    return prod(values)


def _quotient(a: Value, b: Value) -> Value:
    return whole(Fraction(a) / b)


_DIGITS = Context(prec=40, Emax=9999, Emin=-9999)
"""To how many digits a root, an exponential or a logarithm is computed."""


def _decimal(value: Value) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


OPERATIONS: dict[str, Callable[..., Value]] = {
    "+": lambda *values: sum(values),
    "-": lambda a: -a,
    "*": _product,
    "/": _quotient,
    "floor": floor,
    "ceil": ceil,
    "mod": lambda a, b: a % b,
    "^": lambda a, b: a**b,
    "max": _largest,
    "min": _smallest,
    "gcd": gcd,
    "exp": lambda a: Fraction(_DIGITS.exp(_decimal(a))),
    "ln": lambda a: Fraction(_DIGITS.ln(_decimal(a))),
    "sqrt": lambda a: Fraction(_DIGITS.sqrt(_decimal(a))),
}
"""What each operation does with the values of its arguments."""


def whole(value: Value) -> Value:
    """Return a fraction as a whole number if it is one.

    Examples
    --------
    >>> whole(Fraction(6, 3)), whole(Fraction(7, 2))
    (2, Fraction(7, 2))
    """
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def given(value: Value, name: Name | None = None) -> Expression:
    """Return a number that comes from nothing else."""
    return Expression(GIVEN, (), value, name)


def made(op: str, *args: Expression) -> Expression:
    """Return the expression that an operation makes of its arguments; sums and products grow flat.

    A sum of nothing is 0, and a product of nothing 1.

    Examples
    --------
    >>> one, two = given(1), given(2)
    >>> len(made("+", made("+", one, two), two).args), made("+")
    (3, Expression(op='', args=(), value=0, name=None))
    """
    if op in {"+", "*"}:
        if not args:
            return given(0 if op == "+" else 1)
        args = tuple(part for arg in args for part in _flat(op, arg))
    return Expression(op, args, whole(OPERATIONS[op](*(a.value for a in args))))


def _flat(op: str, arg: Expression) -> tuple[Expression, ...]:
    is_part = arg.op == op and arg.name is None and len(arg.args) < MOST_FLAT
    return arg.args if is_part else (arg,)


def evaluate(tree: Expression, values: dict[Name, Value] | None = None) -> Value:
    """What comes out if some of the named numbers had other values?

    Parameters
    ----------
    tree
        The expression.
    values
        Values for names, of given numbers and of intermediate results; all others are computed.
    """
    if values and tree.name in values:
        return values[tree.name]
    if tree.is_given:
        return tree.value
    return whole(OPERATIONS[tree.op](*(evaluate(a, values) for a in tree.args)))


Rewriting = Callable[[Expression], Expression | None]


def rewrite(tree: Expression, change: Rewriting) -> Expression:
    """Return a variation: every part is offered to ``change``, the innermost first.

    What it returns takes the place of the part, and all that depends on it is computed anew;
    for nothing, the part is dropped from the sum or the product it stands in.

    Examples
    --------
    >>> weights, bias = given(450, Name("weights")), given(6, Name("biases"))
    >>> rewrite(made("+", weights, bias), lambda part: None if part == bias else part).value
    450
    """
    return _rewrite(tree, change) or given(0)


def _rewrite(tree: Expression, change: Rewriting) -> Expression | None:
    if tree.is_given:
        return change(tree)
    args = tuple(filter(None, (_rewrite(a, change) for a in tree.args)))
    if args == tree.args:
        return change(tree)
    if not args or (len(args) < len(tree.args) and tree.op not in {"+", "*"}):
        return None
    return change(made(tree.op, *args)._replace(name=tree.name))


def parts(tree: Expression) -> Iterator[Expression]:
    """Walk over an expression and everything in it, arguments first."""
    for arg in tree.args:
        yield from parts(arg)
    yield tree


def names(tree: Expression) -> tuple[Name, ...]:
    """Return the names in an expression, each once, in the order of their appearance."""
    return tuple(dict.fromkeys(p.name for p in parts(tree) if p.name is not None))
