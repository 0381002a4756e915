"""Pools: windows, everything, and the way back."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.onnx.conversion import Call, Unsupported, Value
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.convolution import brief, pads, short, strides


@operator("MaxPool")
def maxpool(call: Call) -> tuple[Value | None, ...]:
    """Add a max pool."""
    return (_pooled(call, "maxpool", {}),)


@operator("AveragePool")
def avgpool(call: Call) -> Value:
    """Add an average pool."""
    counts = {"count_padding": True} if call.whole("count_include_pad") else {}
    return _pooled(call, "avgpool", counts)


@operator("LpPool")
def lppool(call: Call) -> Value:
    """Add a power pool."""
    norm = call.real("p", 2)
    return _pooled(call, "lppool", {} if norm == 2 else {"norm": norm})  # noqa: PLR2004 - the default


def _pooled(call: Call, kind: str, attributes: dict[str, Any]) -> Value:
    value = call.viewed()
    kernel = call.wholes("kernel_shape")
    if kernel is None:
        raise call.to.refuse(call.op, "kernel_shape is missing")
    rank = len(kernel)
    if value.view.rank != rank + 2:
        raise call.to.refuse(
            call.op, f"its window has {rank} axes, but its input {value.view.rank - 2}"
        )
    made, lead = call.map(value)
    stride, dilation = strides(call, "strides", rank), strides(call, "dilations", rank)
    padding = pads(call, value.extents[2:], kernel, stride, dilation)
    window: dict[str, Any] = {"kernel": short((*(1,) * lead, *kernel))}
    if stride != kernel:
        window["stride"] = short((*(1,) * lead, *stride))
    if any(d > 1 for d in dilation):
        window["dilation"] = short((*(1,) * lead, *dilation))
    borders = brief(padding, lead)
    if borders != "valid":
        # A number per side is at most half the window; pairs may be up to the window.
        is_wide = not isinstance(padding, str) and any(
            2 * max(pair) > k for pair, k in zip(padding, kernel, strict=True)
        )
        window["padding"] = (
            ((0, 0),) * lead + tuple(padding)
            if is_wide and not isinstance(padding, str)
            else borders
        )
    if call.whole("ceil_mode"):
        window["ceil_mode"] = True
    if borders == "valid":
        attributes.pop("count_padding", None)
    found = call.add(kind, made, **window, **attributes)
    return call.mapped(found, value, lead)


@operator("GlobalAveragePool", "QLinearGlobalAveragePool")
def global_avgpool(call: Call) -> Value:
    """Add the mean of every channel."""
    return pooled_globally(call, "global_avgpool", "mean")


@operator("GlobalMaxPool")
def global_maxpool(call: Call) -> Value:
    """Add the largest of every channel."""
    return pooled_globally(call, "global_maxpool", "max")


@operator("GlobalLpPool")
def global_lppool(call: Call) -> Value:
    """Add the root of the squares of every channel."""
    if call.whole("p", 2) != 2:  # noqa: PLR2004 - the default
        raise Unsupported(f"its exponent is {call.whole('p', 2)}")
    return pooled_globally(call, "", "l2")


def pooled_globally(call: Call, kind: str, method: str) -> Value:
    """Add a layer of one number for each channel."""
    value = call.viewed()
    made, lead = call.map(value)
    if kind and not lead:
        found = call.add(kind, made)
    else:
        axes = tuple(range(1 + lead, made.shape.rank + 1))
        found = call.add("reduce", made, axes=axes, method=method)
    return call.mapped(found, value, lead)


@operator("MaxRoiPool", "RoiAlign")
def roi(_: Call) -> Value:
    """Say that regions have no layer."""
    raise Unsupported("it reads regions that are computed")
