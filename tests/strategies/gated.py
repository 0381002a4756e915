"""Gated units, on an even number of channels."""

from __future__ import annotations

from cnnanalyze.core.shape import Shape
from tests.strategies.case import Case, Cases, anything


def gated(kind: str) -> Cases:
    return anything.map(lambda x: Case(kind, (Shape(x.size, 2 * x.channels),)))


STRATEGIES = {kind: gated(kind) for kind in ("glu", "geglu", "swiglu")}
