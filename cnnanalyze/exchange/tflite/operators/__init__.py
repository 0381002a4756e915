"""Operators: TFLite's words in ONNX's, one function for those that are alike, by families.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.tflite.operators.passing`.
"""

from cnnanalyze.exchange.tflite.operators import (  # noqa: F401 - importing registers
    axes,
    choosing,
    convolution,
    elements,
    joining,
    passing,
    pooling,
    products,
    reduction,
    resizing,
)
