"""Activations, as layers of their own and as attributes of others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed, items
from cnnanalyze.exchange.keras.layers.registry import converts

_PLAIN = {
    "relu": "relu",
    "relu6": "relu6",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "silu": "silu",
    "swish": "silu",
    "gelu": "gelu",
    "elu": "elu",
    "selu": "selu",
    "celu": "celu",
    "mish": "mish",
    "exponential": "exp",
    "exp": "exp",
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "hard_tanh": "hard_tanh",
    "hard_sigmoid": "hard_sigmoid",
    "sqrt": "sqrt",
    "log": "log",
    "abs": "abs",
    "absolute": "abs",
}
"""By the word of Keras: the kind."""
_OVER_CHANNELS = {"softmax": "softmax", "log_softmax": "log_softmax"}
_SIX = 6.0


def activated(call: Call, value: Viewed, name: str = "activation") -> Viewed:
    """Return a tensor behind the activation that a configuration names."""
    return applied(call, value, call.get(name))


def applied(call: Call, value: Viewed, function: object) -> Viewed:
    """Return a tensor behind an activation: a word, or a layer in words.

    Raises
    ------
    Unsupported
        If there is no kind for it.
    """
    if isinstance(function, Mapping):
        config = function.get("config")
        kind = function.get("class_name")
        if isinstance(config, Mapping) and kind in _LAYERS:
            return call.as_layer(str(kind), config, _LAYERS[str(kind)], value)
        function = config if isinstance(config, str) else kind
    if not isinstance(function, str | None):
        call.refuse("its activation is not a word")
    if not function or function == "linear":
        return value
    word = function.rpartition(">")[2]
    if word in _OVER_CHANNELS:
        return _over(call, value, _OVER_CHANNELS[word], value.view.rank - 1)
    if word == "leaky_relu":
        return call.elementwise(value, "leaky_relu", slope=0.2)
    if word == "hard_sigmoid" and call.to.is_old:
        shifted = call.elementwise(value, "scale", factor=0.2, offset=0.5)
        return call.elementwise(shifted, "clip", min=0.0, max=1.0)
    if word not in _PLAIN:
        raise Unsupported(f"there is no kind for its activation '{word}'")
    return call.elementwise(value, _PLAIN[word])


def _over(call: Call, value: Viewed, kind: str, axis: int) -> Viewed:
    layer, order = call.along(value, axis)
    return call.back(call.add(kind, layer), order)


@converts("Activation")
def activation(call: Call) -> Viewed:
    """An activation by its name."""
    found = activated(call, call.value)
    return call.elementwise(found, "identity") if found is call.value else found


@converts("ReLU")
def relu(call: Call) -> Viewed:
    """The rectified linear unit, cut off above or leaky below."""
    slope = call.real("negative_slope", default=0.0)
    if call.real("threshold", default=0.0):
        raise Unsupported("its threshold is not 0")
    top = call.get("max_value")
    value = call.value
    if top is None:
        attributes = {"slope": slope} if slope else {}
        return call.elementwise(value, "leaky_relu" if slope else "relu", **attributes)
    highest = call.real("max_value")
    if slope:
        below = call.elementwise(value, "leaky_relu", slope=slope)
        return call.elementwise(below, "clip", max=highest)
    if highest == _SIX:
        return call.elementwise(value, "relu6")
    return call.elementwise(value, "clip", min=0.0, max=highest)


@converts("LeakyReLU")
def leaky_relu(call: Call) -> Viewed:
    """The leaky rectified linear unit."""
    slope = call.real("negative_slope", "alpha", default=0.3)
    return call.elementwise(call.value, "leaky_relu", slope=slope)


@converts("ELU")
def elu(call: Call) -> Viewed:
    """The exponential linear unit."""
    return call.elementwise(call.value, "elu", alpha=call.real("alpha", default=1.0))


@converts("PReLU")
def prelu(call: Call) -> Viewed:
    """The leaky rectified linear unit with learned slopes."""
    value = call.value
    given = items(call.get("shared_axes"))
    shared = {call.axis(one, value.view.rank) for one in given or ()}
    layer, order = call.along(value, value.view.rank - 1)
    positions = set(range(1, value.view.rank - 1))
    if shared == positions:
        made = call.hold("prelu", layer)
    elif not shared:
        made = call.hold("prelu", layer, per_position=True)
    elif shared == positions | {value.view.rank - 1}:
        made = call.hold("prelu", layer, shared=True)
    else:
        raise Unsupported("its slopes are shared along some axes only")
    return call.back(made, order)


@converts("Softmax")
def softmax(call: Call) -> Viewed:
    """Softmax along an axis."""
    value = call.value
    given = items(call.get("axis", default=-1))
    if isinstance(given, tuple):
        if len(given) != 1:
            raise Unsupported("it is taken over several axes")
        (given,) = given
    return _over(call, value, "softmax", call.axis(given, value.view.rank))


_LAYERS: dict[str, Any] = {
    "ReLU": relu, "LeakyReLU": leaky_relu, "ELU": elu, "PReLU": prelu, "Softmax": softmax,
}  # fmt: skip
"""Layers that stand as an activation of others."""


@converts(
    "Relu Relu6 Sigmoid Softplus Silu HardSigmoid HardSilu HardTanh Selu LogSoftmax Tanh Exp "
    "Sqrt Log Absolute Celu"
)
def function(call: Call) -> Viewed:
    """A function of keras.ops."""
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", call.layer.kind).lower()
    return applied(call, call.value, word)


@converts("Gelu")
def gelu(call: Call) -> Viewed:
    """The function of keras.ops, which is a rough one unless told otherwise."""
    rough = call.flag("approximate", default=True)
    return call.elementwise(call.value, "gelu", approximate=rough)


@converts("LeakyRelu")
def leaky(call: Call) -> Viewed:
    """The function of keras.ops."""
    slope = call.real("negative_slope", default=0.2)
    return call.elementwise(call.value, "leaky_relu", slope=slope)
