"""Convolutions, plain and transposed."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.torch.translation import (
    Arguments,
    Name,
    Translation,
    present,
    translates,
    wide,
)


@translates("conv1d", "conv2d", "conv3d")
def conv(to: Translation, a: Arguments) -> Name:
    """Translate a convolution."""
    rank = len(to.shape(a["weight"])) - 2
    padding = a["padding"]
    if isinstance(padding, str):
        pads: dict[str, Any] = {"auto_pad": "SAME_UPPER" if padding == "same" else "VALID"}
    else:
        pads = {"pads": wide(padding, rank) * 2}
    return to.emit(
        "Conv",
        *present(a["input"], a["weight"], a["bias"]),
        strides=wide(a["stride"], rank),
        dilations=wide(a["dilation"], rank),
        group=a["groups"],
        **pads,
    )


@translates("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(to: Translation, a: Arguments) -> Name:
    """Translate a transposed convolution."""
    rank = len(to.shape(a["weight"])) - 2
    return to.emit(
        "ConvTranspose",
        *present(a["input"], a["weight"], a["bias"]),
        strides=wide(a["stride"], rank),
        dilations=wide(a["dilation"], rank),
        pads=wide(a["padding"], rank) * 2,
        output_padding=wide(a["output_padding"], rank),
        group=a["groups"],
    )


@translates("convolution")
def convolution(to: Translation, a: Arguments) -> Name:
    """Translate a convolution of either kind."""
    found: Name = (conv_transpose if a["transposed"] else conv)(to, a)
    return found
