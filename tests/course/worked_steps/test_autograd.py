"""The way back of every kind that is worked out by hand, before PyTorch's autograd."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import cnnanalyze as cnn
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.layers import work, worked_kinds
from cnnanalyze.course.worked_steps.network import apply
from cnnanalyze.course.worked_steps.volume import vector
from tests.course.worked_steps.central_differences import array, call_of, volume
from tests.course.worked_steps.chains import CHAINS, Chain
from tests.course.worked_steps.test_gradients import POSITIVE, worked_by_hand
from tests.strategies import STRATEGIES, case
from tests.strategies.case import Case
from tests.witnesses.case import Question, outer

torch = pytest.importorskip("torch", reason="gradients before autograd: torch is not installed")
import torch.nn.functional as F  # noqa: E402, N812 - as everybody calls it

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"),
]

Tensor = Any
Tensors = dict[str, Tensor]
TOLERANCE = 1e-7
"""PyTorch has the sixth of a hard sigmoid in single precision."""
CONTINUED = ("circular", "reflect", "replicate")


def padded(q: Question, x: Tensor) -> tuple[Tensor, Any]:
    """Return the input and what PyTorch pads by itself."""
    padding = q["padding"]
    if padding in CONTINUED:
        totals = [d * (k - 1) for k, d in zip(q.each("kernel"), q.each("dilation"), strict=True)]
        return F.pad(x, tuple(outer([(t // 2, t - t // 2) for t in totals])), padding), 0
    if padding == "causal":
        return F.pad(x, (q.each("dilation")[0] * (q.each("kernel")[0] - 1), 0)), 0
    if isinstance(padding, str):
        return x, {"valid": 0}.get(padding, padding)
    return F.pad(x, tuple(outer(q.sides()))), 0


def _convolved(q: Question, x: Tensor, kernel: Tensor, groups: int, t: Tensors) -> Tensor:
    x, padding = padded(q, x)
    weight = torch.movedim(kernel, (-1, -2), (0, 1))
    convolve = getattr(F, f"conv{q.rank}d")
    return convolve(x, weight, t.get("bias"), q.each("stride"), padding, q.each("dilation"), groups)


def _conv(q: Question, x: Tensor, t: Tensors) -> Tensor:
    return _convolved(q, x, t["kernel"], q["groups"], t)


def _depthwise(q: Question, x: Tensor, t: Tensors) -> Tensor:
    kernel = t["kernel"].reshape(*q.each("kernel"), 1, q.channels * q["multiplier"])
    return _convolved(q, x, kernel, q.channels, t)


def _table_conv(q: Question, x: Tensor, t: Tensors) -> Tensor:
    """Return a plain convolution whose missing connections weigh nothing."""
    filters, number = [], 0
    for row in q["table"]:
        planes = [torch.zeros(q.each("kernel"), dtype=x.dtype) for _ in range(q.channels)]
        for channel in row:
            planes[channel] = t["kernel"][..., number]
            number += 1
        filters.append(torch.stack(planes, -1))
    return _convolved(q, x, torch.stack(filters, -1), 1, t)


def _transposed(q: Question, x: Tensor, t: Tensors) -> Tensor:
    groups, each = q["groups"], q["filters"] // q["groups"]
    parts = torch.split(t["kernel"], each, -1)  # the inputs of a group lie side by side in PyTorch
    weight = torch.cat([torch.movedim(p, (-2, -1), (0, 1)) for p in parts], 0)
    padding = 0 if q["padding"] == "valid" else q.each("padding")
    added = q.each("output_padding") if q["output_padding"] is not None else 0
    turn = getattr(F, f"conv_transpose{q.rank}d")
    return turn(x, weight, t.get("bias"), q.each("stride"), padding, added, groups,
                q.each("dilation"))  # fmt: skip


def _pool(q: Question, x: Tensor, t: Tensors) -> Tensor:
    del t
    steps = q.each("kernel") if q["stride"] is None else q.each("stride")
    padding = 0 if q["padding"] == "valid" else q.each("padding")
    if "count_padding" in q.attributes and max(q.each("dilation")) > 1:
        # PyTorch's means have no dilation: each is a convolution with one number at every tap.
        channels, kernel = x.shape[1], q.each("kernel")
        taps = torch.full((channels, 1, *kernel), 1 / math.prod(kernel), dtype=x.dtype)
        conv = getattr(F, f"conv{q.rank}d")
        return conv(x, taps, None, steps, padding, q.each("dilation"), channels)
    if "count_padding" in q.attributes:
        pool = getattr(F, f"avg_pool{q.rank}d")
        return pool(x, q.each("kernel"), steps, padding, q["ceil_mode"], q["count_padding"])
    pool = getattr(F, f"max_pool{q.rank}d")
    return pool(x, q.each("kernel"), steps, padding, q.each("dilation"), q["ceil_mode"])


def _dense(_: Question, x: Tensor, t: Tensors) -> Tensor:
    flat = torch.movedim(x, 1, -1).flatten(1)
    return flat @ t["kernel"] + t.get("bias", 0)


def _batch_norm(q: Question, x: Tensor, t: Tensors) -> Tensor:
    kept = (t["moving mean"].detach(), t["moving variance"].detach())
    held = (*kept, t.get("gamma"), t.get("beta"))
    return F.batch_norm(x, *held, eps=q["epsilon"])


def _scaled(q: Question, x: Tensor, t: Tensors) -> Tensor:
    shape = (1, -1, *(1,) * q.rank)
    gamma, beta = t.get("gamma"), t.get("beta")
    x = x if gamma is None else x * gamma.reshape(shape)
    return x if beta is None else x + beta.reshape(shape)


def _global(reduce: Callable[..., Tensor]) -> Callable[[Question, Tensor, Tensors], Tensor]:
    return lambda q, x, t: reduce(x.flatten(2), -1)  # noqa: ARG005


def _of_number(function: Callable[..., Tensor], *names: str) -> Any:
    return lambda q, x, t: function(x, *(q[n] for n in names))  # noqa: ARG005


def _prelu(q: Question, x: Tensor, t: Tensors) -> Tensor:
    if not q["per_position"]:
        return F.prelu(x, t["slope"].flatten())
    slope = torch.movedim(t["slope"], -1, 0)
    return torch.where(x > 0, x, slope * x)


def _clip(q: Question, x: Tensor, t: Tensors) -> Tensor:
    del t
    limits = (q["min"], q["max"])
    return x * 1 if limits == (None, None) else torch.clamp(x, *limits)


ONE: dict[str, Callable[[Question, Tensor, Tensors], Tensor]] = {
    "conv": _conv,
    "depthwise": _depthwise,
    "table_conv": _table_conv,
    "transposed_conv": _transposed,
    "maxpool": _pool,
    "avgpool": _pool,
    "global_avgpool": _global(torch.mean),
    "global_maxpool": _global(torch.amax),
    "dense": _dense,
    "batchnorm": _batch_norm,
    "affine": _scaled,
    "layer_scale": _scaled,
    "prelu": _prelu,
    "softmax": _of_number(lambda x: torch.softmax(x, 1)),
    "log_softmax": _of_number(lambda x: torch.log_softmax(x, 1)),
    "flatten": _of_number(lambda x: torch.movedim(x, 1, -1).flatten(1)),
    "scale": _of_number(lambda x, f, o: x * f + o, "factor", "offset"),
    "power": _of_number(torch.pow, "exponent"),
    "clip": _clip,
    "leaky_relu": _of_number(F.leaky_relu, "slope"),
    "elu": _of_number(F.elu, "alpha"),
    "celu": _of_number(F.celu, "alpha"),
    "hard_tanh": _of_number(F.hardtanh, "min", "max"),
    "gelu": lambda q, x, _: F.gelu(x, approximate="tanh" if q["approximate"] else "none"),
    "hard_sigmoid": _of_number(F.hardsigmoid),
    "hard_swish": _of_number(F.hardswish),
    **{
        name: _of_number(getattr(F, name) if hasattr(F, name) else getattr(torch, name))
        for name in (
            *("abs", "exp", "log", "mish", "relu", "relu6", "selu", "sigmoid", "silu"),
            *("softplus", "sqrt", "tanh"),
        )
    },
    **dict.fromkeys(("identity", "dropout", "drop_path"), _of_number(lambda x: x * 1)),
}
SEVERAL: dict[str, Callable[[list[Tensor]], Tensor]] = {
    "add": lambda xs: sum(xs[1:], xs[0]),
    "subtract": lambda xs: xs[0] - xs[1],
    "divide": lambda xs: xs[0] / xs[1],
    "multiply": lambda xs: torch.stack(xs).prod(0),
    "average": lambda xs: torch.stack(xs).mean(0),
    "maximum": lambda xs: torch.stack(xs).amax(0),
    "minimum": lambda xs: torch.stack(xs).amin(0),
    "concat": lambda xs: torch.cat(xs, 1),
}


@pytest.fixture(scope="module", autouse=True)
def _small_maps() -> Iterator[None]:
    """Let the strategies draw sizes that are worked out by hand in no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case, "EXTENTS", ((5, 7), (3, 11), (2,)))
        yield


def test_every_kind_has_a_witness() -> None:
    # PyTorch has a reshape with channels first alone, whose numbers lie elsewhere.
    assert {*ONE, *SEVERAL} == {cls.kind for cls in worked_kinds()} - {"reshape"}


def sayable(drawn: Case) -> bool:
    """Whether PyTorch has words for a layer that is worked out by hand."""
    attributes, x = drawn.attributes, drawn.inputs[0]
    padding, strides = attributes.get("padding", 0), attributes.get("stride") or 1
    if not worked_by_hand(drawn) or (x.is_vector and "conv" in drawn.kind):
        return False
    if drawn.kind in {"transposed_conv", "maxpool", "avgpool"}:
        paired = isinstance(padding, list) and any(isinstance(p, list) for p in padding)
        if padding == "same" or paired:
            return False
        if drawn.kind == "avgpool" and max(_each(attributes.get("dilation", 1))) > 1:
            whole = padding in ("valid", 0) or attributes["count_padding"]
            if attributes["ceil_mode"] or not whole:
                return False
        if drawn.kind == "transposed_conv" and padding == "valid":
            return attributes.get("output_padding") is not None
        halves = [k // 2 for k in _each(attributes["kernel"])]
        return drawn.kind == "transposed_conv" or padding == "valid" or (
            max(_each(padding)) <= min(halves)
        )  # fmt: skip
    return padding not in {"same", *CONTINUED} if isinstance(padding, str) and max(
        _each(strides)
    ) > 1 else True  # fmt: skip


def _each(value: Any) -> list[int]:
    return [value] if isinstance(value, int) else list(value)


def first(x: np.ndarray) -> Tensor:
    """Return a batch of one with the channels first, whose gradient is wanted."""
    return torch.tensor(np.moveaxis(x[None], -1, 1).copy(), requires_grad=True)


def last(x: Tensor) -> np.ndarray:
    """Return an array without a batch, the channels last."""
    return np.asarray(np.moveaxis(x.numpy(), 1, -1)[0])


def output_of(call: LayerCall, xs: list[Tensor], tensors: Tensors) -> Tensor:
    """Return what PyTorch makes of a layer."""
    kind = call.layer.kind
    if kind in SEVERAL:
        return SEVERAL[kind](xs)
    shape = (1, *call.x.shape.extents)
    return ONE[kind](Question([np.zeros(shape)], call.attributes, {}), xs[0], tensors)


@pytest.mark.parametrize("kind", sorted({*ONE, *SEVERAL}))
def test_gradients_are_those_of_autograd(kind: str) -> None:
    @settings(max_examples=min(settings().max_examples, 25), deadline=None)
    @given(drawn=STRATEGIES[kind].filter(sayable))
    def agrees(drawn: Case) -> None:
        call = call_of(drawn, positive=kind in POSITIVE)
        worked, upstream = work(call), volume(call.output, 5)
        xs = [first(array(v, v.shape.extents)) for v in call.inputs]
        tensors = {
            role: torch.tensor(array(t, call.shape_of(role)), requires_grad=True)
            for role, t in call.tensors.items()
        }
        out = output_of(call, xs, tensors)
        out.backward(first(array(upstream, call.output.extents)).detach().reshape(out.shape))
        assert worked.backward is not None
        found = worked.backward(upstream)
        for x, gradient in zip(xs, found.inputs, strict=True):
            theirs = last(x.grad)
            np.testing.assert_allclose(
                array(gradient, theirs.shape), theirs, rtol=TOLERANCE, atol=TOLERANCE
            )
        for role, held in found.tensors.items():
            theirs = tensors[role].grad.numpy()
            np.testing.assert_allclose(
                array(held.numbers, held.shape), theirs, rtol=TOLERANCE, atol=TOLERANCE
            )

    agrees()


@settings(max_examples=15, deadline=None)
@given(text=CHAINS)
def test_gradients_of_chains_are_those_of_autograd(text: str) -> None:
    found = Chain(cnn.loads(text))
    xs = {name: first(array(v, v.shape.extents)) for name, v in found.inputs.items()}
    tensors = {
        name: {role: torch.tensor(t, requires_grad=True) for role, t in held.items()}
        for name, held in found.arrays.items()
    }
    values = dict(xs)
    for call, node in zip(found.calls, found.network, strict=True):
        inputs = [values[name] for name in node.inputs]
        values[node.id] = output_of(call, inputs, tensors[node.share or node.id])
    out = values[found.network.outputs[0]]
    out.backward(first(found.weight).detach().reshape(out.shape))
    for name, x in xs.items():
        theirs = last(x.grad)
        ours = array(found.gradients.volumes[name], theirs.shape)
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE)
    for (owner, role), held in found.gradients.tensors.items():
        theirs = tensors[owner][role].grad.numpy()
        ours = array(held.numbers, held.shape)
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("label", [(1, 0, 0), (0, 0, 1)])
def test_the_gradient_of_a_loss_is_that_of_autograd(label: tuple[int, ...]) -> None:
    logits = (3, -1, 2)
    x = torch.tensor([[3.0, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    F.cross_entropy(x, torch.tensor([label.index(1)])).backward()
    worked = apply(vector(logits), "softmax-cross-entropy", target=label)
    assert worked.backward is not None
    found = worked.backward(vector([1])).inputs[0].flat()
    assert [float(g) for g in found] == pytest.approx(x.grad[0].tolist())


def test_batch_norm_of_a_batch_is_that_of_autograd() -> None:
    numbers, behind = [1.0, 2.0, 4.0, 9.0, -3.0], [2.0, -1.0, 5.0, 3.0, 7.0]
    x = torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1).requires_grad_()
    gamma, beta = (torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in (3.0, 1.0))
    out = F.batch_norm(x, None, None, gamma, beta, training=True, eps=0.5)
    out.backward(torch.tensor(behind, dtype=torch.float64).reshape(-1, 1))
    worked = apply(vector(numbers), "batchnorm", gamma=(3,), beta=(1,), epsilon=0.5)
    assert worked.backward is not None
    found = worked.backward(vector(behind))
    assert list(map(float, worked.after.flat())) == pytest.approx(out.flatten().tolist())
    assert list(map(float, found.inputs[0].flat())) == pytest.approx(x.grad.flatten().tolist())
    assert float(found.tensors["gamma"].numbers[0]) == pytest.approx(gamma.grad.item())
    assert float(found.tensors["beta"].numbers[0]) == pytest.approx(beta.grad.item())
