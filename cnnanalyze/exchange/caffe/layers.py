"""Layers: what each layer of Caffe becomes, a function for each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from cnnanalyze.core.registry import entering
from cnnanalyze.exchange.caffe.call import Blob, Call, dims_of, kind_of
from cnnanalyze.exchange.prototext import Message
from cnnanalyze.exchange.views import IMAGES, View
from cnnanalyze.layers.attributes import axis_word

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
        call.refuse("no layer kind sums with weights along an axis other than the first")
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
        call.refuse("no layer kind normalises over neighbouring positions")
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
    is_scale = kind_of(layer) == "Scale" and len(layer.scalars("bottom")) == 1
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
    return over(call, "softmax" if call.kind == "Softmax" else "log_softmax")


def over(call: Call, kind: str) -> Blob:
    """Add a layer that works along the axis of the call, as a softmax does."""
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
        call.refuse("no layer kind flattens from an axis other than the first")
    flat = call.arranged(call.value, [range(1, call.value.view.rank)])
    return Blob.of(flat)


@_converts("Reshape")
def _reshape(call: Call) -> Blob:
    dims = dims_of(call.parameters.message("shape"))
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
        call.refuse("no layer kind crops channels to those of another tensor")
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
