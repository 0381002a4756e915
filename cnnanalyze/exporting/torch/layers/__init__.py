"""How each layer kind is written in PyTorch, a file for each family.

It may import ``graph`` and below. Smallest example:
:mod:`~cnnanalyze.exporting.torch.layers.joins`.
"""

from cnnanalyze.exporting.torch.layers import (  # noqa: F401 - importing registers
    convolution,
    elements,
    joins,
    movement,
    norms,
    pooling,
    resizing,
    whole,
)
