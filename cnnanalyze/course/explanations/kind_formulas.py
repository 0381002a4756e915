"""Formulas of kinds: what an element-wise kind declares, as an expression."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import isclose

from cnnanalyze.core.expression import Expression, Value, given, made
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.traits import Trait

Numbers = Mapping[str, Value]
"""The attributes of a layer that its formula names."""


@cache
def activations() -> dict[str, type[Layer]]:
    """Return the activations whose formula is exactly what they compute.

    Examples
    --------
    >>> {"relu", "leaky_relu", "sigmoid"} <= set(activations()), "gelu" in activations()
    (True, False)
    """
    return {
        cls.kind: cls
        for cls in KINDS
        if Trait.ACTIVATION in cls.traits and cls.formula and _is_what_it_computes(cls)
    }


def _is_what_it_computes(cls: type[Layer]) -> bool:
    """Whether the formula equals the function, with default attributes, on all probes."""
    if any(info.is_required() for info in cls.model_fields.values()):
        return False
    layer = cls()
    try:
        return all(
            isclose(apply_formula(cls, x, attributes(layer)).value, layer.value(x), rel_tol=1e-12)
            for x in PROBES
        )
    except (ArithmeticError, KeyError, SyntaxError, TypeError):
        return False


PROBES = (Fraction(-5, 2), -1, 0, 1, Fraction(13, 2))
"""Numbers on which a formula is compared with what the kind computes."""


def attributes(layer: Layer) -> dict[str, Value]:
    """Return the attributes of a layer that are numbers."""
    return {
        name: Fraction(str(number))
        for name, number in layer.attributes.items()
        if isinstance(number, int | float) and not isinstance(number, bool)
    }


def apply_formula(cls: type[Layer], x: Value, numbers: Numbers) -> Expression:
    """Apply the formula of a kind to a number.

    Raises
    ------
    SyntaxError, KeyError
        If the formula is in words, or names something that is not an attribute.

    Examples
    --------
    >>> from cnnanalyze.layers.leaky import LeakyRelu
    >>> found = apply_formula(LeakyRelu, -3, {"slope": Fraction(1, 10)})
    >>> found.op, found.value
    ('*', Fraction(-3, 10))
    """
    text = cls.formula.replace("^", "**").replace(", else", " else")
    return _Reader({**numbers, "x": x}).read(ast.parse(text, mode="eval").body)


class _Reader:
    """Reads a formula: sums, products, powers, functions, and one case or the other."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def read(self, node: ast.expr) -> Expression:
        """Return a part of the formula as an expression."""
        match node:
            case ast.Constant(value=int(number)):
                return given(number)
            case ast.Name(id=name):
                return given(self.numbers[name])
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return made("-", self.read(inner))
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.read(body if self.holds(test) else other)
            case ast.BinOp(left=ast.Name(id="e"), op=ast.Pow(), right=exponent):
                return made("exp", self.read(exponent))
            case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(number))):
                return made("+", self.read(left), given(-number))
            case ast.BinOp(left=left, op=operation, right=right):
                return made(SIGNS[type(operation)], self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id="tanh"), args=[inner]):
                z = self.read(inner)
                up, down = made("exp", z), made("exp", made("-", z))
                return made("/", made("+", up, made("-", down)), made("+", up, down))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return made(name, *map(self.read, arguments))
            case _:
                raise SyntaxError(ast.dump(node))

    def holds(self, test: ast.expr) -> bool:
        """Return whether one number is larger than another."""
        match test:
            case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
                return self.read(left).value > self.read(right).value
            case _:
                raise SyntaxError(ast.dump(test))


SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Mult: "*", ast.Div: "/"}
