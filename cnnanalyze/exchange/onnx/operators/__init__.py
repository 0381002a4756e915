"""Operators: one function for each, one module for each family.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.onnx.operators.passing`.
"""

from __future__ import annotations

from cnnanalyze.exchange.onnx.model import Operation
from cnnanalyze.exchange.onnx.operators import (  # noqa: F401 - importing registers
    activation,
    attention,
    axes,
    choosing,
    convolution,
    joining,
    linear,
    normalisation,
    passing,
    pooling,
    quantised,
    recurrent,
    reduction,
    resizing,
    sizes,
)
from cnnanalyze.exchange.onnx.operators._registry import OPERATORS, Function, inputs_fault

__all__ = ["OPERATORS", "Function", "function_of", "inputs_fault"]


def function_of(op: Operation) -> Function | None:
    """Return what converts an operation; nothing if that is not known."""
    domain = "" if op.domain == "ai.onnx" else op.domain
    return OPERATORS.get((domain, op.operator))
