"""Operators: PyTorch's words in ONNX's, one function for those that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod, sqrt
from typing import Any

from cnnanalyze.exchange.torch.translation import HANDLERS, Name, Translation, translates

Arguments = Mapping[str, Any]


def wide(given: Any, rank: int) -> tuple[int, ...]:  # noqa: ANN401 - a number, or one for each axis
    """Return one number for each axis.

    Examples
    --------
    >>> wide(3, 2), wide([3], 2), wide([3, 5], 2)
    ((3, 3), (3, 3), (3, 5))
    """
    if isinstance(given, int):
        return (given,) * rank
    return tuple(given) * (rank if len(given) == 1 else 1)


def ratio(given: Any) -> bool:  # noqa: ANN401 - what an operand is
    """Whether an operand is a plain number."""
    return isinstance(given, int | float) and not isinstance(given, bool)


# --- convolutions ---------------------------------------------------------------------------------


@translates("conv1d", "conv2d", "conv3d")
def conv(to: Translation, a: Arguments) -> Name:
    """Translate a convolution."""
    rank = len(to.shape(a["weight"])) - 2
    padding = a["padding"]
    if isinstance(padding, str):
        pads: dict[str, Any] = {"auto_pad": "SAME_UPPER" if padding == "same" else "VALID"}
    else:
        pads = {"pads": wide(padding, rank) * 2}
    return _named(
        to.emit(
            "Conv",
            *_held(a["input"], a["weight"], a["bias"]),
            strides=wide(a["stride"], rank),
            dilations=wide(a["dilation"], rank),
            group=a["groups"],
            **pads,
        )
    )


@translates("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(to: Translation, a: Arguments) -> Name:
    """Translate a transposed convolution."""
    rank = len(to.shape(a["weight"])) - 2
    return _named(
        to.emit(
            "ConvTranspose",
            *_held(a["input"], a["weight"], a["bias"]),
            strides=wide(a["stride"], rank),
            dilations=wide(a["dilation"], rank),
            pads=wide(a["padding"], rank) * 2,
            output_padding=wide(a["output_padding"], rank),
            group=a["groups"],
        )
    )


@translates("convolution")
def convolution(to: Translation, a: Arguments) -> Name:
    """Translate a convolution of either kind."""
    return _named((conv_transpose if a["transposed"] else conv)(to, a))


def _held(value: Name, weight: Name, bias: Name | None) -> tuple[Name, ...]:
    return (value, weight) if bias is None else (value, weight, bias)


def _named(name: Any) -> Name:  # noqa: ANN401 - one name was asked for
    return str(name)


# --- pools ----------------------------------------------------------------------------------------


@translates(
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool2d_with_indices",
    "max_pool3d_with_indices",
    "max_pool1d_with_indices",
)
def max_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - with places, if asked for
    """Translate a max pool."""
    rank = len(to.result) - 2
    return to.emit("MaxPool", a["self"], dilations=wide(a["dilation"], rank), **_windows(a, rank))


@translates("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - or nothing that is known
    """Translate an average pool."""
    if a.get("divisor_override") is not None:
        return NotImplemented
    rank = len(to.result) - 2
    return to.emit(
        "AveragePool",
        a["self"],
        count_include_pad=int(bool(a["count_include_pad"])),
        **_windows(a, rank),
    )


def _windows(a: Arguments, rank: int) -> dict[str, Any]:
    kernel = wide(a["kernel_size"], rank)
    return {
        "kernel_shape": kernel,
        "strides": wide(a["stride"] or kernel, rank),
        "pads": wide(a["padding"], rank) * 2,
        "ceil_mode": int(bool(a["ceil_mode"])),
    }


@translates("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
def adaptive_avg_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name
    """Translate an average pool of a given size."""
    return _adaptive(to, a, "Average", {"count_include_pad": 0})


@translates("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_max_pool(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names
    """Translate a max pool of a given size; where each largest number lies is not told."""
    return [_adaptive(to, a, "Max", {}), None]


def _adaptive(to: Translation, a: Arguments, word: str, more: dict[str, Any]) -> Name:
    given = to.shape(a["self"])
    rank = len(to.result) - 2
    size, wanted = given[-rank:], to.result[-rank:]
    if size == wanted:
        return _named(to.emit("Identity", a["self"]))
    if prod(wanted) == 1:
        return _named(to.emit(f"Global{word}Pool", a["self"]))
    if any(n % m for n, m in zip(size, wanted, strict=True)):
        return _named(to.emit(f"Adaptive{word}Pool", a["self"], domain="torch", size=wanted))
    kernel = tuple(n // m for n, m in zip(size, wanted, strict=True))
    return _named(to.emit(f"{word}Pool", a["self"], kernel_shape=kernel, strides=kernel, **more))


# --- normalisation --------------------------------------------------------------------------------


@translates("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm")
def batch_norm(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or several
    """Translate a batch normalisation; of one that learns nothing, factors are 1 and sums 0."""
    channels = to.shape(a["input"])[1]
    scale = a["weight"] or to.filled(1.0, channels)
    bias = a["bias"] or to.filled(0.0, channels)
    mean, variance = a["running_mean"], a["running_var"]
    if mean is None or variance is None:
        return to.emit(
            "InstanceNormalization", a["input"], scale, bias, domain="torch"
        )  # statistics of the batch at hand: no layer of ours
    return to.emit("BatchNormalization", a["input"], scale, bias, mean, variance, epsilon=a["eps"])


@translates("layer_norm")
def layer_norm(to: Translation, a: Arguments) -> Name:
    """Translate a layer normalisation."""
    shape = a["normalized_shape"]
    return _named(
        to.emit(
            "LayerNormalization",
            a["input"],
            a["weight"] or to.filled(1.0, *shape),
            *([a["bias"]] if a["bias"] else []),
            axis=-len(shape),
            epsilon=a["eps"],
        )
    )


@translates("rms_norm")
def rms_norm(to: Translation, a: Arguments) -> Name:
    """Translate a root mean square normalisation."""
    shape = a["normalized_shape"]
    return _named(
        to.emit(
            "RMSNormalization",
            a["input"],
            a["weight"] or to.filled(1.0, *shape),
            axis=-len(shape),
            **({} if a["eps"] is None else {"epsilon": a["eps"]}),
        )
    )


@translates("group_norm")
def group_norm(to: Translation, a: Arguments) -> Name:
    """Translate a group normalisation."""
    channels = to.shape(a["input"])[1]
    return _named(
        to.emit(
            "GroupNormalization",
            a["input"],
            a["weight"] or to.filled(1.0, channels),
            a["bias"] or to.filled(0.0, channels),
            num_groups=a["num_groups"],
            epsilon=a["eps"],
        )
    )


@translates("instance_norm")
def instance_norm(to: Translation, a: Arguments) -> Name:
    """Translate an instance normalisation."""
    channels = to.shape(a["input"])[1]
    return _named(
        to.emit(
            "InstanceNormalization",
            a["input"],
            a["weight"] or to.filled(1.0, channels),
            a["bias"] or to.filled(0.0, channels),
            epsilon=a["eps"],
        )
    )


# --- products -------------------------------------------------------------------------------------


@translates("linear")
def linear(to: Translation, a: Arguments) -> Name:
    """Translate a linear layer."""
    if len(to.shape(a["input"])) == 2:  # noqa: PLR2004 - images and features
        return _named(to.emit("Gemm", *_held(a["input"], a["weight"], a["bias"]), transB=1))
    turned = to.emit("Transpose", a["weight"], perm=(1, 0))
    product = to.emit("MatMul", a["input"], turned)
    return _named(to.emit("Add", product, a["bias"]) if a["bias"] else product)


@translates("addmm")
def addmm(to: Translation, a: Arguments) -> Name:
    """Translate a product with a bias."""
    return _named(to.emit("Gemm", a["mat1"], a["mat2"], a["self"]))


@translates("matmul", "mm", "bmm")
def matmul(to: Translation, a: Arguments) -> Name:
    """Translate a product."""
    return _named(to.emit("MatMul", a["self"], a.get("other") or a["mat2"]))


@translates("einsum")
def einsum(to: Translation, a: Arguments) -> Name:
    """Translate a sum of products."""
    return _named(to.emit("Einsum", *a["tensors"], equation=a["equation"]))


@translates("scaled_dot_product_attention")
def attention(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate attention into its two products."""
    if a["is_causal"] or a.get("enable_gqa"):
        return NotImplemented
    query, key, value = a["query"], a["key"], a["value"]
    rank = len(to.shape(query))
    scale = 1 / sqrt(to.shape(query)[-1]) if a["scale"] is None else a["scale"]
    turned = to.emit("Transpose", key, perm=(*range(rank - 2), rank - 1, rank - 2))
    scores = to.emit("MatMul", to.emit("Mul", query, to.real(scale)), turned)
    if a["attn_mask"]:
        scores = to.emit("Add", scores, a["attn_mask"])
    return to.emit("MatMul", to.emit("Softmax", scores, axis=-1), value)


@translates("lstm", "gru")
def recurrent(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names, or nothing known
    """Translate a stack of recurrent layers: all states, the last ones, and no memory."""
    if not isinstance(a.get("input"), str) or not isinstance(a.get("params"), list):
        return NotImplemented  # packed sequences
    states = a["hx"] if isinstance(a["hx"], list) else [a["hx"]]
    word = "LSTM" if len(states) > 1 else "GRU"
    ways, biases = 1 + a["bidirectional"], a["has_biases"]
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
        reset: dict[str, Any] = {} if word == "LSTM" else {"linear_before_reset": 1}
        found, end, *_ = to.emit(
            word,
            *(value, *weights, bias, "", *first),
            outputs=2,
            hidden_size=units,
            direction="bidirectional" if a["bidirectional"] else "forward",
            **reset,
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
    return _named(spread[0] if len(spread) == 1 else to.emit("Concat", *spread, axis=0))


# --- element by element ---------------------------------------------------------------------------

_WORDS = {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "mish": "Mish",
    "hardswish": "HardSwish",
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "neg": "Neg",
    "erf": "Erf",
    "reciprocal": "Reciprocal",
    "selu": "Selu",
    "sin": "Sin",
    "cos": "Cos",
    "floor": "Floor",
    "round": "Round",
    "sign": "Sign",
}
_SAME = (
    *("dropout", "dropout_", "feature_dropout", "feature_dropout_", "alpha_dropout"),
    *("alpha_dropout_", "feature_alpha_dropout", "contiguous", "clone", "detach", "detach_"),
    *("alias", "to", "_to_copy", "lift_fresh", "lift_fresh_copy", "type_as", "float"),
)


def _one_word(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return _named(to.emit(word, a["self"]))

    return handler


for _name, _word in _WORDS.items():
    translates(_name, f"{_name}_")(_one_word(_word))


@translates(*_SAME)
def same(to: Translation, a: Arguments) -> Name:
    """Translate what changes no number when the network is used."""
    return _named(to.emit("Identity", a["input"] if "input" in a else a["self"]))


@translates("silu", "silu_")
def silu(to: Translation, a: Arguments) -> Name:
    """Translate x · sigmoid(x)."""
    return _named(to.emit("Mul", a["self"], to.emit("Sigmoid", a["self"])))


@translates("gelu", "gelu_")
def gelu(to: Translation, a: Arguments) -> Name:
    """Translate a GELU, exact or by a hyperbolic tangent."""
    return _named(to.emit("Gelu", a["self"], approximate=a["approximate"]))


@translates("hardsigmoid", "hardsigmoid_")
def hardsigmoid(to: Translation, a: Arguments) -> Name:
    """Translate a hard sigmoid: PyTorch's slope is 1/6."""
    return _named(to.emit("HardSigmoid", a["self"], alpha=1 / 6, beta=0.5))


@translates("hardtanh", "hardtanh_")
def hardtanh(to: Translation, a: Arguments) -> Name:
    """Translate limits."""
    return _limited(to, a["self"], a["min_val"], a["max_val"])


@translates("relu6", "relu6_")
def relu6(to: Translation, a: Arguments) -> Name:
    """Translate a ReLU that ends at 6."""
    return _limited(to, a["self"], 0, 6)


@translates("clamp", "clamp_", "clip", "clamp_min", "clamp_max")
def clamp(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate limits of which one may be missing."""
    least, most = a.get("min"), a.get("max")
    if isinstance(least, str) or isinstance(most, str):
        return NotImplemented
    return _limited(to, a["self"], least, most)


def _limited(to: Translation, value: Name, least: float | None, most: float | None) -> Name:
    limits = ["" if limit is None else to.real(limit) for limit in (least, most)]
    return _named(to.emit("Clip", value, *limits))


@translates("leaky_relu", "leaky_relu_")
def leaky_relu(to: Translation, a: Arguments) -> Name:
    """Translate a leaky ReLU."""
    return _named(to.emit("LeakyRelu", a["self"], alpha=float(a["negative_slope"])))


@translates("elu", "elu_", "celu", "celu_")
def elu(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate an exponential unit."""
    if a.get("scale", 1) != 1 or a.get("input_scale", 1) != 1:
        return NotImplemented
    word = "Elu" if "scale" in a else "Celu"
    return to.emit(word, a["self"], alpha=float(a["alpha"]))


@translates("softplus")
def softplus(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate a softplus of slope 1."""
    return to.emit("Softplus", a["self"]) if a["beta"] == 1 else NotImplemented


@translates("prelu")
def prelu(to: Translation, a: Arguments) -> Name:
    """Translate learned slopes, one for each channel or one for all."""
    rank = len(to.shape(a["self"]))
    slopes = to.shape(a["weight"])[0]
    shaped = to.emit(
        "Reshape", a["weight"], to.wholes(slopes, *(1,) * (rank - 2)) if rank > 1 else ""
    )
    return _named(to.emit("PRelu", a["self"], shaped))


@translates("softmax", "_softmax")
def softmax(to: Translation, a: Arguments) -> Name:
    """Translate a softmax."""
    return _named(to.emit("Softmax", a["self"], axis=a["dim"]))


@translates("log_softmax", "_log_softmax")
def log_softmax(to: Translation, a: Arguments) -> Name:
    """Translate the logarithm of a softmax."""
    return _named(to.emit("LogSoftmax", a["self"], axis=a["dim"]))


@translates("glu")
def glu(to: Translation, a: Arguments) -> Name:
    """Translate a gated unit."""
    half = to.result[a["dim"]]
    one, other = to.emit("Split", a["self"], to.wholes(half, half), outputs=2, axis=a["dim"])
    return _named(to.emit("Mul", one, to.emit("Sigmoid", other)))


@translates("pow")
def power(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate a power."""
    if not ratio(a["exponent"]) or not isinstance(a["self"], str):
        return NotImplemented
    return to.emit("Pow", a["self"], to.real(a["exponent"]))


@translates("rsqrt")
def rsqrt(to: Translation, a: Arguments) -> Name:
    """Translate one over a root."""
    return _named(to.emit("Reciprocal", to.emit("Sqrt", a["self"])))


# --- joins ----------------------------------------------------------------------------------------

_JOINS = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div"}
_JOINS |= {"maximum": "Max", "minimum": "Min"}


def _joining(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
        one, other = a["self"], a["other"]
        if a.get("rounding_mode") is not None:
            return NotImplemented
        alpha = a.get("alpha", 1)
        if ratio(other):
            other = to.real(other * alpha)
        elif alpha != 1:
            other = to.emit("Mul", other, to.real(alpha))
        if ratio(one):
            one = to.real(one)
        return to.emit(word, one, other)

    return handler


for _name, _word in _JOINS.items():
    translates(_name, f"{_name}_")(_joining(_word))


@translates("rsub")
def rsub(to: Translation, a: Arguments) -> Name:
    """Translate a difference the other way round."""
    other = to.real(a["other"]) if ratio(a["other"]) else a["other"]
    return _named(to.emit("Sub", other, a["self"]))


@translates("cat", "concat")
def cat(to: Translation, a: Arguments) -> Name:
    """Translate a concatenation."""
    return _named(to.emit("Concat", *a["tensors"], axis=a["dim"]))


@translates("stack")
def stack(to: Translation, a: Arguments) -> Name:
    """Translate a concatenation along a new axis."""
    axis = a["dim"] % len(to.result)
    spread = [to.emit("Unsqueeze", one, to.wholes(axis)) for one in a["tensors"]]
    return _named(to.emit("Concat", *spread, axis=axis))


# --- reductions -----------------------------------------------------------------------------------

_REDUCTIONS = {"mean": "ReduceMean", "sum": "ReduceSum", "amax": "ReduceMax", "amin": "ReduceMin"}


def _reducing(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return _reduced(to, word, a)

    return handler


for _name, _word in _REDUCTIONS.items():
    translates(_name)(_reducing(_word))


def _reduced(to: Translation, word: str, a: Arguments) -> Name:
    axes = a.get("dim")
    axes = list(range(len(to.shape(a["self"])))) if axes in (None, []) else axes
    chosen = to.wholes(*([axes] if isinstance(axes, int) else axes))
    return _named(to.emit(word, a["self"], chosen, keepdims=int(bool(a.get("keepdim")))))


@translates("max", "min")
def largest(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - names, or nothing known
    """Translate the largest along an axis; where it lies is not told."""
    if "dim" not in a:
        return NotImplemented
    assert to._node is not None  # noqa: SLF001 - of this room
    word = "ReduceMax" if "max" in str(to._node.target) else "ReduceMin"  # noqa: SLF001 - as above
    return [_reduced(to, word, a), None]


@translates("linalg_vector_norm")
def vector_norm(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate an L2 norm."""
    return _reduced(to, "ReduceL2", a) if a["ord"] == 2 else NotImplemented  # noqa: PLR2004 - L2


# --- axes -----------------------------------------------------------------------------------------


@translates(
    *(
        "view",
        "reshape",
        "_unsafe_view",
        "flatten",
        "unflatten",
        "squeeze",
        "squeeze_",
        "unsqueeze",
    ),
    *("unsqueeze_", "view_as", "ravel"),
)
def reshape(to: Translation, a: Arguments) -> Name:
    """Translate what only counts axes otherwise."""
    value = a["self"]
    return _named(to.emit("Reshape", value, to.wholes(*to.result)))


@translates("permute")
def permute(to: Translation, a: Arguments) -> Name:
    """Translate another order of the axes."""
    rank = len(a["dims"])
    return _named(to.emit("Transpose", a["self"], perm=tuple(axis % rank for axis in a["dims"])))


@translates("transpose", "transpose_", "swapaxes", "swapdims", "t", "mT")
def transpose(to: Translation, a: Arguments) -> Name:
    """Translate two axes that change their places."""
    rank = len(to.shape(a["self"]))
    one, other = (
        a.get("dim0", a.get("axis0", 0)) % rank,
        a.get("dim1", a.get("axis1", rank - 1)) % rank,
    )
    order = list(range(rank))
    order[one], order[other] = order[other], order[one]
    return _named(to.emit("Transpose", a["self"], perm=tuple(order)))


@translates("movedim")
def movedim(to: Translation, a: Arguments) -> Name:
    """Translate axes that move."""
    rank = len(to.shape(a["self"]))
    moved = [[axis % rank for axis in wide(a[key], 1)] for key in ("source", "destination")]
    order: list[int | None] = [None] * rank
    for source, destination in zip(*moved, strict=True):
        order[destination] = source
    rest = iter(axis for axis in range(rank) if axis not in moved[0])
    perm = tuple(next(rest) if axis is None else axis for axis in order)
    return _named(to.emit("Transpose", a["self"], perm=perm))


@translates("expand", "expand_as", "broadcast_to")
def expand(to: Translation, a: Arguments) -> Name:
    """Translate what is repeated without being stored."""
    return _named(to.emit("Expand", a["self"], to.wholes(*to.result)))


@translates("repeat", "tile")
def repeat(to: Translation, a: Arguments) -> Name:
    """Translate what is repeated."""
    times = tuple(a.get("repeats", a.get("dims")))
    value, given = a["self"], to.shape(a["self"])
    if len(times) > len(given):
        value = to.emit("Reshape", value, to.wholes(*(1,) * (len(times) - len(given)), *given))
    return _named(to.emit("Tile", value, to.wholes(*times)))


@translates("pixel_shuffle")
def pixel_shuffle(to: Translation, a: Arguments) -> Name:
    """Translate channels that become positions, in PyTorch's order."""
    return _named(to.emit("DepthToSpace", a["self"], blocksize=a["upscale_factor"], mode="CRD"))


@translates("pixel_unshuffle")
def pixel_unshuffle(to: Translation, a: Arguments) -> Name:
    """Translate positions that become channels, in PyTorch's order."""
    n, c, h, w = to.shape(a["self"])
    k = a["downscale_factor"]
    cut = to.emit("Reshape", a["self"], to.wholes(n, c, h // k, k, w // k, k))
    turned = to.emit("Transpose", cut, perm=(0, 1, 3, 5, 2, 4))
    return _named(to.emit("Reshape", turned, to.wholes(*to.result)))


@translates("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(to: Translation, a: Arguments) -> Name:
    """Translate channels that are dealt anew."""
    n, c, *size = to.shape(a["self"])
    groups, rest = a["groups"], range(3, 3 + len(size))
    cut = to.emit("Reshape", a["self"], to.wholes(n, groups, c // groups, *size))
    turned = to.emit("Transpose", cut, perm=(0, 2, 1, *rest))
    return _named(to.emit("Reshape", turned, to.wholes(n, c, *size)))


# --- parts ----------------------------------------------------------------------------------------


@translates("slice")
def sliced(to: Translation, a: Arguments) -> Name:
    """Translate a stretch of an axis."""
    axis = a["dim"]
    start = a["start"] or 0
    end = to.shape(a["self"])[axis] if a["end"] is None else a["end"]
    bounds = [to.wholes(n) for n in (start, min(end, 2**62), axis, a["step"])]
    return _named(to.emit("Slice", a["self"], *bounds))


@translates("narrow")
def narrow(to: Translation, a: Arguments) -> Name:
    """Translate a stretch of a length."""
    bounds = [to.wholes(n) for n in (a["start"], a["start"] + a["length"], a["dim"], 1)]
    return _named(to.emit("Slice", a["self"], *bounds))


@translates("select")
def select(to: Translation, a: Arguments) -> Name:
    """Translate one place of an axis."""
    place = to.wholes(a["index"], is_scalar=True)
    return _named(to.emit("Gather", a["self"], place, axis=a["dim"]))


@translates("index_select")
def index_select(to: Translation, a: Arguments) -> Name:
    """Translate places of an axis."""
    return _named(to.emit("Gather", a["self"], a["index"], axis=a["dim"]))


@translates("index")
def index(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate places of one axis."""
    given = [(axis, one) for axis, one in enumerate(a["indices"]) if one is not None]
    if len(given) != 1:
        return NotImplemented
    ((axis, places),) = given
    return to.emit("Gather", a["self"], places, axis=axis)


@translates("embedding")
def embedding(to: Translation, a: Arguments) -> Name:
    """Translate a lookup."""
    return _named(to.emit("Gather", a["weight"], a["indices"], axis=0))


def _lengths(to: Translation, a: Arguments) -> list[int]:
    """Return how long each part is."""
    whole = to.shape(a["self"])[a["dim"]]
    if isinstance(sizes := a.get("split_sizes", a.get("split_size")), list):
        return sizes
    step = sizes if isinstance(sizes, int) else -(-whole // a["chunks"])
    return [min(step, whole - start) for start in range(0, whole, step)]


@translates("split", "split_with_sizes", "chunk")
def split(to: Translation, a: Arguments) -> list[Name]:
    """Translate an axis that is cut into parts."""
    lengths = _lengths(to, a)
    return list(
        to.emit("Split", a["self"], to.wholes(*lengths), outputs=len(lengths), axis=a["dim"])
    )


@translates("unbind")
def unbind(to: Translation, a: Arguments) -> list[Name]:
    """Translate an axis whose every place is a tensor of its own."""
    count = to.shape(a["self"])[a["dim"]]
    places = [to.wholes(n, is_scalar=True) for n in range(count)]
    return [_named(to.emit("Gather", a["self"], place, axis=a["dim"])) for place in places]


@translates("roll")
def roll(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate what goes round."""
    if not a["dims"]:
        return NotImplemented
    value, extents = a["self"], to.shape(a["self"])
    for axis, amount in zip(a["dims"], a["shifts"], strict=True):
        n = extents[axis]
        if amount % n:
            ends = [(n - amount % n, n), (0, n - amount % n)]
            value = to.emit(
                "Concat",
                *(
                    to.emit("Slice", value, *(to.wholes(k) for k in (*end, axis, 1)))
                    for end in ends
                ),
                axis=axis % len(extents),
            )
    return value


# --- borders and sizes ----------------------------------------------------------------------------


@translates(
    *("pad", "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d"),
    *("replication_pad1d", "replication_pad2d", "replication_pad3d"),
)
def pad(to: Translation, a: Arguments) -> Any:  # noqa: ANN401 - a name, or nothing known
    """Translate borders: PyTorch names the last axis first."""
    assert to._node is not None  # noqa: SLF001 - of this room
    word = str(to._node.target)  # noqa: SLF001 - as above
    mode = a.get("mode") or (
        "reflect" if "reflection" in word else "replicate" if "replication" in word else "constant"
    )
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    if mode not in modes:
        return NotImplemented
    given = a["pad"] if "pad" in a else a["padding"]
    rank = len(to.shape(a["self"]))
    before, after = [0] * rank, [0] * rank
    for k in range(len(given) // 2):
        before[rank - 1 - k], after[rank - 1 - k] = given[2 * k], given[2 * k + 1]
    number = a.get("value") or 0
    return to.emit(
        "Pad", a["self"], to.wholes(*before, *after), to.real(float(number)), mode=modes[mode]
    )


_RESIZED: dict[str, dict[str, str]] = {
    "nearest": {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    },
    "_nearest_exact": {
        "mode": "nearest",
        "coordinate_transformation_mode": "half_pixel",
        "nearest_mode": "round_prefer_ceil",
    },
    "linear": {"mode": "linear"},
    "bilinear": {"mode": "linear"},
    "trilinear": {"mode": "linear"},
    "bicubic": {"mode": "cubic"},
}


def _resizing(word: str) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        attributes: dict[str, Any] = dict(_RESIZED[word])
        if "nearest" not in word:
            corners = "align_corners" if a["align_corners"] else "half_pixel"
            attributes["coordinate_transformation_mode"] = corners
            attributes["cubic_coeff_a"] = -0.75
        value = a["input"] if "input" in a else a["self"]
        return _named(to.emit("Resize", value, "", "", to.wholes(*to.result), **attributes))

    return handler


for _mode in _RESIZED:
    for _rank in "123":
        _stem = "_upsample" if _mode.startswith("_") else "upsample_"
        translates(f"{_stem}{_mode}{_rank}d")(_resizing(_mode))


# --- constants ------------------------------------------------------------------------------------


def _filling(number: float) -> Any:  # noqa: ANN401 - a handler
    def handler(to: Translation, a: Arguments) -> Name:
        return to.filled(float(a.get("fill_value", number) or 0), *to.result)

    return handler


for _name, _number in {"zeros": 0.0, "ones": 1.0, "full": 0.0, "empty": 0.0}.items():
    translates(_name, f"new_{_name}", f"{_name}_like")(_filling(_number))


@translates("arange")
def arange(to: Translation, a: Arguments) -> Name:
    """Translate numbers in order."""
    start, step = a.get("start") or 0, a.get("step") or 1
    (count,) = to.result
    return to.wholes(*(int(start + k * step) for k in range(count)))


__all__ = ["HANDLERS"]
