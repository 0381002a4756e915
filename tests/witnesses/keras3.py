"""Keras 3 as a witness: what its layers make of ours, on the backend of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers as of_keras

from tests.witnesses.case import Array, Question, Silent, SizeOnly, Witness

REFUSALS = (ValueError, RuntimeError)
WITNESSES: dict[str, Witness] = {}

Built = tuple[Any, Sequence[Array]]
"""A layer of Keras, and the tensors that it shall hold, in its order."""


def _never(_: Question) -> bool:
    return False


def witness(
    *kinds: str, size_only: Callable[[Question], bool] = _never
) -> Callable[[Callable[[Question], Built]], Callable[[Question], Built]]:
    """Register what is the layer of Keras for these kinds, and when only its size counts."""

    def register(function: Callable[[Question], Built]) -> Callable[[Question], Built]:
        def ask(question: Question) -> Array | SizeOnly:
            inputs = question.inputs if len(question.inputs) > 1 else question.x
            layer, tensors = function(question)
            layer.trainable = False
            layer(inputs)  # its tensors are made when it is first called
            layer.set_weights([np.reshape(t, w.shape) for t, w in _pairs(tensors, layer)])
            found = np.asarray(keras.ops.convert_to_numpy(layer(inputs)))
            return SizeOnly(found) if size_only(question) else found

        for kind in kinds:
            WITNESSES[kind] = ask
        return function

    return register


def _pairs(tensors: Sequence[Array], layer: Any) -> list[tuple[Array, Any]]:
    """Return our tensors beside those of Keras, which are as many and as large."""
    held = layer.weights
    assert [t.size for t in tensors] == [int(np.prod(w.shape)) for w in held]
    return list(zip(tensors, held, strict=True))


def on_axes(name: str, rank: int) -> Any:
    """Return the layer of a name for as many axes."""
    if rank not in {1, 2, 3} or not hasattr(of_keras, f"{name}{rank}D"):
        raise Silent(f"Keras has no {name} of {rank} axes")
    return getattr(of_keras, f"{name}{rank}D")


def word(q: Question) -> str:
    """Return the word for the padding; Keras has nothing else."""
    if q["padding"] not in ("valid", "same", "causal"):
        raise Silent("Keras pads by three words")
    return str(q["padding"])


def undilated(q: Question) -> None:
    """Say nothing of strides beside a dilation: Keras refuses both at once."""
    if any(d > 1 for d in q.each("dilation")) and any(s > 1 for s in q.each("stride")):
        raise Silent("Keras strides or dilates")


def window(q: Question) -> dict[str, Any]:
    """Return the window of a convolution."""
    undilated(q)
    return {
        "kernel_size": q.each("kernel"),
        "strides": q.each("stride"),
        "padding": word(q),
        "dilation_rate": q.each("dilation"),
        "use_bias": q["bias"],
    }


def biased(q: Question, kernels: list[Array], biases: int) -> list[Array]:
    """Return the tensors with the bias behind them, if there is one."""
    return [*kernels, q.tensor("bias", biases)] if q["bias"] else kernels


@witness("conv")
def _conv(q: Question) -> Built:
    if q["weight_standardized"] or q["gain"]:
        raise Silent("Keras takes a kernel as it is")
    groups, filters = q["groups"], q["filters"]
    layer = on_axes("Conv", q.rank)(filters, groups=groups, **window(q))
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels // max(groups, 1), filters)
    return layer, biased(q, [kernel], filters)


@witness("depthwise")
def _depthwise(q: Question) -> Built:
    if q["padding"] == "causal":
        raise Silent("Keras has it for its plain convolution only")
    many = q["multiplier"]
    if len(set(q.each("stride"))) > 1:
        raise Silent("Keras strides alike along all axes")
    layer = on_axes("DepthwiseConv", q.rank)(depth_multiplier=many, **window(q))
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels, many)
    return layer, biased(q, [kernel], q.channels * many)


@witness("separable")
def _separable(q: Question) -> Built:
    if q["padding"] == "causal":
        raise Silent("Keras has it for its plain convolution only")
    many = q["multiplier"]
    layer = on_axes("SeparableConv", q.rank)(q["filters"], depth_multiplier=many, **window(q))
    deep = q.tensor("depthwise kernel", *q.each("kernel"), q.channels, many)
    mixed = q.tensor("pointwise kernel", q.channels * many, q["filters"])
    return layer, biased(q, [deep, mixed], q["filters"])


@witness("transposed_conv")
def _transposed_conv(q: Question) -> Built:
    if q["groups"] != 1:
        raise Silent("Keras' transposed convolution knows no groups")
    filters = q["filters"]
    added = q["output_padding"]
    if not 0 < q.rank < 4:
        raise Silent("Keras has no such layer")
    made = getattr(of_keras, f"Conv{q.rank}DTranspose")(
        filters, output_padding=added if added is None else q.each("output_padding"), **window(q)
    )
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels, filters)
    return made, biased(q, [np.swapaxes(kernel, -1, -2)], filters)


# --- pools ----------------------------------------------------------------------------------------


@witness("maxpool")
def _maxpool(q: Question) -> Built:
    if q["ceil_mode"] or any(d != 1 for d in q.each("dilation")):
        raise Silent("Keras' pools know neither")
    return on_axes("MaxPooling", q.rank)(**pool(q)), ()


def _repeats_the_border(q: Question) -> bool:
    # Where 'same' is uneven, Keras on PyTorch takes the mean of a map whose border is repeated; on
    # TensorFlow, as here, padding does not count.
    return bool(q["padding"] == "same")


@witness("avgpool", size_only=_repeats_the_border)
def _avgpool(q: Question) -> Built:
    if q["ceil_mode"] or (q["count_padding"] and q["padding"] == "same"):
        raise Silent("Keras' pools know neither")
    if any(d != 1 for d in q.each("dilation")):
        raise Silent("Keras' pools have no holes")
    if q.rank == 3 and any(n < k for n, k in zip(q.x.shape[1:-1], q.each("kernel"), strict=True)):
        raise Silent("PyTorch's mean of a volume wants the window inside it")
    return on_axes("AveragePooling", q.rank)(**pool(q)), ()


def pool(q: Question) -> dict[str, Any]:
    """Return the window of a pool."""
    stride = None if q["stride"] is None else q.each("stride")
    return {"pool_size": q.each("kernel"), "strides": stride, "padding": word(q)}


for _what, _name in (("max", "Max"), ("avg", "Average")):

    def _whole(q: Question, name: str = _name) -> Built:
        return on_axes(f"Global{name}Pooling", q.rank)(keepdims=True), ()

    def _binned(q: Question, name: str = _name) -> Built:
        return on_axes(f"Adaptive{name}Pooling", q.rank)(q.each("size")), ()

    witness(f"global_{_what}pool")(_whole)
    witness(f"adaptive_{_what}pool")(_binned)

# --- whole inputs, norms, activations -------------------------------------------------------------


@witness("dense")
def _dense(q: Question) -> Built:
    if q.rank:
        raise Silent("Keras reads the last axis of a map only, position by position")
    layer = of_keras.Dense(q["units"], use_bias=q["bias"])
    return layer, biased(q, [q.tensor("kernel", q.channels, q["units"])], q["units"])


def learned(q: Question, *shape: int) -> list[Array]:
    """Return gamma and beta, where they are learned."""
    wanted = (("gamma", q["scale"]), ("beta", q["center"]))
    return [q.tensor(role, *shape) for role, on in wanted if on]


def affine(q: Question) -> dict[str, Any]:
    """Return what Keras calls as we do."""
    return {name: q[name] for name in ("scale", "center", "epsilon")}


@witness("batchnorm")
def _batchnorm(q: Question) -> Built:
    kept = [q.tensor(role, q.channels) for role in ("moving mean", "moving variance")]
    return of_keras.BatchNormalization(**affine(q)), [*learned(q, q.channels), *kept]


@witness("layernorm")
def _layernorm(q: Question) -> Built:
    axes = list(range(1, q.x.ndim)) if q["axes"] == "all" else [q.x.ndim - 1]
    shape = tuple(q.x.shape[a] for a in axes)
    return of_keras.LayerNormalization(axis=axes, **affine(q)), learned(q, *shape)


@witness("rmsnorm")
def _rmsnorm(q: Question) -> Built:
    if q["axes"] == "all" or not q["scale"]:
        raise Silent("Keras normalises the channels, and always learns")
    return of_keras.RMSNormalization(epsilon=q["epsilon"]), [q.tensor("gamma", q.channels)]


@witness("groupnorm")
def _groupnorm(q: Question) -> Built:
    if q.rank == 0:
        raise Silent("Keras' group normalisation wants positions")
    return of_keras.GroupNormalization(q["groups"], **affine(q)), learned(q, q.channels)


@witness("instancenorm")
def _instancenorm(q: Question) -> Built:
    return of_keras.GroupNormalization(-1, **affine(q)), learned(q, q.channels)


@witness("prelu")
def _prelu(q: Question) -> Built:
    count = 1 if q["shared"] else q.channels
    size = q.x.shape[1:-1] if q["per_position"] else ()
    shared = [] if q["per_position"] else list(range(1, q.x.ndim - 1))
    shared += [q.x.ndim - 1] if q["shared"] else []
    return of_keras.PReLU(shared_axes=shared or None), [q.tensor("slope", *size, count)]


def _activation(name: str, q: Question) -> Any:
    return of_keras.Activation(name)


def _celu(q: Question) -> Any:
    if not q["alpha"]:
        raise Silent("Keras makes what is not a number")
    return of_keras.Activation(lambda x: keras.activations.celu(x, alpha=float(q["alpha"])))


ACTIVATIONS: dict[str, Callable[[Question], Any]] = {
    "relu": lambda q: of_keras.ReLU(),
    "relu6": lambda q: of_keras.ReLU(max_value=6),
    "leaky_relu": lambda q: of_keras.LeakyReLU(negative_slope=q["slope"]),
    "elu": lambda q: of_keras.ELU(alpha=q["alpha"]),
    "softmax": lambda q: of_keras.Softmax(),
    "gelu": lambda q: of_keras.Activation(
        lambda x: keras.activations.gelu(x, approximate=q["approximate"])
    ),
    "celu": _celu,
    "glu": lambda q: of_keras.Activation(keras.activations.glu),
    "dropout": lambda q: (
        on_axes("SpatialDropout", q.rank) if q["per_channel"] else of_keras.Dropout
    )(q["rate"]),
    "identity": lambda q: of_keras.Identity(),
    "scale": lambda q: of_keras.Rescaling(q["factor"], offset=q["offset"]),
    "flatten": lambda q: of_keras.Flatten(),
    "add": lambda q: of_keras.Add(),
    "multiply": lambda q: of_keras.Multiply(),
    "maximum": lambda q: of_keras.Maximum(),
    "minimum": lambda q: of_keras.Minimum(),
    "average": lambda q: of_keras.Average(),
    "subtract": lambda q: of_keras.Subtract(),
    "concat": lambda q: of_keras.Concatenate(axis=q.axis),
    "reshape": lambda q: of_keras.Reshape(tuple(map(int, q["to"].split("x")))),
    "zeropad": lambda q: on_axes("ZeroPadding", q.rank)(sides(q, "padding")),
    "crop": lambda q: on_axes("Cropping", q.rank)(sides(q, "amount")),
}
"""The layer of Keras for kinds that hold nothing."""

ACTIVATIONS |= {
    kind: partial(_activation, name)
    for kind, name in (
        *((k, k) for k in ("sigmoid", "tanh", "selu", "silu", "softplus", "mish")),
        *((k, k) for k in ("hard_sigmoid", "log_softmax")),
        ("hard_swish", "hard_silu"),
    )
}

JOINS = {"add", "multiply", "maximum", "minimum", "average", "subtract", "concat"}


def sides(q: Question, attribute: str) -> Any:
    """Return borders as Keras wants them."""
    borders = q.sides(attribute)
    return borders[0] if q.rank == 1 else tuple(borders)


for _kind, _make in ACTIVATIONS.items():

    def _built(q: Question, make: Callable[[Question], Any] = _make, kind: str = _kind) -> Built:
        if kind in JOINS and len({x.ndim for x in q.inputs}) > 1:
            raise Silent("Keras repeats inputs of fewer axes")
        return make(q), ()

    witness(_kind)(_built)


@witness("permute")
def _permute(q: Question) -> Built:
    return of_keras.Permute((*q["order"], q.x.ndim - 1)), ()


@witness("resize")
def _resize(q: Question) -> Built:
    if q["align_corners"] or q["coordinates"] not in {None, "half_pixel"}:
        raise Silent("Keras counts from the centres")
    if isinstance(q["scale"], float):
        raise Silent("Keras' factors are whole")
    if q["exclude_outside"] or q["coefficient"] != -0.75:
        raise Silent("Keras has the weights of its backend")
    if q["scale"] is None:
        return _resize_to(q)
    if q["method"] == "nearest_exact":
        raise Silent("Keras repeats, and looks for no nearest centre")
    layer, scale = on_axes("UpSampling", q.rank), q.each("scale")
    if q["method"] in {"bilinear", "bicubic"}:
        if q.rank != 2:
            raise Silent("Keras interpolates images only")
        return layer(scale, interpolation=q["method"]), ()
    return layer(scale[0] if q.rank == 1 else scale), ()


def _resize_to(q: Question) -> Built:
    """Return the layer for a given size, whose ``nearest`` is the nearest centre."""
    if q.rank != 2 or q["size"] is None:
        raise Silent("Keras resizes images")
    words = {"nearest_exact": "nearest", "bilinear": "bilinear", "bicubic": "bicubic"}
    if q["method"] not in words:
        raise Silent("Keras counts from the centres")
    return of_keras.Resizing(*q.each("size"), interpolation=words[q["method"]]), ()


# --- sequences ------------------------------------------------------------------------------------


def _held(q: Question, gates: int, way: str, order: list[int]) -> list[Array]:
    """Return kernels and bias of one direction, the gates in Keras' order."""
    sums, found = gates * q["units"], []
    shapes: dict[str, tuple[int, ...]] = {
        "kernel": (q.channels, sums),
        "recurrent kernel": (q["units"], sums),
    }
    shapes |= dict.fromkeys(("bias", "recurrent bias")[: q["biases"]], (sums,))
    for role, shape in shapes.items():
        parts = np.split(q.tensor(f"{way}{role}", *shape), gates, axis=-1)
        found.append(np.concatenate([parts[place] for place in order], axis=-1))
    both = 4
    return [*found[:2], np.stack(found[2:])] if len(found) == both else found


def _recurrent(q: Question, cls: Any, order: list[int], **more: Any) -> Built:
    if q.rank != 1:
        raise ValueError("a sequence has one axis")
    if q["layers"] != 1:
        raise Silent("Keras stacks layers as layers")
    layer = cls(
        q["units"],
        return_sequences=q["output"] == "sequence",
        use_bias=q["biases"] > 0,
        unroll=True,
        **more,
    )
    ways = ("", "backward ")[: 1 + q["bidirectional"]]
    tensors = [t for way in ways for t in _held(q, len(order), way, order)]
    return (of_keras.Bidirectional(layer) if q["bidirectional"] else layer), tensors


@witness("lstm")
def _lstm(q: Question) -> Built:
    if q["biases"] == 2:
        raise Silent("Keras' LSTM has one bias")
    return _recurrent(q, of_keras.LSTM, [0, 1, 2, 3])


@witness("rnn")
def _rnn(q: Question) -> Built:
    if q["biases"] == 2:
        raise Silent("Keras' SimpleRNN has one bias")
    return _recurrent(q, of_keras.SimpleRNN, [0], activation=q["activation"])


@witness("gru")
def _gru(q: Question) -> Built:
    if q["biases"] == (1 if q["reset_after"] else 2):
        raise Silent("Keras has two biases where it resets behind the weights, and else one")
    return _recurrent(q, of_keras.GRU, [1, 0, 2], reset_after=q["reset_after"])
