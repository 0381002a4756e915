"""A whole network on given numbers, and single operations that a command line names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

from cnnanalyze.core.cost import Param
from cnnanalyze.core.exact_number import Number, exact
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.worked_steps.batch_norm import batch_norm
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.layers import work, worked_kinds, working_of
from cnnanalyze.course.worked_steps.matrix_parser import MOST_NUMBERS, Kernel
from cnnanalyze.course.worked_steps.softmax import (
    CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    cross_entropy,
    softmax_cross_entropy,
)
from cnnanalyze.course.worked_steps.volume import Plane, Volume, volume_of
from cnnanalyze.course.worked_steps.window_steps import rotated
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Input, Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.conv import Conv
from cnnanalyze.layers.depthwise import Depthwise
from cnnanalyze.layers.pool import AvgPool, MaxPool

BLANK = {"bias": 0, "beta": 0, "moving mean": 0, "gamma": 1, "moving variance": 1}
"""What a tensor holds if nothing is given; others must be given."""


def work_out(network: Network, image: Volume | None = None) -> tuple[WorkedLayer, ...]:
    """Work out every layer of a network, on the numbers of its spec or on others.

    Raises
    ------
    UsageError
        If there are no numbers, for the input or for a kernel, or they do not fit.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> (edges,) = work_out(cnn.load("zoo:edge_detection"))
    >>> edges.after.planes[0][0]
    (-5, -4, 0, 8)
    """
    values: dict[str, Volume] = {}
    for name, given in network.inputs.items():
        values[name] = _input(network, name, given) if image is None else image
    if image is not None:
        _refuse_other_image(network, image)
    sections = []
    for node in network:
        inputs = tuple(values[name] for name in node.inputs)
        tensors, remarks = _tensors(network, node)
        call = LayerCall(node.id, node.layer, tensors, inputs, node.output, remarks=remarks)
        section = work(call)
        sections.append(section)
        values[node.id] = section.after
    return tuple(sections)


def _refuse_other_image(network: Network, image: Volume) -> None:
    """Refuse an image that is not what a network reads.

    Raises
    ------
    UsageError
        If its shape is another one, or if the network has several inputs.
    """
    if len(network.inputs) > 1:
        raise UsageError(
            f"{network.name} has {len(network.inputs)} inputs ({', '.join(network.inputs)}), and "
            "one image is given",
            help="give the numbers of each in the spec, as in "
            f"'inputs: {{{next(iter(network.inputs))}: {{values: [[3, 0, 1], [1, 5, 8]]}}, ...}}'",
        )
    if image.shape != network.input:
        raise UsageError(
            f"the image is {image.shape}, but {network.name} reads {network.input}: "
            f"{image.shape} ≠ {network.input}"
        )


def _input(network: Network, name: str, given: Input) -> Volume:
    several, shape = len(network.inputs) > 1, given.shape
    who = f"input '{name}'" if several else "input"
    if given.values is None:
        values = "{values: [[3, 0, 1], [1, 5, 8]]}"
        written = f"inputs: {{{name}: {values}, ...}}" if several else f"input: {values}"
        raise UsageError(
            f"{network.name} has no numbers to work with: its {who} has no 'values:'",
            help=f"write '{written}' in the spec" + ("" if several else ", or give --image"),
        )
    if (count := shape.count) > MOST_NUMBERS:
        raise UsageError(f"the {who} holds {count:,} numbers: {count:,} > {MOST_NUMBERS:,}")
    if shape.rank > 2:  # noqa: PLR2004 - rows and columns
        raise UsageError(
            f"the {who} {shape} has {shape.rank} axes besides the channels; "
            "by hand there are two at most"
        )
    return volume_of(given.values, shape.rank)


def _tensors(network: Network, node: Node) -> tuple[dict[str, tuple[Number, ...]], tuple[str, ...]]:
    """Return the numbers of a layer by role, and what was taken for those that are not given."""
    owner = node
    while owner.share is not None:
        owner = network[owner.share]
    given = {g.role: tuple(map(exact, _flat(g.values))) for g in owner.given}
    found: dict[str, tuple[Number, ...]] = {}
    remarks = []
    params: tuple[Param, ...] = node.layer.params(*node.input_shapes)
    for param in params if working_of(type(node.layer)) is not None else ():
        if param.role in given:
            found[param.role] = given[param.role]
        elif param.role in BLANK:
            blank = BLANK[param.role]
            found[param.role] = (blank,) * prod(param.shape)
            remarks.append(f"no {param.role} is given: {blank} is taken")
        else:
            raise UsageError(
                f"'{node.id}' has no numbers for its {param.role}, "
                f"{'x'.join(map(str, param.shape))}",
                help="give them in the spec: 'weights: sobel-x', a matrix, or one for every filter",
            )
    return found, tuple(remarks)


def _flat(values: Any) -> Iterator[Number]:  # noqa: ANN401 - tuples in tuples
    for value in values:
        if isinstance(value, tuple):
            yield from _flat(value)
        else:
            yield value


# --- single operations ----------------------------------------------------------------------------


class WindowAttributes(NamedTuple):
    """How a window slides, as attributes of a layer."""

    stride: int | tuple[int, int] | None = None
    padding: str | int | tuple[int, int] = "valid"
    dilation: int | tuple[int, int] = 1


def convolve(
    image: Volume,
    kernels: Sequence[Kernel],
    window: WindowAttributes = WindowAttributes(),  # noqa: B008 - immutable
    *,
    biases: Sequence[Number] = (),
    flip: bool = False,
    depthwise: bool = False,
    name: str = Conv.kind,
) -> WorkedLayer:
    """Convolve an image with filters.

    Parameters
    ----------
    image
        The numbers.
    kernels
        The filters: a plane for every channel, or one that serves them all.
    window
        Stride, padding and dilation.
    biases
        One for each filter, one for all, or none.
    flip
        Whether the kernels are rotated by 180 degrees first: a convolution in the strict sense.
    depthwise
        Whether every channel is filtered by itself.

    Raises
    ------
    UsageError
        If the planes of a filter are not those of the image, or filters differ in size.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
    >>> image = read_image(["3 0 1 2; 1 5 8 9; 2 7 2 5"])
    >>> convolve(image, [read_kernel("vertical-edge")]).after.planes
    (((-5, -4),),)
    >>> convolve(image, [read_kernel("vertical-edge")], flip=True).after.planes
    (((5, 4),),)
    """
    if not image.rank:
        image = Volume(((image.flat(),),), rank=1)  # a row of numbers
    filters = [_planes(kernel, 1 if depthwise else image.channels) for kernel in kernels]
    sizes = [(len(f[0]), len(f[0][0])) for f in filters]
    if len(set(sizes)) > 1:
        raise UsageError(
            f"filter 1 is {sizes[0][0]}x{sizes[0][1]}, another "
            f"{next(f'{h}x{w}' for h, w in sizes if (h, w) != sizes[0])}: filters that are "
            "applied side by side have one size"
        )
    if biases and len(biases) not in {1, len(filters)}:
        raise UsageError(
            f"--bias holds {count_of(len(biases), 'number')} for "
            f"{count_of(len(filters), 'filter')}: {len(biases)} ≠ {len(filters)}",
            help="give one for each filter, or one for all" if len(filters) > 1 else "give one",
        )
    if image.rank == 1 and sizes[0][0] != 1:
        raise UsageError(
            f"the image is one row, the kernel has {sizes[0][0]} rows: {sizes[0][0]} > 1"
        )
    if flip:
        filters = [tuple(map(rotated, planes)) for planes in filters]
    height, width = sizes[0]
    numbers = tuple(
        f[c][r][j]
        for r in range(height)
        for j in range(width)
        for c in range(len(filters[0]))
        for f in filters
    )
    tensors = {"kernel": numbers}
    attributes: dict[str, Any] = {
        "kernel": (width,) if image.rank == 1 else sizes[0],
        "stride": window.stride or 1,
        "padding": window.padding,
        "dilation": window.dilation,
        "bias": bool(biases),
    }
    if depthwise:
        attributes |= {"multiplier": len(filters)}
        tensors["kernel"] = _for_every_channel(filters, sizes[0], image.channels)
    else:
        attributes |= {"filters": len(filters)}
    if biases:
        count = len(filters) * (image.channels if depthwise else 1)
        tensors["bias"] = (tuple(biases) * count)[:count]
    return _call(name, Depthwise if depthwise else Conv, attributes, tensors, image, flip=flip)


def _planes(kernel: Kernel, channels: int) -> tuple[Plane, ...]:
    if len(kernel) not in {1, channels}:
        raise UsageError(
            f"the filter has {len(kernel)} planes, the image {channels} "
            f"channel{'s' * (channels > 1)}: {len(kernel)} ≠ {channels}",
            help="a filter is as deep as its image; one matrix alone serves every channel",
        )
    first = next(p for p in kernel if p is not None)
    nothing = ((0,) * len(first[0]),) * len(first)
    planes = tuple(nothing if p is None else p for p in kernel)
    return planes * channels if len(planes) < channels else planes


def _for_every_channel(
    filters: Sequence[tuple[Plane, ...]], size: tuple[int, int], channels: int
) -> tuple[Number, ...]:
    height, width = size
    return tuple(
        f[0][r][j]
        for r in range(height)
        for j in range(width)
        for _ in range(channels)
        for f in filters
    )


def pool(
    image: Volume,
    how: str,
    size: int | tuple[int, int],
    window: WindowAttributes = WindowAttributes(),  # noqa: B008
    *,
    name: str = "pool",
) -> WorkedLayer:
    """Pool windows of an image: ``max`` or ``average``.

    Raises
    ------
    UsageError
        If there is no such pooling, or the image has no rows.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image
    >>> pool(read_image(["1 3 2 1; 3 6 8 9"]), "average", 2).after.planes
    (((Fraction(13, 4), 5),),)
    """
    cls = _POOLINGS.get(how)
    if cls is None:
        raise UsageError(f"there is no pooling '{how}'", help="--pool max 2, or --pool average 2")
    attributes: dict[str, Any] = {
        "kernel": size,
        "stride": window.stride,
        "padding": window.padding,
    }
    if cls is MaxPool:
        attributes["dilation"] = window.dilation
    elif window.dilation != 1:
        raise UsageError("average pooling has no dilation", help="leave --dilation out")
    return _call(name, cls, attributes, {}, image)


_POOLINGS: dict[str, type[Layer]] = {
    "max": MaxPool,
    **dict.fromkeys(("average", "avg", "mean"), AvgPool),
}


def applied() -> tuple[str, ...]:
    """Return what :func:`apply` knows: kinds with one input and without required attributes."""
    found = [cls for cls in worked_kinds() if cls.arity[0] == 1 and cls.params is Layer.params]
    bare = [c.kind for c in found if not any(f.is_required() for f in c.model_fields.values())]
    return (*LOSSES, BatchNorm.kind, *bare)


LOSSES = {CROSS_ENTROPY: cross_entropy, SOFTMAX_CROSS_ENTROPY: softmax_cross_entropy}


def apply(
    image: Volume,
    kind: str,
    *,
    target: Sequence[Number] = (),
    gamma: Sequence[Number] = (),
    beta: Sequence[Number] = (),
    epsilon: float = 1e-5,
) -> WorkedLayer:
    """Apply an activation, softmax, cross-entropy, or batch norm with statistics of the numbers.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.volume import vector
    >>> apply(vector([-1, 0, 2]), "relu").after.flat()
    (0, 0, 2)
    """
    if kind in LOSSES:
        if not target:
            raise UsageError(
                f"{kind} needs what is right",
                help='--target "[1, 0, 0]": a number for each class',
            )
        return LOSSES[kind](image, target)
    if kind == BatchNorm.kind:
        tensors = {k: tuple(v) for k, v in (("gamma", gamma), ("beta", beta)) if v}
        return batch_norm(image, tensors, epsilon)
    found = KINDS.get(kind)
    assert found is not None
    return _call(kind, found, {}, {}, image)


def _call(
    name: str,
    cls: type[Layer],
    attributes: dict[str, Any],
    tensors: dict[str, tuple[Number, ...]],
    image: Volume,
    *,
    flip: bool = False,
) -> WorkedLayer:
    layer = cls(**attributes)
    shape: Shape = layer.shape(image.shape)
    return work(LayerCall(name, layer, tensors, (image,), shape, flip))
