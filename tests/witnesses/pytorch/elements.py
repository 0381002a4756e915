"""Everything that is no window, as PyTorch's functions have it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from math import prod
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from einops import EinopsError, rearrange

from tests.witnesses.case import Question, Silent, outer, reduced
from tests.witnesses.pytorch.base import joined, on_a_map, witness

# --- activations ----------------------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable[[Question, Any], Any]] = {
    "relu": lambda q, x: F.relu(x),
    "relu6": lambda q, x: F.relu6(x),
    "leaky_relu": lambda q, x: F.leaky_relu(x, q["slope"]),
    "elu": lambda q, x: F.elu(x, q["alpha"]),
    "sigmoid": lambda q, x: F.sigmoid(x),
    "tanh": lambda q, x: F.tanh(x),
    "softmax": lambda q, x: F.softmax(x, dim=1),
    "log_softmax": lambda q, x: F.log_softmax(x, dim=1),
    "selu": lambda q, x: F.selu(x),
    "celu": lambda q, x: F.celu(x, q["alpha"]),
    "gelu": lambda q, x: F.gelu(x, approximate="tanh" if q["approximate"] else "none"),
    "silu": lambda q, x: F.silu(x),
    "hard_sigmoid": lambda q, x: F.hardsigmoid(x),
    "hard_swish": lambda q, x: F.hardswish(x),
    "softplus": lambda q, x: F.softplus(x),
    "mish": lambda q, x: F.mish(x),
    "abs": lambda q, x: torch.abs(x),
    "sqrt": lambda q, x: torch.sqrt(x),
    "exp": lambda q, x: torch.exp(x),
    "log": lambda q, x: torch.log(x),
    "identity": lambda q, x: x,
    "scale": lambda q, x: x * q["factor"] + q["offset"],
}
for _kind, _function in ACTIVATIONS.items():
    witness(_kind)(_function)


def per_channel(q: Question, role: str, count: int | None = None) -> Any:
    """Return a tensor with one number for each channel, or for as many as are said."""
    return torch.tensor(q.tensor(role, q.channels if count is None else count))


@witness("prelu")
def _prelu(q: Question, x: Any) -> Any:
    count = 1 if q["shared"] else q.channels
    if not q["per_position"]:
        return F.prelu(x, per_channel(q, "slope", count))
    slope = torch.movedim(torch.tensor(q.tensor("slope", *q.x.shape[1:-1], count)), -1, 0)
    return torch.where(x > 0, x, slope * x)


@witness("hard_tanh")
def _hard_tanh(q: Question, x: Any) -> Any:
    if q["min"] == q["max"]:
        raise Silent("PyTorch's module refuses what its function takes")
    return F.hardtanh(x, q["min"], q["max"])


def _gated(function: Callable[[Any], Any]) -> Callable[[Question, Any], Any]:
    def ask(q: Question, x: Any) -> Any:
        if q.channels % 2:
            raise ValueError("the halves are not equal")
        opened, gate = torch.chunk(x, 2, dim=1)
        return opened * function(gate)

    return ask


witness("glu")(lambda q, x: F.glu(x, dim=1))
witness("geglu")(_gated(F.gelu))
witness("swiglu")(_gated(F.silu))


@witness("power")
def _power(q: Question, x: Any) -> Any:
    if not q["exponent"]:
        raise Silent("PyTorch makes ones of everything")
    return torch.pow(x, q["exponent"])


@witness("clip")
def _clip(q: Question, x: Any) -> Any:
    limits = [limit for limit in (q["min"], q["max"]) if limit is not None]
    if not limits or limits != sorted(limits):
        raise Silent("PyTorch wants a limit, and lets the upper one win")
    return torch.clamp(x, q["min"], q["max"])


@witness("layer_scale")
def _layer_scale(q: Question, x: Any) -> Any:
    return x * per_channel(q, "gamma", 1 if q["shared"] else None).reshape(-1, *(1,) * q.rank)


@witness("affine")
def _affine(q: Question, x: Any) -> Any:
    count = 1 if q["shared"] else None
    one = (-1, *(1,) * q.rank)
    if q["scale"]:
        x = x * per_channel(q, "gamma", count).reshape(one)
    return x + per_channel(q, "beta", count).reshape(one) if q["center"] else x


@witness("constant_map")
def _constant_map(q: Question, x: Any) -> Any:
    shape = q.x.shape[1:] if q["along"] == "all" else (*(1,) * q.rank, q.channels)
    if q["table"] is None:
        held = shape if q["along"] == "all" else (q.channels,)
        numbers = torch.tensor(q.tensor("constants", *held))
    else:
        places = torch.arange(prod(shape)) % q["table"]
        numbers = F.embedding(places, torch.tensor(q.tensor("table", q["table"]))[:, None])
    laid = torch.movedim(numbers.reshape(shape), -1, 0)
    return x + laid if q["operation"] == "add" else x * laid


@witness("drop_path")
def _drop_path(q: Question, x: Any) -> Any:
    return F.dropout(x, q["rate"], training=False)


@witness("dropout")
def _dropout(q: Question, x: Any) -> Any:
    dropped = F.dropout1d if q["per_channel"] and q.rank == 1 else F.dropout
    return dropped(x, q["rate"], training=False)


# --- norms ----------------------------------------------------------------------------------------


def learned(q: Question, *shape: int) -> tuple[Any, Any]:
    """Return gamma and beta, where they are learned."""
    wanted = (("gamma", q["scale"]), ("beta", q["center"]))
    return tuple(torch.tensor(q.tensor(role, *shape)) if on else None for role, on in wanted)  # type: ignore[return-value]


@witness("batchnorm")
def _batchnorm(q: Question, x: Any) -> Any:
    mean, variance = per_channel(q, "moving mean"), per_channel(q, "moving variance")
    return F.batch_norm(x, mean, variance, *learned(q, q.channels), eps=q["epsilon"])


@witness("layernorm")
def _layernorm(q: Question, x: Any) -> Any:
    y = torch.movedim(x, 1, -1)
    shape = y.shape[1:] if q["axes"] == "all" else y.shape[-1:]
    return torch.movedim(F.layer_norm(y, shape, *learned(q, *shape), q["epsilon"]), -1, 1)


@witness("rmsnorm")
def _rmsnorm(q: Question, x: Any) -> Any:
    y = torch.movedim(x, 1, -1)
    shape = y.shape[1:] if q["axes"] == "all" else y.shape[-1:]
    gamma = torch.tensor(q.tensor("gamma", *shape)) if q["scale"] else None
    return torch.movedim(F.rms_norm(y, shape, gamma, q["epsilon"]), -1, 1)


@witness("grn")
def _grn(q: Question, x: Any) -> Any:
    """As the authors wrote it (facebookresearch/ConvNeXt-V2, models/utils.py), channels last."""
    on_a_map(q)
    y = torch.movedim(x, 1, -1)
    gamma, beta = (torch.tensor(q.tensor(role, q.channels)) for role in ("gamma", "beta"))
    gx = torch.norm(y, p=2, dim=tuple(range(1, y.ndim - 1)), keepdim=True)
    nx = gx / (gx.mean(dim=-1, keepdim=True) + q["epsilon"])
    return torch.movedim(gamma * (y * nx) + beta + y, -1, 1)


@witness("groupnorm")
def _groupnorm(q: Question, x: Any) -> Any:
    if not q["groups"] or q.channels % q["groups"]:
        raise ValueError("as the constructor of the layer says")
    return F.group_norm(x, q["groups"], *learned(q, q.channels), q["epsilon"])


@witness("instancenorm")
def _instancenorm(q: Question, x: Any) -> Any:
    on_a_map(q)
    gamma, beta = learned(q, q.channels)
    if x[0, 0].numel() == 1:
        raise Silent("PyTorch asks for more than one position, as in a training")
    return F.instance_norm(x, weight=gamma, bias=beta, eps=q["epsilon"])


@witness("lrn")
def _lrn(q: Question, x: Any) -> Any:
    on_a_map(q)
    if not q["size"]:
        raise Silent("PyTorch divides by nothing")
    return F.local_response_norm(x, q["size"], q["alpha"], q["beta"], q["offset"])


# --- whole inputs ---------------------------------------------------------------------------------


def flat(q: Question) -> Any:
    """Return the batch with each input as a vector, channels last."""
    return torch.tensor(q.x).reshape(len(q.x), -1)


@witness("dense")
def _dense(q: Question, x: Any) -> Any:
    del x
    y = flat(q)
    kernel = torch.tensor(q.tensor("kernel", y.shape[1], q["units"]))
    return F.linear(y, kernel.T, torch.tensor(q.tensor("bias", q["units"])) if q["bias"] else None)


@witness("maxout")
def _maxout(q: Question, x: Any) -> Any:
    del x
    y, shape = flat(q), (q["pieces"], q["units"])
    sums = torch.einsum("ni,ipu->npu", y, torch.tensor(q.tensor("kernel", y.shape[1], *shape)))
    return (sums + torch.tensor(q.tensor("bias", *shape)) if q["bias"] else sums).amax(dim=1)


@witness("rbf")
def _rbf(q: Question, x: Any) -> Any:
    del x
    y = flat(q)
    return torch.cdist(y, torch.tensor(q.tensor("centres", q["units"], y.shape[1]))) ** 2


# --- joins ----------------------------------------------------------------------------------------


def alike(xs: list[Any]) -> list[Any]:
    """Say nothing of inputs of different ranks: PyTorch would line up their last axes."""
    if len({x.ndim for x in xs}) > 1:
        raise Silent("inputs of different ranks")
    return xs


joined("add")(lambda q, xs: reduce(torch.add, alike(xs)))
joined("multiply")(lambda q, xs: reduce(torch.mul, alike(xs)))
joined("maximum")(lambda q, xs: reduce(torch.maximum, alike(xs)))
joined("minimum")(lambda q, xs: reduce(torch.minimum, alike(xs)))
joined("subtract")(lambda q, xs: torch.sub(*alike(xs)))
joined("divide")(lambda q, xs: torch.div(*alike(xs)))
joined("average")(lambda q, xs: reduce(torch.add, alike(xs)) / len(xs))


@joined("concat")
def _concat(q: Question, xs: list[Any]) -> Any:
    return torch.cat(xs, dim=q.axis)


# --- elements in other places ---------------------------------------------------------------------


@joined("flatten")
def _flatten(q: Question, xs: list[Any]) -> Any:
    return torch.flatten(xs[0], 1)


@joined("reshape")
def _reshape(q: Question, xs: list[Any]) -> Any:
    return xs[0].reshape(len(xs[0]), *map(int, q["to"].split("x")))


def _padding(mode: str) -> Callable[[Question, Any], Any]:
    def ask(q: Question, x: Any) -> Any:
        on_a_map(q)
        return F.pad(x, tuple(outer(q.sides())), mode)

    return ask


witness("zeropad")(_padding("constant"))
witness("circularpad")(_padding("circular"))
witness("reflectpad")(_padding("reflect"))
witness("replicatepad")(_padding("replicate"))


@witness("crop")
def _crop(q: Question, x: Any) -> Any:
    on_a_map(q)
    return F.pad(x, [-side for side in outer(q.sides("amount"))])


@joined("reduce")
def _reduce(q: Question, xs: list[Any]) -> Any:
    dims = reduced(q)
    functions = {
        "mean": torch.mean,
        "sum": torch.sum,
        "max": torch.amax,
        "min": torch.amin,
        "var": partial(torch.var, correction=0),
        "l2": torch.linalg.vector_norm,
    }
    if not q["keep"] and q.rank + 1 in dims:
        raise ValueError("there would be no channels")
    return functions[q["method"]](xs[0], dim=dims, keepdim=q["keep"])


@joined("permute")
def _permute(q: Question, xs: list[Any]) -> Any:
    on_a_map(q)
    return xs[0].permute(0, *q["order"], q.rank + 1)


@joined("slice")
def _slice(q: Question, xs: list[Any]) -> Any:
    if q["channels"] is not None:
        start, stop = q["channels"]
        return xs[0].narrow(-1, start, stop - start)
    axis = q.axis
    n = xs[0].shape[axis]
    for end in (q["start"], q["stop"]):
        if end is not None and not -n <= end <= n:
            raise Silent("PyTorch cuts off what lies outside")
    if q["step"] < 0:
        return _backwards(q, xs[0], axis)
    found = torch.zeros(n, dtype=torch.bool)
    found[q["start"] : q["stop"] : q["step"]] = True
    return xs[0].movedim(axis, 0)[found].movedim(0, axis)


def _backwards(q: Question, x: Any, axis: int) -> Any:
    """Return places from behind: those of a mirrored map, whose last is the first."""
    n = x.shape[axis]
    start, stop = (None if end is None else end % n for end in (q["start"], q["stop"]))
    if n in {q["start"], q["stop"]}:
        raise Silent("nothing lies behind the last place")
    found = torch.zeros(n, dtype=torch.bool)
    first = 0 if start is None else n - 1 - start
    found[first : None if stop is None else n - 1 - stop : -q["step"]] = True
    return x.flip(axis).movedim(axis, 0)[found].movedim(0, axis)


@joined("roll")
def _roll(q: Question, xs: list[Any]) -> Any:
    if q.rank == 0:
        raise Silent("a vector")
    return torch.roll(xs[0], q.each("amount"), dims=tuple(range(1, q.rank + 1)))


@witness("pad")
def _pad(q: Question, x: Any) -> Any:
    ends = (q["channels"],) * 2 if isinstance(q["channels"], int) else q["channels"]
    if not any(ends) or q["padding"]:
        on_a_map(q)
    if q["mode"] == "constant":
        return F.pad(x, tuple(outer([tuple(ends), *q.sides()])), value=q["fill"])
    if any(ends):  # PyTorch continues the last axes only
        x = torch.movedim(F.pad(torch.movedim(x, 1, -1), tuple(ends), q["mode"]), -1, 1)
    return F.pad(x, tuple(outer(q.sides())), q["mode"]) if q.rank else x


@joined("gather")
def _gather(q: Question, xs: list[Any]) -> Any:
    axis, n = q.axis, xs[0].shape[q.axis]
    return torch.index_select(
        xs[0], axis, torch.tensor([p if p >= 0 else p + n for p in q["positions"]])
    )


@joined("rearrange")
def _rearrange(q: Question, xs: list[Any]) -> Any:
    before, _, after = q["pattern"].partition("->")
    try:
        return rearrange(xs[0], f"batch {before} -> batch {after}", **dict(q["sizes"]))
    except EinopsError as error:
        raise ValueError(str(error)) from None


@joined("pad_channels")
def _pad_channels(q: Question, xs: list[Any]) -> Any:
    return F.pad(xs[0], (q["before"], q["after"]))


@witness("channel_shuffle")
def _channel_shuffle(q: Question, x: Any) -> Any:
    on_a_map(q)
    return torch.nn.ChannelShuffle(q["groups"])(x)


@witness("space_to_depth")
def _space_to_depth(q: Question, x: Any) -> Any:
    if q.rank != 2:
        raise Silent("PyTorch does so to images only")
    return F.pixel_unshuffle(x, q["block"])


@witness("depth_to_space")
def _depth_to_space(q: Question, x: Any) -> Any:
    if q.rank != 2:
        raise Silent("PyTorch does so to images only")
    return F.pixel_shuffle(x, q["block"])


@witness("shift")
def _shift(q: Question, x: Any) -> Any:
    on_a_map(q)
    amounts = q.each("amount")
    if any(abs(a) >= n for a, n in zip(amounts, x.shape[2:], strict=True)):
        raise Silent("PyTorch has no such layer, and crops and pads without a word")
    return F.pad(x, tuple(outer([(-a, a) for a in amounts])))


def factors(q: Question) -> tuple[float, ...]:
    """Return one factor per axis."""
    scale = q["scale"]
    return (float(scale),) * q.rank if isinstance(scale, int | float) else tuple(map(float, scale))


@witness("resize")
def _resize(q: Question, x: Any) -> Any:
    on_a_map(q)
    if q["coordinates"] == "asymmetric" or q["exclude_outside"] or q["coefficient"] != -0.75:
        raise Silent("PyTorch has other coordinates and weights not")
    if q["method"] == "bicubic" and q.rank != 2:
        raise Silent("PyTorch's cubics are of images")
    linear = {1: "linear", 2: "bilinear", 3: "trilinear"}
    mode = {"bilinear": linear.get(q.rank, ""), "nearest_exact": "nearest-exact"}
    # Numbers that came out of a computation are tensors for PyTorch; only whole factors are ours.
    size = q.each("size") if q["size"] is not None else None
    factor = factors(q) if q["scale"] is not None else None
    interpolated = q["method"] in {"bilinear", "bicubic"}
    aligned = q["align_corners"] or q["coordinates"] == "align_corners"
    if aligned and not interpolated:
        raise ValueError("align_corners only with the interpolating modes")
    corners = {"align_corners": aligned} if interpolated else {}
    return F.interpolate(x, size, factor, mode.get(q["method"], q["method"]), **corners)
