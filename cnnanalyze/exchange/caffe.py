"""Caffe: networks in ``.prototxt`` files, those that are used and those that are trained."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, NoReturn

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.core.registry import entering, nearest
from cnnanalyze.errors import Fault, Source, SpecError
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.names import FreeNames
from cnnanalyze.exchange.prototext import Message, Scalar, parse
from cnnanalyze.exchange.views import IMAGES, Axis, View, steps
from cnnanalyze.graph.builder import MOST_AXES, NetworkBuilder, Tensor
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Origin
from cnnanalyze.layers.attributes import axis_word

Sizes = Mapping[str, Sequence[int]]
MOST_BYTES = 5_000_000
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_NUMBER = re.compile(r"-?(?:[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Blob:
    """A tensor of Caffe, the batch first and the channels next: a layer, and its axes in it."""

    layer: Tensor
    view: View

    @classmethod
    def of(cls, layer: Tensor) -> Blob:
        """Return the tensor of a map or a vector."""
        rank = layer.shape.rank
        return cls(layer, View.of(layer.shape, (IMAGES, rank, *range(rank))))

    @property
    def extents(self) -> tuple[int, ...]:
        """Its extents, without the batch."""
        return self.view.extents[1:]


@dataclass
class Conversion:
    """A file on its way to a network."""

    builder: NetworkBuilder
    layers: list[Message]
    blobs: dict[str, Blob] = field(default_factory=dict)
    owners: dict[tuple[str, int], Tensor] = field(default_factory=dict)
    """By the name of a tensor that several layers have, and its place: the first."""
    inputs: dict[str, str] = field(default_factory=dict)
    """The name of each input in the network."""
    unread: dict[str, None] = field(default_factory=dict)
    """Tensors that no layer has read yet."""
    names: FreeNames = field(default_factory=FreeNames)
    merged: set[int] = field(default_factory=set)
    """Layers that are part of another one."""
    readers: dict[str, list[int]] = field(default_factory=dict)
    """By tensor: the places of the layers that read one of that name, in order."""

    def __post_init__(self) -> None:
        for place, layer in enumerate(self.layers):
            for one in {bottom.text for bottom in layer.scalars("bottom")}:
                self.readers.setdefault(one, []).append(place)


@dataclass
class Call:
    """A layer of the file, with what it reads."""

    to: Conversion
    message: Message
    place: int
    name: str
    kind: str
    read: list[Blob]
    parameters: Message
    """What it says of its own kind."""

    def refuse(self, message: str, help: str = "") -> NoReturn:  # noqa: A002 - the word users read
        """Raise what is wrong with it."""
        raise SpecError(Fault(f"layer '{self.name}' ({self.kind}): {message}", self.mark, help))

    @property
    def mark(self) -> Any:  # noqa: ANN401 - a place
        """The place of its kind."""
        kinds = self.message.scalars("type")
        return kinds[-1].mark if kinds else self.message.mark

    @property
    def value(self) -> Blob:
        """The first tensor that it reads."""
        if not self.read:
            self.refuse("it reads nothing", help="give it a 'bottom'")
        return self.read[0]

    # --- what it says ----------------------------------------------------------------------------

    def word(self, key: str, default: str) -> str:
        """Return a word."""
        found = self.parameters.scalars(key)
        return found[-1].text if found else default

    def wholes(self, key: str) -> list[int]:
        """Return all whole numbers of a field."""
        return [self._number(one, key, _WHOLE, int) for one in self.parameters.scalars(key)]

    def whole(self, key: str, default: int) -> int:
        """Return a whole number."""
        return [default, *self.wholes(key)][-1]

    def reals(self, key: str) -> list[float]:
        """Return all numbers of a field."""
        return [self._number(one, key, _NUMBER, float) for one in self.parameters.scalars(key)]

    def real(self, key: str, default: float) -> float:
        """Return a number."""
        return [default, *self.reals(key)][-1]

    def flag(self, key: str, default: bool) -> bool:
        """Return a switch."""
        return self.word(key, "true" if default else "false").lower() in {"true", "1", "t"}

    def _number(
        self, one: Scalar, key: str, pattern: re.Pattern[str], read: Callable[[str], Any]
    ) -> Any:  # noqa: ANN401
        if not pattern.fullmatch(one.text):
            what = f"layer '{self.name}' ({self.kind}): {key} must be a number, not"
            raise SpecError(Fault(f"{what} '{one.text[:40]}'", one.mark))
        return read(one.text)

    def pair(self, key: str, default: int, *names: str) -> int | tuple[int, int]:
        """Return numbers for height and width: in fields of their own, or one or two in one."""
        own = [self.whole(name, -1) for name in names]
        if any(n >= 0 for n in own):
            found = [max(own[0], 0), max(own[1], 0)] if default == 0 else own
        else:
            found = self.wholes(key) or [default]
        if len(found) > 2:  # noqa: PLR2004 - height and width
            self.refuse(f"{key} has {len(found)} numbers, and maps have two axes")
        both = (found[0], found[-1])
        return both[0] if both[0] == both[1] else both

    def axis(self, key: str = "axis", default: int = 1) -> int:
        """Return an axis, the batch included."""
        rank, number = self.value.view.rank, self.whole(key, default)
        if not -rank <= number < rank or number % rank == 0:
            self.refuse(f"axis {number} is none of the {rank - 1} within an image")
        return number % rank

    # --- what it makes ---------------------------------------------------------------------------

    def add(self, kind: str, *read: Tensor, **attributes: Any) -> Tensor:  # noqa: ANN401
        """Add a layer; tensors that the file calls alike are the same."""
        names = [
            one.text
            for param in self.message.messages("param")
            for one in param.scalars("name")[-1:]
        ]
        key = (names[0] if names else "", 0)
        share = self.to.owners.get(key) if names else None
        made = self.to.builder.layer(
            kind,
            *read,
            name=self.to.names.near(self.name),
            share=share,
            origin=Origin(self.mark, self._places()),
            **attributes,
        )
        if names:
            self.to.owners.setdefault(key, made)
        return made

    def _places(self) -> dict[str, Any]:
        keys = {"filters": "num_output", "units": "num_output", "kernel": "kernel_size",
                "stride": "stride", "padding": "pad", "groups": "group", "dilation": "dilation",
                "rate": "dropout_ratio"}  # fmt: skip
        return {
            attribute: self.parameters.scalars(key)[-1].mark
            for attribute, key in keys.items()
            if self.parameters.scalars(key)
        }

    def arranged(self, blob: Blob, groups: Sequence[Sequence[int]]) -> Tensor:
        """Return a layer whose axes are these of a tensor."""
        axes: list[Axis] = [
            tuple(d for axis in group for d in blob.view.axes[axis] if d.role != IMAGES)
            for group in groups
        ]
        layer = blob.layer
        for step in steps(layer.shape, axes):
            layer = self.to.builder.layer(
                step.kind,
                layer,
                name=self.to.names.near(f"{self.name}_{step.kind}"),
                origin=Origin(self.mark),
                **step.attributes,
            )
        return layer

    def map(self, blob: Blob | None = None) -> Tensor:
        """Return a layer with the channels of a tensor last."""
        one = blob or self.value
        return self.arranged(one, [[axis] for axis in (*range(2, one.view.rank), 1)])

    def elementwise(self, kind: str, **attributes: Any) -> Blob:  # noqa: ANN401
        """Add a layer that keeps every number in its place."""
        return Blob(self.add(kind, self.value.layer, **attributes), self.value.view)


# --- files ----------------------------------------------------------------------------------------


@front_end(".prototxt")
def read(path: Path, *, inputs: Sizes | None = None) -> Network:
    """Read a network of Caffe."""
    text = read_text(path, MOST_BYTES, what="Caffe")
    return network(Source(printable(path), text), path.stem, inputs=inputs)


def network(source: Source, name: str = "net", *, inputs: Sizes | None = None) -> Network:
    """Return the network of a text.

    Parameters
    ----------
    source
        The text.
    name
        What the network is called, if the text does not say it.
    inputs
        Channels, height and width of inputs, in place of those of the text.

    Raises
    ------
    SpecError
        With what is wrong, at its place.
    """
    whole = parse(source)
    called = whole.scalars("name")
    layers = [one for one in (*whole.messages("layer"), *whole.messages("layers")) if _is_used(one)]
    if not layers:
        raise SpecError(
            Fault("there is no layer in it", whole.mark, "a network of Caffe has 'layer { ... }'")
        )
    title = called[-1].text.strip() if called else ""
    to = Conversion(NetworkBuilder(title or name or "net"), layers)
    given = dict(inputs or {})
    _inputs(to, whole, given)
    if given:
        raise SpecError(
            f"there is no input '{next(iter(given))}'; the inputs are "
            f"{', '.join(map(repr, to.inputs))}"
        )
    for place, message in enumerate(layers):
        if place not in to.merged:
            _convert(to, message, place)
    ends = [to.blobs[name] for name in to.unread if name not in to.inputs]
    return to.builder.build(outputs=[end.layer for end in ends] or None)


def _is_used(layer: Message) -> bool:
    """Whether a layer is there when the network is used."""
    phases = [one.text for rule in layer.messages("include") for one in rule.scalars("phase")]
    left_out = [one.text for rule in layer.messages("exclude") for one in rule.scalars("phase")]
    return not (phases and set(phases) <= {"TRAIN", "0"}) and not set(left_out) & {"TEST", "1"}


def _text(message: Message, key: str) -> str:
    found = message.scalars(key)
    return found[-1].text if found else ""


_DATA = {"Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData"}
_IGNORED = {"Silence", "Accuracy"}


def _inputs(to: Conversion, whole: Message, given: dict[str, Sequence[int]]) -> None:
    """Add what goes in: fields of the network, layers for it, or what data is read into."""
    found: dict[str, list[int] | None] = {}
    shapes = whole.messages("input_shape")
    dims = [int(one.text) for one in whole.scalars("input_dim") if _WHOLE.fullmatch(one.text)]
    for place, one in enumerate(whole.scalars("input")):
        own = _dims(shapes[place]) if place < len(shapes) else dims[4 * place : 4 * place + 4]
        found[one.text] = own or None
    labels: set[str] = set()
    for layer in to.layers:
        kind, tops = _kind(layer), [one.text for one in layer.scalars("top")]
        if kind == "Input":
            own_shapes = layer.message("input_param").messages("shape")
            for place, top in enumerate(tops):
                shape = own_shapes[min(place, len(own_shapes) - 1)] if own_shapes else None
                found.setdefault(top, _dims(shape) if shape else None)
        elif kind in _DATA and tops:
            found.setdefault(tops[0], None)
            labels.update(tops[1:])
    for name, dims_ in found.items():
        extents = given.pop(name, None) or (dims_[1:] if dims_ else None)
        if not extents:
            raise SpecError(
                f"the file does not say which extents input '{name}' has",
                help=f"give channels, height and width: --input {name}=3x224x224",
            )
        if len(extents) > MOST_AXES + 1:
            raise SpecError(f"input '{name}' has {len(extents)} axes; {MOST_AXES + 1} are the most")
        own_name = "" if len(found) == 1 else to.names.near(name)
        made = to.builder.input(*extents[1:], extents[0], name=own_name)
        to.blobs[name] = Blob.of(made)
        to.inputs[name] = made.id


def _dims(shape: Message) -> list[int]:
    return [int(one.text) for one in shape.scalars("dim") if _WHOLE.fullmatch(one.text)]


def _kind(layer: Message) -> str:
    """Return the kind of a layer by its name of today; older files have it in capitals."""
    word = _text(layer, "type")
    return _OLD.get(word, word)


def _convert(to: Conversion, message: Message, place: int) -> None:
    kind, name = _kind(message), _text(message, "name") or f"layer{place}"
    tops = [one.text for one in message.scalars("top")]
    if kind in _DATA | _IGNORED | {"Input"}:
        return
    call = Call(to, message, place, name, kind, [], _parameters(message, kind))
    is_end = kind.endswith(("Loss", "Output")) or kind in {"ArgMax", "Python"}
    for one in message.scalars("bottom"):
        if one.text not in to.blobs:
            if is_end:
                continue
            raise SpecError(
                Fault(
                    f"layer '{name}' ({kind}): it reads '{one.text}', which no layer before it "
                    f"gives{nearest(one.text, list(to.blobs))}",
                    one.mark,
                )
            )
        call.read.append(to.blobs[one.text])
        if not is_end:
            to.unread.pop(one.text, None)
    if kind == "SoftmaxWithLoss" and call.read:  # a softmax when the network is used
        to.unread.pop(message.scalars("bottom")[0].text, None)
        to.blobs[name] = _over(call, "softmax")
        to.unread[name] = None
        return
    if is_end:
        return
    convert = LAYERS.get(kind)
    if convert is None:
        call.refuse(f"there is no layer for it{nearest(kind, list(LAYERS))}")
    made = convert(call)
    found = list(made) if isinstance(made, list) else [made] * max(len(tops), 1)
    for top, blob in zip(tops or [name], found, strict=False):
        to.blobs[top] = blob
        to.unread[top] = None
        to.inputs.pop(top, None)


def _parameters(message: Message, kind: str) -> Message:
    """Return what a layer says of its kind, in the field that is called like it."""
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    aliases = {"deconvolution": "convolution", "tan_h": "tanh", "re_lu": "relu", "pre_lu": "prelu",
               "convolution_depthwise": "convolution", "depthwise_convolution": "convolution",
               "softmax_with_loss": "softmax", "scale": "scale"}  # fmt: skip
    found = message.message(f"{aliases.get(word, word)}_param")
    return found if found.fields else message if "num_output" in message.fields else found


_OLD = {
    "CONVOLUTION": "Convolution", "DECONVOLUTION": "Deconvolution", "POOLING": "Pooling",
    "INNER_PRODUCT": "InnerProduct", "RELU": "ReLU", "PRELU": "PReLU", "SIGMOID": "Sigmoid",
    "TANH": "TanH", "DROPOUT": "Dropout", "LRN": "LRN", "SOFTMAX": "Softmax", "CONCAT": "Concat",
    "SPLIT": "Split", "SLICE": "Slice", "FLATTEN": "Flatten", "ELTWISE": "Eltwise",
    "SOFTMAX_LOSS": "SoftmaxWithLoss", "ACCURACY": "Accuracy", "DATA": "Data",
    "IMAGE_DATA": "ImageData", "HDF5_DATA": "HDF5Data", "MEMORY_DATA": "MemoryData",
    "POWER": "Power", "ABSVAL": "AbsVal", "BNLL": "BNLL", "EXP": "Exp", "SILENCE": "Silence",
    "ARGMAX": "ArgMax", "EUCLIDEAN_LOSS": "EuclideanLoss", "HINGE_LOSS": "HingeLoss",
    "INFOGAIN_LOSS": "InfogainLoss", "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
}  # fmt: skip
"""The kinds of layers as the first version of the format has them."""

# --- layers ---------------------------------------------------------------------------------------

Converter = Callable[[Call], "Blob | list[Blob]"]
LAYERS: dict[str, Converter] = {}
"""What converts a layer, by its kind."""


_converts = entering(LAYERS)


@_converts("Convolution", "Deconvolution", "ConvolutionDepthwise", "DepthwiseConvolution")
def _convolution(call: Call) -> Blob:
    attributes: dict[str, Any] = {
        "kernel": call.pair("kernel_size", 1, "kernel_h", "kernel_w"),
        "stride": call.pair("stride", 1, "stride_h", "stride_w"),
        "padding": call.pair("pad", 0, "pad_h", "pad_w"),
        "dilation": call.pair("dilation", 1),
        "bias": call.flag("bias_term", default=True),
    }
    layer, filters = call.map(), call.whole("num_output", 0)
    if "Depthwise" in call.kind:
        if filters % layer.channels or not filters:
            call.refuse(f"{filters} filters are no multiple of {layer.channels} channels")
        multiplier = filters // layer.channels
        return Blob.of(call.add("depthwise", layer, multiplier=multiplier, **attributes))
    kind = "conv" if call.kind == "Convolution" else "transposed_conv"
    groups = call.whole("group", 1)
    return Blob.of(call.add(kind, layer, filters=filters, groups=groups, **attributes))


@_converts("Pooling")
def _pooling(call: Call) -> Blob:
    largest = call.word("pool", "MAX") in {"MAX", "0"}
    layer = call.map()
    if call.flag("global_pooling", default=False):
        return Blob.of(call.add("global_maxpool" if largest else "global_avgpool", layer))
    attributes: dict[str, Any] = {
        "kernel": call.pair("kernel_size", 1, "kernel_h", "kernel_w"),
        "stride": call.pair("stride", 1, "stride_h", "stride_w"),
        "padding": call.pair("pad", 0, "pad_h", "pad_w"),
        "ceil_mode": call.word("round_mode", "CEIL") in {"CEIL", "0"}
        and call.flag("ceil_mode", default=True),
    }
    if not largest:
        attributes["count_padding"] = True
    return Blob.of(call.add("maxpool" if largest else "avgpool", layer, **attributes))


@_converts("InnerProduct")
def _inner_product(call: Call) -> Blob:
    if call.axis() != 1:
        call.refuse("there is no layer for weighted sums along another axis than the first")
    layer = call.value.layer
    if call.value.view != Blob.of(layer).view:
        layer = call.arranged(call.value, [range(1, call.value.view.rank)])
    units, bias = call.whole("num_output", 0), call.flag("bias_term", default=True)
    return Blob.of(call.add("dense", layer, units=units, bias=bias))


@_converts("ReLU")
def _relu(call: Call) -> Blob:
    slope = call.real("negative_slope", 0.0)
    return call.elementwise("leaky_relu", slope=slope) if slope else call.elementwise("relu")


_ELEMENTWISE = {"ReLU6": "relu6", "Sigmoid": "sigmoid", "TanH": "tanh", "AbsVal": "abs",
                "BNLL": "softplus", "Swish": "silu", "Split": "identity"}  # fmt: skip


@_converts(*_ELEMENTWISE)
def _plain(call: Call) -> Blob:
    return call.value if call.kind == "Split" else call.elementwise(_ELEMENTWISE[call.kind])


@_converts("ELU")
def _elu(call: Call) -> Blob:
    return call.elementwise("elu", alpha=call.real("alpha", 1.0))


@_converts("PReLU")
def _prelu(call: Call) -> Blob:
    shared = call.flag("channel_shared", default=False)
    return Blob.of(call.add("prelu", call.map(), shared=shared))


@_converts("Dropout")
def _dropout(call: Call) -> Blob:
    return call.elementwise("dropout", rate=call.real("dropout_ratio", 0.5))


@_converts("Power")
def _power(call: Call) -> Blob:
    found = call.value
    factor, offset = call.real("scale", 1.0), call.real("shift", 0.0)
    exponent = call.real("power", 1.0)
    for kind, attributes, is_wanted in (
        ("scale", {"factor": factor, "offset": offset}, (factor, offset) != (1.0, 0.0)),
        ("power", {"exponent": exponent}, exponent != 1.0),
    ):
        if is_wanted:
            found = Blob(call.add(kind, found.layer, **attributes), found.view)
    return found


@_converts("LRN")
def _lrn(call: Call) -> Blob:
    if call.word("norm_region", "ACROSS_CHANNELS") not in {"ACROSS_CHANNELS", "0"}:
        call.refuse("there is no layer for a normalisation over neighbouring positions")
    attributes = {"size": call.whole("local_size", 5), "alpha": call.real("alpha", 1.0),
                  "beta": call.real("beta", 0.75), "offset": call.real("k", 1.0)}  # fmt: skip
    return Blob.of(call.add("lrn", call.map(), **attributes))


@_converts("BatchNorm")
def _batchnorm(call: Call) -> Blob:
    """Brought to mean 0 and variance 1; what the next layer learns of it belongs to it."""
    follower = _scale_behind(call)
    learned = {"scale": False, "center": False}
    if follower is not None:
        bias = follower.message("scale_param").scalars("bias_term")
        learned = {"scale": True, "center": bool(bias) and bias[-1].text in {"true", "1"}}
    epsilon = call.real("eps", 1e-5)
    made = Blob.of(call.add("batchnorm", call.map(), epsilon=epsilon, **learned))
    if follower is not None:
        for top in follower.scalars("top"):
            call.to.blobs[top.text] = made
            call.to.unread[top.text] = None
    return made


def _scale_behind(call: Call) -> Message | None:
    """Return the layer that scales what a normalisation gives, if nothing else reads it."""
    tops = [one.text for one in call.message.scalars("top")]
    if len(tops) != 1:
        return None
    readers = call.to.readers.get(tops[0], [])
    first = bisect_right(readers, call.place)
    if first == len(readers):
        return None
    layer = call.to.layers[readers[first]]
    is_scale = _kind(layer) == "Scale" and len(layer.scalars("bottom")) == 1
    in_place = tops == [one.text for one in layer.scalars("top")]
    if not is_scale or (len(readers) > first + 1 and not in_place):
        return None
    call.to.merged.add(readers[first])
    return layer


@_converts("Scale")
def _scale(call: Call) -> Blob:
    if len(call.read) == 2:  # noqa: PLR2004 - a gate
        return _joined(call, "multiply", call.read)
    bias = call.flag("bias_term", default=False)
    return Blob.of(call.add("affine", call.map(), center=bias))


@_converts("Bias")
def _bias(call: Call) -> Blob:
    if len(call.read) == 2:  # noqa: PLR2004 - a sum
        return _joined(call, "add", call.read)
    return Blob.of(call.add("affine", call.map(), scale=False))


@_converts("Softmax", "LogSoftmax")
def _softmax(call: Call) -> Blob:
    return _over(call, "softmax" if call.kind == "Softmax" else "log_softmax")


def _over(call: Call, kind: str) -> Blob:
    axis, rank = call.axis(), call.value.view.rank
    order = [*(one for one in range(1, rank) if one != axis), axis]
    made = call.add(kind, call.arranged(call.value, [[one] for one in order]))
    roles = [order.index(one) for one in range(1, rank)]
    return Blob(made, View.of(made.shape, (IMAGES, *roles)))


@_converts("Eltwise")
def _eltwise(call: Call) -> Blob:
    kinds = {"PROD": "multiply", "0": "multiply", "SUM": "add", "1": "add", "MAX": "maximum",
             "2": "maximum"}  # fmt: skip
    word = call.word("operation", "SUM")
    if word not in kinds:
        call.refuse(f"operation '{word[:40]}' is none of PROD, SUM and MAX")
    factors = call.reals("coeff")
    if factors in ([], [1.0] * len(call.read)):
        return _joined(call, kinds[word], call.read)
    if factors == [1.0, -1.0]:
        return _joined(call, "subtract", call.read)
    read = [
        Blob(call.add("scale", one.layer, factor=factor), one.view)
        for one, factor in zip(call.read, factors, strict=False)
    ]
    return _joined(call, kinds[word], read)


def _joined(call: Call, kind: str, read: Sequence[Blob]) -> Blob:
    if all(one.view == read[0].view and one.layer.shape == read[0].layer.shape for one in read):
        return Blob(call.add(kind, *(one.layer for one in read)), read[0].view)
    rank = max(one.view.rank for one in read)
    wide = [Blob(one.layer, one.view.insert(range(one.view.rank, rank))) for one in read]
    return Blob.of(call.add(kind, *map(call.map, wide)))


@_converts("Concat")
def _concat(call: Call) -> Blob:
    axis = call.axis("axis", call.whole("concat_dim", 1))
    rank = call.value.view.rank
    order = [*range(2, rank), 1]
    if any(one.view.rank != rank for one in call.read):
        call.refuse("what it puts together has other counts of axes")
    layers = [call.arranged(one, [[each] for each in order]) for one in call.read]
    along = {} if axis == 1 else {"axis": axis_word(axis - 2, rank - 2)}
    made = call.add("concat", *layers, **along) if len(layers) > 1 else layers[0]
    return Blob(made, View.of(made.shape, (IMAGES, *(order.index(n) for n in range(1, rank)))))


@_converts("Slice")
def _slice(call: Call) -> list[Blob]:
    axis = call.axis("axis", call.whole("slice_dim", 1))
    count = len(call.message.scalars("top"))
    size = call.value.view.extents[axis]
    points = call.wholes("slice_point") or [size * n // max(count, 1) for n in range(1, count)]
    layer = call.map()
    place = layer.shape.rank + 1 if axis == 1 else axis - 1
    return [
        Blob.of(call.add("slice", layer, axis=place, start=start, stop=stop))
        for start, stop in zip([0, *points], [*points, size], strict=True)
    ]


@_converts("Flatten")
def _flatten(call: Call) -> Blob:
    if call.axis() != 1:
        call.refuse("there is no layer that flattens from another axis on than the first")
    flat = call.arranged(call.value, [range(1, call.value.view.rank)])
    return Blob.of(flat)


@_converts("Reshape")
def _reshape(call: Call) -> Blob:
    dims = _dims(call.parameters.message("shape"))
    own = call.value.view.extents
    sizes = [own[n] if d == 0 and n < len(own) else d for n, d in enumerate(dims)][1:]
    if sizes.count(-1) == 1:
        rest = prod(n for n in sizes if n > 0)
        sizes[sizes.index(-1)] = prod(own[1:]) // max(rest, 1)
    if any(n < 1 for n in sizes) or prod(sizes) != prod(own[1:]):
        call.refuse(f"{'x'.join(map(str, own[1:]))} cannot become {'x'.join(map(str, sizes))}")
    view = call.value.view.reshape((own[0], *sizes))
    if view is not None:
        return Blob(call.value.layer, view)
    flat = call.arranged(call.value, [range(1, call.value.view.rank)])
    cut = View.of(flat.shape, (IMAGES, 0)).reshape((1, *sizes))
    assert cut is not None
    return Blob(flat, cut)


@_converts("Permute")
def _permute(call: Call) -> Blob:
    order, rank = call.wholes("order"), call.value.view.rank
    order += [axis for axis in range(rank) if axis not in order]
    if sorted(order) != list(range(rank)) or order[0]:
        call.refuse(f"{order} is not an order of the {rank - 1} axes within an image")
    return Blob(call.value.layer, call.value.view.transpose(order))


@_converts("Crop")
def _crop(call: Call) -> Blob:
    if len(call.read) != 2:  # noqa: PLR2004 - what is cut, and what has the size
        call.refuse(f"it reads {len(call.read)} tensors, and must read 2")
    axis, offsets = call.axis("axis", 2), call.wholes("offset") or [0]
    layer, like = call.map(), call.map(call.read[1])
    if axis != 2 or layer.shape.rank != like.shape.rank:  # noqa: PLR2004 - the first of positions
        call.refuse("there is no layer that cuts channels to those of another")
    offsets = (offsets * layer.shape.rank)[: layer.shape.rank]
    sizes = zip(layer.shape.size, like.shape.size, offsets, strict=True)
    amount = tuple((offset, n - m - offset) for n, m, offset in sizes)
    return Blob.of(call.add("crop", layer, amount=amount))


@_converts("ShuffleChannel")
def _shuffle(call: Call) -> Blob:
    return Blob.of(call.add("channel_shuffle", call.map(), groups=call.whole("group", 1)))


@_converts("Interp", "Upsample")
def _resize(call: Call) -> Blob:
    layer = call.map()
    if call.kind == "Upsample":
        return Blob.of(call.add("resize", layer, scale=call.whole("scale", 2)))
    zoom = call.whole("zoom_factor", 0)
    size = [call.whole("height", 0), call.whole("width", 0)]
    if zoom:
        size = [n + (n - 1) * (zoom - 1) for n in layer.shape.size]
    made = call.add("resize", layer, size=tuple(size), method="bilinear", align_corners=True)
    return Blob.of(made)
