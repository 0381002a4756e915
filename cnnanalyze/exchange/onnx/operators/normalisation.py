"""Normalisation: by kept statistics, by those of the image, by neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    without_images,
)
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.onnx.operators.joining import in_order, summed
from cnnanalyze.exchange.onnx.operators.reduction import reduced
from cnnanalyze.exchange.onnx.patterns import DOMAIN


@operator("BatchNormalization")
def batch_normalization(call: Call) -> tuple[Value | None, ...]:
    """Add a batch normalisation; that of weights is left to the convolution that has them."""
    weight, gain = call.given(0), call.given(1)
    if isinstance(weight, Known) and isinstance(gain, Known) and call.whole("training_mode"):
        return (replace(weight, gain=gain),)
    value = call.viewed()
    held = [call.known(place) for place in range(1, 5)]
    if any(one is None for one in held):
        raise call.to.refuse(call.op, "its scale, its bias or its statistics are missing")
    if value.view.rank == 1:  # images of one channel, and nothing else
        single = replace(value, view=value.view.insert([1]))
        (found, *_) = _batch_normalised(call, single, held)
        return (replace(found, view=found.view.remove([1])),)
    return _batch_normalised(call, value, held)


def _batch_normalised(
    call: Call, value: Viewed, held: Sequence[Known | None]
) -> tuple[Viewed, ...]:
    channels = value.extents[1]
    for one in held:
        if one is not None and one.count != channels:
            raise call.to.refuse(
                call.op,
                f"it holds {one.count} numbers for {channels} channels: {one.count} ≠ {channels}",
            )
    if call.whole("training_mode"):
        statistics = (value.extents, (channels,), (channels,))
        raise Unsupported("it is in training: its statistics are those of the batch", *statistics)
    made, view = call.along(value, [1])
    scale, bias, mean, variance = held
    gamma, beta = _learned(scale, 1), _learned(bias, 0)
    found = call.add(
        "batchnorm",
        made,
        holds={**_holds(gamma, beta), "moving mean": mean, "moving variance": variance},
        **_flags(gamma, beta, (True, True)),
        **_epsilon(call, 1e-5, 1e-5),
    )
    return (Viewed(found, view, value.type),)


def _epsilon(call: Call, default: float, ours: float) -> dict[str, Any]:
    epsilon = float(f"{call.real('epsilon', default):.7g}")
    return {} if epsilon == ours else {"epsilon": epsilon}


def _flags(scale: Known | None, bias: Known | None, defaults: tuple[bool, bool]) -> dict[str, Any]:
    given = (scale is not None, bias is not None)
    words = zip(("scale", "center"), given, defaults, strict=True)
    return {word: one for word, one, default in words if one != default}


def _holds(gamma: Known | None, beta: Known | None) -> dict[str, Any]:
    return {role: one for role, one in (("gamma", gamma), ("beta", beta)) if one is not None}


@operator("InstanceNormalization")
def instance_normalization(call: Call) -> Value:
    """Add an instance normalisation; over groups of channels it is a group normalisation."""
    value, scale, bias = call.viewed(), call.known(1), call.known(2)
    if value.view.rank < 3:  # noqa: PLR2004 - images, channels, positions
        raise Unsupported("its input has no positions")
    plain = _is_filled(scale, 1), _is_filled(bias, 0)
    groups = _groups(value)
    if groups is not None:
        if not all(plain):
            raise Unsupported("it scales groups of channels")
        return call.elementwise(
            "groupnorm",
            value,
            groups=groups,
            scale=False,
            center=False,
            **_epsilon(call, 1e-5, 1e-5),
        )
    made, lead = call.map(value)
    if lead:
        raise MixedImages
    gamma = None if plain[0] else scale
    beta = None if plain[1] else bias
    if made.shape.is_vector:
        raise Unsupported("its input has no positions")
    found = call.add(
        "instancenorm",
        made,
        holds=_holds(gamma, beta),
        **_flags(gamma, beta, (False, False)),
        **_epsilon(call, 1e-5, 1e-5),
    )
    return call.mapped(found, value, lead)


def _is_filled(constant: Known | None, number: float) -> bool:
    """Whether a constant is this number again and again."""
    return constant is not None and constant.numbers is not None and {*constant.numbers} == {number}


def _learned(constant: Known | None, number: float) -> Known | None:
    """Return a constant; nothing if it is this number everywhere and the file only computes it."""
    if constant is not None and not constant.is_stored and _is_filled(constant, number):
        return None
    return constant


def _groups(value: Viewed) -> int | None:
    """Return the groups of channels along the second axis, if all else lies along the others."""
    shape = value.layer.shape
    digits = without_images(value.view.axes[1])
    if len(digits) != 1 or without_images(value.view.axes[0]):
        return None
    (digit,) = digits
    is_outer = digit.role == shape.rank and digit.stride * digit.extent == shape.channels
    return digit.extent if is_outer and digit.stride > 1 else None


@operator("GroupNormalization")
def group_normalization(call: Call) -> Value:
    """Add a group normalisation; before version 21 its scales are one for each group."""
    scale, bias = call.known(1), call.known(2)
    groups, channels = call.whole("num_groups", 1), call.viewed().extents[1]
    is_old = call.opset < 21  # noqa: PLR2004 - since when they are per channel
    if is_old and scale is not None and scale.count == groups != channels:
        if not (_is_filled(scale, 1) and _is_filled(bias, 0)):
            raise Unsupported("it scales groups of channels")
        scale = bias = None
    return _group_norm(call, scale, bias)


def _group_norm(call: Call, scale: Known | None, bias: Known | None) -> Value:
    value, groups = call.viewed(), call.whole("num_groups", 1)
    made, lead = call.map(value)
    if lead:
        raise MixedImages
    scale, bias = _learned(scale, 1), _learned(bias, 0)
    found = call.add(
        "groupnorm",
        made,
        groups=groups,
        holds=_holds(scale, bias),
        **_flags(scale, bias, (True, True)),
        **_epsilon(call, 1e-5, 1e-5),
    )
    return call.mapped(found, value, lead)


@operator("LayerNormalization")
def layer_normalization(call: Call) -> tuple[Value | None, ...]:
    """Add a layer normalisation."""
    scale, bias = _learned(call.known(1), 1), _learned(call.known(2), 0)
    made = _over(call, "layernorm", scale, bias, _flags(scale, bias, (True, True)), 1e-5)
    value = call.viewed()
    axes = list(range(call.axis(call.whole("axis", -1), value.view.rank), value.view.rank))
    found: list[Value | None] = [made, None, None]
    if call.is_read(1):
        found[1] = reduced(call, value, axes, "mean", keep=True)
    if call.is_read(2):
        spread = reduced(call, value, axes, "var", keep=True)
        offset = float(f"{call.real('epsilon', 1e-5):.7g}")
        spread = call.elementwise("scale", spread, factor=1.0, offset=offset)
        found[2] = call.elementwise("power", spread, exponent=-0.5)
    return tuple(found)


@operator("RMSNormalization", "SimplifiedLayerNormalization")
def rms_normalization(call: Call) -> Value:
    """Add a root-mean-square normalisation."""
    scale = _learned(call.known(1), 1)
    return _over(call, "rmsnorm", scale, None, {} if scale else {"scale": False}, 1e-5)


@operator("LayerNorm", domain=DOMAIN)
def written_out(call: Call) -> Value:
    """Add a layer normalisation that is written out in the file."""
    scale, bias = call.known(1), call.known(2)
    rank = call.viewed().view.rank
    axes = sorted(call.axis(axis, rank) for axis in call.wholes("axes") or ())
    flags = _flags(scale, bias, (True, True))
    return _over(call, "layernorm", scale, bias, flags, 1e-5, axes)


@operator("GroupNorm", domain=DOMAIN)
def grouped(call: Call) -> Value:
    """Add a group normalisation that is written out in the file."""
    scale, bias = (
        None if one is None else constants.reshaped(one, (one.count,))
        for one in (call.known(1), call.known(2))
    )
    return _group_norm(call, scale, bias)


def _over(
    call: Call,
    kind: str,
    scale: Known | None,
    bias: Known | None,
    flags: dict[str, Any],
    eps: float,
    axes: Sequence[int] | None = None,
) -> Value:
    """Add a normalisation over axes; by default all from one on."""
    value = call.viewed()
    rank = value.view.rank
    if axes is None:
        axes = list(range(call.axis(call.whole("axis", -1), rank), rank))
    everything = not any(without_images(value.view.axes[a]) for a in range(rank) if a not in axes)
    if everything and not value.layer.shape.is_vector and _each_once(value, axes):
        made, view = value.layer, value.view
        flags = {**flags, "axes": "all"}
    else:
        made, view = call.along(value, axes)
    holds: dict[str, Any] = {}
    for role, one in (("gamma", scale), ("beta", bias)):
        if one is not None:
            shape = (1,) * (rank - len(one.shape)) + one.shape
            if one.count != _count(value, axes):
                raise Unsupported("its scales are repeated")
            order = in_order(one, shape, Viewed(made, view), axes)
            holds[role] = (one, order) if order else one
    found = call.add(kind, made, holds=holds, **flags, **_epsilon(call, eps, 1e-6))
    return Viewed(found, view, value.type)


def _count(value: Viewed, axes: Sequence[int]) -> int:
    found = 1
    for axis in axes:
        found *= value.extents[axis]
    return found


def _each_once(value: Viewed, axes: Sequence[int]) -> bool:
    return _count(value, axes) == value.layer.shape.count and all(
        d.role >= 0 for a in axes for d in value.view.axes[a]
    )


@operator("LRN")
def lrn(call: Call) -> Value:
    """Add a local response normalisation."""
    value = call.viewed()
    size = call.whole("size", 5)
    if size % 2 == 0:
        raise Unsupported("an even window lies otherwise there")
    made, view = call.along(value, [1])
    attributes = {
        "size": size,
        "alpha": float(f"{call.real('alpha', 1e-4):.7g}"),
        "beta": float(f"{call.real('beta', 0.75):.7g}"),
        "offset": float(f"{call.real('bias', 1.0):.7g}"),
    }
    return Viewed(call.add("lrn", made, **attributes), view, value.type)


@operator("LpNormalization")
def lp_normalization(call: Call) -> Value:
    """Divide by the norm along an axis, in layers of their own."""
    value = call.viewed()
    axis, order = call.axis(call.whole("axis", -1), value.view.rank), call.whole("p", 2)
    if order == 1:
        length = reduced(call, call.elementwise("abs", value), [axis], "sum", keep=True)
    else:
        length = reduced(call, value, [axis], "l2", keep=True)
    return summed(call, "divide", [value, length])


@operator("MeanVarianceNormalization")
def mean_variance_normalization(call: Call) -> Value:
    """Bring all along some axes to mean 0 and variance 1, in layers of their own."""
    value = call.viewed()
    said = call.wholes("axes") or (0, 2, 3)
    axes = sorted(call.axis(axis, value.view.rank) for axis in said)
    centred = summed(call, "subtract", [value, reduced(call, value, axes, "mean", keep=True)])
    spread = call.elementwise("sqrt", reduced(call, value, axes, "var", keep=True))
    return summed(
        call, "divide", [centred, call.elementwise("scale", spread, factor=1.0, offset=1e-9)]
    )
