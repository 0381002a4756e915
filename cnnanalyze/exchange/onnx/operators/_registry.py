"""Which function converts which operator."""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.exchange.onnx.conversion import Call, Value

Function = Callable[[Call], "Value | tuple[Value | None, ...]"]

OPERATORS: dict[tuple[str, str], Function] = {}
"""By domain, which is empty for ONNX's own, and name."""


def operator(*names: str, domain: str = "") -> Callable[[Function], Function]:
    """Register what converts operators of these names."""

    def register(function: Function) -> Function:
        for name in names:
            OPERATORS[domain, name] = function
        return function

    return register
