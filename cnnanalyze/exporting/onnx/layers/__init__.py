"""How each layer kind is written in ONNX, a file for each family.

It may import ``execute`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.onnx.layers.joins`.
"""

from cnnanalyze.exporting.onnx.layers import (  # noqa: F401 - importing registers
    attention,
    convolution,
    elements,
    joins,
    movement,
    norms,
    pooling,
    resizing,
    whole,
)
