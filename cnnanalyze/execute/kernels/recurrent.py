"""Recurrent layers: a state that is carried from step to step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnnanalyze.execute.kernels._base import Draw, init, run, sequence, thin
from cnnanalyze.execute.kernels.activation import sigmoid
from cnnanalyze.execute.operation_counter import Array, Tally, Tensors


class Cell(NamedTuple):
    """The tensors of one layer in one direction."""

    kernel: Array
    recurrent: Array
    bias: Array | None
    recurrent_bias: Array | None


Walk = Callable[[Tally, Array, Cell], Array]
"""What the inputs' share of the gates (images, steps, gates) becomes: the states of all steps."""


@run("lstm")
def lstm(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    output: str = "sequence",
    bidirectional: bool = False,
    layers: int = 1,
    **_: object,
) -> Array:
    """Carry state and memory along a sequence."""
    x = sequence(inputs)
    return _stacked(tally, x, weights, _lstm, output, layers, both=bidirectional)


def _lstm(tally: Tally, read: Array, cell: Cell) -> Array:
    units = cell.recurrent.shape[0]
    state = memory = np.zeros((len(read), units), read.dtype)
    states = np.empty((*read.shape[:2], units), read.dtype)
    for step in range(read.shape[1]):
        sums = _biased(tally, tally.contract(state, cell.recurrent), cell.recurrent_bias)
        tally.add(sums, read[:, step], out=sums)
        enter, forget, news, leave = np.split(sums, 4, axis=-1)
        kept = tally.multiply(_sigmoid(tally, forget), memory)
        added = tally.multiply(_sigmoid(tally, enter), tally.tanh(news))
        memory = tally.add(kept, added)
        state = tally.multiply(_sigmoid(tally, leave), tally.tanh(memory))
        states[:, step] = state
    return states


@run("gru")
def gru(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    output: str = "sequence",
    bidirectional: bool = False,
    layers: int = 1,
    reset_after: bool = True,
    **_: object,
) -> Array:
    """Carry a state along a sequence."""
    x = sequence(inputs)
    walk = _gru if reset_after else _gru_reset_before
    return _stacked(tally, x, weights, walk, output, layers, both=bidirectional)


def _gru(tally: Tally, read: Array, cell: Cell) -> Array:
    def step(seen: Array, state: Array) -> Array:
        sums = _biased(tally, tally.contract(state, cell.recurrent), cell.recurrent_bias)
        gates = tally.add(sums[:, : 2 * units], seen[:, : 2 * units])
        reset, keep = np.split(_sigmoid(tally, gates), 2, axis=-1)
        kept = tally.multiply(reset, sums[:, 2 * units :])
        return _mixed(tally, keep, tally.tanh(tally.add(seen[:, 2 * units :], kept)), state)

    units = cell.recurrent.shape[0]
    return _walked(read, units, step)


def _gru_reset_before(tally: Tally, read: Array, cell: Cell) -> Array:
    units = cell.recurrent.shape[0]
    first, last = slice(None, 2 * units), slice(2 * units, None)
    bias = cell.recurrent_bias

    def step(seen: Array, state: Array) -> Array:
        sums = tally.contract(state, np.ascontiguousarray(cell.recurrent[:, first]))
        sums = _biased(tally, sums, None if bias is None else bias[first])
        reset, keep = np.split(_sigmoid(tally, tally.add(sums, seen[:, first])), 2, axis=-1)
        held = tally.multiply(reset, state)
        more = tally.contract(held, np.ascontiguousarray(cell.recurrent[:, last]))
        more = _biased(tally, more, None if bias is None else bias[last])
        return _mixed(tally, keep, tally.tanh(tally.add(more, seen[:, last])), state)

    return _walked(read, units, step)


@run("rnn")
def rnn(
    tally: Tally,
    inputs: list[Array],
    weights: Tensors,
    *,
    output: str = "sequence",
    bidirectional: bool = False,
    layers: int = 1,
    activation: str = "tanh",
    **_: object,
) -> Array:
    """Carry a state along a sequence, without gates."""
    x = sequence(inputs)
    walk = _rnn_relu if activation == "relu" else _rnn_tanh
    return _stacked(tally, x, weights, walk, output, layers, both=bidirectional)


def _rnn_tanh(tally: Tally, read: Array, cell: Cell) -> Array:
    def step(seen: Array, state: Array) -> Array:
        return tally.tanh(_summed(tally, seen, state, cell))

    return _walked(read, cell.recurrent.shape[0], step)


def _rnn_relu(tally: Tally, read: Array, cell: Cell) -> Array:
    def step(seen: Array, state: Array) -> Array:
        return tally.maximum(_summed(tally, seen, state, cell), 0)

    return _walked(read, cell.recurrent.shape[0], step)


def _summed(tally: Tally, seen: Array, state: Array, cell: Cell) -> Array:
    sums = _biased(tally, tally.contract(state, cell.recurrent), cell.recurrent_bias)
    return tally.add(sums, seen, out=sums)


def _walked(read: Array, units: int, step: Callable[[Array, Array], Array]) -> Array:
    state = np.zeros((len(read), units), read.dtype)
    states = np.empty((*read.shape[:2], units), read.dtype)
    for number in range(read.shape[1]):
        state = step(read[:, number], state)
        states[:, number] = state
    return states


def _mixed(tally: Tally, keep: Array, news: Array, state: Array) -> Array:
    fresh = tally.multiply(tally.subtract(1, keep), news)
    return tally.add(fresh, tally.multiply(keep, state))


def _sigmoid(tally: Tally, x: Array) -> Array:
    return sigmoid(tally, [x], {})


def _biased(tally: Tally, sums: Array, bias: Array | None) -> Array:
    return sums if bias is None else tally.add(sums, bias, out=sums)


def _stacked(
    tally: Tally,
    x: Array,
    weights: Tensors,
    walk: Walk,
    output: str,
    layers: int,
    *,
    both: bool,
) -> Array:
    """Go along the sequence, layer by layer, in one direction or in both."""
    states: list[Array] = []
    for of in _layers(layers):
        states = []
        for way in _ways(both=both):
            cell = Cell(
                weights[f"{way}kernel{of}"],
                weights[f"{way}recurrent kernel{of}"],
                weights.get(f"{way}bias{of}"),
                weights.get(f"{way}recurrent bias{of}"),
            )
            ahead = x[:, ::-1] if way else x
            flat = np.ascontiguousarray(ahead).reshape(-1, x.shape[-1])
            read = _biased(tally, tally.contract(flat, cell.kernel), cell.bias)
            states.append(walk(tally, read.reshape(*x.shape[:2], -1), cell))
        x = np.concatenate([states[0], *(back[:, ::-1] for back in states[1:])], axis=-1)
    if output == "last":
        return np.concatenate([found[:, -1] for found in states], axis=-1)
    return x


def _layers(count: int) -> list[str]:
    return [f" of layer {number}" if number > 1 else "" for number in range(1, count + 1)]


def _ways(*, both: bool) -> tuple[str, ...]:
    return ("", "backward ") if both else ("",)


def _made(gates: int) -> Callable[..., dict[str, Array]]:
    def make(
        draw: Draw,
        shapes: Sequence[tuple[int, ...]],
        *,
        units: int,
        bidirectional: bool = False,
        layers: int = 1,
        biases: int = 2,
        **_: object,
    ) -> dict[str, Array]:
        """Make the kernels and biases of all layers and directions."""
        made = {}
        read = shapes[0][-1]
        for of in _layers(layers):
            ways = _ways(both=bidirectional)
            for way in ways:
                made[f"{way}kernel{of}"] = draw((read, gates * units), fan=read)
                made[f"{way}recurrent kernel{of}"] = draw((units, gates * units), fan=units)
                for kind in ("bias", "recurrent bias")[:biases]:
                    made[f"{way}{kind}{of}"] = draw((gates * units,))
            read = len(ways) * units
        return made

    return make


def thin_recurrent(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer with one unit."""
    return {**attributes, "units": 1}


for _kind, _gates in (("lstm", 4), ("gru", 3), ("rnn", 1)):
    init(_kind)(_made(_gates))
    thin(_kind)(thin_recurrent)
