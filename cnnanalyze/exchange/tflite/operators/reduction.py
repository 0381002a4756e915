"""Reductions along axes."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates

_WORDS = {
    "MEAN": "ReduceMean",
    "REDUCE_MAX": "ReduceMax",
    "REDUCE_MIN": "ReduceMin",
    "REDUCE_PROD": "ReduceProd",
    "SUM": "ReduceSum",
}


@translates(*_WORDS)
def reduce(call: Call) -> Name | None:
    """Translate one number of all along some axes."""
    axes = call.numbers(1)
    if axes is None:
        return None
    word, keep = _WORDS[call.operator.word], call.whole("KeepDims")
    return call.emit(word, call.given(0), call.constant(*axes), keepdims=keep)
