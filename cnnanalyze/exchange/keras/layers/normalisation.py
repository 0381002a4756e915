"""Normalisation, learned or with fixed numbers."""

from __future__ import annotations

from math import prod
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed, items
from cnnanalyze.exchange.keras.layers.registry import converts


def _learned(call: Call) -> dict[str, bool]:
    return {
        "scale": call.flag("scale", default=True),
        "center": call.flag("center", default=True),
    }


def _channels(call: Call, value: Viewed, default: int = -1) -> int:
    """Return the one axis that a configuration names."""
    given = items(call.get("axis", default=default))
    if isinstance(given, tuple):
        if len(given) != 1:
            raise Unsupported(f"it is along {len(given)} axes")
        (given,) = given
    return call.axis(given, value.view.rank)


@converts("BatchNormalization SyncBatchNormalization BatchNormalizationV1 BatchNormalizationV2")
def batchnorm(call: Call) -> Viewed:
    """Batch normalisation."""
    layer, order = call.along(call.value, _channels(call, call.value))
    epsilon = call.real("epsilon", default=1e-3)
    return call.back(call.hold("batchnorm", layer, epsilon=epsilon, **_learned(call)), order)


@converts("LayerNormalization")
def layernorm(call: Call) -> Viewed:
    """Layer normalisation."""
    value = call.value
    given = items(call.get("axis", default=-1))
    wanted = given if isinstance(given, tuple) else (given,)
    axes = {call.axis(one, value.view.rank) for one in wanted}
    epsilon = call.real("epsilon", default=1e-3)
    attributes: dict[str, Any] = {"epsilon": epsilon, **_learned(call)}
    if axes == set(range(1, value.view.rank)) and len(axes) > 1:
        attributes["axes"] = "all"
    elif len(axes) > 1:
        raise Unsupported("it is over some of several axes")
    layer, order = call.along(value, max(axes))
    if call.flag("rms_scaling", default=False):
        del attributes["center"]
        return call.back(call.hold("rmsnorm", layer, **attributes), order)
    return call.back(call.hold("layernorm", layer, **attributes), order)


@converts("RMSNormalization")
def rmsnorm(call: Call) -> Viewed:
    """Normalisation by the root of the mean square."""
    layer, order = call.along(call.value, _channels(call, call.value))
    return call.back(call.hold("rmsnorm", layer, epsilon=call.real("epsilon", default=1e-6)), order)


@converts("GroupNormalization InstanceNormalization")
def groupnorm(call: Call) -> Viewed:
    """Normalisation of groups of channels."""
    layer, order = call.along(call.value, _channels(call, call.value))
    is_instance = call.layer.kind == "InstanceNormalization"
    groups = -1 if is_instance else call.whole("groups", default=32)
    epsilon = call.real("epsilon", default=1e-3)
    count = layer.shape.channels if groups == -1 else groups
    made = call.hold("groupnorm", layer, groups=count, epsilon=epsilon, **_learned(call))
    return call.back(made, order)


@converts("Normalization")
def normalization(call: Call) -> Viewed:
    """Mean and variance that were found before training.

    Where they are part of the layer, and no numbers of the file, these are the statistics of a
    batch normalisation that learns nothing.
    """
    value = call.value
    given = items(call.get("axis", default=-1))
    if given is None or (isinstance(given, tuple) and not given):
        raise Unsupported("it has one mean for all axes")
    layer, order = call.along(value, _channels(call, value))
    made = call.hold("batchnorm", layer, scale=False, center=False, epsilon=1e-7)
    return call.back(made, order)


@converts("LayerScale")
def layer_scale(call: Call) -> Viewed:
    """A learned factor for every channel."""
    value = call.value
    layer, order = call.along(value, value.view.rank - 1)
    if call.get("projection_dim") is not None and call.whole("projection_dim") != (
        layer.shape.channels
    ):
        call.refuse(
            f"it has factors for {call.whole('projection_dim')} channels and gets "
            f"{layer.shape.channels}: {call.whole('projection_dim')} ≠ {layer.shape.channels}"
        )
    return call.back(call.hold("layer_scale", layer), order)


@converts("SpectralNormalization")
def spectral(call: Call) -> Viewed:
    """A layer whose weights are divided by their norm, which changes no count of its own."""
    inner = call.get("layer")
    if not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
        raise Unsupported("it does not say which layer it normalises")
    raise Unsupported(f"it normalises the weights of {inner.get('class_name')}")


def positions(value: Viewed) -> int:
    """Return how many positions a tensor has besides its channels."""
    return prod(value.extents[:-1])
