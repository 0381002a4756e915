"""Operators that PyTorch has and ONNX has not, as layers."""

from __future__ import annotations

from cnnanalyze.exchange.onnx.conversion import Call, Value
from cnnanalyze.exchange.onnx.operators._registry import operator


@operator("AdaptiveAveragePool", domain="torch")
def adaptive_avgpool(call: Call) -> Value:
    """Add an average pool of a given size."""
    return _adaptive(call, "adaptive_avgpool")


@operator("AdaptiveMaxPool", domain="torch")
def adaptive_maxpool(call: Call) -> Value:
    """Add a max pool of a given size."""
    return _adaptive(call, "adaptive_maxpool")


def _adaptive(call: Call, kind: str) -> Value:
    value = call.viewed()
    made, lead = call.map(value)
    size = call.wholes("size") or ()
    first = (made.shape.size[0],) if lead else ()
    return call.mapped(call.add(kind, made, size=(*first, *size)), value, lead)
