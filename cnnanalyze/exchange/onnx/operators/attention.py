"""Attention as one operator."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt
from typing import Any

from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.linear import multiplied


@operator("Attention")
def attention(call: Call) -> tuple[Value | None, ...]:
    """Add the products of queries, keys and values, and the softmax between them."""
    query, key, value = (call.viewed(place) for place in range(3))
    if any(call.given(place) is not None for place in range(3, 6)):
        raise Unsupported("it has a mask or keeps keys")
    if call.whole("is_causal") or call.real("softcap", 0.0) or call.whole("qk_matmul_output_mode"):
        raise Unsupported("it is causal or caps its agreements")
    if any(name for name in call.op.outputs[1:]):
        raise Unsupported("more than its result is read")
    is_flat = query.view.rank == 3  # noqa: PLR2004 - the heads in the channels
    if is_flat:
        heads = (call.whole("q_num_heads", 1), call.whole("kv_num_heads", 1))
        query = _headed(query, heads[0])
        key, value = _headed(key, heads[1]), _headed(value, heads[1])
    if query.extents[1] != key.extents[1]:
        raise Unsupported("several queries share a key")
    size = query.extents[3]
    factor = call.real("scale", 1 / sqrt(size))
    turned = replace(key, view=key.view.transpose((0, 1, 3, 2)))
    agreement = multiplied(call, query, turned)
    if not isclose(factor, 1):
        agreement = call.elementwise("scale", agreement, factor=float(f"{factor:.7g}"))
    made, view = call.along(agreement, [3])
    weights = Viewed(call.add("softmax", made), view, agreement.type)
    found = multiplied(call, weights, value)
    if is_flat:
        n, h, length, width = found.extents
        laid = found.view.transpose((0, 2, 1, 3)).reshape((n, length, h * width))
        if laid is None:
            raise Unsupported("the batch is mixed with what lies in an image")
        found = replace(found, view=laid)
    result: tuple[Any, ...] = (found,)
    return result


def _headed(value: Viewed, heads: int) -> Viewed:
    n, length, width = value.extents
    cut = value.view.reshape((n, length, heads, width // heads))
    if cut is None:
        raise Unsupported("its heads are no part of an axis")
    return replace(value, view=cut.transpose((0, 2, 1, 3)))
