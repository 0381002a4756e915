"""Equations: what an equation is a chain of, the same in every language."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, Value
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.explanations.simplify import unnamed, with_values
from cnnanalyze.report.derivation.expression_writer import Writer
from cnnanalyze.report.numbers import decimal, is_short


class Side(NamedTuple):
    """One member of a chain of equations."""

    text: str
    about: bool = False
    """Whether it is rounded."""


def chain(writer: Writer, step: DerivationStep) -> tuple[str, list[Side]]:
    """Return the left side of an equation, and what it equals: formula, numbers, stages, result."""
    left = writer.name(step.symbol)
    tree = step.tree
    texts = [] if tree.is_given and tree.name is None else [writer.write(tree)]
    *stages, last = step.stages
    texts += [writer.write(stage) for stage in stages]
    sides = [Side(text) for text in dict.fromkeys(texts) if text != left]
    final = result(writer, last.value)
    return left, sides if sides and sides[-1].text == final.text else [*sides, final]


def result(writer: Writer, value: Value) -> Side:
    """Return the result of an equation: a whole or a decimal number."""
    if isinstance(value, Fraction) and value.denominator > 1:
        return Side(writer.approximately(decimal(value)), about=not is_short(value))
    return Side(writer.number(value))


def cell(writer: Writer, tree: Expression) -> str:
    """Return a cell of a table: the numbers put in, and the result."""
    if tree.is_given:
        return writer.number(tree.value)
    shown = writer.write(with_values(unnamed(tree)))
    final = result(writer, tree.value)
    return f"{shown}{writer.sign(about=final.about)}{final.text}"
