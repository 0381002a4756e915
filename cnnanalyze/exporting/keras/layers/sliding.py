"""Windows that slide: convolutions and pools."""

from __future__ import annotations

from itertools import accumulate
from math import prod
from typing import Any

from cnnanalyze.exporting.code import Call
from cnnanalyze.exporting.keras.registry import TARGET, expression, layer, made, own, writes
from cnnanalyze.exporting.part import Held, Step, Steps, refuse
from cnnanalyze.exporting.windows import sides_of, single, with_overhang
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import CONTINUED, per_axis
from cnnanalyze.layers.window import stride_of


def around(sides: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return paddings of all axes, images and channels among them."""
    return ((0, 0), *sides, (0, 0))


def window(node: Node) -> tuple[Steps, dict[str, tuple[Any, Any]]]:
    """Return the padding as a step, if it must be one, and the window of a convolution."""
    a, rank = node.attributes, node.input_shapes[0].rank
    kernel, stride, dilation = (
        per_axis(a[name], rank, name) for name in ("kernel", "stride", "dilation")
    )
    if max(stride) > 1 and max(dilation) > 1:
        raise refuse(node, TARGET, " with a stride and a dilation")
    sides = sides_of(node)
    before: Steps = ()
    word = "valid"
    is_even = a["padding"] not in CONTINUED and all(
        2 * first == 2 * last == d * (k - 1)
        for (first, last), k, d in zip(sides, kernel, dilation, strict=True)
    )
    if a["padding"] == "same" or (any(map(any, sides)) and max(stride) == 1 and is_even):
        word = "same"
    elif any(map(any, sides)):
        before = (padded(node, sides),)
    return before, {
        "strides": (single(stride), 1),
        "padding": (word, "valid"),
        "dilation_rate": (single(dilation), 1),
    }


def padded(node: Node, sides: tuple[tuple[int, int], ...]) -> Step:
    """Return the step that pads before a window."""
    a, rank = node.attributes, node.input_shapes[0].rank
    if a["padding"] in CONTINUED:
        return Step(continued(a["padding"], sides), suffix="padding")
    return Step(made(f"layers.ZeroPadding{rank}D", padding=amount(sides)), suffix="padding")


def amount(sides: tuple[tuple[int, int], ...]) -> Any:  # noqa: ANN401 - as short as Keras takes it
    """Return borders as short as Keras takes them.

    Examples
    --------
    >>> amount(((1, 1), (1, 1))), amount(((1, 1), (0, 0))), amount(((0, 1), (0, 1)))
    (1, (1, 0), ((0, 1), (0, 1)))
    """
    if all(before == after for before, after in sides):
        return single(tuple(before for before, _ in sides))
    return sides[0] if len(sides) == 1 else sides


_CONTINUED = '''
class ContinuedPadding(layers.Layer):
    """A border that goes on with what is there: "wrap", "reflect" or "edge"."""

    def __init__(self, padding, mode, name=None):
        super().__init__(name=name)
        self.padding = padding
        self.mode = mode

    def call(self, x):
        for axis, sides in enumerate(self.padding, start=1):
            places = np.pad(np.arange(x.shape[axis]), sides, mode=self.mode)
            x = ops.take(x, places, axis=axis)
        return x
'''
_MODES = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}


def continued(border: str, sides: tuple[tuple[int, int], ...]) -> Call:
    """Return the layer that continues a map beyond its border."""
    return made(own("ContinuedPadding", _CONTINUED), padding=sides, mode=_MODES[border])


@writes("conv")
def _conv(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    if a["weight_standardized"]:
        raise refuse(node, TARGET, " with standardised weights")
    before, options = window(node)
    kernel = single(per_axis(a["kernel"], rank, "kernel"))
    conv = made(f"layers.Conv{rank}D", filters=a["filters"], kernel_size=kernel).with_options(
        **options, groups=(a["groups"], 1), use_bias=(a["bias"], True)
    )
    return (*before, layer(conv, "kernel", "bias"))


@writes("depthwise", "separable")
def _depthwise(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    is_deep = "filters" not in a
    name = f"{'Depthwise' if is_deep else 'Separable'}Conv{rank}D"
    before, options = window(node)
    strides = options["strides"][0]
    if rank > 2 or isinstance(strides, tuple):  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" on {rank} axes, or with another stride along each,")
    kernel = single(per_axis(a["kernel"], rank, "kernel"))
    wanted = {} if is_deep else {"filters": a["filters"]}
    conv = made(f"layers.{name}", **wanted, kernel_size=kernel).with_options(
        **options, depth_multiplier=(a["multiplier"], 1), use_bias=(a["bias"], True)
    )
    kernels = (
        ("kernel",)
        if is_deep
        else (
            "depthwise kernel",
            ("pointwise kernel", lambda k: k.reshape(*(1,) * rank, *k.shape)),
        )
    )
    return (*before, layer(conv, *kernels, "bias"))


@writes("transposed_conv")
def _transposed_conv(node: Node) -> Steps:
    a, x, rank = node.attributes, node.input_shapes[0], node.input_shapes[0].rank
    kernel, stride, dilation = (
        per_axis(a[name], rank, name) for name in ("kernel", "stride", "dilation")
    )
    if (
        a["groups"] > 1
        or max(dilation) > 1
        or any(k < s for k, s in zip(kernel, stride, strict=True))
    ):
        raise refuse(node, TARGET, " with groups, a dilation, or a stride over its kernel")
    kept = node.layer.kept(x)  # type: ignore[attr-defined]  # a transposed convolution has it
    full = [(n - 1) * s + k for n, s, k in zip(x.size, stride, kernel, strict=True)]
    cut = tuple((start, end - stop) for end, (start, stop) in zip(full, kept, strict=True))
    if any(behind < 0 for _, behind in cut):
        raise refuse(node, TARGET, " with an output_padding beyond the last window")
    conv = made(
        f"layers.Conv{rank}DTranspose", filters=a["filters"], kernel_size=single(kernel)
    ).with_options(strides=(single(stride), 1), use_bias=(a["bias"], True))
    steps = [layer(conv, ("kernel", lambda k: k.swapaxes(-1, -2)), "bias")]
    if any(map(any, cut)):
        steps.append(Step(made(f"layers.Cropping{rank}D", cropping=amount(cut)), suffix="crop"))
    return tuple(steps)


_TABLE = '''
class TableConv2D(layers.Layer):
    """A convolution in which a table says which channels each filter reads."""

    def __init__(self, kernel_size, table, use_bias=True, name=None):
        super().__init__(name=name)
        self.table = table
        self.filters = [layers.Conv2D(1, kernel_size, use_bias=use_bias) for _ in table]

    def build(self, shape):
        for filter, row in zip(self.filters, self.table, strict=True):
            filter.build((*shape[:-1], len(row)))

    def call(self, x):
        maps = [
            filter(ops.take(x, list(row), axis=-1))
            for filter, row in zip(self.filters, self.table, strict=True)
        ]
        return ops.concatenate(maps, axis=-1)
'''


@writes("table_conv")
def _table_conv(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    sides = sides_of(node)
    steps = [per_axis(a[name], rank, name) for name in ("stride", "dilation")]
    is_plain = {1} == {n for step in steps for n in step}
    if rank != 2 or any(map(any, sides)) or not is_plain:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, " with a stride, a dilation or a padding")
    conv = made(
        own("TableConv2D", _TABLE),
        kernel_size=single(per_axis(a["kernel"], 2, "kernel")),
        table=a["table"],
    ).with_options(use_bias=(a["bias"], True))
    ends = [0, *accumulate(map(len, a["table"]))]
    each = 1 + a["bias"]
    parts = [_row(k, each, *ends[k : k + 2]) for k in range(len(a["table"]))]
    kernels, biases = zip(*parts, strict=True)
    return (Step(conv, tensors={"kernel": kernels, "bias": biases}),)


def _row(place: int, each: int, first: int, last: int) -> tuple[Held, Held]:
    """Return where the kernel and the bias of one row of a table lie."""
    return (
        Held(str(each * place), lambda kernel: kernel[..., first:last, None]),
        Held(str(each * place + 1), lambda bias: bias[place : place + 1]),
    )


def _pool(node: Node, name: str) -> Any:  # noqa: ANN401
    a, rank = node.attributes, node.input_shapes[0].rank
    kernel = single(per_axis(a["kernel"], rank, "kernel"))
    stride = single(per_axis(stride_of(a), rank, "stride"))
    return made(f"layers.{name}Pooling{rank}D", pool_size=kernel).with_options(
        strides=(stride, kernel)
    )


def _refuse_holes(node: Node) -> None:
    rank = node.input_shapes[0].rank
    if max(per_axis(node.attributes["dilation"], rank, "dilation")) > 1:
        raise refuse(node, TARGET, " with a dilation")


@writes("maxpool")
def _maxpool(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    _refuse_holes(node)
    pool = _pool(node, "Max")
    sides = with_overhang(node)
    kernel, stride = per_axis(a["kernel"], rank, "kernel"), per_axis(stride_of(a), rank, "stride")
    is_even = all(2 * b == 2 * e == k - 1 for (b, e), k in zip(sides, kernel, strict=True))
    if a["padding"] == "same" or (max(stride) == 1 < max(kernel) and is_even):
        return (Step(pool.with_options(padding=("same", "valid"))),)
    if not any(map(any, sides)):
        return (Step(pool),)
    lowest = expression(
        'ops.pad({0}, {sides}, constant_values=float("-inf"))', "padding", sides=around(sides)
    )
    return (lowest, Step(pool))


@writes("avgpool")
def _avgpool(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    _refuse_holes(node)
    plain, sides = sides_of(node), with_overhang(node)
    if not any(map(any, sides)):
        return (Step(_pool(node, "Average")),)
    if a["count_padding"]:
        if plain != sides:
            raise refuse(node, TARGET, " with a padding that counts, and ceil_mode")
        return (padded(node, sides), Step(_pool(node, "Average")))
    name = own(
        "InnerAveragePooling",
        '''
class InnerAveragePooling(layers.Layer):
    """A mean of windows that leaves out what is padded."""

    def __init__(self, pool_size, strides, padding, name=None):
        super().__init__(name=name)
        self.pool_size = pool_size
        self.strides = strides
        self.padding = padding

    def call(self, x):
        inside = ops.pad(ops.ones_like(x), self.padding)
        x = ops.pad(x, self.padding)
        return self.pool(x) / self.pool(inside)

    def pool(self, x):
        return ops.average_pool(x, self.pool_size, self.strides)
''',
    )
    kernel = per_axis(a["kernel"], rank, "kernel")
    stride = per_axis(stride_of(a), rank, "stride")
    return (Step(made(name, pool_size=kernel, strides=stride, padding=around(sides))),)


@writes("subsample")
def _subsample(node: Node) -> Steps:
    a, rank = node.attributes, node.input_shapes[0].rank
    if any(map(any, sides_of(node))):
        raise refuse(node, TARGET, " with a padding")
    name = own(
        "Subsample",
        '''
class Subsample(layers.Layer):
    """Sums of windows, with a coefficient and a bias for each channel (LeNet-5, 1998)."""

    def __init__(self, pool_size, strides, taps, name=None):
        super().__init__(name=name)
        self.pool_size = pool_size
        self.strides = strides
        self.taps = taps

    def build(self, shape):
        self.factor = self.add_weight(shape=shape[-1:], initializer="ones")
        self.bias = self.add_weight(shape=shape[-1:], initializer="zeros")

    def call(self, x):
        x = ops.average_pool(x, self.pool_size, self.strides) * self.taps
        return x * self.factor + self.bias
''',
    )
    kernel = per_axis(a["kernel"], rank, "kernel")
    stride = per_axis(stride_of(a), rank, "stride")
    pool = made(name, pool_size=kernel, strides=stride, taps=prod(kernel))
    return (layer(pool, "coefficient", "bias"),)


@writes("global_avgpool", "global_maxpool")
def _global(node: Node) -> Steps:
    name = "Average" if node.kind == "global_avgpool" else "Max"
    pool = made(f"layers.Global{name}Pooling{node.input_shapes[0].rank}D")
    return (Step(pool.with_options(keepdims=(True, False))),)


@writes("adaptive_avgpool", "adaptive_maxpool")
def _adaptive(node: Node) -> Steps:
    name = "Average" if node.kind == "adaptive_avgpool" else "Max"
    rank = node.input_shapes[0].rank
    size = per_axis(node.attributes["size"], rank, "size")
    return (Step(made(f"layers.Adaptive{name}Pooling{rank}D", output_size=single(size))),)


@writes("unpool")
def _unpool(node: Node) -> Steps:
    x = node.input_shapes[1]
    kernel = per_axis(node.attributes["kernel"], x.rank, "kernel")
    if x.rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" on {x.rank} axes")
    name = own(
        "Unpool",
        '''
class Unpool(layers.Layer):
    """Numbers put back to where the pool of another map found its largest."""

    def __init__(self, pool_size, name=None):
        super().__init__(name=name)
        self.pool_size = pool_size

    def call(self, x, pooled):
        (_, rows, columns, channels), (height, width) = x.shape, self.pool_size
        whole = pooled[:, : rows * height, : columns * width]
        windows = ops.reshape(whole, (-1, rows, height, columns, width, channels))
        windows = ops.transpose(windows, (0, 1, 3, 5, 2, 4))
        windows = ops.reshape(windows, (-1, rows, columns, channels, height * width))
        places = ops.argmax(windows, axis=-1)
        places = ops.one_hot(places, height * width, dtype=x.dtype)
        filled = ops.expand_dims(x, -1) * places
        filled = ops.reshape(filled, (-1, rows, columns, channels, height, width))
        filled = ops.transpose(filled, (0, 1, 4, 2, 5, 3))
        filled = ops.reshape(filled, (-1, rows * height, columns * width, channels))
        below = pooled.shape[1] - rows * height
        beside = pooled.shape[2] - columns * width
        return ops.pad(filled, ((0, 0), (0, below), (0, beside), (0, 0)))
''',
    )
    return (Step(made(name, pool_size=kernel), "{module}({0}, {1})"),)
