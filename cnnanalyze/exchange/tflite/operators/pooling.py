"""Pools of windows."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.operators.convolution import strides
from cnnanalyze.exchange.tflite.translation import Call, Name, translates

_RANK = 2


def _pooled(call: Call, word: str, value: Name) -> Name:
    call.ranked(0, _RANK + 2)
    found = call.emit(
        word,
        call.first(value, _RANK + 2),
        kernel_shape=(call.whole("FilterHeight", 1), call.whole("FilterWidth", 1)),
        **strides(call, _RANK),
    )
    return call.last(found, _RANK + 2)


@translates("MAX_POOL_2D")
def max_pool(call: Call) -> Name:
    """Translate a max pool."""
    return call.activated(_pooled(call, "MaxPool", call.given(0)))


@translates("AVERAGE_POOL_2D")
def average_pool(call: Call) -> Name:
    """Translate an average pool, which counts no border."""
    return call.activated(_pooled(call, "AveragePool", call.given(0)))


@translates("L2_POOL_2D")
def l2_pool(call: Call) -> Name:
    """Translate the root of the mean of squares: ONNX's has the sum."""
    squares = call.emit("Pow", call.given(0), call.number(2.0))
    return call.activated(call.emit("Sqrt", _pooled(call, "AveragePool", squares)))
