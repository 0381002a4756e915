"""Products of matrices."""

from __future__ import annotations

from cnnanalyze.exchange.tflite.translation import Call, Name, translates


@translates("FULLY_CONNECTED")
def fully_connected(call: Call) -> Name | None:
    """Translate a dense layer: what it reads is a matrix of as many columns as weights have."""
    if call.whole("WeightsFormat"):
        return None
    (_, columns), shape = call.ranked(1, 2), call.shape()
    value = call.given(0)
    if not (len(shape) == 2 or call.whole("KeepNumDims")) or shape[-1:] != (columns,):  # noqa: PLR2004 - a matrix
        value = call.emit("Reshape", value, call.constant(-1, columns))
    found = call.emit("MatMul", value, call.emit("Transpose", call.given(1), perm=(1, 0)))
    if bias := call.given(2):
        found = call.emit("Add", found, bias)
    return call.activated(found)


@translates("BATCH_MATMUL")
def batch_matmul(call: Call) -> Name:
    """Translate a product of two tensors, each of them perhaps transposed."""
    names = []
    for place, option in enumerate(("AdjX", "AdjY")):
        name, rank = call.given(place), len(call.shape(place))
        if call.whole(option):
            name = call.emit("Transpose", name, perm=(*range(rank - 2), rank - 1, rank - 2))
        names.append(name)
    return call.emit("MatMul", *names)
