"""Convolutions, plain, transposed and quantised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import Call, MixedImages, Unsupported, Value, Viewed
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.views import Axis, View

Pairs = tuple[tuple[int, int], ...]


@operator("Conv")
def conv(call: Call) -> Value:
    """Add a convolution."""
    return convolved(call, call.viewed(), _weight(call, 1), call.known(2))


@operator("ConvInteger")
def conv_integer(call: Call) -> Value:
    """Add the convolution of whole numbers."""
    call.to.notes["quantised: its numbers are those of real ones"] += 1
    return convolved(call, call.viewed(), _weight(call, 1), None)


@operator("QLinearConv")
def qlinear_conv(call: Call) -> Value:
    """Add the convolution that a quantised one stands for."""
    call.to.notes["quantised: its numbers are those of real ones"] += 1
    return convolved(call, call.viewed(), _weight(call, 3), call.known(8))


def _weight(call: Call, place: int) -> Known:
    weight = call.known(place)
    if weight is None:
        raise call.to.refuse(call.op, f"its weights, input {place}, are missing")
    return weight


def convolved(call: Call, value: Viewed, weight: Known, bias: Known | None) -> Value:
    """Add a convolution with these weights."""
    rank = len(weight.shape) - 2
    _refuse_rank(call, value, rank)
    kernel = weight.shape[2:]
    _refuse_kernel(call, kernel)
    groups = call.whole("group", 1)
    filters, depth = weight.shape[:2]
    channels = value.extents[1]
    if groups < 1 or depth * groups != channels:
        raise call.to.refuse(
            call.op,
            f"each filter has {depth} channels in {groups} groups, but its input has {channels}: "
            f"{depth} · {groups} ≠ {channels}",
        )
    made, lead = call.map(value)
    stride, dilation = strides(call, "strides", rank), strides(call, "dilations", rank)
    size = value.extents[2:]
    padding = pads(call, size, kernel, stride, dilation)
    bias = None if bias is None or bias.is_nothing else bias
    if bias is None:
        bias = call.behind((filters, *(1,) * rank))
    if bias is not None:
        _note_folded(call, weight, bias)
    order = (*range(2, rank + 2), 1, 0)
    window: dict[str, Any] = {
        "kernel": short((*(1,) * lead, *kernel)),
        "stride": short((*(1,) * lead, *stride)),
        "dilation": short((*(1,) * lead, *dilation)),
        "padding": brief(padding, lead),
        "bias": bias is not None,
    }
    window = {key: value for key, value in window.items() if _says(key, value)}
    is_standardized = weight.gain is not None
    is_depthwise = not is_standardized and groups == channels > 1 and filters % groups == 0
    held = weight if weight.view is None else (weight, _axes(weight.view, order))
    holds: dict[str, Any] = {"kernel": held} | ({"bias": bias} if bias is not None else {})
    if is_depthwise:
        many = filters // groups
        # The filters of a channel lie side by side: (..., C, m).
        if weight.view is not None:
            cut = weight.view.reshape((groups, many, *weight.shape[1:]))
            axes = () if cut is None else _axes(cut, (*range(3, rank + 3), 0, 1))
            holds["kernel"] = (weight, axes)
        found = call.add(
            "depthwise",
            made,
            holds=holds,
            **({"multiplier": many} if many > 1 else {}),
            **window,
        )
    else:
        if weight.gain is not None:
            window["weight_standardized"] = True
            call.to.counted |= weight.gain.tensors
            if weight.gain.numbers is None or {*weight.gain.numbers} != {1}:
                window["gain"] = True
                if weight.gain.source:
                    holds["gain"] = weight.gain
        found = call.add(
            "conv",
            made,
            holds=holds,
            filters=filters,
            **({"groups": groups} if groups > 1 else {}),
            **window,
        )
    return call.mapped(found, value, lead)


def _note_folded(call: Call, weight: Known, bias: Known) -> None:
    """Say where exporters have worked a batch norm into a convolution: they name its bias so."""
    if weight.source and bias.source == f"{weight.source}_bias":
        call.to.folded += bias.count
    elif weight.source.startswith("onnx::Conv") and bias.source.startswith("onnx::Conv"):
        call.to.notes["a batch norm is folded into a convolution"] += 1


def _axes(view: View, order: Sequence[int]) -> tuple[Axis, ...]:
    return view.transpose(order).axes


def _says(key: str, value: object) -> bool:
    """Whether an attribute says more than its default."""
    return (key, value) not in {
        ("stride", 1),
        ("dilation", 1),
        ("padding", "valid"),
        ("bias", True),
    }


def _refuse_rank(call: Call, value: Viewed, rank: int) -> None:
    if rank < 1 or value.view.rank != rank + 2:
        raise call.to.refuse(
            call.op,
            f"its weights have {rank + 2} axes, but its input has {value.view.rank}: "
            f"{rank + 2} ≠ {value.view.rank}",
        )


def _refuse_kernel(call: Call, kernel: tuple[int, ...]) -> None:
    said = call.wholes("kernel_shape")
    if said is not None and said != kernel:
        raise call.to.refuse(
            call.op,
            f"kernel_shape says {_x(said)}, but its weights have {_x(kernel)}: "
            f"{_x(said)} ≠ {_x(kernel)}",
        )


def _x(extents: Sequence[int]) -> str:
    return "x".join(map(str, extents))


def strides(call: Call, name: str, rank: int) -> tuple[int, ...]:
    """Return strides or dilations, one for each axis."""
    found = call.wholes(name) or (1,) * rank
    if len(found) != rank or any(n < 1 for n in found):
        raise call.to.refuse(
            call.op, f"{name} must be {rank} whole numbers of at least 1, not {list(found)}"
        )
    return found


def pads(
    call: Call,
    size: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Pairs | str:
    """Return what is added before and after each axis, or ``same``."""
    rank = len(kernel)
    match call.word("auto_pad", "NOTSET") or "NOTSET":
        case "NOTSET":
            found = call.wholes("pads") or (0,) * (2 * rank)
            if len(found) != 2 * rank:
                raise call.to.refuse(
                    call.op, f"pads must be {2 * rank} whole numbers, not {list(found)}"
                )
            return tuple(zip(found[:rank], found[rank:], strict=True))
        case "VALID":
            return ((0, 0),) * rank
        case "SAME_UPPER":
            return "same"
        case "SAME_LOWER":
            total = [
                max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n)
                for n, k, s, d in zip(size, kernel, stride, dilation, strict=True)
            ]
            return tuple((t - t // 2, t // 2) for t in total)
        case other:
            raise call.to.refuse(call.op, f"auto_pad cannot be '{other}'")


def short(numbers: tuple[int, ...]) -> int | tuple[int, ...]:
    """Return numbers per axis as a spec has them: one, if all are alike."""
    return numbers[0] if len(set(numbers)) == 1 else numbers


def brief(padding: Pairs | str, lead: int = 0) -> object:
    """Return padding as a spec has it."""
    if isinstance(padding, str):
        return padding
    pairs = ((0, 0),) * lead + padding
    if all(before == after for before, after in pairs):
        found = short(tuple(before for before, _ in pairs))
        return "valid" if found == 0 else found
    return pairs


@operator("ConvTranspose")
def conv_transpose(call: Call) -> Value:
    """Add a transposed convolution."""
    value, weight, bias = call.viewed(), _weight(call, 1), call.known(2)
    rank = len(weight.shape) - 2
    _refuse_rank(call, value, rank)
    kernel = weight.shape[2:]
    _refuse_kernel(call, kernel)
    groups = call.whole("group", 1)
    if weight.shape[0] != value.extents[1] or groups < 1 or weight.shape[0] % groups:
        raise call.to.refuse(
            call.op,
            f"its weights are for {weight.shape[0]} channels in {groups} groups, but its input has "
            f"{value.extents[1]}",
        )
    filters = weight.shape[1] * groups
    made, lead = call.map(value)
    stride, dilation = strides(call, "strides", rank), strides(call, "dilations", rank)
    extra = call.wholes("output_padding") or (0,) * rank
    size = value.extents[2:]
    covered = [
        (n - 1) * s + d * (k - 1) + 1
        for n, k, s, d in zip(size, kernel, stride, dilation, strict=True)
    ]
    cropped = _cropped(call, size, stride, covered, extra)
    # What lies behind the last window, by more than a stride, is zeros and the bias.
    limits = [max(s, d) for s, d in zip(stride, dilation, strict=True)]
    if any(after < 0 for _, after in cropped):
        more = tuple(e + max(0, -after) for e, (_, after) in zip(extra, cropped, strict=True))
        cropped = tuple((before, max(0, after)) for before, after in cropped)
        extra = more
    if any(e >= limit for e, limit in zip(extra, limits, strict=True)):
        sizes = (
            c + e - before - after
            for c, e, (before, after) in zip(covered, extra, cropped, strict=True)
        )
        raise Unsupported(
            "its output is larger than its windows reach", (value.extents[0], filters, *sizes)
        )
    bias = None if bias is None or bias.is_nothing else bias
    if bias is None:
        bias = call.behind((filters, *(1,) * rank))
    attributes: dict[str, Any] = {
        "kernel": short((*(1,) * lead, *kernel)),
        "stride": short((*(1,) * lead, *stride)),
        "dilation": short((*(1,) * lead, *dilation)),
        "padding": _numbers(brief(cropped, lead)),
        "bias": bias is not None,
    }
    attributes = {key: v for key, v in attributes.items() if _says(key, v) and v != 0}
    if any(extra):
        attributes["output_padding"] = short((*(0,) * lead, *extra))
    attributes.setdefault("bias", bias is not None)
    if attributes["bias"]:
        del attributes["bias"]
    holds: dict[str, Any] = {} if bias is None else {"bias": bias}
    if weight.view is not None:
        holds = {"kernel": (weight, _transposed(weight, groups, rank)), **holds}
    found = call.add(
        "transposed_conv",
        made,
        holds=holds,
        filters=filters,
        **({"groups": groups} if groups > 1 else {}),
        **attributes,
    )
    return call.mapped(found, value, lead)


def _numbers(padding: object) -> object:
    return 0 if padding == "valid" else padding


def _transposed(weight: Known, groups: int, rank: int) -> tuple[Axis, ...]:
    """Return the digits of the kernel as the layer has it: taps, channels of a group, filters."""
    assert weight.view is not None
    depth = weight.shape[0] // groups
    cut = weight.view.reshape((groups, depth, *weight.shape[1:]))
    if cut is None:
        return ()
    axes = cut.axes
    return (*axes[3 : 3 + rank], axes[1], axes[0] + axes[2])


def _cropped(
    call: Call,
    size: Sequence[int],
    stride: Sequence[int],
    covered: Sequence[int],
    extra: Sequence[int],
) -> Pairs:
    """Return what is cropped before and after each axis; less than 0 is added."""
    rank = len(size)
    wanted = call.wholes("output_shape")
    auto = call.word("auto_pad", "NOTSET") or "NOTSET"
    if wanted is None and auto in {"NOTSET", "VALID"}:
        found = (call.wholes("pads") if auto == "NOTSET" else None) or (0,) * (2 * rank)
        return tuple(zip(found[:rank], found[rank:], strict=True))
    if wanted is None:
        wanted = tuple(n * s for n, s in zip(size, stride, strict=True))
    totals = [c + e - w for c, e, w in zip(covered, extra, wanted[-rank:], strict=True)]
    pairs = []
    for total in totals:
        if total < 0:
            pairs.append((0, total))
        else:
            half = total // 2
            pairs.append((half, total - half) if auto == "SAME_UPPER" else (total - half, half))
    return tuple(pairs)


@operator("DeformConv")
def deform_conv(call: Call) -> Value:
    """Add a deformable convolution, whose offsets and mask are computed."""
    value, weight, offset, bias = call.viewed(), _weight(call, 1), call.viewed(2), call.known(3)
    rank = len(weight.shape) - 2
    _refuse_rank(call, value, rank)
    kernel = weight.shape[2:]
    _refuse_kernel(call, kernel)
    groups, (filters, depth) = call.whole("group", 1), weight.shape[:2]
    if groups < 1 or depth * groups != value.extents[1]:
        raise call.to.refuse(
            call.op,
            f"each filter has {depth} channels in {groups} groups, but its input has "
            f"{value.extents[1]}: {depth} · {groups} ≠ {value.extents[1]}",
        )
    parts = [value, offset, *([call.viewed(4)] if call.given(4) is not None else [])]
    layers, leads = zip(*(call.map(part) for part in parts), strict=True)
    if any(leads):
        raise MixedImages
    stride, dilation = strides(call, "strides", rank), strides(call, "dilations", rank)
    padding = brief(pads(call, value.extents[2:], kernel, stride, dilation))
    window: dict[str, Any] = {
        "kernel": short(kernel),
        "stride": short(stride),
        "dilation": short(dilation),
        "padding": padding,
        "bias": bias is not None,
        **({"groups": groups} if groups > 1 else {}),
    }
    holds: dict[str, Any] = {} if bias is None else {"bias": bias}
    held = (weight, _axes(weight.view, (*range(2, rank + 2), 1, 0))) if weight.view else weight
    found = call.add(
        "deform_conv",
        *layers,
        holds={"kernel": held, **holds},
        filters=filters,
        **{key: said for key, said in window.items() if _says(key, said)},
    )
    return call.mapped(found, value, 0)
