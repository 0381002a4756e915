"""Reduction: one number of all that lie along some axes."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.exchange.onnx import constants
from cnnanalyze.exchange.onnx.constants import Known
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    MixedImages,
    Unsupported,
    Value,
    Viewed,
    images_of,
    without_images,
)
from cnnanalyze.exchange.onnx.operators._registry import operator
from cnnanalyze.exchange.views import IMAGES, REPEATED, Axis, Digit, View, extent, joined
from cnnanalyze.graph.builder import Tensor as Made

_METHODS = {
    "ReduceMean": "mean",
    "ReduceSum": "sum",
    "ReduceMax": "max",
    "ReduceMin": "min",
    "ReduceL2": "l2",
}


@operator(
    "ReduceMean",
    "ReduceSum",
    "ReduceMax",
    "ReduceMin",
    "ReduceL2",
    "ReduceL1",
    "ReduceSumSquare",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceProd",
)
def reduce(call: Call) -> Value:
    """Add a reduction."""
    name = call.op.operator
    value = call.given(0)
    keep = bool(call.whole("keepdims", 1))
    axes = call.integers(1, "axes")
    if isinstance(value, Known):
        if not axes and call.whole("noop_with_empty_axes"):
            return value
        numbers = tuple(call.axis(axis, len(value.shape)) for axis in axes or ())
        return constants.reduced(name, value, numbers, keep=keep)
    value = call.viewed()
    if not axes and call.whole("noop_with_empty_axes"):
        return _before(call, name, value) if name not in _METHODS else value
    rank = value.view.rank
    gone = sorted({call.axis(axis, rank) for axis in axes}) if axes else list(range(rank))
    match name:
        case "ReduceL1":
            found = reduced(call, _before(call, name, value), gone, "sum", keep=keep)
        case "ReduceSumSquare" | "ReduceLogSumExp":
            found = reduced(call, _before(call, name, value), gone, "sum", keep=keep)
        case "ReduceProd":
            raise Unsupported("it multiplies all numbers")
        case "ReduceLogSum":
            found = reduced(call, value, gone, "sum", keep=keep)
        case _:
            found = reduced(call, value, gone, _METHODS[name], keep=keep)
    return call.elementwise("log", found) if "Log" in name else found


def _before(call: Call, name: str, value: Viewed) -> Viewed:
    """Add what is done with each number before it is summed."""
    match name:
        case "ReduceL1":
            return call.elementwise("abs", value)
        case "ReduceSumSquare":
            return call.elementwise("power", value, exponent=2.0)
        case "ReduceLogSumExp":
            return call.elementwise("exp", value)
        case _:
            return value


def reduced(call: Call, value: Viewed, gone: list[int], method: str, *, keep: bool) -> Viewed:
    """Add a reduction along axes of a tensor."""
    view = value.view
    for axis in gone:
        if any(d.role == IMAGES and d.extent > 1 for d in view.axes[axis]):
            raise MixedImages
    made, left = _reduced(call, value, gone, method)
    axes: list[Axis] = [() if axis in gone else left.axes[axis] for axis in range(view.rank)]
    found = View(tuple(axes))
    return replace(value, layer=made, view=found if keep else found.remove(gone))


def _reduced(call: Call, value: Viewed, gone: list[int], method: str) -> tuple[Made, View]:
    view, shape = value.view, value.layer.shape
    inside = {d.role for axis in gone for d in view.axes[axis] if d.role != IMAGES}
    outside = {d.role for a, axis in enumerate(view.axes) if a not in gone for d in axis}
    if inside & outside or REPEATED in inside:
        value = _apart(call, value, gone)
        view, shape = value.view, value.layer.shape
        inside = {d.role for axis in gone for d in view.axes[axis] if d.role != IMAGES}
    if not inside:
        if method == "l2":
            return call.add("abs", value.layer), view
        return value.layer, view
    full = {role for role, n in enumerate(shape.extents) if n > 1}
    spatial = {role for role in full if role != shape.rank}
    if inside == spatial and method in {"mean", "max"} and shape.rank:
        kind = "global_avgpool" if method == "mean" else "global_maxpool"
        return call.add(kind, value.layer), view
    words: object = tuple("channels" if role == shape.rank else role + 1 for role in sorted(inside))
    if full <= inside:
        words = "all"
    elif inside == spatial:
        words = "positions"
    elif len(inside) == 1:
        (words,) = words  # type: ignore[misc]  # a tuple of one
    attributes = {"axes": words} | ({} if method == "mean" else {"method": method})
    return call.add("reduce", value.layer, **attributes), view


def _apart(call: Call, value: Viewed, gone: list[int]) -> Viewed:
    """Return a tensor each of whose axes is one of its layer."""
    view = value.view
    own = [axis for axis in range(view.rank) if without_images(view.axes[axis])]
    kept = [axis for axis in own if axis not in gone]
    order = [*(axis for axis in own if axis in gone), *kept]
    made = call.to.arranged(call.op, value, [[axis] for axis in order])
    axes: list[Axis] = []
    for axis, digits in enumerate(view.axes):
        inner: Axis = ()
        if axis in order:
            inner = joined([Digit(order.index(axis), 1, extent(without_images(digits)))])
        axes.append((*images_of(digits), *inner))
    return replace(value, layer=made, view=View(tuple(axes)))
