"""Layers that read their whole input, look numbers up, or go along a sequence."""

from __future__ import annotations

from cnnanalyze.exporting.keras.registry import TARGET, layer, made, own, writes
from cnnanalyze.exporting.part import Step, Steps, refuse
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


@writes("lstm", "gru")
def _recurrent(node: Node) -> Steps:
    a = node.attributes
    wanted = 1 if node.kind == "lstm" or not a["reset_after"] else 2
    if a["biases"] not in {0, wanted} or a["layers"] > 1:
        why = f" with {a['biases']} biases, where Keras has {wanted},"
        raise refuse(node, TARGET, why if a["layers"] == 1 else " of several layers")
    raise refuse(node, TARGET, " in Keras' order of gates")


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
