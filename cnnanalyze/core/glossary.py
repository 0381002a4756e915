"""The glossary: what every named number of a derivation is, in words.

A name that is missing here is an attribute of a kind of another package; it is shown as it is.
"""

from __future__ import annotations

from cnnanalyze.core.expression import Name
from cnnanalyze.core.quantities import QUANTITIES

WORDS = {
    "input": "{axis} of the input",
    "output": "{axis} of the output",
    "channels": "channels of the input",
    "features": "features of the input",
    "out channels": "channels of the output",
    "out features": "features of the output",
    "kernel": "kernel size",
    "stride": "stride",
    "padding": "padding per side",
    "padding before": "padding before the first index",
    "padding after": "padding after the last index",
    "total padding": "padding of both sides together",
    "dilation": "dilation: distance of the taps",
    "extent": "extent of the dilated kernel",
    "groups": "groups",
    "filters": "filters",
    "units": "units",
    "multiplier": "output channels per input channel",
    "pieces": "weighted sums per unit",
    "layers": "stacked layers",
    "biases per sum": "biases per weighted sum",
    "words": "rows of the table",
    "row": "numbers of a row",
    "output_padding": "output padding",
    "scale": "scale",
    "size": "size asked for",
    "neighbours": "neighbouring channels in a sum",
    "neighbours before": "neighbours before all channels together",
    "neighbours after": "neighbours after all channels together",
    "block": "block size",
    "crop": "cropped per side",
    "crop before": "cropped before",
    "crop after": "cropped after",
    "amount": "shift",
    "before": "channels before",
    "after": "channels after",
    "start": "first channel",
    "stop": "channel after the last",
    "connections": "connections in the table",
    "maps": "output maps",
    "covered": "what the windows cover",
    "unread": "indices that no window reads",
    "activations": "activations",
    "weights": "weights",
    "biases": "biases",
    "parameters": "parameters",
    "statistics": "numbers that are kept but not trained",
    "trainable": "parameters that training changes",
    "stored": "numbers held, statistics included",
    "mac": "multiply-accumulates",
    "add": "additions",
    "multiply": "multiplications",
    "divide": "divisions",
    "compare": "comparisons",
    "exponential": "exponentials",
    "power": "powers and roots",
    "operations": "elementary operations, a multiply-accumulate counted as two",
    "field": "receptive field",
    "field before": "receptive field of the layer before",
    "jump": "jump: input indices from one unit to the next",
    "jump before": "jump of the layer before",
    "first": "first input index that unit 0 sees",
    "first before": "first input index that unit 0 of the layer before sees",
    "first seen": "first input index that the unit with the largest field sees",
    "last": "last input index that this unit sees",
    "last of 0": "last input index that unit 0 sees",
    "centre": "centre of what unit 0 sees",
    "span": "distance between the first and the last index that is read",
    "bytes": "bytes of one number",
    "batch": "batch size",
    "epochs": "epochs",
    "samples": "examples",
    "training samples": "examples that are trained on",
    "validation share": "share held back for validation",
    "iterations": "iterations per epoch",
    "updates": "updates of the weights",
    "images": "images passed through the network",
    "forward": "multiply-accumulates of all forward passes",
    "memory": "bytes",
    "weight bytes": "bytes of the weights",
    "activation bytes": "bytes of the activations",
    "numbers": "numbers in memory",
    "state": "numbers that the optimizer keeps per parameter",
    "saved": "activations kept for the backward pass, per image",
    "dense parameters": "parameters of the dense layer",
    "dense units": "units of the dense layer",
    "separable macs": "multiply-accumulates of the separable convolution",
    "ratio": "ratio",
    "live": "activations alive at the same time",
}
"""Meanings by key."""

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def meaning(name: Name) -> str:
    """Say what a name stands for.

    Examples
    --------
    >>> meaning(Name("input", 1, 2)), meaning(Name("kernel")), meaning(Name("input", None, 2))
    ('width of the input', 'kernel size', 'height and width of the input')
    """
    quantity = QUANTITIES.get(name.key)
    known = name.key.replace("_", " ") if quantity is None else quantity.about
    words = WORDS.get(name.key, known)
    axes = _AXES.get(name.rank, ())
    if "{axis}" in words:
        alike = " and ".join(axes) if len(axes) in {1, 2} else "size"
        words = words.replace(
            "{axis}", axes[name.axis] if name.axis is not None and axes else alike
        )
    elif name.axis is not None and axes:
        words += f", {axes[name.axis]}"
    if name.of.isdecimal():
        words += f" ({name.of})"
    elif name.of:
        words += f" of {name.of}"
    return words
