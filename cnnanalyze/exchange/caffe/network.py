"""Networks: what the text of a network of Caffe says, layer by layer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnanalyze.core.files import printable, read_text
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Fault, Source, SpecError
from cnnanalyze.exchange.caffe.call import (
    WHOLE,
    Blob,
    Call,
    Conversion,
    dims_of,
    kind_of,
    last_text,
)
from cnnanalyze.exchange.caffe.layers import LAYERS, over
from cnnanalyze.exchange.front_end import front_end
from cnnanalyze.exchange.prototext import Message, parse
from cnnanalyze.graph.builder import MOST_AXES, NetworkBuilder
from cnnanalyze.graph.network import Network

Sizes = Mapping[str, Sequence[int]]
MOST_BYTES = 5_000_000


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
            Fault("it has no layers", whole.mark, "a network of Caffe has 'layer { ... }'")
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


_DATA = {"Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData"}
_IGNORED = {"Silence", "Accuracy"}


def _inputs(to: Conversion, whole: Message, given: dict[str, Sequence[int]]) -> None:
    """Add what goes in: fields of the network, layers for it, or what data is read into."""
    found: dict[str, list[int] | None] = {}
    shapes = whole.messages("input_shape")
    dims = [int(one.text) for one in whole.scalars("input_dim") if WHOLE.fullmatch(one.text)]
    for place, one in enumerate(whole.scalars("input")):
        own = dims_of(shapes[place]) if place < len(shapes) else dims[4 * place : 4 * place + 4]
        found[one.text] = own or None
    labels: set[str] = set()
    for layer in to.layers:
        kind, tops = kind_of(layer), [one.text for one in layer.scalars("top")]
        if kind == "Input":
            own_shapes = layer.message("input_param").messages("shape")
            for place, top in enumerate(tops):
                shape = own_shapes[min(place, len(own_shapes) - 1)] if own_shapes else None
                found.setdefault(top, dims_of(shape) if shape else None)
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
            raise SpecError(f"input '{name}' has {len(extents)} axes; the limit is {MOST_AXES + 1}")
        own_name = "" if len(found) == 1 else to.names.near(name)
        made = to.builder.input(*extents[1:], extents[0], name=own_name)
        to.blobs[name] = Blob.of(made)
        to.inputs[name] = made.id


def _convert(to: Conversion, message: Message, place: int) -> None:
    kind, name = kind_of(message), last_text(message, "name") or f"layer{place}"
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
        to.blobs[name] = over(call, "softmax")
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
