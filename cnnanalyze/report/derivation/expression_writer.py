"""Writing expressions: what all languages share, above all where brackets are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from cnnanalyze.core.expression import Expression, Name, Value
from cnnanalyze.course.explanations.notation import Notation, Symbol
from cnnanalyze.report.numbers import decimal

SUM, PRODUCT, POWER, ATOM = range(1, 5)
"""How tightly an operation binds."""
_LARGEST = 50
"""A fraction with a larger denominator is written as a decimal number."""
_MANY = 3
"""A sum over more layers is written with a sum sign."""


class Writer(ABC):
    """Writes expressions in one language and one notation."""

    fraction_binds = PRODUCT
    """How tightly a written fraction binds: as a product, unless it is stacked."""
    about = "≈"
    """The sign between an expression and its rounded value."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def write(self, tree: Expression) -> str:
        """Return an expression, with names for what has one, but for the whole of it."""
        return self._write(tree._replace(name=None) if tree.args else tree, 0)

    def name(self, name: Name) -> str:
        """Return the symbol of a name."""
        return self.symbol(self.notation.symbol(name))

    @abstractmethod
    def symbol(self, symbol: Symbol) -> str:
        """Return a letter with what stands below and above it, or a word."""

    @abstractmethod
    def whole(self, value: int) -> str:
        """Return a whole number."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> str:
        """Return one thing over another."""

    @abstractmethod
    def rounded(self, inner: str, *, up: bool) -> str:
        """Return something in the brackets that round it."""

    @abstractmethod
    def power(self, base: str, exponent: str) -> str:
        """Return a power."""

    @abstractmethod
    def total(self, term: str) -> str:
        """Return the sum over all layers of what has the index l."""

    @abstractmethod
    def joined(self, parts: list[str], signs: list[str]) -> str:
        """Return terms with their signs; the first sign is empty or a minus."""

    @abstractmethod
    def multiplied(self, parts: list[str], *, side_by_side: bool) -> str:
        """Return factors."""

    @abstractmethod
    def called(self, function: str, arguments: list[str]) -> str:
        """Return a function of several things."""

    @abstractmethod
    def bracketed(self, inner: str) -> str:
        """Return something in round brackets."""

    def sign(self, *, about: bool) -> str:
        """Return the sign between an expression and what it equals."""
        return f" {self.about if about else '='} "

    def approximately(self, text: str) -> str:
        """Return a decimal number."""
        return text

    def number(self, value: Value) -> str:
        """Return a number, a fraction over its denominator unless that is long."""
        if isinstance(value, Fraction) and value.denominator > _LARGEST:
            return self.approximately(decimal(value))
        if isinstance(value, Fraction) and value.denominator != 1:
            written = self.fraction(self.whole(abs(value.numerator)), self.whole(value.denominator))
            return self.joined([written], ["-"]) if value < 0 else written
        return self.whole(int(value))

    def _write(self, tree: Expression, around: int) -> str:
        if tree.name is not None:
            return self.name(tree.name)
        if tree.is_given:
            text, own = self.number(tree.value), ATOM
            if tree.value < 0:
                own = SUM
            elif tree.value.denominator != 1:
                own = self.fraction_binds
        else:
            text, own = self._operation(tree)
        return self.bracketed(text) if own < around else text

    def _operation(self, tree: Expression) -> tuple[str, int]:
        match tree.op:
            case "+":
                return self._sum(tree.args), SUM
            case "-":
                return self.joined([self._write(tree.args[0], PRODUCT)], ["-"]), SUM
            case "*":
                return self._product(tree.args), PRODUCT
            case "/":
                stacked = self.fraction_binds == ATOM
                above, below = (self._write(a, 0 if stacked else POWER) for a in tree.args)
                if not stacked and tree.args[0].op == "*":
                    above = self._write(tree.args[0], PRODUCT)
                return self.fraction(above, below), self.fraction_binds
            case "floor" | "ceil":
                return self.rounded(self._write(tree.args[0], 0), up=tree.op == "ceil"), ATOM
            case "^":
                base, exponent = tree.args
                return self.power(self._write(base, ATOM), self._write(exponent, 0)), POWER
            case "mod":  # it stands between its two, and binds them as a product does
                return self.called("mod", [self._write(a, POWER) for a in tree.args]), ATOM
            case name:
                return self.called(name, [self._write(a, 0) for a in tree.args]), ATOM

    def _sum(self, args: tuple[Expression, ...]) -> str:
        if len(args) > _MANY and (key := _shared_key(args)):
            return self.total(self.name(Name(key, of="l")))
        parts, signs = [], []
        for i, arg in enumerate(args):
            minus = arg.op == "-" and arg.name is None
            inner = arg.args[0] if minus else arg
            parts.append(self._write(inner, PRODUCT if minus or i else SUM))
            signs.append("-" if minus else "+" if i else "")
        return self.joined(parts, signs)

    def _product(self, args: tuple[Expression, ...]) -> str:
        # A number before a letter stands without a sign: 2p.
        beside = len(args) == 2 and args[0].name is None and args[0].is_given  # noqa: PLR2004 - a pair
        letter = args[-1].name is not None and not self.notation.symbol(args[-1].name).is_word
        return self.multiplied(
            [self._write(a, PRODUCT if i == 0 else POWER) for i, a in enumerate(args)],
            side_by_side=beside and letter,
        )


def _shared_key(args: tuple[Expression, ...]) -> str | None:
    """Return the key of the names, if all terms are the same thing of different layers."""
    keys = {a.name.key if a.name and a.name.of else "" for a in args}
    return next(iter(keys)) or None if len(keys) == 1 else None
