"""Convolutions, and dense layers, which are one of a single position."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed
from cnnanalyze.exchange.keras.layers.activation import activated
from cnnanalyze.exchange.keras.layers.registry import converts


def _window(call: Call, rank: int) -> dict[str, Any]:
    padding = call.word("padding", "valid").lower()
    if padding not in {"valid", "same", "causal"}:
        call.refuse(f"padding '{padding}' is none of valid, same and causal")
    return {
        "kernel": call.each("kernel_size", count=rank),
        "stride": call.each("strides", count=rank, default=1),
        "padding": padding,
        "dilation": call.each("dilation_rate", count=rank, default=1),
        "bias": call.flag("use_bias", default=True),
    }


def _rank(call: Call) -> int:
    """Return the number of spatial axes, which the name of the class has."""
    rank = next((int(c) for c in call.layer.kind if c.isdigit()), 2)
    if call.value.rank != rank + 1:
        call.refuse(
            f"it reads maps of {rank} axes and their channels, and gets "
            f"{call.value.rank} axes: {rank + 1} ≠ {call.value.rank}"
        )
    return rank


@converts("Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D")
def conv(call: Call) -> Viewed:
    """Convolution."""
    window = _window(call, _rank(call))
    made = call.hold(
        "conv",
        call.map(call.value),
        filters=call.whole("filters"),
        groups=call.whole("groups", default=1),
        **window,
    )
    return activated(call, call.mapped(made))


@converts("DepthwiseConv1D DepthwiseConv2D")
def depthwise(call: Call) -> Viewed:
    """Each channel convolved by itself."""
    window = _window(call, _rank(call))
    multiplier = call.whole("depth_multiplier", default=1)
    made = call.hold("depthwise", call.map(call.value), multiplier=multiplier, **window)
    return activated(call, call.mapped(made))


@converts("SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D")
def separable(call: Call) -> Viewed:
    """A depthwise convolution and a pointwise one."""
    window = _window(call, _rank(call))
    multiplier = call.whole("depth_multiplier", default=1)
    filters = call.whole("filters")
    layer = call.map(call.value)
    made = call.hold("separable", layer, filters=filters, multiplier=multiplier, **window)
    return activated(call, call.mapped(made))


@converts("Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution2DTranspose")
def transposed(call: Call) -> Viewed:
    """Transposed convolution."""
    rank = _rank(call)
    window = _window(call, rank)
    if call.get("output_padding") is not None:
        window["output_padding"] = call.each("output_padding", count=rank)
    made = call.hold(
        "transposed_conv", call.map(call.value), filters=call.whole("filters"), **window
    )
    return activated(call, call.mapped(made))


@converts("LocallyConnected1D LocallyConnected2D")
def local(call: Call) -> Viewed:
    """Convolution with weights for each position."""
    window = _window(call, _rank(call))
    made = call.hold("local_conv", call.map(call.value), filters=call.whole("filters"), **window)
    return activated(call, call.mapped(made))


@converts("Dense")
def dense(call: Call) -> Viewed:
    """Weighted sums along the last axis."""
    return activated(call, weighted(call, call.value, call.whole("units")))


def weighted(call: Call, value: Viewed, units: int) -> Viewed:
    """Return weighted sums along the last axis of a tensor."""
    bias = call.flag("use_bias", default=True)
    last = value.view.rank - 1
    positions = prod(value.layer.shape.size)
    if last == 1 and positions == 1 and value.layer.shape.channels == value.extents[0]:
        return Viewed.whole(call.hold("dense", value.layer, units=units, bias=bias))
    layer, order = call.along(value, last)
    if layer.shape.is_vector:
        return call.back(call.hold("dense", layer, units=units, bias=bias), order)
    made = call.hold("conv", layer, filters=units, kernel=1, bias=bias)
    return call.back(made, order)


@converts("TimeDistributed")
def each_step(call: Call) -> Viewed:
    """A layer that is applied to each step of a sequence."""
    inner = call.get("layer")
    kind = inner.get("class_name") if isinstance(inner, dict) else ""
    config = inner.get("config") if isinstance(inner, dict) else None
    if kind != "Dense" or not isinstance(config, dict):
        raise Unsupported(f"it applies {kind or 'something'} to each step")
    return call.as_layer(kind, config, dense)
