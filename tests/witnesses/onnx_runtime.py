"""ONNX Runtime as a witness: what its operators make of our layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from tests.witnesses.case import Array, Question, Silent, SizeOnly, Witness, reduced

onnxruntime.set_default_logger_severity(4)
_errors = onnxruntime.capi.onnxruntime_pybind11_state
REFUSALS = (
    ValueError,
    _errors.Fail,
    _errors.InvalidArgument,
    _errors.RuntimeException,
    _errors.InvalidGraph,
)
WITNESSES: dict[str, Witness] = {}

OPSET = 22


def operator(name: str, inputs: Sequence[Array | None], **attributes: Any) -> Array:
    """Run one operator on these inputs, some of which may be left out."""
    names = ["" if x is None else f"x{i}" for i, x in enumerate(inputs)]
    node = helper.make_node(name, names, ["y"], **attributes)
    fed = {n: x for n, x in zip(names, inputs, strict=True) if x is not None}
    given = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for n, x in fed.items()
    ]
    out = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "one", given, [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        (found,) = session.run(None, fed)
    except _errors.NotImplemented as error:
        raise Silent(str(error)) from None
    return np.asarray(found)


def first(x: Array) -> Array:
    """Return an array with the channels first."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))


def witness(*kinds: str) -> Callable[[Callable[[Question, Array], Any]], None]:
    """Register what ONNX Runtime makes of these kinds; channels are put first and back."""

    def register(function: Callable[[Question, Array], Any]) -> None:
        def ask(question: Question) -> Array | SizeOnly:
            answer = function(question, first(question.x))
            if isinstance(answer, SizeOnly):
                return SizeOnly(np.moveaxis(answer.array, 1, -1))
            return np.asarray(np.moveaxis(answer, 1, -1))

        for kind in kinds:
            WITNESSES[kind] = ask

    return register


def on_a_map(q: Question) -> None:
    """Of a vector ONNX takes the batch for channels: nothing follows."""
    if q.rank == 0:
        raise Silent("a vector")


# --- windows --------------------------------------------------------------------------------------


def borders(q: Question) -> dict[str, Any]:
    """Return the padding in ONNX' form: all numbers before, then all behind."""
    on_a_map(q)
    match q["padding"]:
        case "same":
            stride = q.each("kernel" if q["stride"] is None else "stride")
            if any(s > k for s, k in zip(stride, q.each("kernel"), strict=True)):
                raise Silent(
                    "ONNX Runtime pads a window that is shorter than its step by less than 0"
                )
            return {"auto_pad": "SAME_UPPER"}
        case "valid":
            return {}
        case "causal":
            if q.rank > 1:
                raise Silent("ONNX has no word for it")
            ahead = q.each("dilation")[0] * (q.each("kernel")[0] - 1)
            return {"pads": [ahead, 0]}
        case "circular" | "reflect" | "replicate":
            raise Silent("ONNX pads so by an operator of its own")
        case _:
            pairs = q.sides()
            return {"pads": [p for p, _ in pairs] + [p for _, p in pairs]}


def kernel_first(kernel: Array) -> Array:
    """Return a kernel whose filters and channels come first."""
    return np.ascontiguousarray(np.moveaxis(kernel, (-1, -2), (0, 1)))


def nowhere(q: Question, *attributes: str) -> None:
    """Say nothing of zeros that ONNX Runtime divides by, or takes for nothing said."""
    for attribute in attributes:
        value = q[attribute]
        if value is not None and 0 in (value if isinstance(value, Sequence) else (value,)):
            raise Silent(f"{attribute} 0")


def convolved(q: Question, x: Array, kernel: Array, groups: int, *bias: Array) -> Array:
    """Slide a kernel, its filters last."""
    if q["padding"] == "same" and any(d > 1 for d in q.each("dilation")):
        raise Silent("ONNX Runtime lays the padding of a dilated 'same' without the dilation")
    return operator(
        "Conv",
        [x, kernel_first(kernel), *bias],
        kernel_shape=q.each("kernel"),
        strides=q.each("stride"),
        dilations=q.each("dilation"),
        group=groups,
        **borders(q),
    )


def bias(q: Question, count: int) -> list[Array]:
    """Return the bias, if there is one."""
    return [q.tensor("bias", count)] if q["bias"] else []


@witness("conv")
def _conv(q: Question, x: Array) -> Array:
    on_a_map(q)
    nowhere(q, "kernel", "stride", "dilation", "groups", "filters")
    if q["weight_standardized"] or q["gain"]:
        raise Silent("ONNX takes a kernel as it is")
    groups, filters = q["groups"], q["filters"]
    kernel = q.tensor("kernel", *q.each("kernel"), max(q.channels // groups, 1), filters)
    return convolved(q, x, kernel, groups, *bias(q, filters))


@witness("depthwise")
def _depthwise(q: Question, x: Array) -> Array:
    on_a_map(q)
    nowhere(q, "kernel", "stride", "dilation")
    many = q.channels * q["multiplier"]
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels, q["multiplier"])
    kernel = kernel.reshape(*q.each("kernel"), 1, many)
    return convolved(q, x, kernel, q.channels, *bias(q, many))


@witness("transposed_conv")
def _transposed_conv(q: Question, x: Array) -> Array:
    on_a_map(q)
    nowhere(q, "kernel", "stride", "dilation", "groups", "filters")
    groups, filters, added = q["groups"], q["filters"], q["output_padding"]
    if q["padding"] in ("same", "valid"):
        raise Silent("the words are Keras'")
    if q.channels % groups or filters % groups:
        raise Silent("ONNX Runtime reads a kernel of the wrong size")
    kernel = q.tensor("kernel", *q.each("kernel"), q.channels // groups, filters)
    parts = np.concatenate(np.split(kernel, groups, axis=-1), axis=-2)
    more = {} if added is None else {"output_padding": q.each("output_padding")}
    limits = zip(q.each("stride"), more.get("output_padding", ()), strict=False)
    if any(a >= s for s, a in limits):
        raise Silent("ONNX Runtime adds what it is told, or nothing beside a dilation")
    return operator(
        "ConvTranspose",
        [x, np.ascontiguousarray(np.moveaxis(parts, (-2, -1), (0, 1))), *bias(q, filters)],
        kernel_shape=q.each("kernel"),
        strides=q.each("stride"),
        dilations=q.each("dilation"),
        group=groups,
        **more,
        **borders(q),
    )


def pool(q: Question) -> dict[str, Any]:
    """Return the window of a pool."""
    on_a_map(q)
    nowhere(q, "kernel", "stride")
    if q["padding"] != "valid" and not isinstance(q["padding"], str) and not q.is_paired:
        halves = zip(q.sides(), q.each("kernel"), strict=True)
        if any(k / 2 < before < k for (before, _), k in halves):
            raise Silent("numbers are PyTorch's form; ONNX names every border, and takes more")
    laid = borders(q)
    if "auto_pad" not in laid and not q.attributes.get("ceil_mode", False):
        dilation = q.each("dilation") if "dilation" in q.attributes else (1,) * q.rank
        axes = zip(q.x.shape[1:-1], q.each("kernel"), dilation, q.sides(), strict=True)
        if any(d * (k - 1) + 1 > n + sum(side) for n, k, d, side in axes):
            raise Silent("ONNX Runtime divides towards zero, and lays a window that does not fit")
    return {
        "kernel_shape": q.each("kernel"),
        "strides": q.each("kernel") if q["stride"] is None else q.each("stride"),
        **laid,
    }


def dilated(q: Question) -> dict[str, Any]:
    """Return the window of a pool, perhaps with holes, and whether it may hang over the border."""
    nowhere(q, "dilation")
    if q["padding"] == "same" and any(d > 1 for d in q.each("dilation")):
        raise Silent("ONNX Runtime lays the padding of a dilated 'same' without the dilation")
    return {"dilations": q.each("dilation"), "ceil_mode": int(q["ceil_mode"]), **pool(q)}


@witness("maxpool")
def _maxpool(q: Question, x: Array) -> Array:
    window = dilated(q)
    found = operator("MaxPool", [x], **window)
    # The largest of nothing is the lowest number of 32 bits there.
    return np.where(found == np.finfo(np.float32).min, -np.inf, found)


@witness("avgpool")
def _avgpool(q: Question, x: Array) -> Array:
    counted = int(q["count_padding"])
    window = {"count_include_pad": counted, **dilated(q)}
    return operator("AveragePool", [x], **window)


@witness("lppool")
def _lppool(q: Question, x: Array) -> Array:
    if q["norm"] != int(q["norm"]):
        raise Silent("ONNX' exponent is a whole number")
    window = {"p": int(q["norm"]), **dilated(q)}
    return operator("LpPool", [x], **window)


@witness("global_maxpool")
def _global_maxpool(q: Question, x: Array) -> Array:
    on_a_map(q)
    return operator("GlobalMaxPool", [x])


@witness("global_avgpool")
def _global_avgpool(q: Question, x: Array) -> Array:
    on_a_map(q)
    return operator("GlobalAveragePool", [x])


# --- norms and activations ------------------------------------------------------------------------


def learned(q: Question, *shape: int) -> list[Array]:
    """Return gamma and beta, which are ones and zeros where they are not learned."""
    gamma = q.tensor("gamma", *shape) if q["scale"] else np.ones(shape, np.float32)
    return [gamma, q.tensor("beta", *shape) if q["center"] else np.zeros(shape, np.float32)]


@witness("batchnorm")
def _batchnorm(q: Question, x: Array) -> Array:
    kept = [q.tensor(role, q.channels) for role in ("moving mean", "moving variance")]
    return operator("BatchNormalization", [x, *learned(q, q.channels), *kept], epsilon=q["epsilon"])


@witness("layernorm")
def _layernorm(q: Question, x: Array) -> Array:
    del x
    axis = 1 if q["axes"] == "all" else q.x.ndim - 1
    tensors = learned(q, *q.x.shape[axis:])
    y = operator("LayerNormalization", [q.x, *tensors], axis=axis, epsilon=q["epsilon"])
    return np.moveaxis(y, -1, 1)


@witness("groupnorm")
def _groupnorm(q: Question, x: Array) -> Array:
    on_a_map(q)
    if q.channels % q["groups"]:
        raise Silent("ONNX Runtime makes other groups of them")
    return operator(
        "GroupNormalization",
        [x, *learned(q, q.channels)],
        num_groups=q["groups"],
        epsilon=q["epsilon"],
    )


@witness("instancenorm")
def _instancenorm(q: Question, x: Array) -> Array:
    on_a_map(q)
    return operator("InstanceNormalization", [x, *learned(q, q.channels)], epsilon=q["epsilon"])


@witness("lrn")
def _lrn(q: Question, x: Array) -> Array:
    if q["size"] % 2 == 0 or q.rank != 2:
        raise Silent("ONNX Runtime takes odd sizes only, and images")
    return operator("LRN", [x], size=q["size"], alpha=q["alpha"], beta=q["beta"], bias=q["offset"])


@witness("prelu")
def _prelu(q: Question, x: Array) -> Array:
    size = q.x.shape[1:-1] if q["per_position"] else (1,) * q.rank
    count = 1 if q["shared"] else q.channels
    slope = q.tensor("slope", *(size if q["per_position"] else ()), count)
    return operator("PRelu", [x, np.moveaxis(slope.reshape(*size, count), -1, 0).copy()])


SIMPLE: dict[str, tuple[str, Callable[[Question], dict[str, Any]]]] = {
    **{
        kind: (name, lambda q: {})
        for kind, name in (
            *(("relu", "Relu"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("selu", "Selu")),
            *(("hard_swish", "HardSwish"), ("softplus", "Softplus"), ("mish", "Mish")),
            *(("abs", "Abs"), ("sqrt", "Sqrt"), ("exp", "Exp"), ("log", "Log")),
            ("identity", "Identity"),
        )
    },
    "leaky_relu": ("LeakyRelu", lambda q: {"alpha": q["slope"]}),
    "elu": ("Elu", lambda q: {"alpha": q["alpha"]}),
    "softmax": ("Softmax", lambda q: {"axis": 1}),
    "log_softmax": ("LogSoftmax", lambda q: {"axis": 1}),
    "gelu": ("Gelu", lambda q: {"approximate": "tanh" if q["approximate"] else "none"}),
    "hard_sigmoid": ("HardSigmoid", lambda q: {"alpha": 1 / 6, "beta": 0.5}),
}
"""Operators of one input that keep the shape, and their attributes."""


def _simple(
    name: str, attributes: Callable[[Question], dict[str, Any]]
) -> Callable[[Question, Array], Array]:
    return lambda q, x: operator(name, [x], **attributes(q))


for _kind, (_name, _attributes) in SIMPLE.items():
    witness(_kind)(_simple(_name, _attributes))


@witness("celu")
def _celu(q: Question, x: Array) -> Array:
    if not q["alpha"]:
        raise Silent("ONNX Runtime makes what is not a number")
    return operator("Celu", [x], alpha=float(q["alpha"]))


@witness("power")
def _power(q: Question, x: Array) -> Array:
    if not q["exponent"]:
        raise Silent("ONNX Runtime makes ones of everything")
    return operator("Pow", [x, np.array(q["exponent"], np.float32)])


@witness("clip")
def _clip(q: Question, x: Array) -> Array:
    limits = [None if q[name] is None else np.array(q[name], np.float32) for name in ("min", "max")]
    given = [float(limit) for limit in limits if limit is not None]
    if not given or given != sorted(given):
        raise Silent("ONNX Runtime passes everything on, or lets the upper limit win")
    return operator("Clip", [x, *limits])


# --- joins, and elements in other places ----------------------------------------------------------


def _joined(name: str, **attributes: Any) -> Witness:
    def ask(q: Question) -> Array:
        if len({x.ndim for x in q.inputs}) > 1:
            raise Silent("ONNX lines up the last axes")
        return operator(name, q.inputs, **attributes)

    return ask


for _kind, _name in (
    *(("add", "Sum"), ("maximum", "Max"), ("minimum", "Min"), ("average", "Mean")),
    *(("subtract", "Sub"), ("divide", "Div")),
):
    WITNESSES[_kind] = _joined(_name)


def _concat(q: Question) -> Array:
    if len({x.ndim for x in q.inputs}) > 1:
        raise Silent("ONNX lines up the last axes")
    return operator("Concat", q.inputs, axis=q.axis)


WITNESSES["concat"] = _concat


def whole(*numbers: int) -> Array:
    """Return whole numbers as an input of an operator."""
    return np.array(numbers, np.int64)


def _padding(mode: str) -> Callable[[Question, Array], Array]:
    def ask(q: Question, x: Array) -> Array:
        on_a_map(q)
        before, after = ([side[i] for side in q.sides()] for i in (0, 1))
        most = {"reflect": -1, "wrap": 0}
        if mode in most and any(
            max(p) > n + most[mode] for p, n in zip(q.sides(), x.shape[2:], strict=True)
        ):
            raise Silent("ONNX Runtime mirrors and repeats again and again")
        return operator("Pad", [x, whole(0, 0, *before, 0, 0, *after)], mode=mode)

    return ask


witness("zeropad")(_padding("constant"))
witness("circularpad")(_padding("wrap"))
witness("reflectpad")(_padding("reflect"))
witness("replicatepad")(_padding("edge"))


def _reduce(q: Question) -> Array:
    if q["method"] == "var":
        raise Silent("ONNX has no variance")
    axes = reduced(q)
    if not q["keep"] and q.rank + 1 in axes:
        raise Silent("ONNX lets the channels go")
    name = "L2" if q["method"] == "l2" else q["method"].capitalize()
    return operator(f"Reduce{name}", [q.x, whole(*axes)], keepdims=int(q["keep"]))


WITNESSES["reduce"] = _reduce


@witness("depth_to_space")
def _depth_to_space(q: Question, x: Array) -> Array:
    if q.rank != 2:
        raise Silent("ONNX does so to images only")
    return operator("DepthToSpace", [x], blocksize=q["block"], mode="CRD")


@witness("resize")
def _resize(q: Question, x: Array) -> Array:
    on_a_map(q)
    nowhere(q, "scale", "size")
    if q["align_corners"] and q["method"] not in {"bilinear", "bicubic"}:
        raise Silent("ONNX aligns the corners of whatever it is told")
    if q["scale"] is not None and q["size"] is not None:
        raise Silent("one of them")
    if q["method"] == "bicubic" and q.rank != 2:
        raise Silent("ONNX Runtime's cubics are of images")
    word = "align_corners" if q["align_corners"] else q["coordinates"] or "half_pixel"
    interpolated = {"coordinate_transformation_mode": word}
    how: dict[str, Any] = {
        "nearest": {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        "nearest_exact": {
            "coordinate_transformation_mode": "half_pixel",
            "nearest_mode": "round_prefer_ceil",
        },
        "bilinear": interpolated,
        "bicubic": interpolated
        | {
            "cubic_coeff_a": float(q["coefficient"]),
            "exclude_outside": int(q["exclude_outside"]),
        },
    }[q["method"]]
    mode = {"bilinear": "linear", "bicubic": "cubic"}.get(q["method"], "nearest")
    if q["scale"] is not None:
        given = q["scale"]
        each = (given,) * q.rank if isinstance(given, int | float) else given
        scales = np.array([1, 1, *each], np.float32)
        return operator("Resize", [x, None, scales], mode=mode, **how)
    size = whole(*x.shape[:2], *q.each("size"))
    return operator("Resize", [x, None, None, size], mode=mode, **how)


# --- sequences ------------------------------------------------------------------------------------


def _recurrent(q: Question, name: str, order: list[int], **more: Any) -> Array:
    """Run an operator for one layer, whose gates stand in this order."""
    if q.rank != 1:
        raise Silent("a sequence has one axis")
    if q["layers"] != 1:
        raise Silent("ONNX has one layer in one operator")
    sums, ways = len(order) * q["units"], ("", "backward ")[: 1 + q["bidirectional"]]

    def gates(role: str, *shape: int) -> Array:
        found = []
        for way in ways:
            parts = np.split(q.tensor(f"{way}{role}", *shape), len(order), axis=-1)
            found.append(np.concatenate([parts[place] for place in order], axis=-1).T)
        return np.ascontiguousarray(np.stack(found))

    kernel = gates("kernel", q.channels, sums)
    recurrent = gates("recurrent kernel", q["units"], sums)
    bias = None
    if q["biases"]:
        nothing = np.zeros((len(ways), sums), np.float32)
        second = gates("recurrent bias", sums) if q["biases"] > 1 else nothing
        bias = np.concatenate([gates("bias", sums), second], axis=-1)
    found = operator(
        name,
        [np.ascontiguousarray(np.swapaxes(q.x, 0, 1)), kernel, recurrent, bias],
        hidden_size=q["units"],
        direction="bidirectional" if q["bidirectional"] else "forward",
        **more,
    )
    # Steps, directions, images, units.
    if q["output"] == "sequence":
        joined: Array = np.transpose(found, (2, 0, 1, 3)).reshape(*q.x.shape[:2], -1)
        return joined
    ends = [found[-1, 0], *found[0, 1:]]
    return np.concatenate(ends, axis=-1)


WITNESSES["lstm"] = lambda q: _recurrent(q, "LSTM", [0, 3, 1, 2])
WITNESSES["rnn"] = lambda q: _recurrent(
    q, "RNN", [0], activations=[q["activation"].capitalize()] * (1 + q["bidirectional"])
)
WITNESSES["gru"] = lambda q: _recurrent(
    q, "GRU", [1, 0, 2], linear_before_reset=int(q["reset_after"])
)
