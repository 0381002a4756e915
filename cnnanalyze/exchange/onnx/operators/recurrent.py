"""Recurrent layers."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    giving,
    without_images,
)
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.views import Axis, Digit, View, joined
from cnnanalyze.graph.builder import Tensor as Made

_ACTIVATIONS = {
    "LSTM": [["Sigmoid", "Tanh", "Tanh"]],
    "GRU": [["Sigmoid", "Tanh"]],
    "RNN": [["Tanh"], ["Relu"]],
}
"""The functions that a layer of ours may have, those by default first."""


_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@operator("LSTM", "GRU", "RNN")
def recurrent(call: Call) -> tuple[Value | None, ...]:
    """Add a recurrent layer: the states of all steps, the last one, or both."""
    value = call.viewed()
    weight = call.known(1)
    if weight is None or len(weight.shape) != 3:  # noqa: PLR2004 - directions, gates, inputs
        raise call.to.refuse(call.op, "its weights are missing")
    directions = weight.shape[0]
    units = call.whole("hidden_size", weight.shape[1] // _GATES[call.op.operator])
    if value.view.rank != 3:  # noqa: PLR2004 - steps, sequences, numbers
        raise call.to.refuse(
            call.op, f"it reads sequences, and its input has {value.view.rank} axes"
        )
    first, second, _ = value.extents
    if call.whole("layout"):
        all_states, last = (first, second, directions, units), (first, directions, units)
    else:
        all_states, last = (first, directions, second, units), (directions, second, units)
    with giving(all_states, last, last):
        return _run(call, value, weight, units)


def _run(call: Call, value: Viewed, weight: Known, units: int) -> tuple[Value | None, ...]:
    name, directions, bias = call.op.operator, weight.shape[0], call.known(3)
    _refuse_others(call, name)
    batch, time = (0, 1) if call.whole("layout") else (1, 0)
    if without_images(value.view.axes[batch]):
        raise Unsupported("its batch is no batch of images")
    steps = value.extents[time]
    if value.view.axes[time] and not without_images(value.view.axes[time]):
        raise MixedImages
    made = call.to.arranged(call.op, value, [[time], [2]])
    goes_backwards = call.word("direction", "forward") == "reverse"
    if goes_backwards:
        made = _turned(call, made)
    call.to.counted |= call.to.stored_behind(call.op.inputs[1:4])
    attributes: dict[str, Any] = {"units": units, "biases": 2 if bias is not None else 0}
    if directions == 2:  # noqa: PLR2004 - both ways
        attributes["bidirectional"] = True
    if name == "GRU" and not call.whole("linear_before_reset"):
        attributes["reset_after"] = False
    if name == "RNN" and "Relu" in _functions(call):
        attributes["activation"] = "relu"
    if attributes["biases"] == 2:  # noqa: PLR2004 - the default
        del attributes["biases"]
    kind = name.lower()
    images = value.view.axes[batch]
    wanted = [call.is_read(place) for place in range(3)]
    if name == "LSTM" and wanted[2]:
        raise Unsupported("its last memory is read")
    ways = joined([Digit(1, units, directions)])
    own = joined([Digit(1, 1, units)])
    found: list[Value | None] = [None, None]
    first = None
    if wanted[0]:
        first = call.add(kind, made, **attributes)
        states = _turned(call, first) if goes_backwards else first
        along = joined([Digit(0, 1, steps)])
        axes: tuple[Axis, ...] = (
            (images, along, ways, own) if call.whole("layout") else (along, ways, images, own)
        )
        found[0] = Viewed(states, View(axes), value.type)
    if wanted[1]:
        last = call.add(kind, made, share=first, output="last", **attributes)
        ways, own = (joined([Digit(0, units, directions)]), joined([Digit(0, 1, units)]))
        axes = (images, ways, own) if call.whole("layout") else (ways, images, own)
        found[1] = Viewed(last, View(axes), value.type)
    return tuple(found)


def _turned(call: Call, sequence: Made) -> Made:
    """Return a sequence from its end to its beginning."""
    return call.add("slice", sequence, axis="length", step=-1)


def _functions(call: Call) -> list[str]:
    """Return the functions that a layer names; none if they are those by default."""
    given = call.op.attributes.get("activations")
    if not isinstance(given, tuple):
        return []
    return [w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in given]


def _refuse_others(call: Call, name: str) -> None:
    """Say what a recurrent layer of ours does not do."""
    words = _functions(call)
    if words and not any(
        words == usual * (len(words) // len(usual)) for usual in _ACTIVATIONS[name]
    ):
        raise Unsupported("its activations are others")
    if "clip" in call.op.attributes or call.whole("input_forget"):
        raise Unsupported("its sums are clipped or its gates coupled")
    lengths = call.given(4)
    if lengths is not None:
        steps = call.viewed().extents[1 if call.whole("layout") else 0]
        known = getattr(lengths, "numbers", None)
        if known is None or any(n != steps for n in known):
            raise Unsupported("its sequences are of several lengths")
    for place in (5, 6):
        state = call.given(place)
        if state is not None and any(n != 0 for n in getattr(state, "numbers", None) or (1,)):
            raise Unsupported("its first state is not 0")
    if call.given(7) is not None and name == "LSTM":
        raise Unsupported("its gates see the memory")
