"""Convolutions of every form on given numbers, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.course.worked_steps.connections import (
    connections_of,
    in_order,
    plane_names,
    planes_of,
)
from cnnanalyze.course.worked_steps.layer_call import EXACTLY, LayerCall
from cnnanalyze.course.worked_steps.volume import Plane, Volume, vector
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, WindowNames, rotated
from cnnanalyze.course.worked_steps.worked_layer import (
    UPSTREAM,
    LayerGradients,
    TensorGradient,
    WorkedLayer,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Fit
from cnnanalyze.layers.traits import Trait

Border = tuple[tuple[int, ...], tuple[int, ...]]


def convolution(call: LayerCall) -> WorkedLayer:
    """Lay the filters on the input, window by window.

    Raises
    ------
    UsageError
        If the weights are standardized first.
    """
    if call.attributes.get("weight_standardized"):
        raise UsageError(
            f"'{call.name}' standardizes its weights first, which is not worked out by hand",
            help="'cnnanalyze verify' runs it",
        )
    size, fits = call.pair("kernel"), call.fits()
    planes, connections = planes_of(call.tensors["kernel"], size), connections_of(call)
    window = SlidingWindow(
        call.x,
        tuple(tuple(planes[c.plane] for c in row) for row in connections),
        tuple(tuple(c.channel for c in row) for row in connections),
        size,
        call.pair("stride"),
        call.pair("dilation"),
        fits,
        call.tensors.get("bias", ()),
        flipped=call.flipped,
        border=_continued(call.attributes["padding"], fits),
    )
    what = "cross-correlation"
    if call.flipped:
        what = "convolution (the kernel rotated by 180 degrees)"
    elif Trait.DEPTHWISE in call.layer.traits:
        what = "depthwise cross-correlation"
    formula = "sum of products" + (" + bias" if window.biases else "")
    worked = call.windowed(what, window, formula)
    return worked._replace(backward=partial(_gradients, call, window))


def _continued(padding: object, fits: Sequence[Fit]) -> Border | None:
    """Return which row and column of the map each of the padded map repeats, if it repeats any."""
    if not isinstance(padding, str) or padding not in _SOURCES:
        return None
    source = _SOURCES[padding]
    rows, columns = (
        tuple(source(i, f.size) for i in range(-f.before, f.size + f.after)) for f in fits
    )
    return rows, columns


_SOURCES: dict[str, Callable[[int, int], int]] = {
    "circular": lambda i, n: i % n,
    "replicate": lambda i, n: min(max(i, 0), n - 1),
    "reflect": lambda i, n: n - 1 - abs(n - 1 - abs(i)),
}
"""Which of ``n`` numbers is repeated at a place beyond them."""


# --- backward -------------------------------------------------------------------------------------


def _gradients(call: LayerCall, window: SlidingWindow, upstream: Volume) -> LayerGradients:
    kernel = kernel_gradient(call, window.image, upstream, window.fits, window.border)
    sections = [kernel]
    if call.flipped:  # what slides is the kernel rotated, what is learned the kernel as it is
        title = kernel.title.replace("the kernel", "the rotated kernel")
        sections = [kernel._replace(title=title, gradient_of="rotated kernel")]
        sections.append(_turned_back(call, kernel))
    numbers = in_order(sections[-1].after.planes)
    tensors = {"kernel": TensorGradient(kernel.tensor_shape, numbers)}
    if window.biases:
        sections.append(bias_gradient(call, upstream))
        tensors["bias"] = TensorGradient(call.shape_of("bias"), sections[-1].after.flat())
    sections += _input_gradient(call, window, upstream)
    return LayerGradients((sections[-1].after,), tensors, tuple(sections))


def _turned_back(call: LayerCall, kernel: WorkedLayer) -> WorkedLayer:
    """Return the gradient by a kernel that was rotated before it slid."""
    after = Volume(tuple(map(rotated, kernel.after.planes)))
    found = call.gradient("kernel", "rotated back by 180 degrees", (kernel.after,), after)
    return found._replace(tensor_shape=kernel.tensor_shape, plane_names=kernel.plane_names)


def kernel_gradient(
    call: LayerCall,
    image: Volume,
    small: Volume,
    fits: Sequence[Fit],
    border: Border | None = None,
    *,
    is_transposed: bool = False,
) -> WorkedLayer:
    """Return the gradient by a kernel: the larger map under the smaller one.

    Windows lie as far apart as the elements of the kernel, and their elements as far apart as the
    windows of the layer.

    Parameters
    ----------
    image
        The input of a convolution; of a transposed one what comes from behind.
    small
        The other of the two.
    fits
        How the image is padded.
    border
        What it is padded with, if not with zeros.
    """
    kernel, strides, dilations = call.pair("kernel"), call.pair("stride"), call.pair("dilation")
    pairs = sorted(
        (c.plane, c.channel, k) for k, row in enumerate(connections_of(call)) for c in row
    )
    names = plane_names([(k, c) for _, c, k in pairs], call.x.channels)
    sides = [(c, k) if not is_transposed else (k, c) for _, c, k in pairs]
    size = (small.height, small.width)
    axes = zip(fits, size, dilations, strides, kernel, strict=True)
    window = SlidingWindow(
        image,
        tuple((small.planes[of],) for _, of in sides),
        tuple((on,) for on, _ in sides),
        size,
        dilations,
        strides,
        tuple(_laid(*axis) for axis in axes),
        border=border,
        names=WindowNames(
            UPSTREAM if is_transposed else "",
            "input" if is_transposed else UPSTREAM,
            "dL/dW",
            "filter" if is_transposed else "channel",
            names,
        ),
    )
    title = f"{UPSTREAM} under the input" if is_transposed else f"the input under {UPSTREAM}"
    before = (image, small)
    formula = "each weight: sum of the numbers that it is multiplied with, each times its dL/dy"
    found = call.gradient("kernel", f"{title}{_spread_by(strides)}", before, window.output, formula)
    return found._replace(
        sliding_window=window, tensor_shape=call.shape_of("kernel"), plane_names=names
    )


def _laid(fit: Fit, size: int, stride: int, dilation: int, output: int) -> Fit:
    """Lay windows as often as asked on an axis that is padded as before."""
    covered = (output - 1) * stride + (size - 1) * dilation + 1
    after = max(0, covered - fit.before - fit.size)
    return Fit(output, fit.before, after, fit.size, covered)


def _spread_by(strides: tuple[int, int]) -> str:
    """Say that numbers are spread by a stride."""
    rows, columns = strides
    if strides == (1, 1):
        return ""
    return f" spread by the stride {columns if rows in {1, columns} else f'{rows}x{columns}'}"


def bias_gradient(call: LayerCall, upstream: Volume) -> WorkedLayer:
    """Return the gradient by a bias: the sum of all that comes to the outputs of a filter."""
    sums = SlidingWindow(
        upstream,
        (),
        tuple((k,) for k in range(upstream.channels)),
        (upstream.height, upstream.width),
        (1, 1),
        (1, 1),
        (EXACTLY, EXACTLY),
        reduction="sum",
        border_value=None,
        names=WindowNames(UPSTREAM, output="dL/db", channel="filter"),
    )
    title = f"the sum of {UPSTREAM} of each filter"
    after = vector(sums.output.flat())
    return call.gradient("bias", title, (upstream,), after)._replace(sliding_window=sums)


def _input_gradient(call: LayerCall, window: SlidingWindow, upstream: Volume) -> list[WorkedLayer]:
    """Return what gives the gradient by the input: a walk, and what the border repeats."""
    readers: list[list[tuple[int, Plane]]] = [[] for _ in range(window.image.channels)]
    for k, (reads, planes) in enumerate(zip(window.reads, window.kernels, strict=True)):
        for channel, plane in zip(reads, planes, strict=True):
            readers[channel].append((k, plane))
    outputs = (window.image.height, window.image.width)
    befores = tuple(f.before for f in window.fits)
    if window.border is not None:
        outputs, befores = (len(window.border[0]), len(window.border[1])), (0, 0)
    walk = spread(
        call,
        upstream,
        tuple(tuple(rotated(plane) for _, plane in row) for row in readers),
        tuple(tuple(k for k, _ in row) for row in readers),
        befores,
        outputs,
        WindowNames(f"{UPSTREAM} with zeros", output="dL/dx", channel="filter"),
    )
    role = "input" if window.border is None else "padded input"
    title = f"{UPSTREAM}{_spread_by(window.stride)} under the kernel rotated by 180 degrees"
    formula = "each number: sum of the weights that it is multiplied with, each times its dL/dy"
    walked = call.gradient(role, title, (upstream,), walk.output, formula)
    walked = walked._replace(sliding_window=walk)
    if window.border is None:
        return [walked]
    return [walked, _folded(call, window.border, walked.after)]


def spread(
    call: LayerCall,
    image: Volume,
    kernels: tuple[tuple[Plane, ...], ...],
    reads: tuple[tuple[int, ...], ...],
    befores: Sequence[int],
    outputs: Sequence[int],
    names: WindowNames,
    biases: tuple[Number, ...] = (),
) -> SlidingWindow:
    """Undo windows: a walk over numbers with zeros between and around them.

    Parameters
    ----------
    image
        A number for each window.
    kernels, reads
        As of the walk; the kernels are rotated.
    befores
        How many rows and columns of what comes out are cut off at the start.
    outputs
        How many rows and columns are left.
    """
    size, strides, dilations = call.pair("kernel"), call.pair("stride"), call.pair("dilation")
    places: list[list[int | None]] = []
    for n, k, s, d, before, output in zip(
        (image.height, image.width), size, strides, dilations, befores, outputs, strict=True
    ):
        start = before - d * (k - 1)
        places.append(
            [
                p // s if p % s == 0 and 0 <= p < n * s else None
                for p in range(start, start + output + d * (k - 1))
            ]
        )
    rows, columns = places
    planes = tuple(
        tuple(
            tuple(0 if r is None or c is None else plane[r][c] for c in columns) for r in rows
        )
        for plane in image.planes
    )  # fmt: skip
    lengths = (len(rows), len(columns))
    return SlidingWindow(
        Volume(planes, image.rank),
        kernels,
        reads,
        size,
        (1, 1),
        dilations,
        tuple(Fit(m, 0, 0, n, n) for m, n in zip(outputs, lengths, strict=True)),
        biases,
        flipped=True,
        names=names,
    )


def _folded(call: LayerCall, border: Border, padded: Volume) -> WorkedLayer:
    """Add what belongs to the border to the numbers that it repeats."""
    rows, columns = border
    planes = []
    for plane in padded.planes:
        sums: list[list[Number]] = [[0] * call.x.width for _ in range(call.x.height)]
        for r, row in zip(rows, plane, strict=True):
            for c, number in zip(columns, row, strict=True):
                sums[r][c] += number
        planes.append(tuple(tuple(map(whole, row)) for row in sums))
    after = Volume(tuple(planes), call.x.rank)
    title = "what lies on the border is added to the numbers that it repeats"
    return call.gradient("input", title, (padded,), after)
