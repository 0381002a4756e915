"""Operators that pass on what they read, in another type or in fewer bits."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates


@translates("QUANTIZE", "DEQUANTIZE", "FAKE_QUANT", "DENSIFY")
def same(call: Call) -> Name:
    """Translate what stands for the same numbers."""
    return call.emit("Identity", call.given(0))


_TYPES = {"float32": 1, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11}


@translates("CAST")
def cast(call: Call) -> Name | None:
    """Translate a change of type."""
    wanted = call.result.type
    return call.emit("Cast", call.given(0), to=_TYPES[wanted]) if wanted in _TYPES else None


@translates("SHAPE")
def shape(call: Call) -> Name:
    """Translate the extents of a tensor."""
    return call.emit("Shape", call.given(0))
