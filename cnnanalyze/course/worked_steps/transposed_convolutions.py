"""Transposed convolution on given numbers, forward and backward."""

from __future__ import annotations

from functools import partial
from typing import Any

from cnnanalyze.course.worked_steps.connections import connections_of, in_order, planes_of
from cnnanalyze.course.worked_steps.convolutions import (
    bias_gradient,
    kernel_gradient,
    spread,
)
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.volume import Plane, Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, WindowNames, rotated
from cnnanalyze.course.worked_steps.worked_layer import (
    UPSTREAM,
    LayerGradients,
    TensorGradient,
    WorkedLayer,
)
from cnnanalyze.layers.base import Fit


def transposed_convolution(call: LayerCall) -> WorkedLayer:
    """Spread the input, and lay the rotated filters on it: each output gathers what it is given."""
    size = call.pair("kernel")
    planes, connections = planes_of(call.tensors["kernel"], size), connections_of(call)
    kernels = tuple(tuple(rotated(planes[c.plane]) for c in row) for row in connections)
    reads = tuple(tuple(c.channel for c in row) for row in connections)
    kept = _kept(call)
    window = spread(
        call,
        call.x,
        kernels,
        reads,
        [before for before, _ in kept],
        [end - before for before, end in kept],
        WindowNames("input with zeros"),
        call.tensors.get("bias", ()),
    )
    signal = call.x.rank == 1
    numbers = {name: call.pair(name)[signal:] for name in ("kernel", "stride", "dilation")}
    told = [f"{k} {'x'.join(map(str, v if len({*v}) > 1 or k == 'kernel' else v[:1]))}"
            for k, v in numbers.items() if k != "dilation" or max(v) > 1]  # fmt: skip
    cut = "; ".join(f"{before} before" for before, _ in kept[signal:] if before)
    title = f"transposed cross-correlation, {', '.join(told)}{f', cut off {cut}' if cut else ''}"
    formula = "sum of products" + (" + bias" if window.biases else "")
    worked = call.worked(title, window.output, formula)
    return worked._replace(sliding_window=window, backward=partial(_gradients, call))


def _kept(call: LayerCall) -> list[tuple[int, int]]:
    """Return where the output begins and ends on the rows and columns that are written."""
    layer: Any = call.layer
    found: list[tuple[int, int]] = layer.kept(call.x.shape)
    return [(0, 1), *found] if call.x.rank == 1 else found


def _gradients(call: LayerCall, upstream: Volume) -> LayerGradients:
    kept, sizes = _kept(call), (upstream.height, upstream.width)
    fits = [Fit(n, before, 0, n, n) for (before, _), n in zip(kept, sizes, strict=True)]
    kernel = kernel_gradient(call, upstream, call.x, fits, is_transposed=True)
    tensors = {"kernel": TensorGradient(kernel.tensor_shape, in_order(kernel.after.planes))}
    sections = [kernel]
    if "bias" in call.tensors:
        sections.append(bias_gradient(call, upstream))
        tensors["bias"] = TensorGradient(call.shape_of("bias"), sections[-1].after.flat())
    sections.append(_input_gradient(call, fits, upstream))
    return LayerGradients((sections[-1].after,), tensors, tuple(sections))


def _input_gradient(call: LayerCall, fits: list[Fit], upstream: Volume) -> WorkedLayer:
    """Return the gradient of the input: a convolution of the gradient of the output."""
    size, strides, dilations = call.pair("kernel"), call.pair("stride"), call.pair("dilation")
    planes = planes_of(call.tensors["kernel"], size)
    readers: list[list[tuple[int, Plane]]] = [[] for _ in range(call.x.channels)]
    for k, row in enumerate(connections_of(call)):
        for connection in row:
            readers[connection.channel].append((k, planes[connection.plane]))
    laid = []
    for fit, k, s, d, n in zip(
        fits, size, strides, dilations, (call.x.height, call.x.width), strict=True
    ):
        covered = (n - 1) * s + d * (k - 1) + 1
        laid.append(Fit(n, fit.before, max(0, covered - fit.before - fit.size), fit.size, covered))
    window = SlidingWindow(
        upstream,
        tuple(tuple(plane for _, plane in row) for row in readers),
        tuple(tuple(k for k, _ in row) for row in readers),
        size,
        strides,
        dilations,
        tuple(laid),
        names=WindowNames(UPSTREAM, output="dL/dx", channel="filter"),
    )
    found = call.gradient(
        "input", f"{UPSTREAM} under the kernel, as a convolution", (upstream,), window.output
    )
    return found._replace(sliding_window=window)
