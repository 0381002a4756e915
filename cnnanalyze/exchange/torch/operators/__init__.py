"""Operators: PyTorch's words in ONNX's, one function for those that are alike, by families.

It may import ``language`` and below. Smallest example:
:mod:`~cnnanalyze.exchange.torch.operators.constants`.
"""

from cnnanalyze.exchange.torch.operators import (  # noqa: F401 - importing registers
    axes,
    choosing,
    constants,
    convolution,
    elements,
    joining,
    normalisation,
    pooling,
    products,
    recurrent,
    reduction,
    resizing,
)
