"""Pooling, of windows and of whole maps."""

from __future__ import annotations

from cnnanalyze.exchange.keras.conversion import Call, Viewed
from cnnanalyze.exchange.keras.layers.registry import converts


def _rank(call: Call) -> int:
    return next(int(c) for c in call.layer.kind if c.isdigit())


@converts(
    "MaxPooling1D MaxPooling2D MaxPooling3D MaxPool1D MaxPool2D MaxPool3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D"
)
def pool(call: Call) -> Viewed:
    """The largest or the mean of every window."""
    rank = _rank(call)
    kernel = call.each("pool_size", "pool_length", count=rank, default=2)
    stride = kernel if call.get("strides") is None else call.each("strides", count=rank)
    kind = "maxpool" if call.layer.kind.startswith("Max") else "avgpool"
    padding = call.word("padding", "valid").lower()
    made = call.add(kind, call.map(call.value), kernel=kernel, stride=stride, padding=padding)
    return call.mapped(made)


@converts(
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
)
def adaptive(call: Call) -> Viewed:
    """Pooling to a given size."""
    kind = "adaptive_maxpool" if "Max" in call.layer.kind else "adaptive_avgpool"
    size = call.each("output_size", count=_rank(call))
    return call.mapped(call.add(kind, call.map(call.value), size=size))


@converts(
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D "
    "GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D"
)
def whole(call: Call) -> Viewed:
    """The largest or the mean of every channel."""
    kind = "global_maxpool" if "Max" in call.layer.kind else "global_avgpool"
    found = call.mapped(call.add(kind, call.map(call.value)))
    if call.flag("keepdims", default=False):
        return found
    gone = [axis for axis, n in enumerate(found.view.axes) if axis and not n]
    own = found.view.rank - 1 if not call.is_channels_first else 1
    return Viewed(found.layer, found.view.remove(axis for axis in gone if axis != own))
