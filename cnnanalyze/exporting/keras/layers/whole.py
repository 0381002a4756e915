"""Layers that read their whole input, look numbers up, or go along a sequence."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exporting.arrangement import Arrange
from cnnanalyze.exporting.code import Call
from cnnanalyze.exporting.keras.registry import TARGET, layer, made, own, writes
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.graph.node import Node


@writes("flatten")
def _flatten(node: Node) -> Steps:
    del node
    return (Step(made("layers.Flatten")),)


def _flat(node: Node) -> Steps:
    if node.input_shapes[0].is_vector:
        return ()
    return (Step(made("layers.Flatten"), suffix="flatten", stands_alone=True),)


@writes("dense")
def _dense(node: Node) -> Steps:
    a = node.attributes
    dense = made("layers.Dense", units=a["units"]).with_options(use_bias=(a["bias"], True))
    return (*_flat(node), layer(dense, "kernel", "bias"))


@writes("maxout")
def _maxout(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    count = a["pieces"] * a["units"]
    dense = made("layers.Dense", units=count).with_options(use_bias=(a["bias"], True))
    sums = layer(
        dense,
        ("kernel", lambda kernel: kernel.reshape(x.count, count)),
        ("bias", lambda bias: bias.reshape(-1)),
        suffix="pieces",
    )
    pieces = Step(made("layers.Reshape", target_shape=(a["pieces"], a["units"])), suffix="parts")
    return (*_flat(node), sums, pieces, Step(forward="ops.max({0}, axis=1)"))


@writes("rbf")
def _rbf(node: Node) -> Steps:
    name = own(
        "RadialBasis",
        '''
class RadialBasis(layers.Layer):
    """The squared distances to fixed centres."""

    def __init__(self, units, name=None):
        super().__init__(name=name)
        self.units = units

    def build(self, shape):
        self.centres = self.add_weight(shape=(self.units, shape[-1]), trainable=False)

    def call(self, x):
        away = ops.expand_dims(x, 1) - self.centres
        return ops.sum(away * away, axis=-1)
''',
    )
    return (*_flat(node), layer(made(name, units=node.attributes["units"]), "centres"))


_BIASED_CELL = '''
@keras.saving.register_keras_serializable()
class BiasedLSTMCell(layers.LSTMCell):
    """A cell that has another bias for what it remembers, as PyTorch's has."""

    def build(self, shape):
        super().build(shape)
        self.recurrent_bias = self.add_weight(
            shape=(4 * self.units,), initializer="zeros", name="recurrent_bias"
        )

    def call(self, inputs, states, training=False):
        state, memory = states
        read = ops.matmul(inputs, self.kernel) + self.bias
        kept = ops.matmul(state, self.recurrent_kernel) + self.recurrent_bias
        enter, forget, news, leave = ops.split(read + kept, 4, axis=-1)
        memory = ops.sigmoid(forget) * memory + ops.sigmoid(enter) * ops.tanh(news)
        state = ops.sigmoid(leave) * ops.tanh(memory)
        return state, [state, memory]
'''


@writes("lstm", "gru", "rnn")
def _recurrent(node: Node) -> Steps:
    a = node.attributes
    ways = ("", "backward ") if a["bidirectional"] else ("",)
    steps = []
    for number in range(a["layers"]):
        is_last = number + 1 == a["layers"]
        cells, roles = _cells(node, is_sequence=a["output"] == "sequence" or not is_last)
        if a["bidirectional"]:
            cells = made("layers.Bidirectional", layer=cells)
        count = 1 + max(roles.values())
        of = f" of layer {number + 1}" if number else ""
        tensors = {
            f"{way}{role}{of}": Held(
                str(place + k * count),
                _gates(node.kind, is_row="recurrent bias" in roles and "bias" in role),
            )
            for k, way in enumerate(ways)
            for role, place in roles.items()
        }
        steps.append(Step(cells, suffix="" if is_last else f"layer{number + 1}", tensors=tensors))
    return tuple(steps)


def _cells(node: Node, *, is_sequence: bool) -> tuple[Call, dict[str, int]]:
    """Return one layer in one direction, and by role the number of its tensor."""
    a, roles = node.attributes, {"kernel": 0, "recurrent kernel": 1}
    biases, sequences = a["biases"], {"return_sequences": (is_sequence, False)}
    if node.kind == "lstm" and biases == 2:  # noqa: PLR2004 - PyTorch's
        cell = made(own("BiasedLSTMCell", _BIASED_CELL), units=a["units"])
        roles |= {"bias": 2, "recurrent bias": 3}
        return made("layers.RNN", cell=cell).with_options(**sequences), roles
    resets_after = a.get("reset_after", False)
    if biases:
        roles |= {"bias": 2, "recurrent bias": 2} if resets_after else {"bias": 2}
        if biases != (2 if resets_after else 1):
            why = f" with {biases} biases, where Keras has {2 if resets_after else 1},"
            raise refuse(node, TARGET, why)
    name = "SimpleRNN" if node.kind == "rnn" else node.kind.upper()
    cells = made(f"layers.{name}", units=a["units"]).with_options(
        use_bias=(biases > 0, True), activation=(a.get("activation", "tanh"), "tanh"), **sequences
    )
    if node.kind == "gru":
        cells = cells.with_options(reset_after=(resets_after, True))
    return cells, roles


def _gates(kind: str, *, is_row: bool) -> Arrange:
    """Return what puts the gates into Keras' order; it has both biases of a GRU as rows of one."""

    def arranged(array: Any) -> Any:  # noqa: ANN401
        if kind != "gru":
            return array
        import numpy as np

        reset, keep, news = np.split(array, 3, axis=-1)
        ordered = np.concatenate([keep, reset, news], axis=-1)
        return ordered[None] if is_row else ordered

    return arranged


@writes("class_token")
def _class_token(node: Node) -> Steps:
    name = own(
        "ClassTokens",
        '''
class ClassTokens(layers.Layer):
    """Learned tokens before those of a sequence."""

    def __init__(self, tokens=1, name=None):
        super().__init__(name=name)
        self.count = tokens

    def build(self, shape):
        size = (self.count, shape[-1])
        self.tokens = self.add_weight(shape=size, initializer="zeros")

    def call(self, x):
        tokens = ops.expand_dims(self.tokens, 0)
        tokens = ops.broadcast_to(tokens, (ops.shape(x)[0], *self.tokens.shape))
        return ops.concatenate([tokens, x], axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] + self.count, shape[2])
''',
    )
    tokens = made(name).with_options(tokens=(node.attributes["tokens"], 1))
    return (layer(tokens, "tokens"),)


@writes("position_embedding")
def _position_embedding(node: Node) -> Steps:
    if node.attributes["method"] != "learned":
        raise refuse(node, TARGET, " of sinusoids")
    name = own(
        "PositionEmbedding",
        '''
class PositionEmbedding(layers.Layer):
    """Learned numbers for every position, which are added."""

    def build(self, shape):
        start = initializers.RandomNormal(stddev=0.02)
        self.positions = self.add_weight(shape=shape[1:], initializer=start)

    def call(self, x):
        return x + self.positions
''',
    )
    return (layer(made(name), "positions"),)
