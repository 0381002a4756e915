"""Darknet: the ``.cfg`` files of YOLO and its kin, as AlexeyAB's program reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.core.registry import entering, nearest
from cnnanalyze.errors import Fault, Mark, Source, SpecError
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.graph.builder import NetworkBuilder, Tensor
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Origin
from cnnanalyze.language.spec import spec_of

MOST_SECTIONS = 10_000
"""The layers of the largest file."""
_SECTION = re.compile(r"\s*\[([^\]]*)\]\s*")
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:[eE][+-]?[0-9]{1,2})?"
)


@dataclass
class Section:
    """A section of a file: a layer."""

    kind: str
    mark: Mark
    number: int
    """The number of the layer, from 0 on, by which others refer to it."""
    values: dict[str, tuple[str, Mark]] = field(default_factory=dict)

    def refuse(self, message: str, key: str = "", help: str = "") -> NoReturn:  # noqa: A002
        """Raise what is wrong with it."""
        mark = self.values[key][1] if key in self.values else self.mark
        raise SpecError(Fault(f"[{self.kind}]: {message}", mark, help))

    def whole(self, key: str, default: int) -> int:
        """Return a whole number."""
        text, _ = self.values.get(key, (str(default), self.mark))
        if not _WHOLE.fullmatch(text):
            self.refuse(f"{key} must be a whole number, not '{text[:40]}'", key)
        return int(text)

    def real(self, key: str, default: float) -> float:
        """Return a number."""
        text, _ = self.values.get(key, (str(default), self.mark))
        if not _NUMBER.fullmatch(text):
            self.refuse(f"{key} must be a number, not '{text[:40]}'", key)
        return float(text)

    def word(self, key: str, default: str) -> str:
        """Return a word."""
        return self.values.get(key, (default, self.mark))[0]

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return whole numbers with commas between them."""
        if key not in self.values:
            self.refuse(f"it does not say '{key}'", help=f"write {key}=-1")
        words = [word for word in self.values[key][0].split(",") if word]
        if not words or not all(map(_WHOLE.fullmatch, words)):
            self.refuse(f"{key} must be whole numbers with commas between them", key)
        return tuple(map(int, words))


@dataclass
class Conversion:
    """A file on its way to a network."""

    builder: NetworkBuilder
    last: Tensor
    layers: list[Tensor] = field(default_factory=list)
    """What each section gives."""
    owners: dict[int, Tensor] = field(default_factory=dict)
    """The convolutions by the numbers of their sections."""
    ends: dict[Tensor, None] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    """The layers that others read."""
    names: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def add(self, section: Section, kind: str, *read: Tensor, **attributes: Any) -> Tensor:  # noqa: ANN401
        """Add a layer."""
        places = {
            attribute: section.values[key][1]
            for attribute, key in _KEYS.items()
            if key in section.values
        }
        self.read.update(tensor.id for tensor in read)
        name = f"{kind}_{max(section.number, 0)}"
        self.names[name] = self.names.get(name, 0) + 1
        return self.builder.layer(
            kind,
            *read,
            name=name if self.names[name] == 1 else f"{name}_{self.names[name]}",
            origin=Origin(section.mark, places),
            **attributes,
        )

    def at(self, section: Section, number: int, key: str) -> Tensor:
        """Return what another section gives: by its number, or from here."""
        place = number + section.number if number < 0 else number
        if not 0 <= place < section.number:
            section.refuse(
                f"{key} names layer {place}, and it must stand before layer {section.number}: "
                f"{place} is not within 0 to {section.number - 1}",
                key,
            )
        return self.layers[place]


_KEYS = {
    "filters": "filters", "kernel": "size", "stride": "stride", "padding": "pad",
    "groups": "groups", "dilation": "dilation", "units": "output", "rate": "probability",
}  # fmt: skip
"""Where the attributes of a layer are written."""


@front_end(".cfg")
def read(path: Path, *, inputs: Mapping[str, Sequence[int]] | None = None) -> Network:
    """Read a configuration of Darknet."""
    source = Source(printable(path), read_text(path, what="Darknet"))
    return network(source, path.stem, inputs=inputs)


def network(
    source: Source, name: str = "net", *, inputs: Mapping[str, Sequence[int]] | None = None
) -> Network:
    """Return the network of a configuration.

    Parameters
    ----------
    source
        The text.
    name
        What the network is called.
    inputs
        Height and width of ``input``, and perhaps its channels, in place of those of the text.

    Raises
    ------
    SpecError
        With what is wrong, at its place.
    """
    net, *sections = _sections(source)
    builder = NetworkBuilder(name.strip() or "net")
    first = builder.input(*_extents(net, inputs or {}), origin=Origin(net.mark))
    to = Conversion(builder, first)
    for section in sections:
        convert = LAYERS.get(section.kind)
        if convert is None:
            section.refuse(
                f"there is no layer for it{nearest(section.kind, list(LAYERS))}",
                help=_RECURRENT if section.kind in _STATES else "",
            )
        to.last = convert(to, section)
        to.layers.append(to.last)
    if to.last.id != first.id and to.last.id not in to.read:
        to.ends[to.last] = None
    ends = [end if end.id != first.id else to.add(net, "identity", end) for end in to.ends]
    made = builder.build(outputs=ends or None)
    return replace(spec_of(made), notes=tuple(to.notes))


_STATES = {"rnn", "crnn", "gru", "lstm", "conv_lstm"}
_RECURRENT = "layers whose states go on from call to call are not read"


def _sections(source: Source) -> list[Section]:
    """Return the sections of a text; spaces mean nothing."""
    found: list[Section] = []
    for number, line in enumerate(source.lines, 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        mark = Mark(source, number, len(line) - len(line.lstrip()) + 1, len(text))
        if head := _SECTION.fullmatch(line):
            found.append(Section(_ALIASES.get(head[1], head[1]), mark, len(found) - 1))
            if len(found) > MOST_SECTIONS:
                raise SpecError(Fault(f"more than {MOST_SECTIONS:,} sections, the limit", mark))
            continue
        key, equals, value = text.partition("=")
        if not found or not equals:
            what = "stands before the first section" if not found else "says nothing of a value"
            raise SpecError(Fault(f"'{text[:40]}' {what}", mark, _FORM))
        value = re.sub(r"\s+", "", value.split("#")[0])
        found[-1].values[key.strip()] = value, mark
    if not found or found[0].kind != "net":
        mark = found[0].mark if found else Mark(source, 1, 1)
        raise SpecError(Fault("a configuration of Darknet begins with [net]", mark, _FORM))
    return found


_FORM = "a configuration of Darknet has sections such as [net], and lines such as width=416"
_ALIASES = {"network": "net", "conv": "convolutional", "conn": "connected", "max": "maxpool",
            "avg": "avgpool", "soft": "softmax", "Gaussian_yolo": "yolo"}  # fmt: skip


def _extents(net: Section, inputs: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """Return height, width and channels of the input."""
    if unknown := [name for name in inputs if name != "input"]:
        raise SpecError(f"there is no input '{unknown[0]}'; it is called 'input'")
    own = [net.whole(key, 0) for key in ("height", "width", "channels")]
    given = list(inputs.get("input", ()))
    own[: len(given)] = given
    if len(own) > 3:  # noqa: PLR2004 - height, width, channels
        raise SpecError(f"an input has height, width and channels, not {len(given)} extents")
    if not any(own[:2]) and net.whole("inputs", 0):
        return (net.whole("inputs", 0),)
    return tuple(own)


# --- layers ---------------------------------------------------------------------------------------

Converter = Callable[[Conversion, Section], Tensor]
LAYERS: dict[str, Converter] = {}
"""What converts a section, by its name."""


_converts = entering(LAYERS)


_ACTIVATIONS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "linear": [],
    "logistic": [("sigmoid", {})],
    "relu": [("relu", {})],
    "relu6": [("relu6", {})],
    "leaky": [("leaky_relu", {"slope": 0.1})],
    "relie": [("leaky_relu", {"slope": 0.01})],
    "ramp": [("leaky_relu", {"slope": 1 / 11}), ("scale", {"factor": 1.1})],
    "mish": [("mish", {})],
    "swish": [("silu", {})],
    "tanh": [("tanh", {})],
    "hardtan": [("hard_tanh", {})],
    "elu": [("elu", {})],
    "selu": [("selu", {})],
    "gelu": [("gelu", {"approximate": True})],
}
"""By the word of Darknet: kinds, one behind the other."""


def _activated(to: Conversion, section: Section, made: Tensor, default: str) -> Tensor:
    word = section.word("activation", default)
    if word not in _ACTIVATIONS:
        section.refuse(
            f"there is no layer for the activation '{word[:40]}'{nearest(word, [*_ACTIVATIONS])}",
            "activation",
        )
    for kind, attributes in _ACTIVATIONS[word]:
        made = to.add(section, kind, made, **attributes)
    return made


def _strides(section: Section) -> int | tuple[int, int]:
    both = section.whole("stride", 1)
    each = section.whole("stride_y", both), section.whole("stride_x", both)
    return each[0] if each[0] == each[1] else each


def _normalised(to: Conversion, section: Section, made: Tensor, default: str) -> Tensor:
    if section.whole("batch_normalize", 0):
        made = to.add(section, "batchnorm", made, epsilon=1e-5)
    return _activated(to, section, made, default)


@_converts("convolutional", "deconvolutional")
def _convolutional(to: Conversion, section: Section) -> Tensor:
    size, dilation = section.whole("size", 1), section.whole("dilation", 1)
    padding = size // 2 if section.whole("pad", 0) else section.whole("padding", 0)
    attributes: dict[str, Any] = {
        "filters": section.whole("filters", 1),
        "kernel": size,
        "stride": _strides(section),
        **({"padding": padding * dilation} if padding else {}),
        "groups": section.whole("groups", 1),
        "dilation": dilation,
        "bias": not section.whole("batch_normalize", 0),
    }
    if section.kind == "deconvolutional":
        made = to.add(section, "transposed_conv", to.last, **attributes)
        return _normalised(to, section, made, "logistic")
    for key in ("antialiasing", "deform", "stretch_sway", "coordconv"):
        if section.whole(key, 0):
            section.refuse(f"there is no layer for '{key}'", key)
    owner = section.whole("share_index", -1)
    if owner >= 0:
        to.at(section, owner, "share_index")
        if owner not in to.owners:
            section.refuse(f"layer {owner} is no convolution", "share_index")
        attributes["share"] = to.owners[owner]
    made = to.add(section, "conv", to.last, **attributes)
    to.owners[section.number] = to.owners.get(owner, made)
    return _normalised(to, section, made, "logistic")


@_converts("local")
def _local(to: Conversion, section: Section) -> Tensor:
    size = section.whole("size", 1)
    made = to.add(
        section,
        "local_conv",
        to.last,
        filters=section.whole("filters", 1),
        kernel=size,
        stride=section.whole("stride", 1),
        padding=size // 2 if section.whole("pad", 0) else 0,
    )
    return _activated(to, section, made, "logistic")


@_converts("connected")
def _connected(to: Conversion, section: Section) -> Tensor:
    has_norm = bool(section.whole("batch_normalize", 0))
    units = section.whole("output", 1)
    made = to.add(section, "dense", to.last, units=units, bias=not has_norm)
    return _normalised(to, section, made, "logistic")


@_converts("batchnorm")
def _batchnorm(to: Conversion, section: Section) -> Tensor:
    return to.add(section, "batchnorm", to.last, epsilon=1e-5)


@_converts("activation")
def _activation(to: Conversion, section: Section) -> Tensor:
    return _activated(to, section, to.last, "linear")


@_converts("maxpool", "local_avgpool")
def _pool(to: Conversion, section: Section) -> Tensor:
    if section.whole("maxpool_depth", 0):
        section.refuse("no layer kind pools over channels", "maxpool_depth")
    size = section.whole("size", section.whole("stride", 1))
    padding = section.whole("padding", size - 1)
    strides = _strides(section)
    each = strides if isinstance(strides, tuple) else (strides, strides)
    before, after = padding // 2, padding - padding // 2
    if not before and all(
        s > 0 and (n + padding - size) // s == (n - size) // s
        for n, s in zip(to.last.size, each, strict=False)
    ):
        after = 0  # no window reaches it
    kind = "maxpool" if section.kind == "maxpool" else "avgpool"
    more = {"padding": ((before, after),) * 2} if before or after else {}
    return to.add(section, kind, to.last, kernel=size, stride=strides, **more)


@_converts("avgpool")
def _avgpool(to: Conversion, section: Section) -> Tensor:
    return to.add(section, "global_avgpool", to.last)


@_converts("dropout")
def _dropout(to: Conversion, section: Section) -> Tensor:
    return to.add(section, "dropout", to.last, rate=section.real("probability", 0.5))


@_converts("softmax")
def _softmax(to: Conversion, section: Section) -> Tensor:
    if section.whole("groups", 1) != 1 or "tree" in section.values:
        section.refuse("no layer kind applies softmax in groups", "groups")
    layer = to.last
    if not layer.shape.is_vector and layer.shape.channels != layer.shape.count:
        layer = to.add(section, "flatten", layer)
    return to.add(section, "softmax", layer)


@_converts("upsample")
def _upsample(to: Conversion, section: Section) -> Tensor:
    return to.add(section, "resize", to.last, scale=section.whole("stride", 2))


@_converts("reorg", "reorg3d")
def _reorg(to: Conversion, section: Section) -> Tensor:
    block = section.whole("stride", 1)
    to.notes[f"[{section.kind}] deals channels out in an order of its own"] = None
    kind = "depth_to_space" if section.whole("reverse", 0) else "space_to_depth"
    return to.add(section, kind, to.last, block=block)


@_converts("crop")
def _crop(to: Conversion, section: Section) -> Tensor:
    size = section.whole("crop_height", 1), section.whole("crop_width", 1)
    rest = [n - m for n, m in zip(to.last.size, size, strict=False)]
    amount = tuple((n // 2, n - n // 2) for n in rest)
    return to.add(section, "crop", to.last, amount=amount)


@_converts("route")
def _route(to: Conversion, section: Section) -> Tensor:
    found = [to.at(section, number, "layers") for number in section.wholes("layers")]
    groups, group = section.whole("groups", 1), section.whole("group_id", 0)
    if groups > 1:
        for place, one in enumerate(found):
            if one.channels % groups or not 0 <= group < groups:
                section.refuse(
                    f"group {group} of {one.channels} channels in {groups} groups is none", "groups"
                )
            width = one.channels // groups
            span = group * width, (group + 1) * width
            found[place] = to.add(section, "slice", one, channels=span)
    return found[0] if len(found) == 1 else to.add(section, "concat", *found)


@_converts("shortcut")
def _shortcut(to: Conversion, section: Section) -> Tensor:
    if section.word("weights_type", "none") != "none":
        section.refuse("no layer kind sums with learned weights", "weights_type")
    others = [
        _fitted(to, section, to.at(section, number, "from")) for number in section.wholes("from")
    ]
    read = [to.last, *others]
    return _activated(to, section, to.add(section, "add", *read), "linear")


def _fitted(to: Conversion, section: Section, one: Tensor) -> Tensor:
    """Return what a sum adds to the last layer: rows and columns in steps, channels cut or zero."""
    size, width = to.last.size, to.last.channels
    for axis, n in enumerate(size, 1):
        if one.size[axis - 1] > n and one.size[axis - 1] % n == 0:
            step = one.size[axis - 1] // n
            one = to.add(section, "slice", one, axis=axis, step=step)
    if one.channels > width:
        return to.add(section, "slice", one, channels=(0, width))
    if one.channels < width:
        return to.add(section, "pad_channels", one, after=width - one.channels)
    return one


@_converts("scale_channels", "sam")
def _gate(to: Conversion, section: Section) -> Tensor:
    number, *_ = section.wholes("from")
    other = to.at(section, number, "from")
    made = to.add(section, "multiply", other, to.last)
    return _activated(to, section, made, "linear")


@_converts("yolo", "region", "detection", "cost", "contrastive")
def _head(to: Conversion, section: Section) -> Tensor:
    """What is compared with the truth in training: what goes there comes out of the network."""
    if section.kind != "cost" or to.last.id not in to.read:
        to.ends[to.last] = None
    return to.last
