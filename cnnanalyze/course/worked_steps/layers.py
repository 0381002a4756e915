"""Working of layers: how each kind is worked out on given numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.course.worked_steps.activations import (
    ActivationResult,
    Tensors,
    activate,
    batch_norm,
    softmax,
)
from cnnanalyze.course.worked_steps.volume import Plane, Volume, vector, volume_of_flat
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.activation import Softmax
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.base import KINDS, Fit, Layer
from cnnanalyze.layers.batchnorm import BatchNorm
from cnnanalyze.layers.conv import Conv, Depthwise
from cnnanalyze.layers.linear import Dense
from cnnanalyze.layers.merge import Concat
from cnnanalyze.layers.pool import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from cnnanalyze.layers.smooth import LogSoftmax
from cnnanalyze.layers.traits import Trait


class LayerCall(NamedTuple):
    """A layer with its numbers."""

    name: str
    layer: Layer
    tensors: Tensors
    """By role, in the order of the tensor's axes."""
    inputs: tuple[Volume, ...]
    output: Shape
    flipped: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def x(self) -> Volume:
        """The first input."""
        return self.inputs[0]

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes of the layer."""
        return self.layer.attributes

    def pair(self, name: str, otherwise: str = "") -> tuple[int, int]:
        """Return an attribute for rows and columns; a signal is one row."""
        value = self.attributes.get(name, 1)
        if value is None:
            value = self.attributes[otherwise]
        given = per_axis(value, self.x.rank, name)
        return (1, given[0]) if self.x.rank == 1 else (given[0], given[1])

    def fits(self) -> tuple[Fit, ...]:
        """How windows lie on rows and columns."""
        found = self.layer.fit(self.x.shape)
        return (Fit(1, 0, 0, 1, 1), *found) if self.x.rank == 1 else found


def work(call: LayerCall) -> WorkedLayer:
    """Work a layer out.

    Raises
    ------
    UsageError
        If nobody would do that kind by hand here.
    """
    working = working_of(type(call.layer))
    if call.x.rank > 2 or working is None:  # noqa: PLR2004 - rows and columns
        names = ", ".join(cls.kind for cls in worked_kinds())
        raise UsageError(
            f"'{call.name}': {call.layer.kind} is not worked out by hand",
            help=f"there are {names}; 'cnnanalyze verify' runs every kind",
        )
    section = working(call)
    return section._replace(remarks=(*call.remarks, *section.remarks))


def _windowed(call: LayerCall, what: str, window: SlidingWindow, formula: str) -> WorkedLayer:
    signal = call.x.rank == 1  # it has one axis; that of the rows is none of it
    parts = [
        f"{what}, {'kernel' if window.kernels else 'window'} {_size(window.size, signal=signal)}"
    ]
    for name, (a, b) in (("stride", window.stride), ("dilation", window.dilation)):
        if name == "stride" or (a, b) != (1, 1):
            parts.append(f"{name} {b if signal or a == b else f'{a}x{b}'}")
    (top, bottom), (left, right) = window.padding
    ends = [("left", left), ("right", right)]
    sides = ends if signal else [("above", top), ("below", bottom), *ends]
    if any(number for _, number in sides):
        alike = len({number for _, number in sides}) == 1
        told = ", ".join(f"{number} {word}" for word, number in sides)
        parts.append(f"padding {left if alike else told}")
    remarks = tuple(
        f"the last {noun if f.unread == 1 else f'{f.unread} {noun}s'} of the input "
        f"{'is' if f.unread == 1 else 'are'} not read: the next window would not fit"
        for f, noun in zip(window.fits, ("row", "number" if signal else "column"), strict=True)
        if f.unread
    )
    return WorkedLayer(
        call.name, call.layer.kind, ", ".join(parts), call.inputs, window.output, window, formula,
        remarks=remarks,
    )  # fmt: skip


def _size(size: tuple[int, int], *, signal: bool) -> str:
    rows, columns = size
    return str(columns) if signal else f"{rows}x{columns}"


def _conv(call: LayerCall) -> WorkedLayer:
    layer: Any = call.layer
    each, groups = call.x.channels // layer.groups, layer.groups
    size = call.pair("kernel")
    kernels = _kernels(call.tensors["kernel"], size, each, layer.filters)
    share = layer.filters // groups
    reads = tuple(
        tuple(range(k // share * each, (k // share + 1) * each)) for k in range(layer.filters)
    )
    return _slid(call, kernels, reads)


def _depthwise(call: LayerCall) -> WorkedLayer:
    layer: Any = call.layer
    channels, multiplier = call.x.channels, layer.multiplier
    flat = _kernels(call.tensors["kernel"], call.pair("kernel"), channels, multiplier)
    kernels = tuple((flat[m][c],) for c in range(channels) for m in range(multiplier))
    return _slid(call, kernels, tuple((c,) for c in range(channels) for _ in range(multiplier)))


def _slid(
    call: LayerCall, kernels: tuple[tuple[Plane, ...], ...], reads: tuple[tuple[int, ...], ...]
) -> WorkedLayer:
    window = SlidingWindow(
        call.x,
        kernels,
        reads,
        call.pair("kernel"),
        call.pair("stride"),
        call.pair("dilation"),
        call.fits(),
        call.tensors.get("bias", ()),
        flipped=call.flipped,
    )
    what = "cross-correlation"
    if call.flipped:
        what = "convolution (the kernel rotated by 180 degrees)"
    elif Trait.DEPTHWISE in call.layer.traits:
        what = "depthwise cross-correlation"
    formula = "sum of products" + (" + bias" if window.biases else "")
    return _windowed(call, what, window, formula)


def _kernels(
    numbers: Sequence[Number], size: tuple[int, int], channels: int, filters: int
) -> tuple[tuple[Plane, ...], ...]:
    """Return, filter by filter, a plane for every channel; the filter is the last axis."""
    rows, columns = size
    step = channels * filters
    return tuple(
        tuple(
            tuple(
                tuple(numbers[(r * columns + j) * step + c * filters + f] for j in range(columns))
                for r in range(rows)
            )
            for c in range(channels)
        )
        for f in range(filters)
    )


def _dense(call: LayerCall) -> WorkedLayer:
    layer: Any = call.layer
    numbers, weights = call.x.flat(), call.tensors["kernel"]
    size = (1, len(numbers))
    exactly = Fit(1, 0, 0, 1, 1)
    window = SlidingWindow(
        Volume(((numbers,),), rank=0),
        tuple(((weights[u :: layer.units],),) for u in range(layer.units)),
        ((0,),) * layer.units,
        size,
        (1, 1),
        (1, 1),
        (exactly, exactly),
        call.tensors.get("bias", ()),
    )
    formula = "sum of products" + (" + bias" if window.biases else "")
    title = f"dense, {count_of(len(numbers), 'number')} to {count_of(layer.units, 'unit')}"
    return WorkedLayer(call.name, layer.kind, title, call.inputs, window.output, window, formula)


def _pool(call: LayerCall) -> WorkedLayer:
    layer: Any = call.layer
    highest = Trait.MAX_POOLING in layer.traits
    counted = not highest and layer.count_padding
    window = SlidingWindow(
        call.x,
        (),
        tuple((c,) for c in range(call.x.channels)),
        call.pair("kernel"),
        call.pair("stride", otherwise="kernel"),
        call.pair("dilation"),
        call.fits(),
        reduction="max" if highest else "mean",
        border_value=0 if counted else None,
    )
    what = "max pooling" if highest else "average pooling"
    return _windowed(call, what, window, f"{'largest' if highest else 'mean'} of each window")


def _whole(call: LayerCall) -> WorkedLayer:
    exactly = Fit(1, 0, 0, 1, 1)
    highest = Trait.MAX_POOLING in call.layer.traits
    window = SlidingWindow(
        call.x,
        (),
        tuple((c,) for c in range(call.x.channels)),
        (call.x.height, call.x.width),
        (1, 1),
        (1, 1),
        (exactly, exactly),
        reduction="max" if highest else "mean",
        border_value=None,
    )
    what = "global max pooling" if highest else "global average pooling"
    return _windowed(call, what, window, f"{'largest' if highest else 'mean'} of each channel")


def _pointwise(
    worker: Callable[[LayerCall], ActivationResult], words: str = ""
) -> Callable[[LayerCall], WorkedLayer]:
    def section(call: LayerCall) -> WorkedLayer:
        found = worker(call)
        title = words or call.layer.kind.replace("_", " ")
        return WorkedLayer(
            call.name, call.layer.kind, title, call.inputs, found.after, None, found.formula,
            found.working, found.remarks,
        )  # fmt: skip

    return section


def _kept(words: str) -> Callable[[LayerCall], WorkedLayer]:
    """Return the section of a layer that changes no number."""

    def section(call: LayerCall) -> WorkedLayer:
        height, width = (1, 1, *call.output.size)[-2:]
        channels, rank = call.output.channels, call.output.rank
        flat = call.x.flat()
        after = volume_of_flat(flat, height, width, channels, rank) if rank else vector(flat)
        return WorkedLayer(call.name, call.layer.kind, words, call.inputs, after)

    return section


def _by_formula(call: LayerCall) -> WorkedLayer:
    """Work out a layer that makes each number of the number in its place."""
    return _pointwise(lambda c: activate(c.layer, c.tensors, c.x))(call)


def _joined(call: LayerCall) -> WorkedLayer:
    """Work out a layer that joins equal maps number by number."""
    shape = call.output
    size = (call.x.height, call.x.width)
    flats = [v.flat() for v in call.inputs]
    if len({len(f) for f in flats}) > 1:
        raise UsageError(
            f"'{call.name}' joins {' and '.join(str(v.shape) for v in call.inputs)}; by hand "
            "that is done for equal shapes"
        )
    out = [call.layer.value(*values) for values in zip(*flats, strict=True)]
    after = volume_of_flat(out, *size, shape.channels, shape.rank)
    return WorkedLayer(call.name, call.layer.kind, call.layer.formula, call.inputs, after)


def _concat(call: LayerCall) -> WorkedLayer:
    planes = tuple(chain.from_iterable(v.planes for v in call.inputs))
    after = Volume(planes, call.x.rank)
    if after.shape != call.output:
        raise UsageError(f"'{call.name}' joins along an axis; by hand that is done for channels")
    return WorkedLayer(
        call.name, call.layer.kind, "channels one after the other", call.inputs, after
    )


WORKED: dict[type[Layer], Callable[[LayerCall], WorkedLayer]] = {
    Conv: _conv,
    Depthwise: _depthwise,
    MaxPool: _pool,
    AvgPool: _pool,
    GlobalMaxPool: _whole,
    GlobalAvgPool: _whole,
    Dense: _dense,
    Softmax: _pointwise(lambda c: softmax(c.x)),
    LogSoftmax: _pointwise(lambda c: softmax(c.x, logarithm=True)),
    BatchNorm: _pointwise(
        lambda c: batch_norm(c.x, c.tensors, c.attributes["epsilon"]), "batch normalisation"
    ),
    Concat: _concat,
}
"""How kinds are worked out whose numbers come of several numbers."""


def working_of(cls: type[Layer]) -> Callable[[LayerCall], WorkedLayer] | None:
    """Return how a kind is worked out by hand: on its own, by its formula, or as its traits say.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> from cnnanalyze.layers.norm import Lrn
    >>> working_of(Relu) is not None, working_of(Lrn) is None
    (True, True)
    """
    if cls in WORKED:
        return WORKED[cls]
    if cls.formula:
        return _joined if Trait.JOIN in cls.traits else _by_formula
    if Trait.FLATTENING in cls.traits:
        return _kept("one number after the other: row by row, the channels of a place together")
    if Trait.RESHAPING in cls.traits:
        return _kept("the same numbers in another shape")
    if Trait.IDENTITY_AT_INFERENCE in cls.traits:
        return _kept("nothing happens after the training")
    return None


def worked_kinds() -> list[type[Layer]]:
    """Return the kinds that are worked out by hand, by name."""
    return [cls for cls in KINDS if working_of(cls) is not None]
