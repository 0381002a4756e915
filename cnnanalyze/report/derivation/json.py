"""Data: an explanation with its formulas as trees, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnanalyze.core.expression import Expression, Name, Value
from cnnanalyze.core.glossary import meaning
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.report.derivation.answer import answer
from cnnanalyze.report.derivation.latex import LatexWriter
from cnnanalyze.report.derivation.text import TextWriter
from cnnanalyze.report.numbers import fraction


def to_dict(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data."""
    style = explanation.style
    return {
        "question": explanation.question,
        "subject": explanation.subject,
        "layer": explanation.layer or None,
        "quantity": explanation.quantity,
        "notation": explanation.notation,
        "steps": [_step(style, step) for step in explanation.steps],
        "table": {
            "heads": [_symbol(style, head) for head in explanation.heads],
            "rows": [
                {"layer": r.label, "cells": [_tree(style, c) for c in r.cells]}
                for r in explanation.table
            ],
        },
        "value": _value(explanation.value),
        "answer": answer(explanation),
        "beside": explanation.beside or None,
        "unit": explanation.unit or None,
        "where": [
            {**_symbol(style, name), "value": fraction(value)}
            for name, value, _ in explanation.legend
        ],
        "reasons": list(explanation.reasons),
        "remarks": list(explanation.remarks),
    }


def all_dict(explanations: Sequence[Explanation]) -> dict[str, Any]:
    """Return explanations as plain data."""
    return {"schema": VERSIONS["explain"], "explanations": [to_dict(one) for one in explanations]}


def _step(style: Notation, step: DerivationStep) -> dict[str, Any]:
    text, latex = TextWriter(style), LatexWriter(style)
    return {
        **_symbol(style, step.symbol),
        "formula": text.write(step.tree),
        "substituted": text.write(step.substituted),
        "latex": latex.write(step.tree),
        "value": fraction(step.value),
        "tree": _tree(style, step.tree._replace(name=None) if step.tree.args else step.tree),
    }


def _symbol(style: Notation, name: Name) -> dict[str, Any]:
    return {"symbol": TextWriter(style).name(name), "key": name.key, "meaning": meaning(name)}


def _tree(style: Notation, tree: Expression) -> dict[str, Any]:
    found: dict[str, Any] = {"value": fraction(tree.value)}
    if tree.name is not None:
        found["symbol"] = TextWriter(style).name(tree.name)
    elif tree.args:
        found["operation"] = tree.op
        found["arguments"] = [_tree(style, arg) for arg in tree.args]
    return found


def _value(value: Value | Shape | tuple[Value, ...]) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, Shape):
        return list(value.extents)
    if isinstance(value, tuple):
        return [fraction(v) for v in value]
    return fraction(value) if isinstance(value, Fraction) else value
