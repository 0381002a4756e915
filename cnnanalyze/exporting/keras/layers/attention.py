"""Attention over everything, and within windows."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.exporting.arrangement import Arrange
from cnnanalyze.exporting.keras.registry import TARGET, layer, made, own, writes
from cnnanalyze.exporting.part import Steps, refuse
from cnnanalyze.exporting.windows import windows
from cnnanalyze.graph.node import Node

_WINDOWED = '''
class WindowAttention(layers.Layer):
    """Attention of several heads within windows of a map; one window may be all of it."""

    def __init__(
        self,
        heads,
        sizes,
        window,
        shift,
        use_bias=True,
        output_bias=True,
        relative_position=False,
        name=None,
    ):
        super().__init__(name=name)
        wide, deep, output = sizes
        self.heads = heads
        self.window = window
        self.shift = shift
        self.relative_position = relative_position
        self.query = layers.Dense(wide, use_bias=use_bias)
        self.key = layers.Dense(wide, use_bias=use_bias)
        self.value = layers.Dense(deep, use_bias=use_bias)
        self.output_dense = layers.Dense(output, use_bias=output_bias)
        self.deep = deep

    def build(self, shape):
        self.size = shape[1:-1]
        for dense in (self.query, self.key, self.value):
            dense.build(shape)
        self.output_dense.build((*shape[:-1], self.deep))
        if self.relative_position:
            count = math.prod(2 * w - 1 for w in self.window)
            size = (count, self.heads)
            self.positions = self.add_weight(shape=size, initializer="zeros")

    def call(self, x):
        axes = tuple(range(1, 1 + len(self.window)))
        if any(self.shift):
            x = ops.roll(x, tuple(-s for s in self.shift), axis=axes)
        query = self.split(self.cut(self.query(x)))
        key = self.split(self.cut(self.key(x)))
        value = self.split(self.cut(self.value(x)))
        scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) * query.shape[-1] ** -0.5
        scores = scores + self.mask(scores)
        x = ops.matmul(ops.softmax(scores, axis=-1), value)
        x = ops.transpose(x, (0, 1, 3, 2, 4))
        x = self.paste(ops.reshape(x, (-1, *x.shape[1:3], self.deep)))
        x = self.output_dense(x)
        return ops.roll(x, self.shift, axis=axes) if any(self.shift) else x

    def split(self, x):
        x = ops.reshape(x, (-1, *x.shape[1:3], self.heads, x.shape[3] // self.heads))
        return ops.transpose(x, (0, 1, 3, 2, 4))

    def cut(self, x):
        """Return images, windows, positions in a window, channels."""
        rank, count = len(self.window), math.prod(self.window)
        pairs = zip(self.size, self.window, strict=True)
        parts = [k for n, w in pairs for k in (n // w, w)]
        channels = x.shape[-1]
        x = ops.reshape(x, (-1, *parts, channels))
        outer, inner = range(1, 2 * rank, 2), range(2, 2 * rank + 1, 2)
        x = ops.transpose(x, (0, *outer, *inner, 2 * rank + 1))
        return ops.reshape(x, (-1, math.prod(self.size) // count, count, channels))

    def paste(self, x):
        rank, channels = len(self.window), x.shape[-1]
        counts = [n // w for n, w in zip(self.size, self.window, strict=True)]
        x = ops.reshape(x, (-1, *counts, *self.window, channels))
        pairs = [axis for k in range(1, rank + 1) for axis in (k, k + rank)]
        x = ops.transpose(x, (0, *pairs, 2 * rank + 1))
        return ops.reshape(x, (-1, *self.size, channels))

    def mask(self, scores):
        """Return what is added for a position and another: nothing, or minus infinity."""
        added = 0.0
        if self.relative_position:
            grid = np.meshgrid(*map(np.arange, self.window), indexing="ij")
            places = np.stack(grid, axis=-1).reshape(-1, len(self.window))
            number = np.zeros((len(places), len(places)), int)
            for axis, w in enumerate(self.window):
                apart = places[:, None, axis] - places[None, :, axis]
                number = number * (2 * w - 1) + apart + w - 1
            added = ops.transpose(ops.take(self.positions, number, axis=0), (2, 0, 1))
        if not any(self.shift):
            return added
        region = np.zeros(self.size)
        for axis, s in enumerate(self.shift):
            side = np.arange(self.size[axis]) >= self.size[axis] - s
            shape = [-1 if k == axis else 1 for k in range(len(self.size))]
            region = region * 2 + side.reshape(shape)
        pairs = zip(self.size, self.window, strict=True)
        tiles = region.reshape([k for n, w in pairs for k in (n // w, w)])
        rank = len(self.window)
        tiles = tiles.transpose(*range(0, 2 * rank, 2), *range(1, 2 * rank, 2))
        tiles = tiles.reshape(-1, 1, math.prod(self.window))
        hidden = tiles[..., :, None] != tiles[..., None, :]
        return added + ops.cast(np.where(hidden, -np.inf, 0.0), scores.dtype)
'''


@writes("attention")
def _attention(node: Node) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    if not a["projections"]:
        raise refuse(node, TARGET, " without projections")
    heads = a["heads"]
    wide = heads * (a["key_size"] or x.channels // heads)
    deep = heads * a["value_size"] if a["value_size"] else wide
    output = a["output"] or x.channels
    output_bias = a["bias"] if a["output_bias"] is None else a["output_bias"]
    roles = []
    for role in ("query", "key", "value"):
        roles += [f"{role} kernel"] + ([f"{role} bias"] if a["bias"] else [])
    roles += ["output kernel"] + (["output bias"] if output_bias else [])
    is_placed = a["window"] or a["axis"] or a["relative_position"]
    if not is_placed and a["bias"] == output_bias and x.rank:
        return _whole(node, wide // heads, deep // heads, output, roles)
    if len(node.input_shapes) > 1 or a["causal"]:
        what = "of several inputs" if len(node.input_shapes) > 1 else "that is causal"
        where = (
            "within windows or along an axis"
            if is_placed
            else "with biases of the output or the rest alone"
        )
        raise refuse(node, TARGET, f" {what} {where}")
    window, shift = windows(node) if is_placed else (x.size, (0,) * x.rank)
    attention = made(
        own("WindowAttention", _WINDOWED),
        heads=heads,
        sizes=(wide, deep, output),
        window=window,
        shift=shift,
    ).with_options(
        use_bias=(a["bias"], True),
        output_bias=(output_bias, True),
        relative_position=(a["relative_position"], False),
    )
    if a["relative_position"]:
        roles.insert(0, "relative positions")
    return (layer(attention, *roles),)


def _whole(node: Node, wide: int, deep: int, output: int, roles: list[str]) -> Steps:
    """Return the attention that Keras has: each position asks all of them."""
    a, heads, channels = node.attributes, node.attributes["heads"], node.input_shapes[0].channels
    attention = made("layers.MultiHeadAttention", num_heads=heads, key_dim=wide).with_options(
        value_dim=(deep, wide),
        use_bias=(a["bias"], True),
        output_shape=(output, channels),
    )

    def arranged(role: str) -> Arrange:
        if role == "output bias":
            return lambda array: array
        if role == "output kernel":
            return lambda array: array.reshape(heads, deep, output)
        return lambda array: array.reshape(*array.shape[:-1], heads, -1)

    count = len(node.inputs)
    key = "{1}" if count > 1 else "{0}"
    value = "{2}" if count > 2 else key  # noqa: PLR2004 - the third
    read = f"{{0}}, {value}" + ("" if key == value else f", {key}")
    causal = ", use_causal_mask=True" if a["causal"] else ""
    made_layer = layer(attention, *((role, arranged(role)) for role in roles))
    return (replace(made_layer, forward=f"{{module}}({read}{causal})"),)
