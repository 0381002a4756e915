"""Recurrent layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnanalyze.exchange.torch.translation import Arguments, Name, Translation, translates


@translates("lstm", "gru", "rnn_tanh", "rnn_relu")
def recurrent(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names, or nothing known
    """Translate a stack of recurrent layers: all states, the last ones, and no memory."""
    if not isinstance(a.get("input"), str) or not isinstance(a.get("params"), list):
        return NotImplemented  # packed sequences
    states = a["hx"] if isinstance(a["hx"], list) else [a["hx"]]
    ways, biases = 1 + a["bidirectional"], a["has_biases"]
    word = "LSTM" if len(states) > 1 else "GRU"
    more: dict[str, Any] = {} if word == "LSTM" else {"linear_before_reset": 1}
    if "rnn" in to.word:
        word = "RNN"
        more = {"activations": ("Relu" if "relu" in to.word else "Tanh",) * ways}
    step = 2 + 2 * biases
    value, last = a["input"], []
    if a["batch_first"]:
        value = to.emit("Transpose", value, perm=(1, 0, 2))
    units = to.shape(a["params"][1])[1]
    steps, batch = to.shape(a["input"])[:2]
    if a["batch_first"]:
        steps, batch = batch, steps
    for layer in range(a["num_layers"]):
        held = a["params"][ways * step * layer :][: ways * step]
        weights = [_side_by_side(to, held[k::step]) for k in range(2)]
        sums = [to.emit("Concat", *held[2 + step * w :][:2], axis=0) for w in range(ways) if biases]
        bias = _side_by_side(to, sums) if biases else ""
        first = [
            to.emit("Slice", s, *(to.wholes(n) for n in (ways * layer, ways * (layer + 1), 0, 1)))
            for s in states
        ]
        found, end = to.emit_several(
            2,
            word,
            *(value, *weights, bias, "", *first),
            hidden_size=units,
            direction="bidirectional" if a["bidirectional"] else "forward",
            **more,
        )
        turned = to.emit("Transpose", found, perm=(0, 2, 1, 3))
        value = to.emit("Reshape", turned, to.wholes(steps, batch, ways * units))
        last.append(end)
    if a["batch_first"]:
        value = to.emit("Transpose", value, perm=(1, 0, 2))
    ends = last[0] if len(last) == 1 else to.emit("Concat", *last, axis=0)
    return [value, ends, None]


def _side_by_side(to: Translation, names: Sequence[Name]) -> Name:
    """Return constants along a new first axis, as ONNX has both ways of a recurrent layer."""
    spread = [to.emit("Unsqueeze", name, to.wholes(0)) for name in names]
    return spread[0] if len(spread) == 1 else to.emit("Concat", *spread, axis=0)
