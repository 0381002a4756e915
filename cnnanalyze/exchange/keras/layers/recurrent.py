"""Sequences: embeddings, recurrent layers, attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnanalyze.exchange.keras.conversion import Call, Unsupported, Viewed
from cnnanalyze.exchange.keras.layers.registry import converts


@converts("Embedding")
def embedding(call: Call) -> Viewed:
    """The row of every word."""
    words, size = call.whole("input_dim"), call.whole("output_dim")
    layer = call.arranged(call.value, [range(1, call.value.view.rank)])
    return Viewed.whole(call.hold("embedding", layer, words=words, size=size))


_USUAL = {"lstm": ("tanh", "sigmoid"), "gru": ("tanh", "sigmoid"), "rnn": ("tanh", None)}
_KINDS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}


def _recurrent(call: Call, kind: str, *, is_both: bool = False) -> Viewed:
    functions = (call.get("activation"), call.get("recurrent_activation"))
    rectifies = kind == "rnn" and functions[0] == "relu"
    if not rectifies and any(
        f is not None and f != usual for f, usual in zip(functions, _USUAL[kind], strict=True)
    ):
        raise Unsupported("its activations are not the usual ones")
    if call.flag("return_state", default=False) or len(call.read) > 1:
        raise Unsupported("it gives or takes states")
    goes_backwards = call.flag("go_backwards", default=False)
    if goes_backwards and is_both:
        raise Unsupported("it goes backwards first")
    biases = int(call.flag("use_bias", default=True))
    attributes: dict[str, Any] = {"units": call.whole("units"), "biases": biases}
    if kind == "gru":
        attributes["reset_after"] = call.flag("reset_after", default=not call.to.is_old)
        attributes["biases"] = 2 * biases if attributes["reset_after"] else biases
    attributes["output"] = "sequence" if call.flag("return_sequences", default=False) else "last"
    if rectifies:
        attributes["activation"] = "relu"
    if is_both:
        attributes["bidirectional"] = True
    value = call.value
    layer = call.arranged(value, [[axis] for axis in range(1, value.view.rank)])
    if goes_backwards:  # its states come out as it goes
        layer = call.before("slice", layer, axis="length", step=-1)
    return Viewed.whole(call.hold(kind, layer, **attributes))


@converts("LSTM")
def lstm(call: Call) -> Viewed:
    """Long short-term memory."""
    return _recurrent(call, "lstm")


@converts("GRU")
def gru(call: Call) -> Viewed:
    """Gated recurrent unit."""
    return _recurrent(call, "gru")


@converts("SimpleRNN")
def simple_rnn(call: Call) -> Viewed:
    """Recurrence without gates."""
    return _recurrent(call, "rnn")


@converts("Bidirectional")
def bidirectional(call: Call) -> Viewed:
    """A recurrent layer in both directions, side by side."""
    inner = call.get("layer")
    kind = inner.get("class_name") if isinstance(inner, Mapping) else None
    config = inner.get("config") if isinstance(inner, Mapping) else None
    if kind not in _KINDS or not isinstance(config, Mapping):
        raise Unsupported(f"it goes both ways through {kind}")
    if call.word("merge_mode", "concat") != "concat":
        raise Unsupported("both ways are not put side by side")
    name = _KINDS[str(kind)]
    return call.as_layer(str(kind), config, lambda one: _recurrent(one, name, is_both=True))


@converts("MultiHeadAttention")
def attention(call: Call) -> Viewed:
    """Attention of several heads, between learned projections."""
    read = call.read
    if call.get("attention_axes") is not None or any(value.rank != 2 for value in read):  # noqa: PLR2004
        raise Unsupported("it attends along axes of its choice")
    if any(name.endswith("mask") and one is not None for name, one in call.named.items()):
        raise Unsupported("it has a mask")
    layers = [call.arranged(value, [[1], [2]]) for value in read]
    if len(layers) == 3:  # noqa: PLR2004 - Keras has query, value, key; we query, key, value
        layers = [layers[0], layers[2], layers[1]]
    if all(layer == layers[0] for layer in layers):
        layers = layers[:1]
    attributes: dict[str, Any] = {
        "heads": call.whole("num_heads"),
        "key_size": call.whole("key_dim"),
        "bias": call.flag("use_bias", default=True),
    }
    if call.get("value_dim") is not None:
        attributes["value_size"] = call.whole("value_dim")
    if call.get("output_shape") is not None:
        attributes["output"] = call.wholes("output_shape", count=1)[0]
    if call.named.get("use_causal_mask") is True:
        attributes["causal"] = True
    return Viewed.whole(call.hold("attention", *layers, **attributes))
