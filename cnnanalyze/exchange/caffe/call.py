"""Calls: a layer of Caffe as it is converted, with what it reads and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from cnnanalyze.errors import Fault, SpecError
from cnnanalyze.exchange.names import FreeNames
from cnnanalyze.exchange.prototext import Message, Scalar
from cnnanalyze.exchange.views import IMAGES, Axis, View, steps
from cnnanalyze.graph.builder import NetworkBuilder, Tensor
from cnnanalyze.graph.node import Origin

WHOLE = re.compile(r"-?[0-9]{1,12}")
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
            self.refuse("it has no input", help="give it a 'bottom'")
        return self.read[0]

    # --- what it says ----------------------------------------------------------------------------

    def word(self, key: str, default: str) -> str:
        """Return a word."""
        found = self.parameters.scalars(key)
        return found[-1].text if found else default

    def wholes(self, key: str) -> list[int]:
        """Return all whole numbers of a field."""
        return [self._number(one, key, WHOLE, int) for one in self.parameters.scalars(key)]

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


def last_text(message: Message, key: str) -> str:
    """Return what stands last at a key, or nothing."""
    found = message.scalars(key)
    return found[-1].text if found else ""


def dims_of(shape: Message) -> list[int]:
    """Return the whole numbers of a shape."""
    return [int(one.text) for one in shape.scalars("dim") if WHOLE.fullmatch(one.text)]


def kind_of(layer: Message) -> str:
    """Return the kind of a layer by its name of today; older files have it in capitals."""
    word = last_text(layer, "type")
    return _OLD.get(word, word)


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
