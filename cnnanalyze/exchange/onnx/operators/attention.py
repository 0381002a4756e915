"""Attention as one operator."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt
from typing import Any

from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.axes import extents_of
from cnnanalyze.exchange.onnx.operators.joining import MASKS, summed, with_constant
from cnnanalyze.exchange.onnx.operators.linear import multiplied


@operator("Attention")
def attention(call: Call) -> tuple[Value | None, ...]:
    """Add the products of queries, keys and values, and the softmax between them."""
    query, key, value = (call.viewed(place) for place in range(3))
    if any(call.given(place) is not None for place in range(4, 7)):
        raise Unsupported("it keeps keys, or is told how many there are")
    if call.whole("is_causal"):
        raise Unsupported("it is causal, and there is no layer of what is masked so")
    if max(call.whole(f"{side}_window_size", -1) for side in ("left", "right")) >= 0:
        raise Unsupported("it sees only what is near")
    if any(name for name in call.op.outputs[1:]):
        raise Unsupported("more than its result is read")
    is_flat = query.view.rank == 3  # noqa: PLR2004 - the heads in the channels
    if is_flat:
        heads = (call.whole("q_num_heads", 1), call.whole("kv_num_heads", 1))
        query = _headed(query, heads[0])
        key, value = _headed(key, heads[1]), _headed(value, heads[1])
    key, value = (_repeated(one, query.extents[1]) for one in (key, value))
    size = query.extents[3]
    factor = call.real("scale", 1 / sqrt(size))
    turned = replace(key, view=key.view.transpose((0, 1, 3, 2)))
    agreement = multiplied(call, query, turned)
    if not isclose(factor, 1):
        agreement = call.elementwise("scale", agreement, factor=float(f"{factor:.7g}"))
    if cap := call.real("softcap", 0.0):
        near = call.elementwise("scale", agreement, factor=float(f"{1 / cap:.7g}"))
        agreement = call.elementwise("scale", call.elementwise("tanh", near), factor=cap)
    if (mask := call.given(3)) is not None:
        agreement = _masked(call, agreement, mask)
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


def _masked(call: Call, agreement: Viewed, mask: Value) -> Viewed:
    """Add what is added to the agreements: numbers of the file, or computed ones."""
    if not isinstance(mask, Known | Viewed) or mask.type == "bool":
        raise Unsupported("its mask says yes or no, and adds nothing")
    if extents_of(mask)[-1:] != agreement.extents[-1:]:
        raise Unsupported("its mask is shorter than the keys")
    if isinstance(mask, Viewed):
        return summed(call, "add", [agreement, mask])
    if len(mask.shape) < 3 or mask.shape[-3] == 1:  # noqa: PLR2004 - the heads are before matrices
        call.to.notes[MASKS] += 1
        mask = replace(mask, is_fixed=True)
    return with_constant(call, "add", agreement, mask)


def _repeated(value: Viewed, heads: int) -> Viewed:
    """Return keys or values that several queries share, each as often as it is read."""
    n, own, length, width = value.extents
    if heads % own:
        raise Unsupported(f"{own} keys are shared by {heads} queries")
    if heads == own:
        return value
    wide = value.view.insert([2]).expand((n, own, heads // own, length, width))
    laid = wide.reshape((n, heads, length, width))
    if laid is None:
        raise Unsupported("its heads are no part of an axis")
    return replace(value, view=laid)


def _headed(value: Viewed, heads: int) -> Viewed:
    n, length, width = value.extents
    cut = value.view.reshape((n, length, heads, width // heads))
    if cut is None:
        raise Unsupported("its heads are no part of an axis")
    return replace(value, view=cut.transpose((0, 2, 1, 3)))
